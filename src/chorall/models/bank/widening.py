"""Intervals that do not become narrower where an item is not known."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import Bank
from chorall.models.bank.foreseeing import Candidate, choose_outermost
from chorall.models.bank.question import Question
from chorall.models.bank.states import FIRST_STATE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NESTED: Final = 2
"""With so many items missing, each is known in turn and the other one widens."""

NORMAL_QUARTERS: Final = (-1.96, -0.674, 0.0, 0.674, 1.96)


def widen(question: Question, ratios: Floats, numbers: Floats, estimates: Floats) -> Floats:
    """Let every interval cover those of the patient with one missing item known, either way.

    With two items missing, the intervals that are covered are themselves widened by the other one.
    With more, only those are looked at that would lie outermost (`choose_outermost`).

    Parameters
    ----------
    question : Question
        As it was asked.
    ratios : ndarray of shape (s, d, k)
        As `Question.find_ratios` returns them for the patient.
    numbers : ndarray of shape (..., d)
        As `Question.read` returns what follows from these.
    estimates : ndarray of shape (..., 3)
        Of these, as `Question.summarise` returns them: the same means are returned.
    """
    missing = list_missing(question, question.known)
    candidates = list_candidates(question, question.known, missing)
    if len(missing) > NESTED:
        candidates = choose_outermost(question, ratios, numbers, candidates)
    return _cover(question, question.known, estimates, candidates, len(missing) == NESTED)


def _cover(
    question: Question,
    known: Floats,
    estimates: Floats,
    candidates: list[Candidate],
    is_nested: bool,
) -> Floats:
    found = estimates.copy()
    for place, value in candidates:
        fuller = known.copy()
        fuller[place] = value
        own = question.summarise(question.read(question.draw(fuller)))
        if is_nested:
            others = list_candidates(question, fuller, list_missing(question, fuller))
            own = _cover(question, fuller, own, others, is_nested=False)
        found[..., 1] = np.minimum(found[..., 1], own[..., 1])
        found[..., 2] = np.maximum(found[..., 2], own[..., 2])
    return found


def list_missing(question: Question, known: Floats) -> Integers:
    """Return the features not known that could be known today: in induction MRD is to come."""
    is_missing = np.isnan(known)
    if question.now.state == FIRST_STATE:
        is_missing &= [one.kind != "mrd" for one in question.bank.design.features]
    return np.flatnonzero(is_missing)


def list_candidates(question: Question, known: Floats, missing: Integers) -> list[Candidate]:
    """Return each missing feature with each value that it may turn out to have."""
    return [
        (place, value)
        for place in missing.tolist()
        for value in list_values(question.bank, known, place)
    ]


def list_values(bank: Bank, known: Floats, place: int) -> tuple[float, ...]:
    """Return what a missing feature may turn out to be: both of a flag, five of a number."""
    law = bank.law
    if law.is_flag[place]:
        return 0.0, 1.0
    missing, mean, covariance = law.condition(known)
    own = int(np.flatnonzero(missing == place)[0])
    spread = float(np.sqrt(covariance[own, own]))
    return tuple(float(mean[own]) + spread * step for step in NORMAL_QUARTERS)
