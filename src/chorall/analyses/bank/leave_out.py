"""Predict every patient of a pool by a bank that has not seen that patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError
from chorall.models.bank.asking import check_question
from chorall.models.bank.bank import Bank
from chorall.models.bank.bank_fit import BankData, fit_bank, keep_patients
from chorall.models.bank.batch import DRAWS, RowAnswers, predict_rows
from chorall.models.bank.simulate_course import Now
from chorall.models.bank.strategy import read_strategy
from chorall.stats import draw_folds
from chorall.stats.task_runner import run_shares

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FOLDS: Final = 40

Asked = tuple[tuple[str, ...], tuple[float, ...], float, int]
"""Names of strategies, years, level of the intervals, draws."""


def predict_left_out(
    data: BankData,
    strategies: Sequence[str],
    *,
    years: Sequence[float] = (3.0,),
    values: Floats | None = None,
    nows: Sequence[Now] | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    n_folds: int = FOLDS,
    seed: int = 1,
    n_jobs: int = -1,
    progress: Callable[[int, int], object] | None = None,
) -> RowAnswers:
    """Predict each patient by a bank fitted anew, from the beginning, without that patient's fold.

    This is cross-fitting by whole refits: covariates chosen, law of the features, group variances,
    effects, level and baseline all come from the other folds, so that nothing of a patient is in
    the bank that foretells it. It is no one-step approximation. `n_folds` as large as the number of
    patients is the leave-one-out by whole refits; with 40 folds a bank has 97.5 % of the patients.
    `predict_each_left_out` leaves out one patient at a time in a third of the time.

    Parameters
    ----------
    data : BankData
        From `read_bank_data`; n patients.
    strategies : sequence of str
        Names, such as `transplant`; the first is compared with each other one.
    years : sequence of float
        From where each patient is.
    values : ndarray of shape (n, f) or None
        What is told of each patient, NaN where not known; None tells all of `data.values`.
    nows : sequence of Now or None
        Where each patient is; None: on day 0 of induction, with MRD not known.
    level : float
        Of the intervals.
    draws : int
        100 or more.
    n_folds, seed : int
        Folds, equal in trials as nearly as can be, drawn by the seed.
    n_jobs : int
        Processes; -1 for one on each core. The answer does not depend on it.
    progress : callable, optional
        Called with folds done and all.

    Returns
    -------
    RowAnswers
        Rows in the order of `data.values`.

    Raises
    ------
    InputError
        If the question cannot be asked, or there are fewer than 2 folds or more than patients.
    """
    check_question(strategies, years, level, draws)
    n = len(data.values)
    if not 2 <= n_folds <= n:
        raise InputError(f"`n_folds` is {n_folds}; expected from 2 to the {n} patients.")
    told, where = tell_patients(data, values, nows)
    folds = list_folds(data, n_folds, seed)
    answer = partial(
        _answer_folds, data, told, where, (tuple(strategies), tuple(years), level, draws)
    )
    parts = run_shares(answer, folds, n_jobs, progress)
    order = np.argsort(np.concatenate(folds))
    return RowAnswers(
        np.concatenate([one.estimates for one in parts])[order],
        np.concatenate([one.differences for one in parts])[order],
    )


def tell_patients(
    data: BankData, values: Floats | None, nows: Sequence[Now] | None
) -> tuple[Floats, list[Now]]:
    """Return what is told of each patient and where each is; MRD is not known at induction."""
    told = data.values if values is None else values
    if nows is None:
        told = np.where([one.kind == "mrd" for one in data.features], np.nan, told)
    return told, [Now()] * len(told) if nows is None else list(nows)


def list_folds(data: BankData, n_folds: int, seed: int) -> list[Integers]:
    """Return the patients of each fold; trials are spread evenly where they are large enough."""
    n = len(data.values)
    counts = np.unique(data.trial, return_counts=True)[1]
    strata = data.trial if counts.min() >= n_folds else None
    return [
        np.asarray(fold.test) for fold in draw_folds(n, n_folds=n_folds, seed=seed, strata=strata)
    ]


def _answer_folds(
    data: BankData,
    told: Floats,
    nows: Sequence[Now],
    question: Asked,
    folds: Sequence[Integers],
) -> list[RowAnswers]:
    found = []
    for fold in folds:
        kept = np.ones(len(data.values), bool)
        kept[fold] = False
        bank = fit_bank(keep_patients(data, kept), {})
        found.append(answer_rows(bank, told, nows, question, fold))
    return found


def answer_rows(
    bank: Bank, told: Floats, nows: Sequence[Now], question: Asked, rows: Integers
) -> RowAnswers:
    """Return what a bank says of some of the patients."""
    names, years, level, draws = question
    asked = [read_strategy(bank, name) for name in names]
    return predict_rows(bank, told[rows], asked, [nows[row] for row in rows], years, level, draws)
