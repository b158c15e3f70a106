"""How well a bank foretells patients it has not seen: trial by trial, by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.bank.fit import keep_patients, read_bank_data
from chorall.analyses.bank.measures import HORIZON_YEARS, Outcome, compare, measure
from chorall.analyses.bank.rivals import ask_classifiers, predict_by_age_and_wbc
from chorall.analyses.bank.validate_result import BankValidation
from chorall.analyses.result import label_pool
from chorall.endpoints import endpoint_times
from chorall.errors import DataError, InputError
from chorall.models.bank.bank import DAYS_PER_YEAR
from chorall.models.bank.bank_fit import BankData, fit_bank
from chorall.models.bank.batch import predict_many
from chorall.models.bank.strategy import read_strategy
from chorall.stats import draw_folds
from chorall.tables.store import Pool

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

ENDPOINTS: Final = {"OS": "overall_survival", "EFS": "event_free_survival"}
TOO_GOOD: Final = 0.85
"""Concordance above which something of the outcome has leaked into the covariates."""

LEAST_EVENTS: Final = 20
"""A held-out trial with fewer events has no figures of its own."""

AGES: Final = ((0, 16), (16, 40), (40, 111))


def validate_bank(
    pool: Pool,
    *,
    endpoints: Sequence[str] = ("OS", "EFS"),
    horizon_years: float = HORIZON_YEARS,
    n_folds: int = 5,
    n_repeats: int = 1,
    seed: int = 1,
    progress: Progress | None = None,
) -> BankValidation:
    """Validate a bank by leaving out one trial after the other, and by cross-validation.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    endpoints : sequence of str
        OS, EFS.
    horizon_years : float
        When risks are compared with what happened.
    n_folds, n_repeats : int
        Of the cross-validation; 0 repeats leave it out.
    seed : int
        Of the folds.
    progress : callable, optional
        Called with fits done and all.

    Returns
    -------
    BankValidation
        The headline are the rows of scheme `leave_one_trial_out`. Predictions are those of day 0,
        with what happened later, MRD too, not known.

    Raises
    ------
    InputError
        If an endpoint is not known or a number cannot be.
    DataError
        If the pool has one trial only: then no trial can be left out.
    """
    _check(endpoints, horizon_years, n_folds, n_repeats)
    data, warnings = read_bank_data(pool)
    outcomes = [_read_outcome(pool, name) for name in endpoints]
    schemes = list(_list_schemes(data, outcomes[0], n_folds, n_repeats, seed))
    rows: list[dict[str, Any]] = []
    n_fits = sum(len(folds) for _, folds in schemes)
    done = 0
    classes = ask_classifiers(pool)
    for scheme, folds in schemes:
        predicted = []
        for train, test in folds:
            predicted.append(_predict(data, outcomes, train, test, horizon_years))
            done += 1
            if progress is not None:
                progress(done, n_fits)
        for place, outcome in enumerate(outcomes):
            risks = _join([one[place] for one in predicted], folds, len(data.values))
            rows += _judge(scheme, outcome, risks, data, pool, horizon_years, classes)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return BankValidation(
        analysis="bank-validate",
        pool=label_pool(pool),
        rows=frame,
        warnings=(*warnings, *_sound_alarm(frame)),
    )


def _check(endpoints: Sequence[str], horizon_years: float, n_folds: int, n_repeats: int) -> None:
    unknown = [name for name in endpoints if name not in ENDPOINTS]
    if unknown or not endpoints:
        raise InputError(
            f"`endpoints` holds {', '.join(unknown) or 'nothing'}; expected of: OS, EFS."
        )
    if not 0 < horizon_years <= 10 or n_folds < 2 or n_repeats < 0:
        raise InputError(
            "`horizon_years` must lie above 0 and up to 10, `n_folds` be 2 or more and "
            "`n_repeats` 0 or more."
        )


def _read_outcome(pool: Pool, name: str) -> Outcome:
    """Return time and event of every patient; NaN for who has none."""
    rows = endpoint_times(pool.table("endpoint").filter(pl.col("endpoint") == name))
    ids = pool.table("patient").select("patient_id")
    own = ids.join(rows, on="patient_id", how="left", maintain_order="left")
    time = own["time"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    event = (own["cause"].fill_null(0) > 0).to_numpy()
    entry = own["entry_time"].cast(pl.Float64).fill_null(0.0).to_numpy()
    return Outcome(name, time, event, entry)


def _list_schemes(
    data: BankData, outcome: Outcome, n_folds: int, n_repeats: int, seed: int
) -> Iterator[tuple[str, list[tuple[NDArray[np.int64], NDArray[np.int64]]]]]:
    trials = np.unique(data.trial)
    if len(trials) < 2:
        raise DataError(
            "the pool holds one trial: no trial can be left out. Validation on the same trial "
            "alone would be too kind; pool a second one."
        )
    everybody = np.arange(len(data.values))
    yield (
        "leave_one_trial_out",
        [(everybody[data.trial != one], everybody[data.trial == one]) for one in trials],
    )
    for repeat in range(n_repeats):
        folds = draw_folds(
            len(everybody), n_folds=n_folds, seed=seed + repeat, strata=outcome.event.astype(int)
        )
        name = "cross_validation" if n_repeats == 1 else f"cross_validation_{repeat + 1}"
        yield name, [(np.asarray(fold.train), np.asarray(fold.test)) for fold in folds]


def _predict(
    data: BankData,
    outcomes: Sequence[Outcome],
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    horizon_years: float,
) -> list[tuple[Floats, Floats]]:
    """Return for each endpoint the risks of the test patients by the bank and by age and WBC."""
    chosen = np.zeros(len(data.values), bool)
    chosen[train] = True
    bank = fit_bank(keep_patients(data, chosen), {})
    values = data.values[test].copy()
    values[:, [feature.kind == "mrd" for feature in data.features]] = np.nan
    found = predict_many(bank, values, read_strategy(bank, "as_observed"), years=(horizon_years,))
    return [
        (
            1 - found[ENDPOINTS[outcome.endpoint]][:, 0],
            predict_by_age_and_wbc(data, bank.law, outcome, train, test, horizon_years),
        )
        for outcome in outcomes
    ]


def _join(
    parts: list[tuple[Floats, Floats]],
    folds: list[tuple[NDArray[np.int64], NDArray[np.int64]]],
    n: int,
) -> tuple[Floats, Floats]:
    bank, rival = np.full(n, np.nan), np.full(n, np.nan)
    for (own, other), (_, test) in zip(parts, folds, strict=True):
        bank[test], rival[test] = own, other
    return bank, rival


def _judge(
    scheme: str,
    outcome: Outcome,
    risks: tuple[Floats, Floats],
    data: BankData,
    pool: Pool,
    horizon_years: float,
    classes: dict[str, Floats],
) -> list[dict[str, Any]]:
    horizon = horizon_years * DAYS_PER_YEAR
    rows: list[dict[str, Any]] = []
    for group, chosen in _list_groups(scheme, data, pool):
        own = chosen & outcome.is_followed
        if outcome.event[own].sum() < LEAST_EVENTS:
            continue
        label = {"scheme": scheme, "endpoint": outcome.endpoint, "group": group}
        found = compare(outcome, own, risks, data.trial, horizon)
        for model, risk in (("bank", risks[0]), ("age_and_wbc", risks[1])):
            found += [
                {"model": model} | one for one in measure(outcome, own, risk, data.trial, horizon)
            ]
        if group == "all":
            found += _judge_classifiers(outcome, own, risks[0], data, classes, horizon)
        rows += [label | one for one in found]
    return rows


def _judge_classifiers(
    outcome: Outcome,
    own: NDArray[np.bool_],
    risk: Floats,
    data: BankData,
    classes: dict[str, Floats],
    horizon: float,
) -> list[dict[str, Any]]:
    """Compare with published groups, among the patients whom they place."""
    found = []
    for name, order in classes.items():
        placed = own & np.isfinite(order)
        if outcome.event[placed].sum() < LEAST_EVENTS or len(np.unique(order[placed])) < 2:
            continue
        pairs = compare(outcome, placed, (risk, order), data.trial, horizon, only_concordance=True)
        found += [one | {"model": f"difference to {name}"} for one in pairs]
    return found


def _list_groups(
    scheme: str, data: BankData, pool: Pool
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    yield "all", np.ones(len(data.values), bool)
    for trial in np.unique(data.trial):
        yield f"trial {trial}", data.trial == trial
    if scheme != "leave_one_trial_out":
        return
    patients = pool.table("patient")
    for column in ("sex", "lineage"):
        values = patients[column].cast(pl.String)
        for word in values.drop_nulls().unique().sort():
            yield f"{column} {word}", (values == word).fill_null(False).to_numpy()
    age = patients["age_years"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    for low, high in AGES:
        yield f"age {low}-{high - 1}", (age >= low) & (age < high)


def _sound_alarm(rows: pl.DataFrame) -> list[str]:
    good = rows.filter(
        pl.col("measure") == "concordance",
        pl.col("model") == "bank",
        pl.col("lower") > TOO_GOOD,
    )
    if not good.height:
        return []
    return [
        f"Leakage alarm: a concordance above {TOO_GOOD} is better than anybody has found in acute "
        "leukaemia. Look for a covariate that knows the outcome."
    ]
