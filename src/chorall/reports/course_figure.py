"""The course of one patient under one or two strategies, drawn on the same axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from chorall.reports.icon_array import COLOURS, FATES, share_fates_by_time
from chorall.reports.plain_svg import PlainSvg, element, write_text

Floats = NDArray[np.float64]
Place = TypeVar("Place", float, Floats)

WIDTH: Final = 340.0
HEIGHT: Final = 256.0
LEFT: Final = 40.0
TOP: Final = 26.0
RIGHT: Final = 10.0
BOTTOM: Final = 38.0
INK: Final = "#1a1a1a"
RULE: Final = "#c8c8c8"
TEXT: Final = 12.0
OPACITIES: Final = {"alive": 1.0, "alive_after": 0.45, "died_after": 0.75, "died_without": 0.55}
MONTHS: Final = 12


def draw_course(
    occupancy: Mapping[str, Floats],
    survival: Sequence[tuple[float, float, float, float]],
    label: str,
) -> PlainSvg:
    """Return the four fates over time as areas that fill 0 to 100 %, with the range of survival.

    Parameters
    ----------
    occupancy : mapping of str to ndarray of shape (g + 1,)
        State to probability by month from today.
    survival : sequence of (years, estimate, lower, upper)
        Overall survival where it was asked, drawn as bars.
    label : str
        Of the strategy.
    """
    shares = share_fates_by_time(occupancy)
    n_months = len(next(iter(shares.values()))) - 1
    data = {"months": np.arange(n_months + 1), **shares}
    years = n_months / MONTHS
    shapes = (
        *_draw_areas(shares, years),
        *_draw_axes(years),
        *(part for bar in survival for part in _draw_bar(bar, years)),
    )
    ranges = "; ".join(
        f"at {when:g} years {100 * mean:.0f} % alive, range {100 * low:.0f} to {100 * high:.0f} %"
        for when, mean, low, high in survival
    )
    title = f"Course by year from today, {label}"
    return PlainSvg("course", title, f"{title}: {ranges}.", data, WIDTH, HEIGHT, shapes)


def _x(years: float, longest: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * years / longest


def _y(share: Place) -> Place:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def _draw_areas(shares: Mapping[str, Floats], longest: float) -> list[str]:
    """Alive lies below, so that the top of both living areas is survival."""
    n_times = len(next(iter(shares.values())))
    times = _write_times(n_times, longest)
    base, shapes = np.zeros(n_times), []
    below = [f"{times[0]},{_y(0):.1f}", f"{times[-1]},{_y(0):.1f}"]  # a straight line has two ends
    for fate in FATES:
        base = base + shares[fate]
        above = _draw_line(times, base)
        shapes.append(
            element(
                "polygon",
                points=" ".join([*above, *reversed(below)]),
                fill=COLOURS[fate],
                fill_opacity=OPACITIES[fate],
                stroke="#ffffff",
                stroke_width=1,
            )
        )
        below = above
    return shapes


@lru_cache(maxsize=64)
def _write_times(n_times: int, longest: float) -> tuple[str, ...]:
    return tuple(f"{_x(month / MONTHS, longest):.1f}" for month in range(n_times))


def _draw_line(times: Sequence[str], shares: Floats) -> list[str]:
    return [f"{x},{y:.1f}" for x, y in zip(times, _y(shares).tolist(), strict=True)]


@lru_cache(maxsize=64)
def _draw_axes(longest: float) -> tuple[str, ...]:
    shapes = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = _y(share)
        shapes.append(element("line", x1=LEFT - 4, x2=LEFT, y1=y, y2=y, stroke=INK, stroke_width=1))
        shapes.append(
            write_text(LEFT - 7, y + 4, f"{100 * share:g}", font_size=TEXT, text_anchor="end")
        )
    for year in range(int(longest) + 1):
        x, y = _x(year, longest), _y(0)
        shapes.append(element("line", x1=x, x2=x, y1=y, y2=y + 4, stroke=INK, stroke_width=1))
        shapes.append(write_text(x, y + 17, str(year), font_size=TEXT, text_anchor="middle"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    shapes.append(
        write_text(middle, HEIGHT - 4, "years from today", font_size=TEXT, text_anchor="middle")
    )
    shapes.append(write_text(2, 11, "of 100", font_size=TEXT))
    return tuple(shapes)


def _draw_bar(bar: tuple[float, float, float, float], longest: float) -> list[str]:
    years, mean, lower, upper = bar
    x = min(_x(years, longest), WIDTH - RIGHT - 4)
    ends = [
        element("line", x1=x - 4, x2=x + 4, y1=_y(end), y2=_y(end), stroke=INK, stroke_width=1.6)
        for end in (lower, upper)
    ]
    line = element("line", x1=x, x2=x, y1=_y(lower), y2=_y(upper), stroke=INK, stroke_width=1.6)
    dot = element("circle", cx=x, cy=_y(mean), r=3.6, fill="#ffffff", stroke=INK, stroke_width=1.6)
    return [line, *ends, dot]
