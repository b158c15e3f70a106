"""The inverse power law of learning: what is reached grows towards a ceiling as size grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXPONENTS: Final = np.round(np.arange(0.1, 2.01, 0.05), 2)
"""Beyond these a curve is straight in the logarithm, or flat from its second point on."""


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """value(n) = ceiling - slope * n ** -exponent, with the sign of `slope` as learning has it.

    Attributes
    ----------
    ceiling : float
        What an endless bank would reach, if the law held.
    slope : float
        0 where nothing is learnt from size.
    exponent : float
        How fast.
    """

    ceiling: float
    slope: float
    exponent: float

    def at(self, size: Floats) -> Floats:
        """Return the values at some sizes."""
        return np.asarray(self.ceiling - self.slope * size**-self.exponent)


def fit_power_law(size: Floats, value: Floats, *, higher_is_better: bool) -> PowerLaw:
    """Fit the law by least squares; a curve that gets worse with size is fitted as flat.

    Parameters
    ----------
    size : ndarray of shape (k,)
        Above 0; two or more different ones.
    value : ndarray of shape (k,)
        What was reached at each.
    higher_is_better : bool
        True for concordance, False for an error.

    Returns
    -------
    PowerLaw
        The exponent is the best of a grid from 0.1 to 2.

    Notes
    -----
    Mukherjee et al. 2003 (doi:10.1089/106652703321825928) extrapolate error rates in this way.
    R: ``nls(value ~ a - b * size^-c)`` within the bounds.
    """
    sign = 1.0 if higher_is_better else -1.0
    best, smallest = PowerLaw(float(value.mean()), 0.0, 1.0), float(np.var(value) * len(value))
    # in units of the largest size, so that the powers stay of one order
    largest = float(size.max())
    for exponent in EXPONENTS:
        power = (size / largest) ** -exponent
        centred = power - power.mean()
        slope = -float(centred @ value) / float(centred @ centred)
        if sign * slope <= 0:
            continue
        ceiling = float(value.mean()) + slope * float(power.mean())
        error = float(((value - ceiling + slope * power) ** 2).sum())
        if error < smallest:
            best = PowerLaw(ceiling, float(slope * largest**exponent), float(exponent))
            smallest = error
    return best
