"""Which of the items not known could move a limit most: a quick look before the full one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from chorall.models.bank.noise import NOTHING_DRAWN
from chorall.models.bank.question import Question
from chorall.models.bank.ratios import (
    find_difference_variance,
    find_half_variance,
    find_log_ratios,
)

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
    question: Question, ratios: Floats, numbers: Floats, candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Return the candidates whose limits would lie outermost, for each number below and above.

    Parameters
    ----------
    question : Question
        As it was asked.
    ratios : ndarray of shape (s, d, k)
        As `Question.find_ratios` returns them for the patient.
    numbers : ndarray of shape (s + s - 1, q, k, d)
        As `Question.read` returns what follows from these.
    candidates : sequence of (int, float)
        Features and their values.
    """
    below, _, above = foresee(question, ratios, numbers, candidates)
    reach = np.concatenate([-below, above]).transpose(1, 0, 2).reshape(len(candidates), -1)
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


class Line(NamedTuple):
    """The logits of one strategy's numbers as lines over the k log hazards of some patients.

    Attributes
    ----------
    slopes : ndarray of shape (k, numbers)
    middle : ndarray of shape (rows, numbers)
    variance : ndarray of shape (numbers,)
        Of the draws of the patient as known.
    doubt : ndarray of shape (rows, k)
        Variance of the log hazards by the effects.
    """

    slopes: Floats
    middle: Floats
    variance: Floats
    doubt: Floats


def foresee(
    question: Question, ratios: Floats, numbers: Floats, candidates: Sequence[Candidate]
) -> tuple[Floats, Floats, Floats]:
    """Return about where the numbers of the candidates lie: lower limit, middle, upper limit.

    The logit of each number is a line over the log hazards of the draws of the patient as known;
    a fuller patient has other log hazards on average, and more or less doubt about them. Each has
    the shape of `numbers` with candidates in place of draws: (s + s - 1, candidates, q k).
    """
    bank, known = question.bank, question.known
    flags = [strategy.flags for strategy in question.strategies]
    fuller = bank.law.expect_fuller(known, *map(np.array, zip(*candidates, strict=True)))
    fuller = np.vstack([fuller, bank.law.expect(known[None, :])])
    means = find_log_ratios(bank, fuller, flags, 1, NOTHING_DRAWN, question.now.trial)
    doubt = 2 * find_half_variance(bank, fuller, flags)
    values = numbers.reshape(len(numbers), -1, question.draws)
    lines = [
        _draw_line(*one)
        for one in zip(values[: len(flags)], np.log(ratios), means, doubt, strict=True)
    ]
    found = [_foresee_one(line) for line in lines]
    for place, line in enumerate(lines[1:], start=1):
        apart = find_difference_variance(bank, fuller, flags[0], flags[place])
        variance = values[len(flags) + place - 1].var(axis=1)
        found.append(_foresee_difference(lines[0], line, apart, variance))
    below, middle, above = np.array(found).transpose(1, 0, 2, 3)
    return below, middle, above


def _draw_line(numbers: Floats, drawn: Floats, means: Floats, doubt: Floats) -> Line:
    """Draw the lines through d draws; `means` and `doubt` hold the patient as known last."""
    logits = logit(numbers.clip(SMALLEST, 1 - SMALLEST)).T
    centred = drawn - drawn.mean(axis=0)
    squares = centred.T @ centred
    held = squares + RIDGE * max(float(np.trace(squares)), 1.0) * np.eye(len(squares))
    slopes = np.linalg.solve(held, centred.T @ (logits - logits.mean(axis=0)))
    middle = logits.mean(axis=0) + (means - means[-1]) @ slopes
    return Line(slopes, middle, logits.var(axis=0), doubt)


def _foresee_one(line: Line) -> Floats:
    """Return limits and middle of one strategy's numbers, shape (3, candidates, numbers)."""
    moved = (line.doubt[:-1] - line.doubt[-1]) @ line.slopes**2
    spread = _widen(line.variance, moved)
    middle = line.middle[:-1]
    return np.asarray(expit(np.array([middle - spread, middle, middle + spread])))


def _foresee_difference(first: Line, second: Line, apart: Floats, variance: Floats) -> Floats:
    """Return the same of the first strategy's numbers less the second's.

    `apart` is the variance of the difference of their log hazards by the effects, (rows, k). The
    doubt about both goes together, but for that.
    """
    middle = expit(first.middle) - expit(second.middle)
    one, other = (
        expit(line.middle)[:, None] * expit(-line.middle)[:, None] * line.slopes
        for line in (first, second)
    )
    less = one - other
    both = (first.doubt - second.doubt - apart)[..., None]
    doubt = less**2 * second.doubt[..., None] + less * one * both + one**2 * apart[..., None]
    total = doubt.sum(axis=1)
    spread = _widen(variance, total[:-1] - total[-1])
    return np.array([middle[:-1] - spread, middle[:-1], middle[:-1] + spread])


def _widen(variance: Floats, moved: Floats) -> Floats:
    return LIMIT * np.sqrt(np.maximum(variance + moved, LEAST_VARIANCE * variance))
