"""Curves of Simon and Makuch, and the multi-state answer."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.models.time_dependent import split_at_start
from chorall.stats import kaplan_meier, transition_probabilities

WITH, WITHOUT = "transplanted", "not transplanted"
STATES: Final = (
    "event-free, not transplanted",
    "event-free after transplantation",
    "event without transplantation",
    "event after transplantation",
)
CURVES: Final[dict[str, pl.DataType]] = {
    "endpoint": pl.String(),
    "group": pl.String(),
    **dict.fromkeys(("time_years", "estimate", "lower", "upper"), pl.Float64()),
    "n_at_risk": pl.Int64(),
}
STATE_ROWS: Final[dict[str, pl.DataType]] = {
    "endpoint": pl.String(),
    "state": pl.String(),
    **dict.fromkeys(("time_years", "probability", "lower", "upper"), pl.Float64()),
}
MOST_STEPS: Final = 400


def draw_curves(
    cohort: EndpointCohort,
    start: NDArray[np.float64],
    rows: NDArray[np.bool_],
    landmark: float,
    conf_level: float,
) -> pl.DataFrame:
    """Return both curves from a landmark on: patients change group on the day of transplantation.

    A landmark keeps the first, tiny risk sets of the transplanted from deciding their curve. An
    event of any cause ends being free of it.
    """
    survival = cohort.survival(rows, stratified=False)
    spans = split_at_start(survival, start[rows])
    happened = spans.survival.event | _competing(cohort, rows, spans.patient, spans.survival.time)
    entry = np.maximum(np.asarray(spans.survival.entry_time), landmark)
    seen = spans.survival.time > entry
    frames = [pl.DataFrame(schema=CURVES)]
    for name, side in ((WITH, spans.treated & seen), (WITHOUT, ~spans.treated & seen)):
        if side.sum() < 2:
            continue
        curve = kaplan_meier(
            spans.survival.time[side] - landmark, happened[side],
            entry_time=entry[side] - landmark, conf_level=conf_level,
        )  # fmt: skip
        steps = np.unique(np.linspace(0, len(curve.time) - 1, MOST_STEPS).astype(int))
        columns: dict[str, Any] = {
            "endpoint": [cohort.endpoint] * len(steps),
            "group": [name] * len(steps),
            "time_years": (curve.time[steps] + landmark) / DAYS_PER_YEAR,
            "estimate": curve.survival[steps],
            "lower": curve.lower[steps],
            "upper": curve.upper[steps],
            "n_at_risk": curve.n_at_risk[steps].astype(np.int64),
        }
        frames.append(pl.DataFrame(columns, schema=CURVES))
    return pl.concat(frames).with_columns(pl.col(pl.Float64).fill_nan(None))


def _competing(
    cohort: EndpointCohort,
    rows: NDArray[np.bool_],
    patient: NDArray[np.int64],
    time: NDArray[np.float64],
) -> NDArray[np.bool_]:
    last = time >= cohort.time[rows][patient]
    other: NDArray[np.bool_] = last & (cohort.cause[rows][patient] > 1)
    return other


def occupy_states(
    cohort: EndpointCohort,
    start: NDArray[np.float64],
    rows: NDArray[np.bool_],
    horizon_years: float,
    conf_level: float,
) -> pl.DataFrame:
    """Return the probability of each state at whole years (Aalen-Johansen from the origin)."""
    spans = split_at_start(cohort.survival(rows, stratified=False), start[rows])
    happened = spans.survival.event | _competing(cohort, rows, spans.patient, spans.survival.time)
    from_state = 1 + spans.treated.astype(np.int64)
    moved = spans.survival.time < cohort.time[rows][spans.patient]
    to_state = np.where(moved, 2, np.where(happened, from_state + 2, 0))
    entry = np.asarray(spans.survival.entry_time)
    followed = spans.survival.time > entry
    found = transition_probabilities(
        entry[followed], spans.survival.time[followed], from_state[followed], to_state[followed],
        initial=1, n_states=len(STATES), conf_level=conf_level,
    )  # fmt: skip
    years = np.arange(0, int(horizon_years) + 1)
    at = found.at(years * DAYS_PER_YEAR)
    lines = [
        {
            "endpoint": cohort.endpoint,
            "state": STATES[state],
            "time_years": float(year),
            "probability": float(at.state_occupation[state, place]),
            "lower": float(at.lower[state, place]),
            "upper": float(at.upper[state, place]),
        }
        for state in range(len(STATES))
        for place, year in enumerate(years)
    ]
    return pl.DataFrame(lines, schema=STATE_ROWS).with_columns(pl.col(pl.Float64).fill_nan(None))
