"""The covariates of a transition, at the conditional mean and drawn, for each row at risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.design import Design
from chorall.models.bank.risk_rows import RiskRows

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
        drawn = self.drawn[:, chosen[self.is_drawn]]
        return Columns(self.places, self.expected[chosen], self.is_drawn[chosen], drawn)

    def choose(self, chosen: Booleans) -> Columns:
        """Return some of the covariates."""
        if chosen.all():
            return self
        return Columns(
            self.places[chosen], self.expected[:, chosen], self.is_drawn, self.drawn[:, :, chosen]
        )

    def find_drawn_risk(
        self, centre: Floats, effect: Floats, root: Floats
    ) -> tuple[Floats, Floats]:
        """Return mean and variance of each row's log hazard ratio over effects and completions.

        `centre`, `effect` and `root` are the means of the covariates, their effects and a root of
        the covariance of these.
        """
        centred = self.expected - centre
        mean, variance = centred @ effect, ((centred @ root) ** 2).sum(axis=1)
        if self.is_drawn.any():
            drawn = self.drawn - centre
            risks, spreads = drawn @ effect, ((drawn @ root) ** 2).sum(axis=2)
            mean[self.is_drawn] = risks.mean(axis=0)
            variance[self.is_drawn] = risks.var(axis=0, ddof=1) + spreads.mean(axis=0)
        return mean, variance


def list_columns(design: Design, rows: RiskRows, places: Integers) -> Columns:
    """Return the covariates at some places of the design."""
    is_drawn = (rows.completions != rows.values).any(axis=(0, 2))
    drawn = [design.expand_some(values, places) for values in rows.completions[:, is_drawn]]
    shape = (len(rows.completions), int(is_drawn.sum()), len(places))
    return Columns(
        places, design.expand_some(rows.values, places), is_drawn, np.array(drawn).reshape(shape)
    )
