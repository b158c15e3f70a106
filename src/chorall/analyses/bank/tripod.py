"""The TRIPOD+AI checklist, filled with what a validation of a bank knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.bank.foretell import BANK
from chorall.analyses.bank.measures import Outcome
from chorall.analyses.bank.patient_groups import EVERYBODY, TRIAL
from chorall.analyses.bank.schemes import HEADLINE
from chorall.analyses.bank.tripod_known import (
    ALWAYS,
    MOST_NAMES,
    know_pool,
    lay_out_items,
    list_names,
)
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.models.bank.bank_fit import BankData
from chorall.tables.store import Pool

SHOWN: Final = ("concordance", "auc", "brier", "observed_over_expected")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the run was asked for.

    Attributes
    ----------
    rivals : tuple of str
        Models fitted beside the bank, and published classifiers.
    horizon_years : float
    n_folds, n_repeats, n_resamples, seed : int
    """

    rivals: tuple[str, ...]
    horizon_years: float
    n_folds: int
    n_repeats: int
    n_resamples: int
    seed: int


def fill_tripod(
    pool: Pool,
    data: BankData,
    outcomes: Sequence[Outcome],
    setting: Setting,
    rows: pl.DataFrame,
    warnings: Sequence[str],
) -> pl.DataFrame:
    """Return item, topic, known and to_fill; `known` is empty where the run cannot say.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    data : BankData
        What banks were fitted to.
    outcomes : sequence of Outcome
        What was foretold.
    setting : Setting
        What the run was asked for.
    rows : DataFrame
        Those of the result.
    warnings : sequence of str
        Of the whole run.
    """
    known = ALWAYS | know_pool(pool) | _know_study(pool, outcomes, setting)
    known |= _know_data(data, outcomes)
    known |= _know_results(rows, outcomes, setting) | {"warnings": " ".join(warnings)}
    return lay_out_items(known)


def _know_study(pool: Pool, outcomes: Sequence[Outcome], setting: Setting) -> dict[str, str]:
    trials = pool.table("trial")
    names = ", ".join(outcome.endpoint for outcome in outcomes)
    made_up = " (simulated)" if pool.synthetic else ""
    definitions = endpoint_definitions()
    defined = [
        f"{one.endpoint}: {definitions[one.endpoint].label.rstrip('.')}"
        for one in outcomes
        if one.endpoint in definitions
    ]
    return {
        "scope": f"Development and evaluation of a knowledge bank for {names} in acute "
        f"lymphoblastic leukaemia, {trials.height} trials{made_up}.",
        "outcome": "; ".join(defined) + f"; judged at {setting.horizon_years:g} years",
        "rivals": "Compared, where they apply, with: " + (list_names(setting.rivals) or "nothing"),
        "split": f"Each of {trials.height} trials left out in turn"
        + _say_folds(setting)
        + f"; seed {setting.seed}",
    }


def _say_folds(setting: Setting) -> str:
    if not setting.n_repeats:
        return ""
    return f"; beside it {setting.n_folds} folds of all patients, {setting.n_repeats} times"


def _know_data(data: BankData, outcomes: Sequence[Outcome]) -> dict[str, str]:
    missing = np.isnan(data.values).mean(axis=0)
    order = np.argsort(-missing, kind="stable")[:MOST_NAMES]
    named = [f"{data.features[place].item} {missing[place]:.0%}" for place in order]
    counted = [
        f"{one.endpoint}: {int(one.is_followed.sum()):,} patients, "
        f"{int(one.event[one.is_followed].sum()):,} events"
        for one in outcomes
    ]
    return {
        "predictors": f"{len(data.features)}: "
        + list_names([feature.item for feature in data.features]),
        "sample_size": "; ".join(counted),
        "missing": "Most often missing: " + ", ".join(named) + ". Completed from their joint "
        "distribution given what is known; nothing is ever set to normal.",
    }


def _know_results(
    rows: pl.DataFrame, outcomes: Sequence[Outcome], setting: Setting
) -> dict[str, str]:
    bank = rows.filter(pl.col("scheme") == HEADLINE, pl.col("model") == BANK)
    everybody = bank.filter(pl.col("group") == EVERYBODY)
    trials = bank.filter(pl.col("group").str.starts_with(TRIAL))
    judged = bank.filter(pl.col("group") != EVERYBODY)["group"].unique().sort().to_list()
    others = [group for group in judged if not group.startswith(TRIAL)]
    counts = [
        f"{row['endpoint']}: {row['n']:,} patients, {row['n_events']:,} events"
        for row in everybody.filter(measure="concordance").iter_rows(named=True)
    ]
    return {
        "clusters": "Strata of trials in the effects; spread between trials counts as doubt; each "
        "trial is judged by a bank of the others.",
        "measures": list_names(everybody["measure"].unique(maintain_order=True))
        + f"; differences to rivals by {setting.n_resamples} paired bootstrap draws",
        "groups_judged": "Judged apart: " + (list_names(others) or "no group was large enough"),
        "events": "; ".join(counts),
        "performance": _say_measures(everybody) + "; groups and rivals in `rows`",
        "updated": _say_measures(everybody, "_recalibrated"),
        "by_trial": _say_spread(trials, outcomes),
        "differences": _say_spread(trials, outcomes, "observed_over_expected"),
    }


def _say_measures(rows: pl.DataFrame, ending: str = "") -> str:
    wanted = rows.filter(pl.col("measure").is_in([name + ending for name in SHOWN]))
    return "; ".join(
        f"{row['endpoint']} {row['measure'].replace('_', ' ')} {_say_limits(row)}"
        for row in wanted.iter_rows(named=True)
    )


def _say_limits(row: dict[str, Any]) -> str:
    if row["lower"] is None or not np.isfinite([row["lower"], row["upper"]]).all():
        return f"{row['estimate']:.3f} (limits not known)"
    return f"{row['estimate']:.3f} ({row['lower']:.3f} to {row['upper']:.3f})"


def _say_spread(
    trials: pl.DataFrame, outcomes: Sequence[Outcome], measure: str = "concordance"
) -> str:
    said = []
    for outcome in outcomes:
        own = trials.filter(endpoint=outcome.endpoint, measure=measure)["estimate"]
        known = own.fill_nan(None).drop_nulls().to_list()
        if known:
            said.append(
                f"{outcome.endpoint} {measure.replace('_', ' ')} {min(known):.3f} to "
                f"{max(known):.3f} over {len(known)} trials left out"
            )
    return "; ".join(said)
