"""Splines for formulas: ns and rcs, two bases of the same curves, with knots that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chorall.errors import InputError
from chorall.stats.restricted_spline import KNOT_QUANTILES, build_spline, place_knots

Floats = NDArray[np.float64]


def build_natural_basis(x: Floats, knots: Floats, boundary: Floats) -> Floats:
    """Return R's basis of natural cubic splines: cubic between knots, straight beyond the boundary.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Finite values; those beyond the boundary lie on its tangent.
    knots : ndarray of shape (k,)
        Inner knots, ascending.
    boundary : ndarray of shape (2,)
        The outer knots.

    Returns
    -------
    ndarray of shape (n, k + 1)
        Columns without the constant. R: ``splines::ns(x, knots = knots, Boundary.knots =
        boundary)``, to 1e-10.
    """
    grid = np.concatenate([[boundary[0]] * 4, knots, [boundary[1]] * 4])
    # imported late: only formulas with `ns` need it
    splines = import_module("scipy.interpolate").BSpline(grid, np.eye(len(grid) - 4), 3)
    inside = np.clip(x, *boundary)
    # R leaves the first B-spline out, in place of the constant
    values = (splines(inside) + (x - inside)[:, None] * splines(inside, 1))[:, 1:]
    curvature = splines(boundary, 2)[:, 1:]
    # what is left when the curvature at both ends has to be 0
    rotation = np.linalg.qr(curvature.T, mode="complete")[0]
    return np.asarray(values @ rotation[:, 2:], dtype=np.float64)


def ns(
    x: ArrayLike,
    df: int | None = None,
    knots: Sequence[float] | None = None,
    _state: dict[str, Any] | None = None,
) -> dict[str, Floats]:
    """Natural spline in a formula, as in R: `df` columns, or one more than the inner `knots`."""
    values, state = read_column(x), {} if _state is None else _state
    if "knots" not in state:
        if (df is None) == (knots is None) or (df is not None and df < 1):
            raise InputError("`ns` needs either `df`, at least 1, or inner `knots`.")
        parts = np.arange(1, df or 1) / (df or 1)
        inner = np.quantile(values, parts) if knots is None else np.sort(np.asarray(knots, float))
        state["boundary"] = np.array([values.min(), values.max()])
        state["knots"] = check_knots("ns", inner, state["boundary"])
    return name_columns(build_natural_basis(values, state["knots"], state["boundary"]))


def rcs(
    x: ArrayLike,
    k: int = 4,
    knots: Sequence[float] | None = None,
    _state: dict[str, Any] | None = None,
) -> dict[str, Floats]:
    """Restricted cubic spline in a formula, as in Harrell's rms: `k` knots, or those given."""
    values, state = read_column(x), {} if _state is None else _state
    if "knots" not in state:
        if knots is None and k not in KNOT_QUANTILES:
            raise InputError(f"`rcs` has {k!r} knots; expected 3, 4 or 5, or `knots`.")
        chosen = place_knots(values, k) if knots is None else np.sort(np.asarray(knots, float))
        n_wanted = k if knots is None else max(len(chosen), 3)
        if len(chosen) < n_wanted:
            raise InputError(
                f"`rcs` finds {len(chosen)} of {n_wanted} distinct knots: too many values are "
                "equal. Use fewer knots, give `knots`, or let the covariate enter as it is."
            )
        state["knots"] = check_knots("rcs", chosen, np.array([-np.inf, np.inf]))
    return name_columns(build_spline(values, state["knots"]))


def read_column(x: ArrayLike) -> Floats:
    """Return a column of finite numbers."""
    values = np.asarray(x, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise InputError("a spline needs one column of finite numbers.")
    return values


def check_knots(name: str, knots: Floats, boundary: Floats) -> Floats:
    """Return knots that ascend strictly between the boundary, or raise."""
    whole = np.concatenate([boundary[:1], knots, boundary[1:]])
    if not (np.diff(whole) > 0).all():
        raise InputError(
            f"`{name}` needs knots that differ from each other and lie within the data. Use fewer "
            "of them, or let the covariate enter as it is."
        )
    return knots


def name_columns(basis: Floats) -> dict[str, Floats]:
    """Return the columns, numbered from 1."""
    return {str(number + 1): column for number, column in enumerate(basis.T)}
