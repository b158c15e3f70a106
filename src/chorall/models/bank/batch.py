"""Many patients at once, by the same draws as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import INTERVALS_PER_YEAR, Bank
from chorall.models.bank.noise import make_noise
from chorall.models.bank.prediction import HIGHER_IS_BETTER, QUANTITIES
from chorall.models.bank.question import summarise
from chorall.models.bank.simulate_course import Now, simulate
from chorall.models.bank.strategy import Strategy

Floats = NDArray[np.float64]

DRAWS: Final = 100
"""Of a Latin hypercube: a mean over them errs by some 0.002."""

ROWS_AT_ONCE: Final = 250
SIGNS: Final = np.array([1.0 if one in HIGHER_IS_BETTER else -1.0 for one in QUANTITIES])


@dataclass(frozen=True, slots=True, eq=False)
class RowAnswers:
    """Answers about n patients: s strategies, the q `QUANTITIES`, k years.

    Attributes
    ----------
    estimates : ndarray of shape (n, s, q, k, 3)
        Estimate, lower and upper limit.
    differences : ndarray of shape (n, s - 1, q, k, 4)
        The first strategy less each other one: estimate, limits, and the share of the draws in
        which the first is better.
    """

    estimates: Floats
    differences: Floats


def predict_many(
    bank: Bank,
    values: Floats,
    strategy: Strategy,
    *,
    years: Sequence[float],
    now: Now = Now(),  # noqa: B008
    draws: int = DRAWS,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Floats]:
    """Predict many patients under one strategy: the estimates that `predict` gives one by one.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    values : ndarray of shape (n, f)
        Numbers of the features, NaN where not known.
    strategy : Strategy
        The same for all.
    years : sequence of float, length k
        From today.
    now : Now
        Where all of them are.
    draws : int
        Of effects, trials and what is not known, the same for all patients; the mean is taken.
    progress : callable, optional
        Called with patients done and all.

    Returns
    -------
    dict of str to ndarray of shape (n, k)
        overall_survival, event_free_survival, relapse, death_in_remission.
    """
    n = len(values)
    found = np.empty((n, len(QUANTITIES), len(years)))
    for start in range(0, n, ROWS_AT_ONCE):
        part = slice(start, min(n, start + ROWS_AT_ONCE))
        numbers = draw_numbers(bank, values[part], [strategy], [now] * n, years, draws)
        for row, one in enumerate(numbers, start):
            found[row] = one[0].mean(axis=-1)
        if progress is not None:
            progress(part.stop, n)
    return {quantity: found[:, place] for place, quantity in enumerate(QUANTITIES)}


def draw_numbers(
    bank: Bank,
    values: Floats,
    strategies: Sequence[Strategy],
    nows: Sequence[Now],
    years: Sequence[float],
    draws: int,
) -> Iterator[Floats]:
    """Yield for each patient the draws of every number, shape (s, q, k, d)."""
    completed = bank.law.draw_many(values, make_noise(bank, draws).features)
    complete = set(np.flatnonzero(np.isfinite(values).all(axis=1)))
    months = [round(one * INTERVALS_PER_YEAR) for one in years]
    at, place = np.unique(months, return_inverse=True)
    for row in range(len(values)):
        features = completed[: 1 if row in complete else draws, row]
        courses = simulate(bank, features, strategies, nows[row], draws, at.tolist())
        yield np.stack([course.read_all(QUANTITIES) for course in courses])[:, :, place]


def predict_rows(
    bank: Bank,
    values: Floats,
    strategies: Sequence[Strategy],
    nows: Sequence[Now],
    years: Sequence[float],
    level: float,
    draws: int,
) -> RowAnswers:
    """Predict some patients under some strategies, with intervals that the draws give.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    values : ndarray of shape (n, f)
        Numbers of the features, NaN where not known.
    strategies : sequence of Strategy, length s
    nows : sequence of Now, length n
        Where each patient is.
    years : sequence of float, length k
        From today.
    level : float
        Of the intervals. They count the draws alone, what is not known among them; `predict` widens
        those of a single patient further.
    draws : int
    """
    numbers = np.array(list(draw_numbers(bank, values, strategies, nows, years, draws)))
    apart = numbers[:, :1] - numbers[:, 1:]
    better = SIGNS[:, None, None] * apart
    share = (better > 0).mean(axis=-1) + (better == 0).mean(axis=-1) / 2
    summaries = [summarise(one, level) for one in (numbers, apart)]
    return RowAnswers(summaries[0], np.concatenate([summaries[1], share[..., None]], axis=-1))
