"""The root of a function of one variable between two points."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

MAX_STEPS = 200


def find_root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where `function` changes sign between `low` and `high`, by Ridders' method.

    The signs at both ends must differ (or one of them be 0). Stops when the place does not
    move by more than some units in the last place.
    """
    at_low, at_high = function(low), function(high)
    if at_low == 0 or at_high == 0:
        return low if at_low == 0 else high
    last = np.inf
    for _ in range(MAX_STEPS):
        middle = 0.5 * (low + high)
        at_middle = function(middle)
        # divided by the largest, so that squares neither overflow nor vanish
        size = max(abs(at_low), abs(at_middle), abs(at_high))
        left, centre, right = at_low / size, at_middle / size, at_high / size
        root = np.sqrt(centre**2 - left * right)
        place = middle + (middle - low) * np.sign(left - right) * centre / root
        at_place = function(place)
        if at_place == 0 or abs(place - last) <= 4 * np.finfo(float).eps * abs(place):
            return float(place)
        ends = [(low, at_low), (middle, at_middle), (place, at_place), (high, at_high)]
        (low, at_low), (high, at_high) = find_bracket(ends)
        last = place
    return float(last)


def find_bracket(
    points: list[tuple[float, float]],
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the first two neighbours, by place, whose values differ in sign."""
    points = sorted(points)
    for left, right in pairwise(points):
        if np.sign(left[1]) != np.sign(right[1]):
            return left, right
    return points[0], points[-1]


def find_sign_change(
    function: Callable[[float], float], start: float, largest: float = 1e300
) -> float:
    """Return the first of start, 2 start, 4 start, ... at which `function` is below 0.

    Infinity when it is not below 0 up to `largest`.
    """
    place = start
    while place <= largest:
        if function(place) < 0:
            return place
        place *= 2
    return float("inf")
