"""The mean over time of a measure that is known at some horizons."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import Floats
from chorall.stats.censoring_weights import find_influence_error


def find_time_mean(time: Floats, values: Floats, influence: Floats) -> tuple[float, float]:
    """Return the mean over time by the trapezium rule, with its error; NaN with one time.

    `values` has shape (m,), `influence` shape (n, m).
    """
    if len(time) < 2:
        return float("nan"), float("nan")
    span = time[-1] - time[0]
    mean = float(np.trapezoid(values, time) / span)
    own = np.asarray(np.trapezoid(influence, time, axis=1), dtype=np.float64) / span
    return mean, float(find_influence_error(own[:, None])[0])
