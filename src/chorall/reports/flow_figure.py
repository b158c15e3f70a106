"""Who moves between the groups of two classifiers, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from chorall.analyses.risk.groupings import NOT_ASSESSABLE_WORDS
from chorall.analyses.risk.result import RiskResult
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure_flows import SIDES
from chorall.reports.figure import Figure
from chorall.reports.flow_counts import OUTCOME, Flows, Nodes, cross_groups
from chorall.reports.numbers import (
    HIDDEN,
    count_of,
    format_count,
    format_percent_interval,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True, slots=True)
class FlowView:
    """What one figure shows, ready to be drawn.

    Attributes
    ----------
    title, note : str
        The words on the figure.
    names : tuple of str
        The two classifiers, left and right.
    nodes, flows : tuple of dict, DataFrame
        As in `Flows`.
    heads : tuple of str
        Above the numbers of a flow: patients, events, risk.
    synthetic : bool
        True for simulated patients.
    """

    title: str
    note: str
    names: tuple[str, str]
    nodes: tuple[Nodes, Nodes]
    flows: pl.DataFrame
    heads: tuple[str, str, str]
    synthetic: bool


def draw_flow(result: RiskResult, first: str, second: str, *, fewest: int = FEWEST_SHOWN) -> Figure:
    """Return the flow of patients from the groups of one classifier to those of another.

    Groups are those known at the landmark, of patients to whom both apply. Who cannot be
    classified is a group of its own on either side.

    Parameters
    ----------
    result : RiskResult
        Holds every two classifiers crossed.
    first, second : str
        Left and right.
    fewest : int
        The smallest count shown, see `cross_groups`. A hidden flow is drawn in one width and has
        no risk.

    Raises
    ------
    InputError
        If the result has no such classifier, or no patient to whom both apply.
    """
    view = _arrange(result, (first, second), cross_groups(result, first, second, fewest), fewest)

    def draw() -> Drawing:
        from chorall.reports.flow_drawing import draw_view

        return draw_view(view)

    name = f"risk-flow-{first}-{second}"
    return Figure(name, view.title, _describe(view), view.flows, draw)


def _arrange(result: RiskResult, names: tuple[str, str], crossed: Flows, fewest: int) -> FlowView:
    years = f"{result.horizon_years:g}"
    events = "Relapses" if result.target == "relapse" else "Events"
    note = (
        f"Patients to whom both apply, free of every event on day {result.landmark_day:.0f}, by "
        f"what was known then. Risk of {result.target} by {years} years from then, other first "
        f"events compete, {100 * result.conf_level:g} % limits. Not assessable: cannot be "
        "classified, because a test that would decide was not done; nobody is low because of that. "
        "Hatched: without an estimate"
    )
    if fewest > 1:
        note += (
            f", or {HIDDEN}, because fewer than {fewest} patients have or have not the event, or "
            "because the number would tell such a one; numbers hidden are drawn in one width"
        )
    return FlowView(
        title=f"From {names[0]} to {names[1]}: who moves, and what became of them",
        note=f"{note}.",
        names=names,
        nodes=crossed.nodes,
        flows=crossed.flows,
        heads=("Patients", events, f"{years}-year risk"),
        synthetic=result.pool.synthetic,
    )


def name_group(group: str) -> str:
    """Return a group as it is written beside a flow."""
    return "not assessable" if group == NOT_ASSESSABLE_WORDS else group.replace("_", " ")


def write_cells(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return patients, events and risk of a flow as written."""
    patients = HIDDEN if row["n_patients"] is None else format_count(row["n_patients"])
    if row["hidden"]:
        return patients, HIDDEN, HIDDEN
    risk = format_percent_interval(*(row[name] for name in OUTCOME))
    return patients, format_count(row["n_events"]), risk


def _describe(view: FlowView) -> str:
    spoken = [_say(row) for row in view.flows.to_dicts()]
    open_ones = [nodes.get(NOT_ASSESSABLE_WORDS, 0) for nodes in view.nodes]
    said = [
        f"{name}: {HIDDEN if n is None else count_of(n, 'patient')} not assessable"
        for name, n in zip(view.names, open_ones, strict=True)
    ]
    return f"{view.title}. {'; '.join(spoken)}. {'; '.join(said)}."


def _say(row: Mapping[str, Any]) -> str:
    groups: Sequence[str] = [name_group(row[side]) for side in SIDES]
    patients, _, risk = write_cells(row)
    what = "number and risk hidden" if patients == HIDDEN else f"{patients} patients, risk {risk}"
    return f"{groups[0]} to {groups[1]}: {what}"
