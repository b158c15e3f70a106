"""How frequent one marker is in each group, as points with limits; hidden groups say so."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from chorall.reports.numbers import format_count_of, format_percent, format_percent_interval
from chorall.reports.plain_svg import PlainSvg, element, write_text
from chorall.reports.wording import ALL_PATIENTS, OVERALL, name_group, name_marker

WIDTH: Final = 640.0
LINE: Final = 26.0
LEFT: Final = 150.0
RIGHT: Final = 250.0
TEXT: Final = 13.0
BLUE: Final = "#0072B2"
INK: Final = "#1a1a1a"
RULE: Final = "#c8c8c8"
HIDDEN: Final = "hidden: small counts"
STEPS: Final = 5
"""So that every tick is a round number, whichever of 10, 20, 50 or 100 % is the end."""


def draw_frequency_bars(rows: pl.DataFrame, marker: str) -> PlainSvg:
    """Return the frequencies of one marker.

    Parameters
    ----------
    rows : DataFrame
        As `hide_incidence` returns them, one marker; one printed line each.
    marker : str
        Its name.
    """
    lines = rows.to_dicts()
    known = [line["upper"] for line in lines if line["upper"] is not None]
    top = max((step for step in (0.1, 0.2, 0.5, 1.0) if step >= max(known, default=1.0)),
              key=lambda step: -step)  # fmt: skip
    height = LINE * (len(lines) + 1) + 30
    shapes = [*_draw_axis(top, height)]
    for place, line in enumerate(lines):
        shapes += _draw_line(line, LINE * (place + 0.8), top)
    title = f"Frequency of {name_marker(marker)} among those tested"
    said = "; ".join(f"{name_line(line)} {write_line(line)}" for line in lines)
    return PlainSvg("frequency", title, f"{title}: {said}.", rows, WIDTH, height, tuple(shapes))


def name_line(line: dict[str, Any]) -> str:
    """Return the name of a group."""
    if line["trial"] is not None:
        return str(line["trial"])
    return ALL_PATIENTS if line["by"] == OVERALL else name_group(line["by"], line["group"])


def write_line(line: dict[str, Any]) -> str:
    """Return the figure of a group, or why there is none."""
    if line["hidden"] and line["proportion"] is None:
        return HIDDEN
    if not line["n_tested"]:
        return "nobody tested"
    return format_percent_interval(line["proportion"], line["lower"], line["upper"])


def _x(share: float, top: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * share / top


def _draw_axis(top: float, height: float) -> list[str]:
    shapes = []
    foot = height - 26
    for step in range(STEPS + 1):
        share = top * step / STEPS
        x = _x(share, top)
        shapes.append(element("line", x1=x, x2=x, y1=6, y2=foot, stroke=RULE, stroke_width=1))
        shapes.append(
            write_text(x, foot + 16, format_percent(share), font_size=TEXT, text_anchor="middle")
        )
    return shapes


def _draw_line(line: dict[str, Any], y: float, top: float) -> list[str]:
    is_all = line["by"] == OVERALL and line["trial"] is None
    weight = "bold" if is_all else "normal"
    shapes = [
        write_text(0, y + 4, name_line(line), font_size=TEXT, font_weight=weight, fill=INK),
        write_text(WIDTH - RIGHT + 12, y + 4, write_line(line), font_size=TEXT, fill=INK),
    ]
    if line["proportion"] is None:
        return shapes
    counts = format_count_of(line["n_present"], line["n_tested"])
    shapes.append(write_text(WIDTH, y + 4, counts, font_size=TEXT, text_anchor="end", fill=INK))
    if line["lower"] is not None and line["upper"] is not None:
        ends = {"x1": _x(line["lower"], top), "x2": _x(min(line["upper"], top), top)}
        shapes.append(element("line", **ends, y1=y, y2=y, stroke=BLUE, stroke_width=2))
    shapes.append(element("circle", cx=_x(line["proportion"], top), cy=y, r=4.5, fill=BLUE))
    return shapes
