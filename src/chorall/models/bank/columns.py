"""The covariates of a transition, at the conditional mean and drawn, for each row at risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.design import Design
from chorall.models.bank.risk_rows import RiskRows
from chorall.stats.predictor_moments import find_predictor_moments

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The q covariates of a transition for n rows at risk.

    Attributes
    ----------
    places : ndarray of int64, shape (q,)
        Which of the design.
    expected : ndarray of shape (n, q)
        Where not known, at its conditional mean.
    is_drawn : ndarray of bool, shape (n,)
        True for rows with something that is not known; the others are alike in every completion.
    drawn : ndarray of shape (m, k, q)
        Those k rows in each of m completions.
    """

    places: Integers
    expected: Floats
    is_drawn: Booleans
    drawn: Floats

    def keep(self, chosen: Booleans) -> Columns:
        """Return some of the rows."""
        drawn = self.drawn.take(np.flatnonzero(chosen[self.is_drawn]), axis=1)
        return Columns(self.places, self.expected[chosen], self.is_drawn[chosen], drawn)

    def choose(self, chosen: Booleans) -> Columns:
        """Return some of the covariates."""
        if chosen.all():
            return self
        own = np.flatnonzero(chosen)
        expected, drawn = (one.take(own, axis=-1) for one in (self.expected, self.drawn))
        return Columns(self.places[own], expected, self.is_drawn, drawn)

    def find_drawn_risk(
        self, centre: Floats, effect: Floats, covariance: Floats
    ) -> tuple[Floats, Floats]:
        """Return mean and variance of each row's log hazard ratio over effects and completions.

        `centre`, `effect` and `covariance` are the means of the covariates, their effects and the
        covariance of these.
        """
        mean, variance = find_predictor_moments(self.expected, centre, effect, covariance)
        if self.is_drawn.any():
            m, k, q = self.drawn.shape
            found = find_predictor_moments(self.drawn.reshape(m * k, q), centre, effect, covariance)
            risks, spreads = (one.reshape(m, k) for one in found)
            mean[self.is_drawn] = risks.mean(axis=0)
            variance[self.is_drawn] = risks.var(axis=0, ddof=1) + spreads.mean(axis=0)
        return mean, variance


def list_columns(design: Design, rows: RiskRows, places: Integers) -> Columns:
    """Return the covariates at some places of the design."""
    is_drawn = (rows.completions != rows.values).any(axis=(0, 2))
    drawn = [design.expand_some(values, places) for values in rows.completions[:, is_drawn]]
    shape = (len(rows.completions), int(is_drawn.sum()), len(places))
    expected = np.ascontiguousarray(design.expand_some(rows.values, places))
    return Columns(places, expected, is_drawn, np.array(drawn).reshape(shape))
