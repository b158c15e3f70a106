"""Cross-validation of any fit and measure, with the same answer on one core or many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from chorall.errors import ConvergenceError, InputError, UserError
from chorall.stats.arrays import ArrayLike, Floats, Integers, Labels, freeze
from chorall.stats.bootstrap import check_arrays
from chorall.stats.resampling import Fold, Seed, draw_folds, leave_groups_out
from chorall.stats.task_runner import Progress, run_shares


@dataclass(frozen=True, slots=True, eq=False)
class CrossValidation:
    """A measure of prediction in patients that were left out of the fit.

    Attributes
    ----------
    values : ndarray of shape (f, s)
        The measure in each of the f folds, repeat after repeat; NaN where it could not be found.
    mean : ndarray of shape s
        Mean over the folds that could be computed; NaN without any.
    standard_error : ndarray of shape s
        Standard deviation between the folds of a repeat over the root of their number, repeats
        averaged. Folds share training patients, so that it is too small; repeating the
        cross-validation does not make it smaller. NaN with fewer than two folds.
    corrected_standard_error : ndarray of shape s
        By the variance of the folds times 1 / f + test / training size, which allows for the
        shared patients.
    n_train, n_test : ndarray of int64, shape (f,)
        Patients of each fold.
    repeat : ndarray of int64, shape (f,)
        Number of the repeat, from 0.
    group : ndarray of shape (f,), or None
        Label of the group left out, when groups were left out.
    n_failed : int
        Folds in which an error of Chorall was raised (such as a fit that does not converge).
    """

    values: Floats
    mean: Floats
    standard_error: Floats
    corrected_standard_error: Floats
    n_train: Integers
    n_test: Integers
    repeat: Integers
    group: Labels | None
    n_failed: int

    def __post_init__(self) -> None:
        freeze(self)


def cross_validate(
    fit_and_measure: Callable[..., Any],
    arrays: Sequence[ArrayLike],
    *,
    n_folds: int | None = None,
    seed: Seed | None = None,
    n_repeats: int = 1,
    strata: ArrayLike | None = None,
    leave_out: ArrayLike | None = None,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> CrossValidation:
    """Fit on some patients and measure on the others, again and again.

    Parameters
    ----------
    fit_and_measure : callable
        Takes two lists of arrays, those of the training and of the test patients, and returns
        a number or an array of one fixed shape. With `n_jobs` other than 1 it must be
        picklable by joblib.
    arrays : sequence of array_like, each with n rows
        What is split together, one row per patient.
    n_folds : int, optional
        Folds, at least 2 and at most n. Either this or `leave_out`.
    seed : int or numpy.random.SeedSequence, optional
        Needed with `n_folds`; repeat k depends on the seed and k alone.
    n_repeats : int, optional
        How often the patients are dealt anew.
    strata : array_like of shape (n,), optional
        Labels (such as whether the event happened), dealt evenly to the folds.
    leave_out : array_like of shape (n,), optional
        Labels (such as the trial): each group is tested once by a fit to all others.
    n_jobs : int, optional
        Workers of joblib, -1 for all cores. Its backend is chosen outside, by
        ``joblib.parallel_config``; 1 does not use joblib.
    progress : callable, optional
        Called again and again with the folds done and all folds.

    Returns
    -------
    CrossValidation
        The measure of every fold, their mean and its standard error.

    Raises
    ------
    InputError
        When arrays differ in length, a number is out of range, both or none of `n_folds` and
        `leave_out` are given, the seed is missing, or joblib is asked for and not installed.

    See Also
    --------
    bootstrap : Limits of a measure; the optimism of a model.
    draw_folds : The folds alone.

    Notes
    -----
    R: no function has this contract; ``rms::validate(method = "crossvalidation")`` is near.
    Memory is that of the arrays, one fold per worker, and the values. A choice made by looking
    at all patients (of covariates, of a penalty) belongs into `fit_and_measure`.

    References
    ----------
    Stone M (1974). doi:10.1111/j.2517-6161.1974.tb00994.x
    Nadeau C, Bengio Y (2003). doi:10.1023/A:1024068626366

    Examples
    --------
    >>> import numpy as np
    >>> from chorall.stats import cross_validate
    >>> def find_error(train, test):
    ...     return np.mean((test[0] - np.mean(train[0])) ** 2)
    >>> found = cross_validate(find_error, [[1.0, 2.0, 3.0, 4.0]], n_folds=4, seed=1)
    >>> round(float(found.mean), 4)
    2.2222
    """
    columns = check_arrays(arrays)
    n = len(columns[0])
    group: Labels | None = None
    if leave_out is not None:
        refuse_with_groups(n_folds=n_folds, strata=strata, n_repeats=n_repeats)
        group, folds = leave_groups_out(n, leave_out)
    elif n_folds is None or seed is None:
        raise InputError(
            "give `n_folds` with a `seed` (a whole number, 0 or above), or `leave_out`."
        )
    else:
        folds = list(draw_folds(n, n_folds=n_folds, seed=seed, n_repeats=n_repeats, strata=strata))
    compute = partial(measure_folds, fit_and_measure, columns)
    rows: list[Floats | None] = run_shares(compute, folds, n_jobs, progress)
    return summarise(rows, folds, group, n_repeats)


def refuse_with_groups(*, n_folds: int | None, strata: ArrayLike | None, n_repeats: int) -> None:
    """Raise when folds are asked for in two ways."""
    given = {"n_folds": n_folds is not None, "strata": strata is not None}
    given["n_repeats"] = n_repeats != 1
    extra = [f"`{name}`" for name, is_given in given.items() if is_given]
    if extra:
        raise InputError(f"`leave_out` already says what is tested: leave {', '.join(extra)} out.")


def measure_folds(
    fit_and_measure: Callable[..., Any], columns: list[Any], folds: Sequence[Fold]
) -> list[Floats | None]:
    """Return the measure of each fold, None where it failed."""
    rows: list[Floats | None] = []
    for fold in folds:
        parts = ([values[which] for values in columns] for which in (fold.train, fold.test))
        try:
            found = fit_and_measure(*parts)
        except (UserError, ConvergenceError):
            rows.append(None)
        else:
            rows.append(np.asarray(found, dtype=np.float64))
    return rows


def summarise(
    rows: list[Floats | None], folds: list[Fold], group: Labels | None, n_repeats: int
) -> CrossValidation:
    """Return mean and standard errors of the folds that could be computed."""
    shape = next((row.shape for row in rows if row is not None), ())
    missing = np.full(shape, np.nan)
    values = np.stack([missing if row is None else row for row in rows])
    n_train, n_test = (
        np.array([len(part) for part in parts])
        for parts in zip(*((f.train, f.test) for f in folds), strict=True)
    )
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    mean = np.full(shape, np.nan)
    np.divide(np.where(known, values, 0.0).sum(axis=0), count, out=mean, where=count > 0)
    by_repeat = values.reshape(n_repeats, -1, *shape)
    variance, size = find_fold_variance(by_repeat)
    ratio = float(np.mean(n_test / n_train))
    return CrossValidation(
        values, mean, np.sqrt(variance / size), np.sqrt(variance * (1 / size + ratio)),
        n_train, n_test, np.repeat(np.arange(n_repeats), len(folds) // n_repeats), group,
        sum(row is None for row in rows),
    )  # fmt: skip


def find_fold_variance(by_repeat: Floats) -> tuple[Floats, Floats]:
    """Return the variance between folds within a repeat, and how many folds a repeat has.

    Both are averaged over repeats with two known folds or more; NaN without such a repeat.
    """
    known = ~np.isnan(by_repeat)
    count = known.sum(axis=1)
    filled = np.where(known, by_repeat, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    squares = np.where(known, (filled - mean[:, None]) ** 2, 0.0).sum(axis=1)
    usable = count >= 2
    n_usable = np.where(usable.any(axis=0), usable.sum(axis=0), np.nan)
    variance = np.where(usable, squares / np.maximum(count - 1, 1), 0.0).sum(axis=0) / n_usable
    size = np.where(usable, count, 0).sum(axis=0) / n_usable
    return np.asarray(variance, dtype=np.float64), np.asarray(size, dtype=np.float64)
