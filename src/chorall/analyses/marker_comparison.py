"""One marker on one endpoint: counts, curves, test and hazard ratios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.group_curves import GroupCurves, count_by_year, read_curves
from chorall.analyses.marker_effect import SMALLEST_GROUP, MarkerEffect, fit_by_trial, fit_effect
from chorall.analyses.marker_groups import ABSENT, GROUP_LABELS, PRESENT, UNKNOWN
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import logrank


@dataclass(frozen=True, slots=True)
class MarkerComparison:
    """What one marker and endpoint add to the result.

    Attributes
    ----------
    row : dict
        One line of the result's `rows`, without the q-value.
    curves, at_risk : list of dict
        Columns (arrays) of the result's frames, one dict per curve or group.
    by_trial : list of dict
        Lines of the result's `by_trial`.
    """

    row: dict[str, Any]
    curves: list[dict[str, Any]]
    at_risk: list[dict[str, Any]]
    by_trial: list[dict[str, Any]]


def compare_marker(
    cohort: EndpointCohort,
    marker: str,
    group: NDArray[np.int8],
    *,
    horizon_years: float,
    conf_level: float,
) -> MarkerComparison:
    """Compare the patients with the marker with those without.

    Parameters
    ----------
    cohort : EndpointCohort, n patients
        The endpoint.
    marker : str
        Its name.
    group : ndarray of int8, shape (n,)
        `PRESENT`, `ABSENT` or `UNKNOWN`.
    horizon_years : float
        Where the k-year figures are read.
    conf_level : float
        Two-sided level of all limits.
    """
    horizon = horizon_years * DAYS_PER_YEAR
    drawn = {code: read_curves(cohort, group == code, horizon, conf_level) for code in GROUP_LABELS}
    everybody = np.ones(len(group), dtype=bool)
    unadjusted, adjusted = (
        fit_effect(cohort, group, everybody, marker=marker, adjusted=flag, conf_level=conf_level)
        for flag in (False, True)
    )
    names = {"marker": marker, "endpoint": cohort.endpoint}
    note = _join_notes(_note_horizon(drawn, horizon_years), unadjusted, adjusted)
    row = (
        names
        | {"endpoint_label": cohort.label}
        | _count_groups(cohort, group)
        | _read_horizon(drawn)
        | _test_groups(cohort, group)
        | unadjusted.figures()
        | adjusted.figures("adjusted_")
        | {"n_adjusted": adjusted.n_used, "events_adjusted": adjusted.n_events}
        | {"n_trials": count_contributing(cohort, group), "note": note}
    )
    by_trial = fit_by_trial(cohort, group, marker=marker, conf_level=conf_level)
    years = np.arange(int(cohort.time.max() // DAYS_PER_YEAR) + 1, dtype=np.float64)
    return MarkerComparison(
        row=row,
        curves=[names | line for code in drawn for line in _list_curves(drawn[code], code)],
        at_risk=[
            names | {"group": GROUP_LABELS[code], "time_years": years}
            | count_by_year(cohort, group == code, years)
            for code in GROUP_LABELS if (group == code).any()
        ],
        by_trial=by_trial,
    )  # fmt: skip


def _count_groups(cohort: EndpointCohort, group: NDArray[np.int8]) -> dict[str, int]:
    words = {"present": PRESENT, "absent": ABSENT, "unknown": UNKNOWN}
    sizes = {f"n_{word}": int((group == code).sum()) for word, code in words.items()}
    events = {
        f"events_{GROUP_LABELS[code]}": int(cohort.event[group == code].sum())
        for code in (PRESENT, ABSENT)
    }
    return {"n_patients": len(group)} | sizes | events


def _read_horizon(drawn: dict[int, GroupCurves]) -> dict[str, float]:
    return {
        f"{name}_{GROUP_LABELS[code]}": value
        for code in (PRESENT, ABSENT)
        for name, value in zip(("estimate", "lower", "upper"), drawn[code].at_horizon, strict=True)
    }


def _test_groups(cohort: EndpointCohort, group: NDArray[np.int8]) -> dict[str, float | None]:
    """Test with at least `SMALLEST_GROUP` patients on both sides; one side may have no event."""
    names = ("logrank_chi_square", "logrank_p_value")
    rows = group != UNKNOWN
    smallest = min((group == PRESENT).sum(), (group == ABSENT).sum())
    if smallest < SMALLEST_GROUP:
        return dict.fromkeys(names)
    outcome = cohort.survival(rows)
    test = logrank(
        outcome.time,
        outcome.event,
        group[rows],
        strata=outcome.strata,
        entry_time=outcome.entry_time,
    )
    # Without a degree of freedom the groups never met at risk: 0 would read as "no difference".
    if not test.degrees_of_freedom:
        return dict.fromkeys(names)
    return dict(zip(names, (test.chi_square, test.p_value), strict=True))


def count_contributing(cohort: EndpointCohort, group: NDArray[np.int8]) -> int:
    """Count the trials with patients on both sides and at least one event among them."""
    n_trials = len(cohort.trial_ids)
    tested = group != UNKNOWN
    counts = [
        np.bincount(cohort.trial[rows], minlength=n_trials) > 0
        for rows in (group == PRESENT, group == ABSENT, tested & cohort.event)
    ]
    return int(np.logical_and.reduce(counts).sum())


def _note_horizon(drawn: dict[int, GroupCurves], horizon_years: float) -> str:
    short = [
        words
        for code, words in ((PRESENT, "with"), (ABSENT, "without"))
        if drawn[code].curves and np.isnan(drawn[code].at_horizon[0])
    ]
    if not short:
        return ""
    sides = " or ".join(short)
    return (
        f"no patient {sides} the marker was followed for {horizon_years:g} years without an event"
    )


def _join_notes(horizon: str, unadjusted: MarkerEffect, adjusted: MarkerEffect) -> str:
    """Say once what holds for both fits, and of the adjusted one only what is its own."""
    own = adjusted.note if adjusted.note != unadjusted.note else ""
    parts = (horizon, unadjusted.note, f"adjusted: {own}" if own else "")
    return "; ".join(part for part in parts if part)


def _list_curves(drawn: GroupCurves, code: int) -> list[dict[str, Any]]:
    return [
        {
            "cause": curve.cause,
            "group": GROUP_LABELS[code],
            "time_years": curve.time / DAYS_PER_YEAR,
            "estimate": curve.estimate,
            "lower": curve.lower,
            "upper": curve.upper,
        }
        for curve in drawn.curves
    ]
