"""Measures of a predicted risk, with intervals, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.errors import ChorallError
from chorall.stats import (
    brier_score,
    calibration,
    compare_brier_scores,
    compare_concordance,
    concordance,
    time_dependent_auc,
)

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Row = dict[str, Any]

HORIZON_YEARS: Final = 3.0
HIGHEST_RISK: Final = 1 - 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One endpoint of n patients.

    Attributes
    ----------
    endpoint : str
        Its name.
    time : ndarray of shape (n,)
        Days from its origin; NaN for who has none.
    event : ndarray of bool, shape (n,)
        True where it happened.
    entry_time : ndarray of shape (n,)
        Start of observation.
    """

    endpoint: str
    time: Floats
    event: Booleans
    entry_time: Floats

    @property
    def is_followed(self) -> Booleans:
        """True for who was observed for any time."""
        return np.asarray(np.isfinite(self.time) & (self.time > self.entry_time))


def measure(
    outcome: Outcome,
    own: Booleans,
    risk: Floats,
    trial: NDArray[np.str_],
    horizon: float,
    *,
    order: Floats | None = None,
) -> list[Row]:
    """Measure discrimination, error and calibration among some patients.

    Parameters
    ----------
    outcome : Outcome
        What happened.
    own : ndarray of bool, shape (n,)
        The patients.
    risk : ndarray of shape (n,)
        Probability of the event by the horizon.
    trial : ndarray of str, shape (n,)
        Concordance compares patients of one trial with one another only.
    horizon : float
        In days.
    order : ndarray of shape (n,), optional
        What orders the patients, where it is not the risk.

    Returns
    -------
    list of dict
        measure, estimate, lower, upper, n, n_events.
    """
    o = risk[own] if order is None else order[own]
    r = np.clip(risk[own], 1e-6, HIGHEST_RISK)
    time, event, entry = outcome.time[own], outcome.event[own], outcome.entry_time[own]
    count = {"n": int(own.sum()), "n_events": int(event.sum())}
    rows = []
    for method in ("harrell", "uno"):
        found = concordance(
            o, time, event, entry_time=entry, strata=trial[own], method=method,
            truncation_time=horizon if method == "uno" else None,
        )  # fmt: skip
        name = "concordance" if method == "harrell" else "concordance_uno"
        rows.append(_row(name, found.concordance, found.lower, found.upper))
    auc = time_dependent_auc(o, time, event, [horizon], entry_time=entry)
    rows.append(_row("auc", auc.auc[0], auc.lower[0], auc.upper[0]))
    brier = brier_score(r[:, None], time, event, [horizon], entry_time=entry)
    rows.append(_row("brier", brier.brier[0], brier.lower[0], brier.upper[0]))
    rows.append(
        _row("scaled_brier", brier.scaled_brier[0], brier.scaled_lower[0], brier.scaled_upper[0])
    )
    rows += _calibrate(r, time, event, entry, horizon)
    return [row | count for row in rows]


def _calibrate(
    risk: Floats, time: Floats, event: Booleans, entry: Floats, horizon: float
) -> list[Row]:
    try:
        found = calibration(risk, time, event, horizon, entry_time=entry)
    except ChorallError:
        # too few events or followed patients for a calibration model
        return [_row(name, *[float("nan")] * 3) for name in CALIBRATION]
    values = (
        (found.observed_expected_ratio, found.ratio_lower, found.ratio_upper),
        (found.intercept, found.intercept_lower, found.intercept_upper),
        (found.slope, found.slope_lower, found.slope_upper),
    )
    return [_row(name, *one) for name, one in zip(CALIBRATION, values, strict=True)]


def measure_recalibrated(
    outcome: Outcome, own: Booleans, risk: Floats, horizon: float
) -> list[Row]:
    """Measure level and error of risks whose level was corrected, by the names `*_recalibrated`."""
    r = np.clip(risk[own], 1e-6, HIGHEST_RISK)
    time, event, entry = outcome.time[own], outcome.event[own], outcome.entry_time[own]
    brier = brier_score(r[:, None], time, event, [horizon], entry_time=entry)
    rows = [
        *_calibrate(r, time, event, entry, horizon)[:1],
        _row("brier", brier.brier[0], brier.lower[0], brier.upper[0]),
    ]
    count = {"n": int(own.sum()), "n_events": int(event.sum())}
    return [row | count | {"measure": f"{row['measure']}_recalibrated"} for row in rows]


CALIBRATION: Final = ("observed_over_expected", "calibration_intercept", "calibration_slope")


def compare(
    outcome: Outcome,
    own: Booleans,
    risks: tuple[Floats, Floats],
    trial: NDArray[np.str_],
    horizon: float,
    *,
    only_concordance: bool = False,
) -> list[Row]:
    """Return the differences of two risks, first less second, with their intervals."""
    first, second = (risk[own] for risk in risks)
    time, event, entry = outcome.time[own], outcome.event[own], outcome.entry_time[own]
    found = compare_concordance(first, second, time, event, entry_time=entry, strata=trial[own])
    rows = [_row("concordance", found.difference, found.lower, found.upper)]
    if not only_concordance:
        one, other = (np.clip(risk, 1e-6, HIGHEST_RISK)[:, None] for risk in (first, second))
        error = compare_brier_scores(one, other, time, event, [horizon], entry_time=entry)
        rows.append(_row("brier", error.difference[0], error.lower[0], error.upper[0]))
    count = {"n": int(own.sum()), "n_events": int(event.sum())}
    return [{"model": "difference"} | row | count for row in rows]


def _row(measure: str, estimate: float, lower: float, upper: float) -> Row:
    values = {"estimate": float(estimate), "lower": float(lower), "upper": float(upper)}
    return {"measure": measure} | values
