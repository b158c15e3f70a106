"""Mean and variance of linear predictors whose coefficients are normal."""

from __future__ import annotations

import numpy as np

from chorall.stats._sparse_rows import measure_rows
from chorall.stats.arrays import Floats


def find_predictor_moments(
    rows: Floats, centre: Floats, effect: Floats, covariance: Floats
) -> tuple[Floats, Floats]:
    """Return mean and variance of (row - centre) times coefficients.

    The centre is taken off last, because most rows are 0 in most columns and zeros cost nothing.

    Parameters
    ----------
    rows : ndarray of shape (n, q)
        Copied unless contiguous by row.
    centre, effect : ndarray of shape (q,)
        Where predictors are 0, and the means of the coefficients.
    covariance : ndarray of shape (q, q)
        Of the coefficients; symmetric.

    Returns
    -------
    mean, variance : ndarray of shape (n,)
    """
    of_centre = covariance @ centre
    vectors = np.array([effect, of_centre])
    products, forms = measure_rows(*map(np.ascontiguousarray, (rows, vectors, covariance)))
    variance = forms - 2 * products[:, 1] + centre @ of_centre
    return products[:, 0] - centre @ effect, np.maximum(variance, 0)
