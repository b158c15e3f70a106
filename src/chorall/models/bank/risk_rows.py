"""Who may make a transition, by the clock of the state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RiskRows:
    """Who may make a transition, by the clock of the state.

    Attributes
    ----------
    values : ndarray of shape (n, f + s)
        Features (their conditional means where not known) and strategies.
    completions : ndarray of shape (m, n, f + s)
        The same with what is not known drawn, m times, as a prediction draws it.
    entry_time, time : ndarray of shape (n,)
        Days since the state was entered; time > entry_time.
    event : ndarray of bool, shape (n,)
        True where the transition was made at `time`.
    trial, stratum : ndarray of str, shape (n,)
        A stratum is a trial and whether allocated yet.
    """

    values: Floats
    completions: Floats
    entry_time: Floats
    time: Floats
    event: NDArray[np.bool_]
    trial: NDArray[np.str_]
    stratum: NDArray[np.str_]

    def keep(self, chosen: NDArray[np.bool_]) -> RiskRows:
        """Return some of the rows."""
        return RiskRows(
            self.values[chosen], self.completions[:, chosen], self.entry_time[chosen],
            self.time[chosen], self.event[chosen], self.trial[chosen], self.stratum[chosen],
        )  # fmt: skip
