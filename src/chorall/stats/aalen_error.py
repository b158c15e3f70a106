"""Aalen's standard error of cumulative incidence."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import Counts, Floats


def find_aalen_error(
    incidence: Floats,
    n_events: Counts,
    n_at_risk: Counts,
    survival_before: Floats,
    survival: Floats,
) -> Floats:
    """Return Aalen's standard error of each incidence, shape (K, t).

    An event at s moves the incidence F(t) by (own - (F(t) - F(s)) / S(s)) times its hazard,
    where own is 1 for the cause itself; squares of that, weighted with the variance of the
    hazard increment, are expanded in F(t) so that one cumulative sum serves every t.
    """
    others = n_events.sum(axis=0) - n_events
    own_variance = find_increment_variance(n_events, n_at_risk, survival_before)
    other_variance = find_increment_variance(others, n_at_risk, survival_before)
    # once nobody is left F does not move any more and the terms in 1 / S drop out
    per_survivor = np.divide(1.0, survival, out=np.zeros_like(survival), where=survival > 0)
    other_variance = np.where(survival > 0, other_variance, 0.0)
    at_event = incidence * per_survivor
    constant = np.cumsum((1 + at_event) ** 2 * own_variance + at_event**2 * other_variance, axis=1)
    linear = np.cumsum(
        per_survivor * ((1 + at_event) * own_variance + at_event * other_variance), axis=1
    )
    square = np.cumsum(per_survivor**2 * (own_variance + other_variance), axis=1)
    variance = constant - 2 * incidence * linear + incidence**2 * square
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)), dtype=np.float64)


def find_increment_variance(n_events: Counts, n_at_risk: Counts, survival_before: Floats) -> Floats:
    """Return S(t-)^2 times the hypergeometric variance of the hazard increment d / n."""
    tie_factor = 1 - np.maximum(n_events - 1, 0) / np.maximum(n_at_risk - 1, 1)
    return np.asarray(survival_before**2 * tie_factor * n_events / n_at_risk**2, dtype=np.float64)
