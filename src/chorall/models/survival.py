"""Who was at risk when, and what happened: the left-hand side of a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Survival:
    """Who was at risk when: the left-hand side of a model.

    Attributes
    ----------
    time : ndarray of float, shape (n,)
        Days from the origin to the event or to censoring.
    event : ndarray of bool, shape (n,)
        True where the event happened.
    entry_time : ndarray of float, shape (n,), or None
        Days from the origin to the first day under observation; None where nobody enters late.
    strata : ndarray of int, shape (n,), or None
        Codes from 0; each stratum has its own baseline hazard.
    """

    time: NDArray[np.float64]
    event: NDArray[np.bool_]
    entry_time: NDArray[np.float64] | None = None
    strata: NDArray[np.int64] | None = None

    def take(self, rows: NDArray[np.bool_]) -> Survival:
        """Return the rows where `rows`, shape (n,), is True."""
        entry_time = None if self.entry_time is None else self.entry_time[rows]
        return Survival(self.time[rows], self.event[rows], entry_time, self.strata_of(rows))

    def strata_of(self, rows: NDArray[np.bool_]) -> NDArray[np.int64] | None:
        """Return the strata of some rows, or None where there are none."""
        return None if self.strata is None else self.strata[rows]
