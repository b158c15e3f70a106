"""The two strategies of a target trial compared on one endpoint, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from chorall.analyses.target_trials.definition import TargetTrial
from chorall.analyses.target_trials.eligible import EligibleCohort
from chorall.analyses.transplants.fits import FEWEST_EVENTS, fit_spans
from chorall.analyses.transplants.overlap import FEWEST_EFFECTIVE
from chorall.errors import ConvergenceError
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.models.design_matrix import DesignMatrix
from chorall.models.estimability import find_estimable
from chorall.models.overlap import measure_balance
from chorall.models.survival import Survival
from chorall.models.time_dependent import Spans, stack_landmarks
from chorall.stats import ClonedStrategies, compare_cloned_strategies

CLONES: Final = "clone-censor-weight"
SEQUENCE: Final = "sequential landmarks"
FEWEST_STARTS: Final = 10
CURVE_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Emulated:
    """What one endpoint gave.

    Attributes
    ----------
    lines : list of dict
        Columns of the result's rows, one per method.
    curves, balance : list of dict
        Lines of these frames; empty where refused.
    """

    lines: list[dict[str, Any]]
    curves: list[dict[str, Any]] = field(default_factory=list)
    balance: list[dict[str, Any]] = field(default_factory=list)


def emulate(trial: TargetTrial, cohort: EligibleCohort, conf_level: float) -> Emulated:
    """Compare the strategies by clones and, where one of them is never to start, by landmarks.

    Parameters
    ----------
    trial : TargetTrial
        What the file states.
    cohort : EligibleCohort
        Who is eligible.
    conf_level : float
        Of all limits.
    """
    kept = drop_trials_without_both(trial, cohort)
    x = build_start_design(kept)
    lines, curves, balance = [], [], []
    line, found = _clone(trial, kept, x, conf_level)
    lines.append({"method": CLONES} | line)
    if found is not None:
        curves = _list_curves(trial, found)
        balance = _list_balance(kept, found)
    windows = [one.window for one in trial.strategies]
    if None in windows and next(one for one in windows if one is not None)[0] == 0:
        lines.append({"method": SEQUENCE} | _sequence(trial, kept, conf_level))
    return Emulated(lines, curves, balance)


def drop_trials_without_both(trial: TargetTrial, cohort: EligibleCohort) -> EligibleCohort:
    """Leave out trials in which nobody starts in a window, or everybody does: no comparison."""
    began = find_starters(trial, cohort)
    both = [
        code
        for code in range(len(cohort.trial_ids))
        if began[cohort.trial == code].any() and not began[cohort.trial == code].all()
    ]
    rows = np.isin(cohort.trial, both)
    names = tuple(cohort.trial_ids[code] for code in both)
    left_out = [one for one in cohort.trial_ids if one not in names]
    text = f"in trials without starts, or with nothing else ({', '.join(left_out)})"
    design = cohort.confounders
    return replace(
        cohort,
        patient_ids=cohort.patient_ids.filter(pl.Series(rows)),
        time=cohort.time[rows],
        cause=cohort.cause[rows],
        start=cohort.start[rows],
        able_until=cohort.able_until[rows],
        trial=np.searchsorted(both, cohort.trial[rows]).astype(np.int64),
        trial_ids=names,
        confounders=DesignMatrix(design.columns, design.values[rows], {}),
        flow=(*cohort.flow, *([(text, int((~rows).sum()))] if left_out else [])),
    )


def find_starters(trial: TargetTrial, cohort: EligibleCohort) -> NDArray[np.bool_]:
    """Tell who starts within a window of a strategy while able to, shape (n,)."""
    seen = (cohort.start < cohort.time) & (cohort.start <= cohort.able_until)
    inside = np.zeros(len(seen), dtype=np.bool_)
    for strategy in trial.strategies:
        if strategy.window is not None:
            first, last = strategy.window
            inside |= (cohort.start > first) & (cohort.start <= last)
    return seen & inside


def build_start_design(cohort: EligibleCohort) -> NDArray[np.float64]:
    """Return confounders and a column for each trial but the first, without what says nothing."""
    dummies = cohort.trial[:, None] == np.arange(1, max(len(cohort.trial_ids), 1))
    x = np.column_stack([cohort.confounders.values, dummies.astype(np.float64)])
    if not len(x) or not x.shape[1]:
        return x
    return x[:, find_estimable(x, None)[0]]


def _clone(
    trial: TargetTrial, cohort: EligibleCohort, x: NDArray[np.float64], conf_level: float
) -> tuple[dict[str, Any], ClonedStrategies | None]:
    n_starts = int(find_starters(trial, cohort).sum())
    line: dict[str, Any] = {
        "n_eligible": len(cohort.time), "n_started": n_starts, "n_trials": len(cohort.trial_ids),
    }  # fmt: skip
    if n_starts < FEWEST_STARTS:
        return line | {
            "note": f"refused: {n_starts} eligible patients started in time; at least "
            f"{FEWEST_STARTS} are needed"
        }, None
    horizon = trial.horizon_years * DAYS_PER_YEAR
    try:
        found = compare_cloned_strategies(
            x, cohort.time, cohort.cause, cohort.start,
            windows=[one.window for one in trial.strategies], horizon=horizon,
            interval=trial.settings.interval_days, able_until=cohort.able_until,
            times=np.linspace(0, horizon, CURVE_STEPS + 1)[1:-1],
            n_resamples=trial.settings.resamples, seed=trial.settings.seed, strata=cohort.trial,
            conf_level=conf_level,
        )  # fmt: skip
    except ConvergenceError:
        return line | {"note": "refused: confounders decide who starts: there is no overlap"}, None
    line |= {
        "n_following_first": int(found.n_following[0]),
        "n_following_second": int(found.n_following[1]),
        "events_first": int(found.n_events[0]),
        "events_second": int(found.n_events[1]),
        "effective_first": float(found.effective[0]),
        "effective_second": float(found.effective[1]),
        "largest_weight": float(found.largest_weight.max()),
    }
    reason = _find_reason(found)
    if reason:
        return line | {"note": reason}, None
    failed = found.n_failed
    return line | _describe(found) | {
        "note": f"{failed} resamples could not be computed" if failed else ""
    }, found


def _find_reason(found: ClonedStrategies) -> str:
    if min(found.n_events) < FEWEST_EVENTS:
        return (
            f"refused: {found.n_events[0]} and {found.n_events[1]} events while following the "
            f"strategies; at least {FEWEST_EVENTS} in either are needed"
        )
    if min(found.effective) < FEWEST_EFFECTIVE:
        return (
            f"refused: too little overlap (effective numbers {found.effective[0]:.0f} and "
            f"{found.effective[1]:.0f} at the end of the grace period; {FEWEST_EFFECTIVE:.0f} are "
            "needed)"
        )
    if not np.isfinite(found.risk_difference):
        return "refused: a strategy is not followed to the horizon"
    return ""


def _describe(found: ClonedStrategies) -> dict[str, float]:
    return {
        "risk_first": float(found.risk[0, -1]),
        "risk_second": float(found.risk[1, -1]),
        "risk_difference": found.risk_difference,
        "lower_risk_difference": found.lower_risk_difference,
        "upper_risk_difference": found.upper_risk_difference,
        "years_gained": found.time_gained / DAYS_PER_YEAR,
        "lower_years_gained": found.lower_time_gained / DAYS_PER_YEAR,
        "upper_years_gained": found.upper_time_gained / DAYS_PER_YEAR,
    }


def _list_curves(trial: TargetTrial, found: ClonedStrategies) -> list[dict[str, Any]]:
    return [
        {
            "strategy": strategy.name,
            "time_years": float(day / DAYS_PER_YEAR),
            "risk": float(found.risk[place, at]),
            "lower": float(found.lower_risk[place, at]),
            "upper": float(found.upper_risk[place, at]),
        }
        for place, strategy in enumerate(trial.strategies)
        for at, day in enumerate(found.times)
    ]


def _list_balance(cohort: EligibleCohort, found: ClonedStrategies) -> list[dict[str, Any]]:
    """Compare those who follow at the end of the grace period, as they are and as weighed."""
    sides = [found.weights[place] > 0 for place in (0, 1)]
    # a patient who can no longer start follows both strategies
    rows = np.concatenate([np.flatnonzero(side) for side in sides])
    first = np.arange(len(rows)) < sides[0].sum()
    weights = np.concatenate([found.weights[place][sides[place]] for place in (0, 1)])
    x = cohort.confounders.values[rows]
    if not x.shape[1]:
        return []
    before, after = measure_balance(x, first, weights)
    return [
        {"covariate": column.name, "before": float(one), "after": float(other)}
        for column, one, other in zip(cohort.confounders.columns, before, after, strict=True)
    ]


def _sequence(trial: TargetTrial, cohort: EligibleCohort, conf_level: float) -> dict[str, Any]:
    """Compare who started since the last landmark with who has not, followed until they do."""
    window = next(one.window for one in trial.strategies if one.window is not None)
    step = min(trial.settings.landmark_days, window[1])
    landmarks = np.arange(step, window[1] + 1e-9, step)
    survival = Survival(cohort.time, cohort.cause == 1, None, cohort.trial)
    start = np.where(cohort.start <= cohort.able_until, cohort.start, np.inf)
    spans = stack_landmarks(survival, start, landmarks)
    n_strata = max(len(cohort.trial_ids), 1)
    place = np.asarray(spans.survival.strata) // n_strata
    able = spans.treated | (cohort.able_until[spans.patient] > landmarks[place])
    kept = Spans(spans.patient[able], spans.survival.take(able), spans.treated[able])
    fit = fit_spans(kept, cohort.confounders, clustered=True)
    limits = fit.limits(float(ndtri((1 + conf_level) / 2)))
    if trial.strategies[0].window is None:
        limits |= _turn_round(limits)
    first, second = fit.events_treated, fit.events_other
    if trial.strategies[0].window is None:
        first, second = second, first
    return {
        "n_eligible": fit.n_patients,
        "n_started": fit.n_treated,
        "n_trials": len(cohort.trial_ids),
        "events_first": first,
        "events_second": second,
        "note": fit.note,
        **limits,
    }


def _turn_round(limits: dict[str, float | None]) -> dict[str, float | None]:
    names = {"hazard_ratio": "hazard_ratio", "lower": "upper", "upper": "lower"}
    return {
        name: None if limits[other] is None else 1 / float(limits[other])  # type: ignore[arg-type]
        for name, other in names.items()
    }
