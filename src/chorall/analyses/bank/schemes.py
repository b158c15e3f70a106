"""Who is foretold by whom: one trial left out after the other, and folds of all patients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.errors import DataError
from chorall.models.bank.bank_fit import BankData
from chorall.stats import draw_folds

Fold = tuple[NDArray[np.int64], NDArray[np.int64]]

HEADLINE: Final = "leave_one_trial_out"
FOLDS: Final = "cross_validation"


def list_schemes(
    data: BankData, event: NDArray[np.bool_], n_folds: int, n_repeats: int, seed: int
) -> Iterator[tuple[str, list[Fold]]]:
    """Yield the name of each scheme with its folds: training and test patients by row.

    Parameters
    ----------
    data : BankData
        The patients.
    event : ndarray of bool, shape (n,)
        Dealt evenly to the folds.
    n_folds, n_repeats : int
        Of the cross-validation.
    seed : int
        Repeat k has the seed plus k.

    Raises
    ------
    DataError
        If there is one trial only.
    """
    trials = np.unique(data.trial)
    if len(trials) < 2:
        raise DataError(
            "the pool holds one trial: no trial can be left out. Validation on the same trial "
            "alone would be too kind; pool a second one."
        )
    everybody = np.arange(len(data.values))
    yield (
        HEADLINE,
        [(everybody[data.trial != one], everybody[data.trial == one]) for one in trials],
    )
    for repeat in range(n_repeats):
        folds = draw_folds(
            len(everybody), n_folds=n_folds, seed=seed + repeat, strata=event.astype(int)
        )
        name = FOLDS if n_repeats == 1 else f"{FOLDS}_{repeat + 1}"
        yield name, [(np.asarray(fold.train), np.asarray(fold.test)) for fold in folds]
