"""Patients by the groups of two classifiers: crossed, counted, small counts hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from chorall.analyses.hidden_counts import Cell
from chorall.analyses.risk.result import RiskResult
from chorall.errors import InputError
from chorall.reports.disclosure_flows import SIDES, find_hidden_flows, find_hidden_sides
from chorall.reports.wording import check_known

OUTCOME: Final = ("risk", "lower", "upper")

Nodes = dict[str, int | None]
"""Group, best first, to its patients; null where hidden."""


@dataclass(frozen=True, slots=True)
class Flows:
    """Two classifiers crossed, as it may be shown.

    Attributes
    ----------
    flows : DataFrame
        first_group, second_group, n_patients, n_events, risk, lower, upper, hidden; null where
        hidden.
    nodes : tuple of dict
        The groups of either side.
    """

    flows: pl.DataFrame
    nodes: tuple[Nodes, Nodes]


def cross_groups(result: RiskResult, first: str, second: str, fewest: int) -> Flows:
    """Return the groups of the landmark crossed, in the order of both classifiers.

    Counts of patients, of events and of patients without one from 1 to one below `fewest` are
    hidden, and so much more that none of them follows from what is left: of this figure, of the
    figures of other pairs of classifiers (see `disclosure_flows`), and of the table of groups.

    Raises
    ------
    InputError
        If the result has no such classifier, or no patient to whom both apply.
    """
    cells = _read_cells(result, first, second)
    hidden = _find_hidden(result, first, second, fewest)
    first_nodes, second_nodes = (_count_nodes(cells, side, hidden) for side in SIDES)
    return Flows(_hide(cells, hidden), (first_nodes, second_nodes))


def _find_hidden(result: RiskResult, first: str, second: str, fewest: int) -> set[Cell]:
    """Return what must be hidden: the same whichever of the two is named first."""
    one, other = sorted((first, second))
    cells, sides = _read_cells(result, one, other), find_hidden_sides(result, fewest)
    hidden = find_hidden_flows(cells, (one, other), sides, fewest)
    if (first, second) == (one, other):
        return set(hidden.flows | hidden.groups)
    turned = dict(zip(SIDES, reversed(SIDES), strict=True))
    flows = {(there, here, part) for here, there, part in hidden.flows}
    return {*flows, *((turned[side], group) for side, group in hidden.groups)}


def _read_cells(result: RiskResult, first: str, second: str) -> pl.DataFrame:
    """Return the crossed groups of the landmark, in the order of both classifiers."""
    known = pl.Series(result.groupings)
    for name in (first, second):
        check_known("classifier", name, known)
    view = f"day {result.landmark_day:.0f}"
    cells = result.agreement.filter(view=view, first=first, second=second)
    if cells.is_empty():
        turned = result.agreement.filter(view=view, first=second, second=first)
        cells = turned.rename(dict(zip(SIDES, reversed(SIDES), strict=True)))
    if cells.is_empty():
        raise InputError(f"there is no patient to whom both `{first}` and `{second}` apply.")
    kinds = {
        side: pl.Enum(_order_groups(result, name, view, cells[side]))
        for side, name in zip(SIDES, (first, second), strict=True)
    }
    return cells.select(*SIDES, "n_patients", "n_events", *OUTCOME).cast(kinds).sort(SIDES)  # type: ignore[arg-type]


def _order_groups(result: RiskResult, grouping: str, view: str, there: pl.Series) -> list[str]:
    rows = result.rows.filter(grouping=grouping, view=view, trial_id="all")
    return list(dict.fromkeys([*rows["group"], *there]))


def _count_nodes(cells: pl.DataFrame, side: str, hidden: set[Cell]) -> Nodes:
    found = cells.group_by(side).agg(pl.col("n_patients").sum()).sort(side)
    return {group: None if (side, group) in hidden else n for group, n in found.iter_rows()}


def _hide(cells: pl.DataFrame, hidden: set[Cell]) -> pl.DataFrame:
    lines = []
    for row in cells.to_dicts():
        flow = tuple(row[side] for side in SIDES)
        is_hidden = any((*flow, part) in hidden for part in ("patients", "events"))
        gone = ["n_events", *OUTCOME] if is_hidden else []
        gone += ["n_patients"] if (*flow, "patients") in hidden else []
        lines.append({**row, **dict.fromkeys(gone), "hidden": is_hidden})
    texts = dict.fromkeys(SIDES, pl.String())
    return pl.DataFrame(lines, schema={**cells.schema, **texts, "hidden": pl.Boolean()})
