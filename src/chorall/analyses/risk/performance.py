"""How well groups order patients and foretell their risk: per trial, and within trials together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.risk.members import Members, estimate_risk
from chorall.analyses.risk.transported import carry_over_risk, find_covered
from chorall.errors import ChorallError
from chorall.stats import brier_score, calibration, concordance

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

LEAST_EVENTS: Final = 10
"""A trial with fewer events of the target has no measures of its own."""
EDGE: Final = 1e-6
PERFORMANCE: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("grouping", "view", "trial_id", "measure"), pl.String()),
    **dict.fromkeys(("estimate", "lower", "upper"), pl.Float64()),
    **dict.fromkeys(("n_patients", "n_events"), pl.Int64()),
    "note": pl.String(),
}
CALIBRATION: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("grouping", "view", "trial_id", "group"), pl.String()),
    "n_patients": pl.Int64(),
    **dict.fromkeys(("predicted", "observed", "lower", "upper"), pl.Float64()),
}


def measure_all(
    members: Members, horizon_days: float, conf_level: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the measures of all trials together and of each, and the calibration of each group.

    Parameters
    ----------
    members : Members
        Only those with a group are judged: `not assessable` has no place in an order.
    horizon_days, conf_level : float
        By when risks are foretold, and the level of the limits.

    Returns
    -------
    measures : list of dict
        Concordance compares patients of one trial only, by the published order of the groups (or
        the predicted risk). Brier score and calibration are of risks carried over from the other
        trials. A trial with fewer than 10 events has a note in place of figures.
    calibration : list of dict
        Per trial and group: mean risk carried over, and observed with limits.
    """
    risk = carry_over_risk(members, horizon_days)
    lines, groups = [], []
    for trial, own in _list_trials(members):
        label = {"grouping": members.grouping.name, "view": members.view.name, "trial_id": trial}
        lines += [label | one for one in measure(members, own, risk, horizon_days, conf_level)]
        for place, name in enumerate(members.grouping.groups):
            rows = own & (members.group == place) & np.isfinite(risk)
            if rows.any():
                observed, lower, upper = estimate_risk(members, rows, horizon_days, conf_level)
                counted = {"group": name, "n_patients": int(rows.sum())}
                limits = {"observed": observed, "lower": lower, "upper": upper}
                groups.append(label | counted | {"predicted": float(risk[rows].mean())} | limits)
    return lines, groups


def _list_trials(members: Members) -> Iterator[tuple[str, Booleans]]:
    placed = members.group >= 0
    yield "all", placed
    for place, trial in enumerate(members.trial_ids):
        own = placed & (members.trial == place)
        if own.any():
            yield trial, own


def measure(
    members: Members, rows: Booleans, risk: Floats, horizon_days: float, conf_level: float
) -> Iterator[dict[str, Any]]:
    """Yield the measures of some patients."""
    n, n_events = int(rows.sum()), int((members.cause[rows] == 1).sum())
    count = {"n_patients": n, "n_events": n_events, "note": ""}
    if n_events < LEAST_EVENTS:
        note = f"{n_events} events: fewer than {LEAST_EVENTS}"
        yield _line("concordance", [float("nan")] * 3, count | {"note": note})
        return
    score = members.placement.risk
    order = members.group.astype(float) if score is None else score
    if len(np.unique(order[rows])) < 2:
        note = "everybody is in one group: nothing to order"
        yield _line("concordance", [float("nan")] * 3, count | {"note": note})
        return
    yield _line("concordance", _order(members, rows, order, conf_level), count)
    known = find_covered(members, risk, rows) & np.isfinite(risk)
    if (members.cause[known] == 1).sum() < LEAST_EVENTS:
        note = "no risk: the other trials have too few patients in these groups"
        yield _line("brier", [float("nan")] * 3, count | {"note": note})
        return
    count |= {"n_patients": int(known.sum()), "n_events": int((members.cause[known] == 1).sum())}
    yield from _judge(members, known, risk, horizon_days, conf_level, count)


def _order(members: Members, rows: Booleans, score: Floats, conf_level: float) -> list[float]:
    found = concordance(
        score[rows], members.time[rows], members.cause[rows], entry_time=members.entries(rows),
        strata=members.trial[rows], cause_of_interest=1, conf_level=conf_level,
    )  # fmt: skip
    return [found.concordance, found.lower, found.upper]


def _judge(
    members: Members,
    rows: Booleans,
    risk: Floats,
    horizon_days: float,
    conf_level: float,
    count: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    foretold = np.clip(risk[rows], EDGE, 1 - EDGE)
    time, cause, entry = members.time[rows], members.cause[rows], members.entries(rows)
    brier = brier_score(
        foretold, time, cause, [horizon_days], cause_of_interest=1, entry_time=entry,
        conf_level=conf_level,
    )  # fmt: skip
    yield _line("brier", [brier.brier[0], brier.lower[0], brier.upper[0]], count)
    scaled = [brier.scaled_brier[0], brier.scaled_lower[0], brier.scaled_upper[0]]
    yield _line("scaled_brier", scaled, count)
    observed = np.array(estimate_risk(members, rows, horizon_days, conf_level))
    yield _line("observed_over_expected", list(observed / foretold.mean()), count)
    try:
        found = calibration(
            foretold, time, cause, horizon_days, cause_of_interest=1, entry_time=entry,
            conf_level=conf_level,
        )  # fmt: skip
    except ChorallError:
        note = "too few events, or one risk for all, for a calibration model"
        yield _line("calibration_slope", [float("nan")] * 3, count | {"note": note})
        return
    intercept = [found.intercept, found.intercept_lower, found.intercept_upper]
    yield _line("calibration_intercept", intercept, count)
    yield _line("calibration_slope", [found.slope, found.slope_lower, found.slope_upper], count)


def _line(measure: str, values: list[float], count: dict[str, Any]) -> dict[str, Any]:
    estimate, lower, upper = (float(value) for value in values)
    return {"measure": measure, "estimate": estimate, "lower": lower, "upper": upper} | count
