"""Many patients at once: the mean prediction, what is not known integrated over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import INTERVALS_PER_YEAR, Bank
from chorall.models.bank.noise import ALL_SOURCES, make_noise
from chorall.models.bank.prediction import QUANTITIES
from chorall.models.bank.simulate_course import Now, complete, simulate
from chorall.models.bank.strategy import Strategy

Floats = NDArray[np.float64]

DRAWS: Final = 100
"""Of a Latin hypercube: a mean over them errs by some 0.002."""


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
    noise = make_noise(bank, draws)
    months = [round(one * INTERVALS_PER_YEAR) for one in years]
    at = sorted(set(months))
    found = {quantity: np.empty((len(values), len(years))) for quantity in QUANTITIES}
    for row, known in enumerate(values):
        features = complete(bank, known, noise, ALL_SOURCES)
        (course,) = simulate(bank, features, [strategy], now, draws, at)
        for quantity, numbers in found.items():
            numbers[row] = [course.read(quantity, month).mean() for month in months]
        if progress is not None:
            progress(row + 1, len(values))
    return found
