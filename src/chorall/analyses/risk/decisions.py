"""Decision curves and moves between bands of risk: day 0 against the landmark."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.risk.members import Members
from chorall.analyses.risk.waiting import Pair
from chorall.stats import decision_curve, reclassification

Floats = NDArray[np.float64]

GRID: Final = np.round(np.arange(0.01, 0.605, 0.01), 2)
"""Thresholds of the decision curve."""
RECLASSIFICATION: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("grouping", "from_risk", "to_risk", "move"), pl.String()),
    "n_patients": pl.Int64(),
    **dict.fromkeys(
        ("observed", "lower", "upper", "predicted_day_0", "predicted_landmark"), pl.Float64()
    ),
}
DECISION: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("grouping", "strategy"), pl.String()),
    **dict.fromkeys(
        ("threshold", "net_benefit", "positive_fraction", "interventions_avoided"), pl.Float64()
    ),
}
TREAT_ALL, TREAT_NONE = "everybody", "nobody"


def draw_decision_curves(pair: Pair, horizon_days: float) -> list[dict[str, Any]]:
    """Return net benefit over thresholds: of both answers, of acting in everybody and in nobody."""
    own, lines = pair.members, []
    names = (("day 0", pair.day_0), (own.view.name, pair.landmark))
    for name, risk in names:
        curve = decision_curve(
            risk, own.time, own.cause, horizon_days, GRID, cause_of_interest=1,
            entry_time=own.entry_time,
        )  # fmt: skip
        if name == "day 0":
            lines += _flat(own, TREAT_ALL, curve.net_benefit_all, 1.0)
            lines += _flat(own, TREAT_NONE, np.zeros(len(GRID)), 0.0)
        for place, threshold in enumerate(GRID):
            lines.append({
                "grouping": own.grouping.name, "strategy": name, "threshold": float(threshold),
                "net_benefit": float(curve.net_benefit[place]),
                "positive_fraction": float(curve.positive_fraction[place]),
                "interventions_avoided": float(curve.interventions_avoided[place]),
            })  # fmt: skip
    return lines


def _flat(own: Members, name: str, benefit: Floats, fraction: float) -> list[dict[str, Any]]:
    return [
        {
            "grouping": own.grouping.name, "strategy": name, "threshold": float(threshold),
            "net_benefit": float(value), "positive_fraction": fraction,
            "interventions_avoided": float("nan"),
        }
        for threshold, value in zip(GRID, benefit, strict=True)
    ]  # fmt: skip


def tabulate_moves(
    pair: Pair, horizon_days: float, cuts: Sequence[float], conf_level: float
) -> list[dict[str, Any]]:
    """Return who moves between bands of risk until the landmark, and what became of them."""
    own = pair.members
    table = reclassification(
        pair.day_0, pair.landmark, own.time, own.cause, horizon_days, list(cuts),
        cause_of_interest=1, entry_time=own.entry_time, conf_level=conf_level,
    )  # fmt: skip
    names = name_bands(cuts)
    lines = []
    for start, first in enumerate(names):
        for end, last in enumerate(names):
            move = "up" if end > start else "down" if end < start else "stays"
            lines.append({
                "grouping": own.grouping.name, "from_risk": first, "to_risk": last, "move": move,
                "n_patients": int(table.n[start, end]),
                "observed": float(table.observed[start, end]),
                "lower": float(table.lower[start, end]), "upper": float(table.upper[start, end]),
                "predicted_day_0": float(table.old_predicted[start, end]),
                "predicted_landmark": float(table.new_predicted[start, end]),
            })  # fmt: skip
    return lines


def name_bands(cuts: Sequence[float]) -> list[str]:
    """Return words for the bands between the cuts, e.g. `below 5 %`, `5 % to 30 %`."""
    percents = [f"{100 * cut:g} %" for cut in cuts]
    inner = [f"{low} to {high}" for low, high in pairwise(percents)]
    return [f"below {percents[0]}", *inner, f"{percents[-1]} or more"]
