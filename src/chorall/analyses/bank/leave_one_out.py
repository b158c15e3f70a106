"""Predict patients, each by a bank refitted without that one patient, from where all came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.bank.leave_out import Asked, answer_rows, tell_patients
from chorall.errors import InputError
from chorall.models.bank.asking import check_question
from chorall.models.bank.bank_fit import BankData
from chorall.models.bank.batch import DRAWS, RowAnswers
from chorall.models.bank.refit import HELD, Refits, prepare_refits, refit_without
from chorall.models.bank.simulate_course import Now
from chorall.stats.task_runner import run_shares

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LeftOneOut(RowAnswers):
    """Answers about n patients, each by a bank refitted without that patient.

    Attributes
    ----------
    patients : ndarray of int64, shape (n,)
        Their rows in `BankData.values`, in the order of the answers.
    held : tuple of str
        What every bank keeps from the fit with everybody.
    """

    patients: Integers
    held: tuple[str, ...]


def predict_each_left_out(
    data: BankData,
    strategies: Sequence[str],
    *,
    years: Sequence[float] = (3.0,),
    patients: Sequence[int] | None = None,
    values: Floats | None = None,
    nows: Sequence[Now] | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    n_jobs: int = -1,
    progress: Callable[[int, int], object] | None = None,
) -> LeftOneOut:
    """Predict each patient by a bank refitted without that patient: leave-one-out.

    Every refit starts where the fit with everybody ended and climbs on until the tolerances of a
    whole fit are met (`refit_without`). Group variances, covariates chosen, effects, level and
    baseline follow the patients left; `held` names what does not. `predict_left_out` with as many
    folds as patients fits everything from the beginning; it takes some three times as long.

    Parameters
    ----------
    data : BankData
        From `read_bank_data`; n patients.
    strategies : sequence of str
        Names, such as `transplant`; the first is compared with each other one.
    years : sequence of float
        From where each patient is.
    patients : sequence of int or None
        Rows of those to be left out and predicted; None: all.
    values : ndarray of shape (n, f) or None
        What is told of each patient of the data, NaN where not known; None tells all of
        `data.values`.
    nows : sequence of Now, length n, or None
        Where each patient of the data is; None: on day 0 of induction, with MRD not known.
    level : float
        Of the intervals.
    draws : int
        100 or more.
    n_jobs : int
        Processes; -1 for one on each core. The answer does not depend on it.
    progress : callable, optional
        Called with patients done and all.

    Returns
    -------
    LeftOneOut
        Rows in the order of `patients`.

    Raises
    ------
    InputError
        If the question cannot be asked, or `patients` are not rows of the data, each once.
    """
    check_question(strategies, years, level, draws)
    n = len(data.values)
    asked = np.arange(n) if patients is None else np.array(patients, np.int64)
    if not len(asked) or len(np.unique(asked)) < len(asked) or not np.isin(asked, range(n)).all():
        raise InputError(
            f"`patients` must be rows from 0 to {n - 1}, at least one, and each once at most."
        )
    told, where = tell_patients(data, values, nows)
    question = (tuple(strategies), tuple(years), level, draws)
    answer = partial(_answer, prepare_refits(data), told, where, question)
    parts = run_shares(answer, asked.tolist(), n_jobs, progress)
    return LeftOneOut(
        np.concatenate([one.estimates for one in parts]),
        np.concatenate([one.differences for one in parts]),
        asked,
        HELD,
    )


def _answer(
    refits: Refits,
    told: Floats,
    nows: Sequence[Now],
    question: Asked,
    patients: Sequence[int],
) -> list[RowAnswers]:
    return [
        answer_rows(refit_without(refits, patient), told, nows, question, np.array([patient]))
        for patient in patients
    ]
