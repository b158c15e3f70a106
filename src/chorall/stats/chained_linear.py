"""Draws of a number from a Bayesian linear regression, or by predictive mean matching."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import Floats, Integers
from chorall.stats.chained_logistic import invert_root


def fit_linear(
    known: Floats, y: Floats, penalty: Floats, generator: np.random.Generator
) -> tuple[Floats, Floats, float]:
    """Return the coefficients, a draw of them, and a draw of the residual spread.

    The penalty is that of a prior of the coefficients, in residual standard deviations: it says
    nothing where the data do, and keeps what they do not tell within bounds.
    """
    squares = known.T @ known
    squares[np.diag_indices_from(squares)] += penalty
    root = invert_root(squares)
    fitted = root @ ((y @ known) @ root)
    residual = y - known @ fitted
    degrees = max(len(y) - int(known.any(axis=0).sum()), 1)
    spread = float(np.sqrt(residual @ residual / generator.chisquare(degrees)))
    drawn = fitted + spread * (root @ generator.standard_normal(len(fitted)))
    return fitted, drawn, spread


def draw_normal(
    known: Floats, y: Floats, unknown: Floats, penalty: Floats, generator: np.random.Generator
) -> Floats:
    """Return predictions by drawn coefficients with normal residuals."""
    _, drawn, spread = fit_linear(known, y, penalty, generator)
    return np.asarray(unknown @ drawn + spread * generator.standard_normal(len(unknown)))


def draw_matched(
    known: Floats,
    y: Floats,
    unknown: Floats,
    penalty: Floats,
    values: Floats,
    n_donors: int,
    generator: np.random.Generator,
) -> Floats:
    """Return observed `values` of patients whose fitted mean is near the drawn one (type 1)."""
    fitted, drawn, _ = fit_linear(known, y, penalty, generator)
    donors = pick_donors(known @ fitted, unknown @ drawn, n_donors, generator)
    return np.asarray(values[donors])


def pick_donors(
    offered: Floats, wanted: Floats, n_donors: int, generator: np.random.Generator
) -> Integers:
    """Return for each wanted mean one of the nearest offered, ties in random order."""
    shuffled = generator.permutation(len(offered))
    order = shuffled[np.argsort(offered[shuffled], kind="stable")]
    ranked = offered[order]
    count = min(n_donors, len(offered))
    # the nearest `count` lie among as many on either side
    place = np.searchsorted(ranked, wanted)[:, None] + np.arange(-count, count)
    inside = (place >= 0) & (place < len(ranked))
    place = np.clip(place, 0, len(ranked) - 1)
    distance = np.where(inside, np.abs(ranked[place] - wanted[:, None]), np.inf)
    nearest = np.argpartition(distance, count - 1, axis=1)[:, :count]
    chosen = nearest[np.arange(len(wanted)), generator.integers(count, size=len(wanted))]
    return np.asarray(order[place[np.arange(len(wanted)), chosen]])
