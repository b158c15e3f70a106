"""The distribution of a sum of cells of 2 x 2 tables, given all margins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from chorall.stats.arrays import Floats
from chorall.stats.root_finding import find_root

# sums whose probability differs from the observed one's by less are equally probable (as in R)
RELATIVE_ERROR = 1 + 1e-7
LARGEST_LOG_ODDS = 100.0
NEGLIGIBLE = -700.0


class Conditional(NamedTuple):
    """Possible sums of the upper left cells, their log probabilities by chance, and the sum."""

    support: Floats
    log_density: Floats
    observed: float


def find_conditional(tables: Floats, log_odds: float = 0.0) -> Conditional:
    """Return the distribution for tables of shape (k, 2, 2), none with an empty margin.

    Probabilities are convolved at `log_odds` and then brought back to an odds ratio of 1, so that
    those around the sums that are likely there do not vanish in rounding.
    """
    lowest, log_density = 0.0, np.zeros(1)
    for table in tables:
        start, density = find_hypergeometric(table, log_odds)
        lowest += start
        log_density = convolve_logs(log_density, density)
    support = lowest + np.arange(len(log_density))
    observed = float(tables[:, 0, 0].sum())
    even = log_density - log_odds * (support - observed)
    return Conditional(support.astype(np.float64), even.astype(np.float64), observed)


def find_hypergeometric(table: Floats, log_odds: float) -> tuple[float, Floats]:
    """Return the lowest possible upper left cell and the logs of the probabilities from there."""
    row, column, n = table[0].sum(), table[:, 0].sum(), table.sum()
    cells = np.arange(max(0.0, row + column - n), min(row, column) + 1)
    logs = -(
        gammaln(cells + 1)
        + gammaln(row - cells + 1)
        + gammaln(column - cells + 1)
        + gammaln(n - row - column + cells + 1)
    )
    logs += log_odds * cells
    logs -= logs.max()
    return float(cells[0]), logs - np.log(np.exp(logs).sum())


def convolve_logs(a: Floats, b: Floats) -> Floats:
    """Return the log of the convolution of two densities given by their logs."""
    with np.errstate(divide="ignore"):
        found = np.log(np.convolve(np.exp(a), np.exp(b)))
    return np.asarray(np.maximum(found, NEGLIGIBLE), dtype=np.float64)


def tilt(conditional: Conditional, log_odds: float) -> Floats:
    """Return the probabilities of the sums at another odds ratio."""
    logs = conditional.log_density + log_odds * conditional.support
    density = np.exp(logs - logs.max())
    return np.asarray(density / density.sum(), dtype=np.float64)


def find_exact_p_value(conditional: Conditional) -> float:
    """Return the probability, at an odds ratio of 1, of all sums no more probable than observed."""
    density = tilt(conditional, 0.0)
    observed = density[conditional.support == conditional.observed][0]
    return float(min(density[density <= observed * RELATIVE_ERROR].sum(), 1.0))


def find_conditional_maximum(conditional: Conditional) -> float:
    """Return the odds ratio at which the expected sum is the observed one."""
    support, observed = conditional.support, conditional.observed
    if observed == support[0]:
        return 0.0
    if observed == support[-1]:
        return float("inf")

    def excess(log_odds: float) -> float:
        return float(tilt(conditional, log_odds) @ support) - observed

    return float(np.exp(find_root(excess, -LARGEST_LOG_ODDS, LARGEST_LOG_ODDS)))


def find_conditional_limits(conditional: Conditional, conf_level: float) -> tuple[float, float]:
    """Return the odds ratios at which each exact one-sided test just rejects."""
    support, observed = conditional.support, conditional.observed
    tail = (1 - conf_level) / 2

    def lower_excess(log_odds: float) -> float:
        return float(tilt(conditional, log_odds)[support >= observed].sum()) - tail

    def upper_excess(log_odds: float) -> float:
        return float(tilt(conditional, log_odds)[support <= observed].sum()) - tail

    ends = (-LARGEST_LOG_ODDS, LARGEST_LOG_ODDS)
    lower = 0.0 if observed == support[0] else float(np.exp(find_root(lower_excess, *ends)))
    upper = (
        float("inf") if observed == support[-1] else float(np.exp(find_root(upper_excess, *ends)))
    )
    return lower, upper
