"""Intervals that do not become narrower where an item is not known."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import Bank
from chorall.models.bank.question import Question
from chorall.models.bank.states import FIRST_STATE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_WIDENED: Final = 12
"""So many missing items, those of most weight, are each looked at both ways."""

NESTED: Final = 2
NORMAL_QUARTERS: Final = (-1.96, -0.674, 0.0, 0.674, 1.96)


def widen(question: Question, estimates: Floats) -> Floats:
    """Let every interval cover those of the patient with one missing item known, either way.

    `estimates` are those of `Question.summarise`; returned with the same means. With two items
    missing, the intervals that are covered are themselves widened by the other one.
    """
    return _widen(question, question.known, estimates)


def _widen(question: Question, known: Floats, estimates: Floats) -> Floats:
    found = estimates.copy()
    missing = list_missing(question, known)
    is_nested = len(missing) == NESTED
    for place in find_weighty(question.bank, missing):
        for value in list_values(question.bank, known, place):
            fuller = known.copy()
            fuller[place] = value
            own = question.summarise(question.read(question.draw(fuller)))
            if is_nested:
                own = _widen(question, fuller, own)
            found[..., 1] = np.minimum(found[..., 1], own[..., 1])
            found[..., 2] = np.maximum(found[..., 2], own[..., 2])
    return found


def list_missing(question: Question, known: Floats) -> Integers:
    """Return the features not known that could be known today: in induction MRD is to come."""
    is_missing = np.isnan(known)
    if question.now.state == FIRST_STATE:
        is_missing &= [one.kind != "mrd" for one in question.bank.design.features]
    return np.flatnonzero(is_missing)


def find_weighty(bank: Bank, missing: Integers) -> list[int]:
    """Return those of the features that could move a hazard most, at most `MOST_WIDENED`."""
    weights = _weigh_features(bank)
    return sorted(missing.tolist(), key=lambda place: -weights[place])[:MOST_WIDENED]


@lru_cache(maxsize=8)
def _weigh_features(bank: Bank) -> Floats:
    """Return how far each feature may move a hazard, in units of its error."""
    spread = np.sqrt(np.diag(bank.law.covariance))
    weights = np.zeros(len(spread))
    for model in bank.transitions:
        errors = np.sqrt((model.root**2).sum(axis=1))
        for place, effect, error in zip(model.places, model.effect, errors, strict=True):
            factors = [one for one in bank.design.covariates[place].factors if one < len(spread)]
            if len(factors) == 1:
                size = (abs(effect) + error) * np.sqrt(model.n_events) * spread[factors[0]]
                weights[factors[0]] = max(weights[factors[0]], size)
    return weights


def list_values(bank: Bank, known: Floats, place: int) -> tuple[float, ...]:
    """Return what a missing feature may turn out to be: both of a flag, five of a number."""
    law = bank.law
    if law.is_flag[place]:
        return 0.0, 1.0
    missing, mean, covariance = law.condition(known)
    own = int(np.flatnonzero(missing == place)[0])
    spread = float(np.sqrt(covariance[own, own]))
    return tuple(float(mean[own]) + spread * step for step in NORMAL_QUARTERS)
