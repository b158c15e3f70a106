"""Many patients at once: point predictions, what is not known integrated over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import INTERVALS_PER_YEAR, Bank
from chorall.models.bank.prediction import QUANTITIES, read_quantity
from chorall.models.bank.simulate_course import SEED, Noise, Now, Sources, simulate
from chorall.models.bank.strategy import Strategy

Floats = NDArray[np.float64]

COMPLETIONS: Final = 10
ROWS_AT_ONCE: Final = 500
AT_MEANS: Final = Sources(model=False, missing=False, between_trials=False)


def predict_many(
    bank: Bank,
    values: Floats,
    strategy: Strategy,
    *,
    years: Sequence[float],
    now: Now = Now(),  # noqa: B008
    completions: int = COMPLETIONS,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Floats]:
    """Predict many patients under one strategy, at the means of the effects.

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
    completions : int
        How often each patient with something missing is completed; the mean is taken.
    progress : callable, optional
        Called with patients done and all.

    Returns
    -------
    dict of str to ndarray of shape (n, k)
        overall_survival, event_free_survival, relapse, death_in_remission. There is no interval:
        `predict` gives one for a single patient.
    """
    n = len(values)
    found = {quantity: np.empty((n, len(years))) for quantity in QUANTITIES}
    size = max(1, ROWS_AT_ONCE // completions)
    normals = np.random.default_rng(SEED).standard_normal((completions, values.shape[1]))
    for start in range(0, n, size):
        part = slice(start, min(n, start + size))
        for quantity, answer in _predict_part(
            bank, values[part], strategy, years, now, normals
        ).items():
            found[quantity][part] = answer
        if progress is not None:
            progress(part.stop, n)
    return found


def _predict_part(
    bank: Bank,
    values: Floats,
    strategy: Strategy,
    years: Sequence[float],
    now: Now,
    normals: Floats,
) -> dict[str, Floats]:
    rows = np.vstack([bank.law.draw(known, normals) for known in values])
    nothing = np.zeros((len(rows), 0))
    course = simulate(
        bank, rows, strategy, now, Noise((), (), nothing, nothing, nothing), max(years), AT_MEANS
    )
    return {
        quantity: np.column_stack(
            [
                read_quantity(course, quantity, round(one * INTERVALS_PER_YEAR))
                .reshape(len(values), len(normals))
                .mean(axis=1)
                for one in years
            ]
        )
        for quantity in QUANTITIES
    }
