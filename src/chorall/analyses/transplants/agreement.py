"""Say in words whether the ways of asking agree, and how far the wrong one is off."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

import polars as pl

from chorall.analyses.transplants.answers import DATED, FIXED, LANDMARK, OVERLAP, SEQUENTIAL
from chorall.analyses.transplants.further import DONOR, DOUBLY_ROBUST, MULTI_STATE

FOUR: Final = (DATED, MULTI_STATE, LANDMARK, DONOR)
"""The answers that every reader is shown side by side."""
OTHERS: Final = (OVERLAP, DOUBLY_ROBUST, SEQUENTIAL)
RATIO: Final = ("hazard_ratio", "lower", "upper")
POINTS: Final = ("risk_difference", "lower_risk_difference", "upper_risk_difference")


def say_agreement(rows: pl.DataFrame) -> list[str]:
    """Return sentences per endpoint.

    Two answers disagree where their ratios (or differences of risk) point in different directions
    and at least one interval excludes no effect, or where their intervals do not meet. Having a
    donor is less than being transplanted: there only the direction counts, and a natural experiment
    that shows nothing while others do is said by itself.
    """
    whole = rows.filter(pl.col("group") == "all")
    return [
        line
        for endpoint in whole["endpoint"].unique(maintain_order=True)
        for line in _say_one(endpoint, whole.filter(endpoint=endpoint))
    ]


def _say_one(endpoint: str, rows: pl.DataFrame) -> Iterator[str]:
    found = {row["method"]: row for row in reversed(rows.to_dicts())}
    four = [found[name] for name in FOUR if name in found]
    sound = [
        found[name]
        for name in (*FOUR, *OTHERS)
        if name in found and (_knows(found[name], RATIO) or _knows(found[name], POINTS))
    ]
    if four:
        yield f"{endpoint}, four answers: {'; '.join(_tell(row) for row in four)}."
    if len(sound) > 1:
        apart = [pair for pair in combinations(sound, 2) if _differ(*pair)]
        named = "; ".join(f"{one['method']} against {other['method']}" for one, other in apart[:3])
        listed = ", ".join(row["method"] for row in sound)
        yield (
            f"{endpoint}: the answers DISAGREE: {named}. Look at why before using any."
            if apart
            else f"{endpoint}: the answers agree ({listed})."
        )
    yield from _doubt_by_donors(endpoint, sound)
    wrong, dated = found.get(FIXED), found.get(DATED)
    if wrong and dated and _knows(wrong, RATIO) and _knows(dated, RATIO):
        factor = wrong["hazard_ratio"] / dated["hazard_ratio"]
        yield (
            f"{endpoint}: the fixed covariate says {wrong['hazard_ratio']:.2f}, {factor:.2f} times "
            "the dated one: that is immortal time, not an effect."
        )


def _doubt_by_donors(endpoint: str, sound: list[dict[str, Any]]) -> Iterator[str]:
    natural = next((row for row in sound if row["method"] == DONOR), None)
    shown = [row["method"] for row in sound if row["method"] != DONOR and _excludes(row)]
    if natural is not None and shown and not _excludes(natural):
        yield (
            f"{endpoint}: {shown[0]} shows an effect and the natural experiment none: either those "
            "with a donor who were not transplanted thin it out, or patients were chosen by what "
            "no model knows."
        )


def _knows(row: dict[str, Any], names: tuple[str, str, str]) -> bool:
    return all(row[name] is not None and math.isfinite(row[name]) for name in names)


def _tell(row: dict[str, Any]) -> str:
    parts = []
    if _knows(row, RATIO):
        ratio, lower, upper = (row[name] for name in RATIO)
        parts.append(f"{ratio:.2f} ({lower:.2f} to {upper:.2f})")
    if _knows(row, POINTS):
        points, lower, upper = (100 * row[name] for name in POINTS)
        parts.append(f"{points:+.1f} ({lower:+.1f} to {upper:+.1f}) points")
    return f"{row['method']} {', '.join(parts) or 'not answered'}"


def _excludes(row: dict[str, Any]) -> bool:
    ratio = _knows(row, RATIO) and (row["lower"] > 1 or row["upper"] < 1)
    low, high = POINTS[1:]
    return ratio or (_knows(row, POINTS) and (row[low] > 0 or row[high] < 0))


def _differ(one: dict[str, Any], other: dict[str, Any]) -> bool:
    diluted = DONOR in (one["method"], other["method"])
    for names, neutral in ((RATIO, 1.0), (POINTS, 0.0)):
        if not (_knows(one, names) and _knows(other, names)):
            continue
        (value, low, high), (second, lower, upper) = (
            [row[name] - neutral for name in names] for row in (one, other)
        )
        if not diluted and (low > upper or lower > high):
            return True
        if value * second < 0 and (low > 0 or high < 0 or lower > 0 or upper < 0):
            return True
    return False
