"""Restricted cubic splines: cubic between knots, straight beyond the outer ones."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import Floats

# Harrell's places of the knots, as quantiles
KNOT_QUANTILES = {
    3: (0.1, 0.5, 0.9),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.5, 0.725, 0.95),
}


def place_knots(x: Floats, n_knots: int) -> Floats:
    """Return distinct knots at quantiles of `x`; fewer than three mean a straight line."""
    return np.unique(np.quantile(x, KNOT_QUANTILES[n_knots]))


def build_spline(x: Floats, knots: Floats) -> Floats:
    """Return the columns x and, with k >= 3 knots, k - 2 cubic ones, in the unit of x."""
    if len(knots) < 3:
        return x[:, None]
    last, span = knots[-1], knots[-1] - knots[-2]
    scale = (last - knots[0]) ** 2

    def cube(knot: float) -> Floats:
        return np.maximum(x - knot, 0.0) ** 3

    columns = [x]
    for knot in knots[:-2]:
        inner = cube(knots[-2]) * (last - knot) / span
        outer = cube(last) * (knots[-2] - knot) / span
        columns.append((cube(knot) - inner + outer) / scale)
    return np.stack(columns, axis=1)
