"""How well a log hazard can tell patients apart, from its variance alone."""

from __future__ import annotations

import numpy as np
from scipy.integrate import quad
from scipy.special import expit

from chorall.errors import InputError

FURTHEST = 12.0
"""Standard deviations beyond which nothing is left of a normal distribution."""


def expected_concordance(variance: float) -> float:
    """Return the concordance of a normally distributed log hazard without censoring.

    Of two patients whose log hazards differ by d, the one with the higher hazard dies first with
    probability 1 / (1 + exp(-abs(d))); d is normal with twice the variance.

    Parameters
    ----------
    variance : float
        Variance of the log hazard between patients, 0 or more.

    Returns
    -------
    float
        From 0.5; 0.725 for a variance of 1.

    Raises
    ------
    InputError
        If the variance is negative or not finite.

    References
    ----------
    Gerstung M, Papaemmanuil E, et al. (2017). doi:10.1038/ng.3756
    """
    if not (np.isfinite(variance) and variance >= 0):
        raise InputError(f"`variance` is {variance!r}; expected a finite number of 0 or more.")
    spread = np.sqrt(2 * variance)
    half, _ = quad(lambda z: np.exp(-z * z / 2) * expit(z * spread), 0, FURTHEST)
    return float(2 * half / np.sqrt(2 * np.pi))
