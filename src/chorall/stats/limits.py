"""Confidence limits of a probability, on the scale on which it is nearly normal."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from chorall.stats.arrays import Floats

CONF_TYPES = ("log-log", "log", "plain")


def find_normal_quantile(conf_level: float) -> float:
    """Return the two-sided normal quantile, 1.96 for 0.95."""
    return float(ndtri((1 + conf_level) / 2))


def find_limits(
    probability: Floats, standard_error: Floats, conf_level: float, conf_type: str
) -> tuple[Floats, Floats]:
    """Return lower and upper limits; NaN where the scale does not define them.

    That is 0 on the log scale, 0 and 1 on the log-log scale, as in R's survfit.
    """
    quantile = find_normal_quantile(conf_level)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if conf_type == "plain":
            lower = probability - quantile * standard_error
            upper = probability + quantile * standard_error
            return np.maximum(lower, 0.0), np.minimum(upper, 1.0)
        relative = quantile * standard_error / probability
        if conf_type == "log":
            lower, upper = probability * np.exp(-relative), probability * np.exp(relative)
            return lower, np.minimum(upper, 1.0)
        width = relative / np.log(probability)
        inside = (probability > 0) & (probability < 1)
        lower = np.where(inside, probability ** np.exp(-width), np.nan)
        upper = np.where(inside, probability ** np.exp(width), np.nan)
        return lower, upper
