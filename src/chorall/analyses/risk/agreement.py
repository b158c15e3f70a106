"""Where classifiers disagree: who is high by one only, and what became of these patients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.risk.groupings import NOT_APPLICABLE, OPEN
from chorall.analyses.risk.members import Members, estimate_risk

Booleans = NDArray[np.bool_]

AGREEMENT: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("first", "second", "view", "first_group", "second_group"), pl.String()),
    "n_patients": pl.Int64(),
    "n_events": pl.Int64(),
    **dict.fromkeys(("risk", "lower", "upper"), pl.Float64()),
}
DISAGREEMENT: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("first", "second", "view", "who"), pl.String()),
    "n_patients": pl.Int64(),
    "share": pl.Float64(),
    "n_events": pl.Int64(),
    **dict.fromkeys(("risk", "lower", "upper"), pl.Float64()),
}
BOTH, FIRST, SECOND, NEITHER, EITHER_OPEN = (
    "high by both", "high by the first only", "high by the second only", "high by neither",
    "not assessable by one or both",
)  # fmt: skip


def compare_groupings(
    members: Sequence[Members], horizon_days: float, conf_level: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Cross every two groupings of one view.

    Parameters
    ----------
    members : sequence of Members
        One per grouping: the same patients of one view.
    horizon_days, conf_level : float
        Where risks are read, and the level of limits.

    Returns
    -------
    cells, summary : list of dict
        Cells: every group by the one and by the other, among patients to whom both apply. Summary:
        `high` is the worst group of each.
    """
    cells: list[dict[str, Any]] = []
    summary: list[dict[str, Any]] = []
    for first, second in combinations(members, 2):
        label = {
            "first": first.grouping.name,
            "second": second.grouping.name,
            "view": first.view.name,
        }
        apply = (first.group != NOT_APPLICABLE) & (second.group != NOT_APPLICABLE)
        if not apply.any():
            continue
        for names, rows in _list_cells(first, second, apply):
            cells.append(label | names | _describe(first, rows, horizon_days, conf_level))
        for who, rows in split_by_worst(first, second):
            line = _describe(first, rows & apply, horizon_days, conf_level)
            share = line["n_patients"] / int(apply.sum())
            summary.append(label | {"who": who, "share": share} | line)
    return cells, summary


def _list_cells(
    first: Members, second: Members, apply: Booleans
) -> Iterator[tuple[dict[str, str], Booleans]]:
    for one in [*range(len(first.grouping.groups)), OPEN]:
        for other in [*range(len(second.grouping.groups)), OPEN]:
            rows = apply & (first.group == one) & (second.group == other)
            if rows.any():
                yield (
                    {
                        "first_group": first.grouping.name_group(one),
                        "second_group": second.grouping.name_group(other),
                    },
                    rows,
                )


def split_by_worst(first: Members, second: Members) -> Iterator[tuple[str, Booleans]]:
    """Yield who is in the worst group of both, of one, of neither, or is open in either."""
    known = (first.group >= 0) & (second.group >= 0)
    one = first.group == len(first.grouping.groups) - 1
    other = second.group == len(second.grouping.groups) - 1
    yield BOTH, known & one & other
    yield FIRST, known & one & ~other
    yield SECOND, known & ~one & other
    yield NEITHER, known & ~one & ~other
    yield EITHER_OPEN, (first.group == OPEN) | (second.group == OPEN)


def _describe(
    members: Members, rows: Booleans, horizon_days: float, conf_level: float
) -> dict[str, Any]:
    risk, lower, upper = estimate_risk(members, rows, horizon_days, conf_level)
    counts = {"n_patients": int(rows.sum()), "n_events": int((members.cause[rows] == 1).sum())}
    return counts | {"risk": risk, "lower": lower, "upper": upper}
