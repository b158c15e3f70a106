"""Which of the items not known could move a limit most: a quick look before the full one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from chorall.models.bank.noise import ALL_SOURCES, NOTHING_DRAWN
from chorall.models.bank.question import Question
from chorall.models.bank.ratios import find_half_variance, find_log_ratios
from chorall.models.bank.simulate_course import complete

Floats = NDArray[np.float64]

SMALLEST: Final = 1e-4
"""Probabilities are kept this far from 0 and 1 before their logit is taken."""

RIDGE: Final = 1e-9
LIMIT: Final = 1.96
LEAST_VARIANCE: Final = 0.2
"""Knowing one item leaves at least this part of the variance, whatever the lines say."""

SMALL_STEP: Final = 0.0025
"""A limit may fall short by this before one more candidate is looked at."""

Candidate = tuple[int, float]
"""A feature that is not known, and what it could turn out to be."""


def choose_outermost(
    question: Question, known: Floats, numbers: Floats, candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Return the candidates whose limits would lie outermost, for each number below and above.

    Parameters
    ----------
    question : Question
        As it was asked.
    known : ndarray of shape (f,)
        NaN where not known.
    numbers : ndarray of shape (s + s - 1, q, k, d)
        As `Question.read` returns them for `known`.
    candidates : sequence of (int, float)
        Features and their values.
    """
    below, middle, above = foresee(question, known, numbers, candidates)
    apart = middle[:1] - middle[1:]
    n = len(candidates)
    reach = np.hstack(
        [
            np.concatenate([-below, -apart]).transpose(1, 0, 2).reshape(n, -1),
            np.concatenate([above, apart]).transpose(1, 0, 2).reshape(n, -1),
        ]
    )
    return [candidates[place] for place in cover_outermost(reach)]


def cover_outermost(reach: Floats) -> list[int]:
    """Return rows of which one reaches, in every column, as far as any row but for `SMALL_STEP`.

    The first is the one that reaches furthest in all columns together; then always the one that
    adds most.
    """
    chosen = [int(reach.sum(axis=1).argmax())]
    reached = reach[chosen[0]].copy()
    while (reach.max(axis=0) - reached).max() > SMALL_STEP:
        chosen.append(int(np.maximum(reach - reached, 0).sum(axis=1).argmax()))
        reached = np.maximum(reached, reach[chosen[-1]])
    return chosen


def foresee(
    question: Question, known: Floats, numbers: Floats, candidates: Sequence[Candidate]
) -> tuple[Floats, Floats, Floats]:
    """Return about where the numbers of the candidates lie: lower limit, middle, upper limit.

    The logit of each number is a line over the log hazards of the draws of the patient as known;
    a fuller patient has other log hazards on average, and more or less doubt about them. Each has
    the shape (s, candidates, q k).
    """
    bank, trial = question.bank, question.now.trial
    flags = [strategy.flags for strategy in question.strategies]
    features = complete(bank, known, question.noise, ALL_SOURCES)
    drawn = find_log_ratios(bank, features, flags, question.draws, ALL_SOURCES, trial)
    places, values = (
        np.array([one for one, _ in candidates]),
        np.array([one for _, one in candidates]),
    )
    fuller = bank.law.expect_fuller(known, places, values)
    fuller = np.vstack([fuller, bank.law.expect(known[None, :])])
    means = find_log_ratios(bank, fuller, flags, 1, NOTHING_DRAWN, trial)
    doubt = 2 * find_half_variance(bank, fuller, flags)
    found = [
        _foresee_logits(own.reshape(-1, question.draws), *rest)
        for own, *rest in zip(numbers[: len(flags)], drawn, means, doubt, strict=True)
    ]
    below, middle, above = expit(np.array(found)).transpose(1, 0, 2, 3)
    return below, middle, above


def _foresee_logits(numbers: Floats, drawn: Floats, means: Floats, doubt: Floats) -> Floats:
    """Return the same of one strategy as logits, shape (3, rows, numbers).

    `numbers` has the shape (numbers, d), `drawn` (d, k); `means` and `doubt` of the log hazards
    (rows + 1, k) hold the patient as known in the last row.
    """
    logits = logit(numbers.clip(SMALLEST, 1 - SMALLEST)).T
    centred, variance = logits - logits.mean(axis=0), logits.var(axis=0)
    lines = drawn - drawn.mean(axis=0)
    squares = lines.T @ lines
    held = squares + RIDGE * max(float(np.trace(squares)), 1.0) * np.eye(len(squares))
    slopes = np.linalg.solve(held, lines.T @ centred)
    middle = logits.mean(axis=0) + (means[:-1] - means[-1]) @ slopes
    moved = variance + (doubt[:-1] - doubt[-1]) @ slopes**2
    spread = LIMIT * np.sqrt(np.maximum(moved, LEAST_VARIANCE * variance))
    return np.array([middle - spread, middle, middle + spread])
