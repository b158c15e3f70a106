"""Draw flows between two columns of groups, and below them what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from chorall.reports.canvas import (
    INK,
    MARGIN,
    NOTE_SIZE,
    SOFT_INK,
    TEXT_SIZE,
    Sheet,
    is_narrow,
    open_sheet,
    shorten_label,
)
from chorall.reports.disclosure_flows import SIDES
from chorall.reports.flow_figure import FlowView, name_group, write_cells
from chorall.reports.numbers import HIDDEN, format_count
from chorall.reports.risk_drawing import prepare_percent_rows
from chorall.reports.row_layout import RowLayout, choose_layout, write_heads, write_row

TWO_COLUMNS: Final = RowLayout(
    0.21, (2.75, 1.75), ((5.25, "right", 0), (5.98, "right", 0), (6.08, "left", 0)), 36
)
ONE_COLUMN: Final = RowLayout(
    0.4, (0.3, 1.15), ((3.38, "right", 0), (3.38, "right", 1), (1.7, "left", 1)), 33, n_lines=2
)
TALL: Final = 2.0
"""Inches of all patients whose flows are shown, one above the other."""
THIN: Final = 0.07
"""Inches of every flow that is hidden."""
SLOT: Final = 0.32
"""Inches of a group at least, for its name and its patients."""
GAP: Final = 0.1
BAR: Final = 0.09
SHADES: Final = (
    (0.1, "#fbe3d0", "below 10 %"), (0.2, "#f2b183", "to 20 %"), (0.4, "#d9742f", "to 40 %"),
    (1.01, "#8a3d00", "above"),
)  # fmt: skip
"""Upper bound of a risk, colour and words: they differ in lightness, so also in grey."""
UNKNOWN: Final[dict[str, Any]] = {"facecolor": "white", "edgecolor": "#8a8a8a", "hatch": "/////"}


@dataclass(slots=True)
class Node:
    """A group of one side: where its bar begins, how high it is, and where the next flow joins."""

    top: float
    height: float
    next_top: float


def draw_view(view: FlowView) -> Drawing:
    """Return the figure: flows from left to right, then a line for each with its risk."""
    layout = choose_layout(ONE_COLUMN, TWO_COLUMNS)
    rows = view.flows.to_dicts()
    scale = TALL / max(sum(row["n_patients"] or 0 for row in rows), 1)
    thick = [THIN if row["n_patients"] is None else scale * row["n_patients"] for row in rows]
    sides = [_stack(view, rows, thick, side) for side in (0, 1)]
    tall = max(_bottom(nodes) for nodes in sides)
    key, body = (0.45 if is_narrow() else 0.25), layout.row * len(rows)
    height = 0.25 + tall + 0.15 + key + layout.head + body + 0.65
    sheet = open_sheet(view.title, view.note, height, synthetic=view.synthetic)
    for name, at, side in zip(view.names, (MARGIN, sheet.right), ("left", "right"), strict=True):
        label = shorten_label(name, 20 if is_narrow() else 40)
        sheet.write(at, sheet.top + 0.08, label, ha=side, weight="bold")
    sheet.top += 0.25
    _draw_flows(sheet, view, rows, thick, (sides[0], sides[1]), tall)
    sheet.top += tall + 0.15
    _write_key(sheet)
    sheet.top += key
    _draw_rows(sheet, layout, view, rows)
    return sheet.drawing


def _stack(
    view: FlowView, rows: list[dict[str, Any]], thick: list[float], side: int
) -> dict[str, Node]:
    """Return the groups of one side from the top down, each as high as its flows."""
    nodes: dict[str, Node] = {}
    top = 0.0
    for group in view.nodes[side]:
        height = sum(one for one, row in zip(thick, rows, strict=True) if row[SIDES[side]] == group)
        slot = max(height, SLOT)
        start = top + (slot - height) / 2
        nodes[group] = Node(start, height, start)
        top += slot + GAP
    return nodes


def _bottom(nodes: dict[str, Node]) -> float:
    return sum(max(node.height, SLOT) + GAP for node in nodes.values())


def _draw_flows(
    sheet: Sheet,
    view: FlowView,
    rows: list[dict[str, Any]],
    thick: list[float],
    sides: tuple[dict[str, Node], dict[str, Node]],
    tall: float,
) -> None:
    room = 0.98 if is_narrow() else 1.7
    lefts = (MARGIN + room, sheet.right - room - BAR)
    axes = sheet.place_axes(0, sheet.top, sheet.width, tall)
    axes.set_xlim(0, sheet.width)
    axes.set_ylim(tall, 0)
    axes.axis("off")
    for row, one in zip(rows, thick, strict=True):
        ends = [nodes[row[side]] for nodes, side in zip(sides, SIDES, strict=True)]
        tops = [node.next_top for node in ends]
        for node in ends:
            node.next_top += one
        _draw_ribbon(axes, (lefts[0] + BAR, lefts[1]), (tops[0], tops[1]), one, shade(row))
    for side, (nodes, left) in enumerate(zip(sides, lefts, strict=True)):
        for group, node in nodes.items():
            axes.add_patch(Rectangle((left, node.top), BAR, node.height, facecolor=INK))
            _name_node(sheet, view, side, group, (left, node))


def _draw_ribbon(
    axes: Axes,
    ends: tuple[float, float],
    tops: tuple[float, float],
    thick: float,
    paint: dict[str, Any],
) -> None:
    (left, right), (start, end) = ends, tops
    middle = (left + right) / 2
    corners = [
        (left, start), (middle, start), (middle, end), (right, end), (right, end + thick),
        (middle, end + thick), (middle, start + thick), (left, start + thick), (left, start),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(corners, codes), linewidth=0.5, **paint))


def shade(row: dict[str, Any]) -> dict[str, Any]:
    """Return how a flow is painted: by its risk, hatched where that is hidden or not estimated."""
    if row["risk"] is None:
        return UNKNOWN
    colour = next(colour for bound, colour, _ in SHADES if row["risk"] < bound)
    return {"facecolor": colour, "edgecolor": "white"}


def _name_node(
    sheet: Sheet, view: FlowView, side: int, group: str, place: tuple[float, Node]
) -> None:
    left, node = place
    at, anchor = (left - 0.06, "right") if side == 0 else (left + BAR + 0.06, "left")
    middle = sheet.top + node.top + node.height / 2
    n = view.nodes[side][group]
    name = shorten_label(name_group(group), 14 if is_narrow() else 26)
    sheet.write(at, middle - 0.07, name, ha=anchor, size=NOTE_SIZE)
    count = HIDDEN if n is None else format_count(n)
    sheet.write(at, middle + 0.07, count, ha=anchor, size=NOTE_SIZE, color=SOFT_INK)


def _write_key(sheet: Sheet) -> None:
    words = [(word, {"facecolor": colour, "edgecolor": INK}) for _, colour, word in SHADES]
    entries = [("Risk:", None), *words, ("hidden, not estimated", UNKNOWN)]
    left, top = MARGIN, sheet.top
    for word, paint in entries:
        width = 0.12 + 0.064 * len(word) + (0.2 if paint else 0.0)
        if left + width > sheet.right + 0.1:
            left, top = MARGIN, top + 0.18
        if paint:
            sheet.draw_box((left, top - 0.05, 0.16, 0.1), linewidth=0.5, **paint)
        sheet.write(left + (0.21 if paint else 0.0), top, word, size=NOTE_SIZE)
        left += width


def _draw_rows(sheet: Sheet, layout: RowLayout, view: FlowView, rows: list[dict[str, Any]]) -> None:
    write_heads(sheet, layout, view.heads, TEXT_SIZE - 0.5)
    body = layout.row * len(rows)
    axes = sheet.place_axes(layout.plot[0], sheet.top, layout.plot[1], body)
    prepare_percent_rows(axes, max((row["upper"] or 0.0 for row in rows), default=0.5), body)
    if is_narrow():
        axes.set_xticks(axes.get_xticks()[::2])
    for place, row in enumerate(rows):
        middle = layout.row * (place + 0.5)
        label = " \N{RIGHTWARDS ARROW} ".join(name_group(row[side]) for side in SIDES)
        top = sheet.top + middle + layout.find_line(0)
        sheet.draw_box((MARGIN, top - 0.05, 0.1, 0.1), linewidth=0.5,
                       **(shade(row) | {"edgecolor": INK}))  # fmt: skip
        lacking = row["hidden"] or row["risk"] is None
        words, indent = (label, write_cells(row)), 0.16
        write_row(sheet, sheet.top + middle, layout, words, indent=indent)
        if not lacking:
            at = middle + layout.plot_shift
            axes.plot([row["lower"], row["upper"]], [at, at], color=INK, linewidth=1.2)
            axes.plot([row["risk"]], [at], "o", color=INK, markersize=4.5)
