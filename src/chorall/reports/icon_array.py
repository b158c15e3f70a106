"""One hundred patients like this one, as icons: the counts always add up to 100."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from chorall.reports.plain_svg import PlainSvg, element

Floats = NDArray[np.float64]
Key = TypeVar("Key")

FATES: Final = {
    "alive": "alive, no failure or relapse",
    "alive_after": "alive after failure or relapse",
    "died_after": "died after failure or relapse",
    "died_without": "died in induction or remission",
}
"""Fate and its words, in the order of the icons."""

COLOURS: Final = {
    "alive": "#0072B2",
    "alive_after": "#0072B2",
    "died_after": "#D55E00",
    "died_without": "#4d4d4d",
}
"""Shapes differ as well: disc, ring, cross, square."""

ALIVE: Final = ("alive", "alive_after")
TITLE: Final = "100 patients like this, {label}, {years:g} years from today"
STEP: Final = 20.0
IN_A_ROW: Final = 10
NOT_AFTER: Final = ("induction", "remission", "transplant_in_first_remission")


def share_fates(occupancy: Mapping[str, float]) -> dict[str, float]:
    """Return the probability of each fate from the probabilities of the states of a bank.

    Parameters
    ----------
    occupancy : mapping of str to float
        State to probability at one time; deaths are named `death_from_STATE`.
    """
    at_once = {name: np.array([value], np.float64) for name, value in occupancy.items()}
    return {fate: float(shares[0]) for fate, shares in share_fates_by_time(at_once).items()}


def share_fates_by_time(occupancy: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the same at several times: state to an array of shape (times,), not empty."""
    shares = dict.fromkeys(FATES, np.zeros(len(next(iter(occupancy.values())))))
    for name, values in occupancy.items():
        state = name.removeprefix("death_from_")
        end = "died" if name != state else "alive"
        after = state not in NOT_AFTER
        fate = f"{end}_after" if after else ("died_without" if end == "died" else "alive")
        shares[fate] = shares[fate] + values
    return shares


def count_in_hundred(shares: Mapping[str, float]) -> dict[str, int]:
    """Return fates in whole numbers that add up to 100, those alive as near as can be to theirs.

    First 100 is parted into alive and dead, then each part into its fates: so that the icons of
    those alive are as many as the rounded survival that stands beside them.

    Parameters
    ----------
    shares : mapping of str to float
        As `share_fates` returns them; taken in proportion to their sum.
    """
    parts = {
        is_alive: {name: value for name, value in shares.items() if (name in ALIVE) == is_alive}
        for is_alive in (True, False)
    }
    sizes = round_to_sum({is_alive: sum(part.values()) for is_alive, part in parts.items()}, 100)
    counts: dict[str, int] = {}
    for is_alive, part in parts.items():
        counts |= round_to_sum(part, sizes[is_alive])
    return {name: counts[name] for name in shares}


def round_to_sum(values: Mapping[Key, float], whole: int) -> dict[Key, int]:
    """Return whole numbers that add up to `whole`, in proportion to `values`.

    Rounded down, the rest to the largest remainders; ties go to the first.
    """
    total = sum(values.values())
    scaled = {name: whole * value / total if total else 0.0 for name, value in values.items()}
    counts = {name: int(value) for name, value in scaled.items()}
    order = sorted(counts, key=lambda name: counts[name] - scaled[name])
    for name in order[: whole - sum(counts.values())]:
        counts[name] += 1
    return counts


def draw_icons(
    shares: Mapping[str, float],
    label: str,
    years: float,
    *,
    words: Mapping[str, str] = FATES,
    title: str = TITLE,
) -> PlainSvg:
    """Return 100 icons of what becomes of 100 patients.

    Parameters
    ----------
    shares : mapping of str to float
        As `share_fates` returns them.
    label : str
        Of the treatment.
    years : float
        From today.
    words : mapping of str to str
        Fate and what it is called.
    title : str
        With places for `label` and `years`.
    """
    counts = count_in_hundred(shares)
    fates = [fate for fate, number in counts.items() for _ in range(number)]
    shapes = tuple(_draw(fate, place) for place, fate in enumerate(fates))
    said = "; ".join(f"{counts[fate]} {name}" for fate, name in words.items())
    head = title.format(label=label, years=years)
    data = {"fate": list(counts), "n_of_100": list(counts.values())}
    side = STEP * IN_A_ROW
    return PlainSvg("icons", head, f"{head}: {said}.", data, side, side, shapes)


def draw_key(fate: str, words: Mapping[str, str] = FATES) -> PlainSvg:
    """Return the icon of one fate alone, for a legend."""
    shape = (_draw(fate, 0),)
    said = words[fate]
    return PlainSvg(f"key-{fate}", said, said, {}, STEP, STEP, shape, paper="none")


@cache
def _draw(fate: str, place: int) -> str:
    """Return one icon; there are as many as fates times 100 places."""
    x = STEP * (place % IN_A_ROW) + STEP / 2
    y = STEP * (place // IN_A_ROW) + STEP / 2
    colour = COLOURS[fate]
    if fate == "alive":
        return element("circle", cx=x, cy=y, r=7, fill=colour)
    if fate == "alive_after":
        return element("circle", cx=x, cy=y, r=5.5, fill="none", stroke=colour, stroke_width=3)
    if fate == "died_after":
        path = f"M{x - 5.5:g} {y - 5.5:g}l11 11m0-11l-11 11"
        return element("path", d=path, stroke=colour, stroke_width=3.4, fill="none")
    return element("rect", x=x - 5.5, y=y - 5.5, width=11, height=11, fill=colour)
