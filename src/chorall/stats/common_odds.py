"""The odds ratio that 2 x 2 tables share, by Mantel and Haenszel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc

from chorall.stats.arrays import Floats
from chorall.stats.limits import find_normal_quantile


class CommonOdds(NamedTuple):
    """An odds ratio with limits by Robins, Breslow and Greenland, and the test of 1.

    NaN where no table tells anything; 0 or infinite without limits where a product is empty.
    """

    odds_ratio: float
    lower: float
    upper: float
    p_value: float


def find_common_odds(tables: Floats, conf_level: float = 0.95) -> CommonOdds:
    """Return the common odds ratio of tables of shape (k, 2, 2).

    The p-value is that of Mantel and Haenszel's chi-square without continuity correction. R:
    ``mantelhaen.test(x, correct = FALSE)``. doi:10.1093/jnci/22.4.719, doi:10.2307/2531052
    """
    n = tables.sum(axis=(1, 2))
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    telling = (rows > 0).all(axis=1) & (columns > 0).all(axis=1)
    tables, n, rows, columns = tables[telling], n[telling], rows[telling], columns[telling]
    if not len(tables):
        return CommonOdds(*[float("nan")] * 4)
    expected = rows[:, 0] * columns[:, 0] / n
    variance = rows.prod(axis=1) * columns.prod(axis=1) / (n**2 * (n - 1))
    excess = (tables[:, 0, 0] - expected).sum()
    p_value = float(chdtrc(1, excess**2 / variance.sum()))
    alike = tables[:, 0, 0] * tables[:, 1, 1] / n
    unlike = tables[:, 0, 1] * tables[:, 1, 0] / n
    together, apart = float(alike.sum()), float(unlike.sum())
    if not together or not apart:
        return CommonOdds(0.0 if not together else np.inf, np.nan, np.nan, p_value)
    same = (tables[:, 0, 0] + tables[:, 1, 1]) / n
    spread = (same * alike).sum() / (2 * together**2)
    spread += (same * unlike + (1 - same) * alike).sum() / (2 * together * apart)
    spread += ((1 - same) * unlike).sum() / (2 * apart**2)
    reach = np.exp(find_normal_quantile(conf_level) * np.sqrt(spread))
    ratio = together / apart
    return CommonOdds(ratio, float(ratio / reach), float(ratio * reach), p_value)
