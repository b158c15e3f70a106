"""One marker on one endpoint without a model: counts, curves, tests and differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.group_curves import GroupCurves, count_by_year, read_curves
from chorall.analyses.group_tests import compare_at_horizon, compare_means, run_group_tests
from chorall.analyses.marker_groups import ABSENT, GROUP_LABELS, PRESENT, UNKNOWN
from chorall.knowledge.units import DAYS_PER_YEAR


@dataclass(frozen=True, slots=True)
class MarkerComparison:
    """What one marker and endpoint add to the result.

    Attributes
    ----------
    row : dict
        Part of one line of the result's `summary`; `note` says why a k-year figure is missing.
    curves, at_risk : list of dict
        Columns (arrays) of the result's frames, one dict per curve or group.
    """

    row: dict[str, Any]
    curves: list[dict[str, Any]]
    at_risk: list[dict[str, Any]]


def compare_marker(
    cohort: EndpointCohort,
    marker: str,
    group: NDArray[np.int8],
    *,
    horizon_years: float,
    conf_level: float,
    with_curves: bool = True,
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
        Where the k-year figures are read and the restricted means end.
    conf_level : float
        Two-sided level of all limits.
    with_curves : bool
        False: counts only.
    """
    names = {"marker": marker, "endpoint": cohort.endpoint}
    row: dict[str, Any] = (
        names
        | {"endpoint_label": cohort.label}
        | _count_groups(cohort, group)
        | {"n_trials": count_contributing(cohort, group), "note": ""}
    )
    if not with_curves:
        return MarkerComparison(row, [], [])
    horizon = horizon_years * DAYS_PER_YEAR
    drawn = {code: read_curves(cohort, group == code, horizon, conf_level) for code in GROUP_LABELS}
    row |= (
        _read_horizon(drawn)
        | compare_at_horizon(drawn[PRESENT], drawn[ABSENT], conf_level)
        | compare_means(cohort, group, horizon, conf_level)
        | run_group_tests(cohort, group)
        | {"note": _note_horizon(drawn, horizon_years)}
    )
    years = np.arange(int(cohort.time.max() // DAYS_PER_YEAR) + 1, dtype=np.float64)
    return MarkerComparison(
        row=row,
        curves=[names | line for code in drawn for line in _list_curves(drawn[code], code)],
        at_risk=[
            names | {"group": GROUP_LABELS[code], "time_years": years}
            | count_by_year(cohort, group == code, years)
            for code in GROUP_LABELS if (group == code).any()
        ],
    )  # fmt: skip


def _count_groups(cohort: EndpointCohort, group: NDArray[np.int8]) -> dict[str, int]:
    words = {"present": PRESENT, "absent": ABSENT, "unknown": UNKNOWN}
    sizes = {f"n_{word}": int((group == code).sum()) for word, code in words.items()}
    events = {
        f"events_{word}": int(cohort.event[group == code].sum()) for word, code in words.items()
    }
    return {"n_patients": len(group)} | sizes | events


def _read_horizon(drawn: dict[int, GroupCurves]) -> dict[str, float]:
    return {
        f"{name}_{GROUP_LABELS[code]}": value
        for code in (PRESENT, ABSENT)
        for name, value in zip(("estimate", "lower", "upper"), drawn[code].at_horizon, strict=True)
    }


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
