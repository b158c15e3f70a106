"""What comparing two strategies of starting a treatment gives."""

from __future__ import annotations

from dataclasses import dataclass

from chorall.stats.arrays import Floats, Integers, freeze


@dataclass(frozen=True, slots=True, eq=False)
class ClonedStrategies:
    """Two strategies, the first compared with the second; arrays begin with the strategy.

    Attributes
    ----------
    times : ndarray of shape (m,)
        Where curves are read, the horizon last.
    risk, lower_risk, upper_risk : ndarray of shape (2, m)
        Probability of the event (cause 1) by then if everybody followed the strategy; percentile
        limits, NaN without resamples.
    risk_difference, lower_risk_difference, upper_risk_difference : float
        First less second at the horizon.
    time_free : ndarray of shape (2,)
        Mean time up to the horizon not lost to the event.
    time_gained, lower_time_gained, upper_time_gained : float
        First less second.
    weights : ndarray of shape (2, n)
        Of each patient just after the last window, 0 where gone or no longer following.
    largest_weight : ndarray of shape (2,)
        Of any clone at any time.
    effective : ndarray of shape (2,)
        Effective numbers just after the last window, (sum w)^2 / sum w^2.
    n_following, n_events : ndarray of int, shape (2,)
        Patients with a weight there; events of cause 1 by the horizon while following.
    n_starts : int
        Patients seen to start.
    n_failed : int
        Resamples in which the model of starting had no solution.
    conf_level : float
        Coverage of the limits.
    """

    times: Floats
    risk: Floats
    lower_risk: Floats
    upper_risk: Floats
    risk_difference: float
    lower_risk_difference: float
    upper_risk_difference: float
    time_free: Floats
    time_gained: float
    lower_time_gained: float
    upper_time_gained: float
    weights: Floats
    largest_weight: Floats
    effective: Floats
    n_following: Integers
    n_events: Integers
    n_starts: int
    n_failed: int
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)
