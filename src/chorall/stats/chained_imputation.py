"""Multiple imputation by chained equations: each incomplete column by a model of all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, freeze
from chorall.stats.chained_arguments import check_incomplete
from chorall.stats.chained_cycle import Chain, run_chains
from chorall.stats.resampling import Seed, check_sizes, spawn_seeds
from chorall.stats.task_runner import Progress, run_shares


@dataclass(frozen=True, slots=True, eq=False)
class ChainedImputations:
    """Completed data sets, with the course of the chains.

    Attributes
    ----------
    values : ndarray of shape (m, n, p)
        The m data sets. What was observed is as given; what may not be imputed stays NaN.
    imputed : ndarray of bool, shape (n, p)
        True where a value was imputed.
    n_imputed : ndarray of int64, shape (p,)
        Imputed values of each column in each data set.
    trace_mean, trace_spread : ndarray of shape (m, n_iterations, p)
        Mean and standard deviation of the imputed values of a column after each iteration (of the
        codes for a categorical column); NaN in columns without any.
    scale_reduction : ndarray of shape (p,)
        Gelman and Rubin's potential scale reduction of `trace_mean` over the second half of the
        iterations: near 1 when the chains have mixed; NaN with fewer than two imputations or
        three iterations, and in columns without imputed values.
    n_imputations, n_iterations : int
        Numbers of data sets and of rounds over all columns.
    """

    values: Floats
    imputed: Booleans
    n_imputed: Integers
    trace_mean: Floats
    trace_spread: Floats
    scale_reduction: Floats
    n_imputations: int
    n_iterations: int

    def __post_init__(self) -> None:
        freeze(self)


def impute_chained(
    x: ArrayLike,
    kinds: Sequence[str],
    *,
    fixed: ArrayLike | None = None,
    may_impute: ArrayLike | None = None,
    n_imputations: int = 20,
    n_iterations: int = 10,
    seed: Seed,
    n_donors: int = 5,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> ChainedImputations:
    """Fill in missing values several times by chained equations.

    Parameters
    ----------
    x : array_like of shape (n, p)
        Columns to impute or to predict from (auxiliary ones too), one row per patient; NaN is
        missing. Binary columns hold 0 and 1, categorical ones the codes 0, 1, 2, ...
    kinds : sequence of str, length p
        ``"pmm"``: a number, by predictive mean matching (only values that occur);
        ``"normal"``: a number, drawn from a Bayesian linear regression; ``"binary"``: a draw from
        a Bayesian logistic regression; ``"categorical"``: a sequence of such draws, the most
        frequent level against the others, then the next among those.
    fixed : array_like of shape (n, q), optional
        Complete predictors: indicators of trials, the event and the cumulative hazard.
    may_impute : array_like of bool, shape (n, p), optional
        False where a missing value must stay missing because it does not apply; such patients
        teach that column's model nothing, and other columns see an indicator instead of a value.
    n_imputations : int, optional
        Data sets m: about as many as percent of patients are incomplete.
    n_iterations : int, optional
        Rounds over all columns before a data set is taken.
    seed : int or numpy.random.SeedSequence
        Data set k depends on the seed and k alone, so that the answer does not depend on
        `n_jobs`.
    n_donors : int, optional
        Nearest observed patients of whom predictive mean matching takes one.
    n_jobs : int, optional
        Workers of joblib, -1 for all cores; 1 does not use joblib.
    progress : callable, optional
        Called again and again with the data sets done and all.

    Returns
    -------
    ChainedImputations
        Without missing values the data m times, exactly.

    Raises
    ------
    InputError
        When shapes differ, a column does not hold what its kind says, a predictor in `fixed` is
        missing, or a column to impute has too few observed values to learn from.
    ConvergenceError
        When a logistic model does not reach its optimum.

    See Also
    --------
    combine_imputations : Rubin's rules for the fits to the data sets.
    find_own_hazard : The cumulative hazard that a Cox analysis needs among `fixed`.

    Notes
    -----
    R: ``mice::mice(method = c("pmm", "norm", "logreg", "polyreg"))`` draws from the same models
    but for the guard against separation and the categorical columns (docs/methods).

    References
    ----------
    van Buuren S, Groothuis-Oudshoorn K (2011). doi:10.18637/jss.v045.i03
    White IR, Royston P (2009). doi:10.1002/sim.3618

    Examples
    --------
    >>> import numpy as np
    >>> from chorall.stats import impute_chained
    >>> x = np.column_stack([np.arange(12.0) % 5, np.arange(12.0) % 2])
    >>> x[3, 0] = x[7, 1] = np.nan
    >>> found = impute_chained(x, ["pmm", "binary"], n_imputations=3, n_iterations=2, seed=1)
    >>> found.values.shape, found.n_imputed
    ((3, 12, 2), array([1, 1]))
    """
    check_sizes(n_imputations=n_imputations, n_iterations=n_iterations, n_donors=n_donors)
    data = check_incomplete(x, kinds, fixed, may_impute)
    compute = partial(run_chains, data, n_iterations, n_donors)
    chains: list[Chain] = run_shares(compute, spawn_seeds(seed, n_imputations), n_jobs, progress)
    trace = np.stack([chain.trace for chain in chains])
    return ChainedImputations(
        values=np.stack([chain.values for chain in chains]),
        imputed=data.wanted,
        n_imputed=data.wanted.sum(axis=0),
        trace_mean=trace[..., 0],
        trace_spread=trace[..., 1],
        scale_reduction=find_scale_reduction(trace[..., 0]),
        n_imputations=n_imputations,
        n_iterations=n_iterations,
    )


def find_scale_reduction(trace: Floats) -> Floats:
    """Return Gelman and Rubin's figure per column over the second half, NaN where undefined."""
    late = trace[:, trace.shape[1] // 2 :]
    m, length, p = late.shape
    if m < 2 or length < 2 or trace.shape[1] < 3:
        return np.full(p, np.nan)
    within = late.var(axis=1, ddof=1).mean(axis=0)
    between = late.mean(axis=1).var(axis=0, ddof=1)
    # chains that do not move and agree have mixed; that move apart without moving have not
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sqrt((length - 1) / length + between / within)
    return np.asarray(np.where((within == 0) & (between == 0), 1.0, ratio), dtype=np.float64)
