"""Which covariates the rows of a transition can tell something about."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.design import MRD, Design
from chorall.models.bank.level import LEAST_EVENTS
from chorall.models.bank.risk_rows import RiskRows
from chorall.models.bank.states import Transition

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEAST_CARRIERS: Final = 8
BEFORE_MRD: Final = ("induction", "induction_failure", "transplant_other")


def choose_places(transition: Transition, design: Design, rows: RiskRows, x: Floats) -> Integers:
    """Return the covariates on which the transition can tell something."""
    if rows.event.sum() < LEAST_EVENTS:
        return np.empty(0, np.int64)
    n_features = len(design.features)
    asked = [
        place
        for place, covariate in enumerate(design.covariates)
        if transition.origin not in BEFORE_MRD
        or not any(
            factor < n_features and design.features[factor].group == MRD
            for factor in covariate.factors
        )
    ]
    places = np.array(asked, np.int64)
    return places[can_tell(design, rows, places, x[:, places])]


def can_tell(design: Design, rows: RiskRows, places: Integers, x: Floats) -> NDArray[np.bool_]:
    """Return which covariates differ between enough rows; fewer rows never tell more.

    `x` has a column for each of `places`.
    """
    sums = x.sum(axis=0)
    is_frequent = np.minimum(sums, len(x) - sums) >= LEAST_CARRIERS
    told = np.ptp(x, axis=0) > 0
    n_features = len(design.features)
    for column, place in enumerate(places):
        factors = design.covariates[place].factors
        if any(factor >= n_features for factor in factors):
            told[column] &= _differs_within_strata(rows, x[:, column])
        elif len(factors) > 1 or design.features[factors[0]].is_flag:
            told[column] &= is_frequent[column]
    return np.asarray(told)


def _differs_within_strata(rows: RiskRows, own: Floats) -> bool:
    """Return True where a stratum has events in those with and in those without the strategy."""
    events = 0.0
    for stratum in np.unique(rows.stratum):
        inside = rows.stratum == stratum
        if own[inside].min() < own[inside].max():
            events += float(rows.event[inside & (own > 0)].sum())
    return events >= LEAST_CARRIERS
