"""A risk at the horizon with limits that hold where few had the event, or nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from chorall.stats import cumulative_incidence

Floats = NDArray[np.float64]
ROUNDING: Final = 1e-6
"""Of an effective number of events that is whole but for rounding."""


@dataclass(frozen=True, slots=True)
class RiskAtHorizon:
    """The risk of one event by the horizon in n patients.

    Attributes
    ----------
    n, n_events : int
        Patients; events by the horizon.
    risk, lower, upper : float
        Cumulative incidence with limits; NaN where nobody was followed so long.
    effective_n : float
        Patients, all of them followed to the horizon, who would tell as much; 0 for none.
    """

    n: int
    n_events: int
    risk: float
    lower: float
    upper: float
    effective_n: float

    @property
    def is_known(self) -> bool:
        """True where somebody was followed to the horizon."""
        return bool(np.isfinite(self.risk))

    @property
    def counts(self) -> tuple[int, int]:
        """Events and patients of the binomial that tells as much, rounded to the careful side."""
        if not self.is_known or self.effective_n < 1:
            return 0, 0
        if self.n_events == 0:
            return 0, int(self.effective_n)
        events = max(1, int(np.floor(self.effective_n * self.risk + ROUNDING)))
        return events, max(events, round(events / self.risk))


NOT_KNOWN: Final = RiskAtHorizon(0, 0, np.nan, np.nan, np.nan, 0.0)


def measure_risk(
    time: Floats,
    cause: NDArray[np.int64],
    entry_time: Floats | None,
    horizon: float,
    *,
    conf_level: float = 0.95,
) -> RiskAtHorizon:
    """Estimate the risk of cause 1 by the horizon, other causes competing.

    Parameters
    ----------
    time : ndarray of float, shape (n,)
        Follow-up from the origin.
    cause : ndarray of int, shape (n,)
        0 censored, 1 the event, 2 and above what competes.
    entry_time : ndarray of float, shape (n,), or None
        First day under observation.
    horizon : float
        In the unit of `time`; an event at exactly this time counts.
    conf_level : float
        Two-sided; each limit is one-sided at (1 + conf_level) / 2.

    Returns
    -------
    RiskAtHorizon
        Aalen and Johansen's estimate with the limits of Clopper and Pearson for Peto's effective
        number of patients: those still followed and free of every event at the horizon, divided by
        the share who are free of it. A patient lost before counts as if never seen, as in the
        study planner; with nobody lost, the limit is Clopper and Pearson's own.

    See Also
    --------
    chorall.analyses.planning.low_risk : How many patients a limit needs.
    chorall.stats.cumulative_incidence : R: ``survfit(Surv(time, factor(cause)) ~ 1)``.

    References
    ----------
    Peto R et al. (1977). doi:10.1038/bjc.1977.1
    Dorey FJ, Korn EL (1987). doi:10.1002/sim.4780060605
    """
    n = len(time)
    if n == 0:
        return NOT_KNOWN
    n_events = int(((cause == 1) & (time <= horizon)).sum())
    at = cumulative_incidence(time, cause, entry_time=entry_time).at(horizon)
    risk, free = float(at.cumulative_incidence[0, 0]), float(at.survival[0])
    if not np.isfinite(risk):
        return RiskAtHorizon(n, n_events, np.nan, np.nan, np.nan, 0.0)
    effective = float(n)
    if free > 0:
        followed = (time > horizon) | ((time == horizon) & (cause == 0))
        observed = followed if entry_time is None else followed & (entry_time < horizon)
        effective = min(float(observed.sum()) / free, float(n))
    lower, upper = find_exact_limits(effective * risk, effective, conf_level)
    return RiskAtHorizon(n, n_events, risk, lower, upper, effective)


def find_exact_limits(n_events: float, n: float, conf_level: float) -> tuple[float, float]:
    """Return Clopper and Pearson's limits, events and patients not being whole numbers.

    See Also
    --------
    chorall.stats.proportion_interval : Whole numbers.
    """
    tail = (1 - conf_level) / 2
    lower = 0.0 if n_events <= 0 else float(betaincinv(n_events, n - n_events + 1, tail))
    upper = 1.0 if n_events >= n else float(betaincinv(n_events + 1, n - n_events, 1 - tail))
    return lower, upper
