"""The bootstrap of any statistic, with the same answer on one core or many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from chorall.errors import ConvergenceError, InputError, UserError
from chorall.stats.arrays import ArrayLike, Floats, Integers, freeze
from chorall.stats.checks import check_level
from chorall.stats.resampling import Seed, check_sizes, draw_rows, spawn_seeds, split_strata
from chorall.stats.task_runner import Progress, run_shares


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapResult:
    """A statistic with its bootstrap distribution.

    Attributes
    ----------
    estimate : ndarray
        The statistic of the patients as they are, of shape s.
    standard_error, lower, upper : ndarray
        Standard deviation and percentile limits of the resamples, of shape s; NaN with fewer
        than two resamples that could be computed.
    bias : ndarray
        Mean of the resamples less the estimate, of shape s.
    replicates : ndarray of shape (r, s)
        One row per resample, NaN where it could not be computed.
    n_failed : int
        Resamples in which the statistic raised an error of Chorall (such as a fit that does
        not converge). They are left out: when there are many, do not use the limits.
    conf_level : float
        Coverage of the limits.
    """

    estimate: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    bias: Floats
    replicates: Floats
    n_failed: int
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def bootstrap(
    statistic: Callable[..., Any],
    arrays: Sequence[ArrayLike],
    *,
    n_resamples: int,
    seed: Seed,
    strata: ArrayLike | None = None,
    n_jobs: int = 1,
    progress: Progress | None = None,
    conf_level: float = 0.95,
) -> BootstrapResult:
    """Bootstrap a statistic of patients.

    Parameters
    ----------
    statistic : callable
        Takes the resampled arrays in their order and returns a number or an array of one
        fixed shape. With `n_jobs` other than 1 it must be picklable by joblib.
    arrays : sequence of array_like, each with n rows
        What is resampled together, one row per patient.
    n_resamples : int
        Number of resamples: some 200 for a standard error, 1,000 or more for limits.
    seed : int or numpy.random.SeedSequence
        Resample k depends on the seed and k alone, so that the answer does not depend on
        `n_jobs`.
    strata : array_like of shape (n,), optional
        Labels; patients are resampled within strata (such as trials).
    n_jobs : int, optional
        Workers of joblib, -1 for all cores. Its backend is chosen outside, by
        ``joblib.parallel_config``; 1 does not use joblib.
    progress : callable, optional
        Called again and again with the resamples done and all resamples.
    conf_level : float, optional
        Coverage of the percentile limits.

    Returns
    -------
    BootstrapResult
        The statistic, its standard error and limits.

    Raises
    ------
    InputError
        When arrays differ in length, a number is out of range, or joblib is asked for and not
        installed. Errors that `statistic` raises on the patients as they are pass through.

    See Also
    --------
    draw_bootstrap_rows : The samples alone.
    cross_validate : Fits on some patients, measures on others.

    Notes
    -----
    R: ``boot::boot(data, statistic, R, strata)`` draws other samples. Memory is that of the
    arrays, one resample per worker, and the replicates.

    References
    ----------
    Davison AC, Hinkley DV (1997). doi:10.1017/CBO9780511802843

    Examples
    --------
    >>> import numpy as np
    >>> from chorall.stats import bootstrap
    >>> found = bootstrap(np.mean, [[1.0, 2.0, 3.0, 4.0]], n_resamples=200, seed=1)
    >>> float(found.estimate), found.n_failed
    (2.5, 0)
    """
    level = check_level(conf_level)
    check_sizes(n_resamples=n_resamples)
    columns = check_arrays(arrays)
    groups = split_strata(len(columns[0]), strata)
    estimate = np.asarray(statistic(*columns), dtype=np.float64)
    seeds = spawn_seeds(seed, n_resamples)
    compute = partial(compute_replicates, statistic, columns, groups)
    rows: list[Floats | None] = run_shares(compute, seeds, n_jobs, progress)
    failed = [row is None for row in rows]
    missing = np.full(estimate.shape, np.nan)
    replicates = np.stack([missing if row is None else row for row in rows])
    return summarise(estimate, replicates, sum(failed), level)


def check_arrays(arrays: Sequence[ArrayLike]) -> list[Any]:
    """Return the arrays, which must have one number of rows, at least 1."""
    if any(np.ma.is_masked(values) for values in arrays):
        # NumPy would hand on what lies under the mask
        raise InputError("`arrays` hold masked entries. Fill them with NaN or leave them out.")
    columns = [np.asarray(values) for values in arrays]
    shapes = [values.shape for values in columns]
    if not shapes or not all(shapes) or len({shape[0] for shape in shapes}) > 1 or not shapes[0][0]:
        raise InputError(
            f"`arrays` have shapes {shapes}; expected at least one array, all with the same "
            "number of rows, one per patient."
        )
    return columns


def compute_replicates(
    statistic: Callable[..., Any],
    columns: list[Any],
    groups: list[Integers],
    seeds: Sequence[np.random.SeedSequence],
) -> list[Floats | None]:
    """Return the statistic of one resample per seed, None where it failed."""
    rows: list[Floats | None] = []
    for seed in seeds:
        drawn = draw_rows(groups, seed)
        try:
            # take gathers rows several times faster than []
            found = statistic(*(values.take(drawn, axis=0) for values in columns))
        except (UserError, ConvergenceError):
            rows.append(None)
        else:
            rows.append(np.asarray(found, dtype=np.float64))
    return rows


def summarise(
    estimate: Floats, replicates: Floats, n_failed: int, conf_level: float
) -> BootstrapResult:
    """Return spread, limits and bias of the replicates that could be computed."""
    done = replicates[~np.isnan(replicates).reshape(len(replicates), -1).all(axis=1)]
    tail = (1 - conf_level) / 2
    if len(done) < 2:
        error = lower = upper = bias = np.full(estimate.shape, np.nan)
    else:
        error = np.asarray(done.std(axis=0, ddof=1))
        lower, upper = np.quantile(done, [tail, 1 - tail], axis=0)
        bias = np.asarray(done.mean(axis=0) - estimate)
    return BootstrapResult(
        estimate,
        error,
        np.asarray(lower),
        np.asarray(upper),
        bias,
        replicates,
        n_failed,
        conf_level,
    )
