"""Infinitesimal-jackknife errors of cumulative incidence, with case weights, in linear time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats.arrays import Booleans, Counts, Floats, Integers
from chorall.stats.risk_table import RiskTable


class IncidenceSteps(NamedTuple):
    """The curve of one cause at t times, and what makes it.

    `hazard` is the share of those at risk that has an event of any kind, `own` that of the cause.
    """

    table: RiskTable
    n_at_risk: Counts
    hazard: Floats
    own: Floats
    survival_before: Floats
    incidence: Floats


def find_jackknife_error(
    steps: IncidenceSteps,
    weights: Floats,
    n_passed: Integers,
    is_event: Booleans,
    is_own: Booleans,
) -> Floats:
    """Return the square root of the sum of squared influences at each of the t times.

    `n_passed` is the number of times up to the entry of each patient. The influence of a patient
    on F(t) is alpha - F(t) beta after the exit, and G(t) - p + F(t) b, negative, while at risk: p
    and b are sums up to the entry. So the squares of all patients are sums of a few products.
    """
    table, incidence = steps.table, steps.incidence
    n_at_risk = np.asarray(steps.n_at_risk, dtype=np.float64)
    # where everybody at risk has an event, nothing depends on the weights
    goes_on = steps.hazard < 1
    per_risk = np.divide(
        1.0, n_at_risk * (1 - steps.hazard), out=np.zeros(len(n_at_risk)), where=goes_on
    )
    linear = np.cumsum(
        steps.survival_before * steps.own / n_at_risk + incidence * steps.hazard * per_risk
    )
    slope = np.cumsum(steps.hazard * per_risk)
    first_linear, first_slope = (
        np.concatenate([[0.0], part])[n_passed] for part in (linear, slope)
    )
    exit_ = table.position
    alpha = first_linear - linear[exit_] + is_event * (incidence * per_risk)[exit_]
    alpha += is_own * (steps.survival_before / n_at_risk)[exit_]
    beta = first_slope - slope[exit_] + is_event * per_risk[exit_]
    squares = weights**2
    gone = [cumulate(part, exit_, len(incidence)) for part in list_products(squares, alpha, -beta)]
    variance = gone[0] + 2 * incidence * gone[1] + incidence**2 * gone[2]
    # still at risk: entered before this time, and not gone by it
    parts = [squares, squares * first_linear, squares * first_slope]
    parts += list_products(squares, -first_linear, first_slope)
    ones, p, b, pp, pb, bb = (
        cumulate(part, n_passed, len(incidence)) - cumulate(part, exit_, len(incidence))
        for part in parts
    )
    at_risk = linear - incidence * slope
    variance += at_risk**2 * ones + 2 * at_risk * (incidence * b - p)
    variance += pp + 2 * incidence * pb + incidence**2 * bb
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)), dtype=np.float64)


def list_products(squares: Floats, one: Floats, other: Floats) -> list[Floats]:
    """Return the weighted products of two parts: one², one times other, other²."""
    return [squares * one * one, squares * one * other, squares * other * other]


def cumulate(values: Floats, place: Integers, size: int) -> Floats:
    """Return at each of the `size` times the sum of the values whose place is not after it."""
    sums = np.cumsum(np.bincount(place, values, minlength=size + 1))
    return np.asarray(sums[:size], dtype=np.float64)
