"""Who is transplanted when only some can be: survival by the share, for any order of patients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError

Floats = NDArray[np.float64]


def trace_allocation(order: Floats, treated: Floats, untreated: Floats) -> Floats:
    """Return mean survival where the first 0, 1, ..., n patients of an order are treated.

    Parameters
    ----------
    order : ndarray of shape (n,)
        The higher, the earlier a patient is treated; patients with the same number are treated
        together in equal parts, as if one of them were drawn.
    treated, untreated : ndarray of shape (n,)
        Probability of survival of each patient with and without.

    Returns
    -------
    ndarray of shape (n + 1,)

    Raises
    ------
    InputError
        If lengths differ or something is missing.
    """
    if not len(order) == len(treated) == len(untreated) or not len(order):
        raise InputError("`order`, `treated` and `untreated` need one number per patient each.")
    if not np.isfinite(np.concatenate([order, treated, untreated])).all():
        raise InputError("`order`, `treated` and `untreated` may not have missing numbers.")
    gain = treated - untreated
    values, place = np.unique(-order, return_inverse=True)
    mean = np.bincount(place, gain, len(values)) / np.bincount(place, minlength=len(values))
    ranked = np.sort(place)
    steps = np.concatenate([[0.0], np.cumsum(mean[ranked])])
    return np.asarray(untreated.mean() + steps / len(order))


def find_share(curve: Floats, survival: float) -> float:
    """Return the smallest share treated that reaches a mean survival; NaN where none does."""
    reached = np.flatnonzero(curve >= survival - 1e-12)
    if not len(reached):
        return float("nan")
    first = int(reached[0])
    if first == 0:
        return 0.0
    below, above = curve[first - 1], curve[first]
    part = (survival - below) / (above - below)
    return float((first - 1 + min(max(part, 0.0), 1.0)) / (len(curve) - 1))


def find_saving(curve: Floats, other: Floats, share: float) -> float:
    """Return the part of transplants that one order saves at the survival of another.

    Parameters
    ----------
    curve : ndarray of shape (n + 1,)
        Of the order that may need fewer.
    other : ndarray of shape (n + 1,)
        Of the usual one.
    share : float
        Share treated by the usual order.

    Returns
    -------
    float
        1 less the share that the first needs over `share`; NaN where it never gets there.
    """
    grid = np.linspace(0, 1, len(other))
    survival = float(np.interp(share, grid, other))
    return 1 - find_share(curve, survival) / share
