"""Risk groups by the knowledge bank: every trial foretold by a bank of the other trials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.risk.causes import EVENT
from chorall.analyses.risk.decisions import name_bands
from chorall.analyses.risk.groupings import NOT_APPLICABLE, Grouping, Placement
from chorall.analyses.risk.members import find_rows
from chorall.analyses.risk.moments import TIMEPOINT, View, known_by
from chorall.analyses.risk.rule_build import name_groups
from chorall.errors import DataError
from chorall.models.bank.bank import Bank
from chorall.models.bank.bank_fit import BankData, fit_bank, keep_patients
from chorall.models.bank.batch import predict_many
from chorall.models.bank.simulate_course import Now
from chorall.models.bank.strategy import read_strategy
from chorall.tables.store import Pool

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

NAME: Final = "bank"
WEEK: Final = 7.0
WARNING: Final = (
    "bank: each trial is foretold by a bank fitted to the others; what is not known of a patient "
    "is integrated over, so that everybody has a group."
)


def group_by_bank(
    pool: Pool,
    views: Sequence[View],
    cuts: Sequence[float],
    horizon_years: float,
    target: str,
) -> Grouping:
    """Return the groups of predicted risk, by what was known at each moment.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    views : sequence of View
        Predictions of day 0 know no MRD; those from the landmark on are for patients who are free
        of every event then, in remission or not, the MRD of the landmark being known in its own
        view alone.
    cuts : sequence of float
        Risks at which a higher group begins.
    horizon_years : float
        By when, from the start of each view.
    target : str
        `relapse` or `event`.

    Raises
    ------
    DataError
        If the pool holds one trial only: then no other can foretell it.
    """
    data, warnings = read_bank_data(pool)
    trials = np.unique(data.trial)
    if len(trials) < 2:
        raise DataError("a bank needs other trials to foretell a trial: the pool holds one.")
    risks = {view.name: np.full(len(data.values), np.nan) for view in views}
    situations = [(view.name, list(_list_situations(pool, view, data))) for view in views]
    for trial in trials:
        bank = fit_bank(keep_patients(data, data.trial != trial), {})
        for name, parts in situations:
            for now, rows, values in parts:
                own = rows & (data.trial == trial)
                if own.any():
                    risks[name][own] = _predict(bank, values[own], now, horizon_years, target)
    return Grouping(
        NAME, "knowledge bank, trial left out", name_groups(cuts),
        dict(zip(name_groups(cuts), name_bands(cuts), strict=True)), {}, "computed",
        is_fitted=True, warnings=(WARNING, *warnings),
        by_view={name: _place(risk, cuts) for name, risk in risks.items()},
    )  # fmt: skip


def _place(risk: Floats, cuts: Sequence[float]) -> Placement:
    known = np.isfinite(risk)
    group = np.searchsorted(cuts, np.where(known, risk, 0.0), side="right").astype(np.int64)
    group[~known] = NOT_APPLICABLE
    return Placement(group, group, group, risk)


def _predict(bank: Bank, values: Floats, now: Now, horizon_years: float, target: str) -> Floats:
    found = predict_many(
        bank, values, read_strategy(bank, "as_observed"), years=(horizon_years,), now=now
    )
    if target == EVENT:
        return np.asarray(1 - found["event_free_survival"][:, 0])
    return np.asarray(found["relapse"][:, 0])


def _list_situations(
    pool: Pool, view: View, data: BankData
) -> Iterator[tuple[Now, Booleans, Floats]]:
    """Yield where patients are at the start of a view, who they are, and what is known of them."""
    ids = pool.table("patient")["patient_id"]
    here = np.zeros(len(data.values), bool)
    here[find_rows(ids, view.cohort.patient_ids)] = True
    without = data.values.copy()
    without[:, [feature.kind == "mrd" for feature in data.features]] = np.nan
    if view.start_day == 0:
        yield Now(), here, without
        return
    remission = _find_remission(pool, ids, view.start_day)
    in_remission = here & np.isfinite(remission)
    yield Now("induction", view.start_day), here & ~in_remission, without
    values = without
    if view.moment > 0:
        values = np.where(_find_sampled(pool, ids, view.moment)[:, None], data.values, without)
    weeks = np.floor((view.start_day - np.where(in_remission, remission, 0.0)) / WEEK)
    for week in np.unique(weeks[in_remission]):
        yield Now("remission", float(week * WEEK)), in_remission & (weeks == week), values


def _find_remission(pool: Pool, ids: pl.Series, by_day: float) -> Floats:
    events = pool.table("event").filter(
        pl.col("type").cast(pl.String) == "remission", pl.col("day") <= by_day
    )
    first = events.group_by("patient_id").agg(pl.col("day").min())
    joined = pl.DataFrame({"patient_id": ids}).join(
        first, on="patient_id", how="left", maintain_order="left"
    )
    return joined["day"].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _find_sampled(pool: Pool, ids: pl.Series, day: float) -> Booleans:
    known = known_by(pool, day).table("mrd").filter(pl.col("timepoint") == TIMEPOINT)
    return ids.is_in(known["patient_id"].unique().to_list()).to_numpy()
