"""The Cox model with an elastic-net penalty, along a path of penalties."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, freeze
from chorall.stats.checks import check_choice, check_time_and_event, check_weights
from chorall.stats.cox_data import CoxData, check_covariates, check_offset, prepare_cox_data
from chorall.stats.elastic_net_arguments import (
    check_path_settings,
    check_penalties,
    check_penalty_factor,
)
from chorall.stats.elastic_net_path import NetProblem, follow_path, list_penalties


@dataclass(frozen=True, slots=True, eq=False)
class ElasticNetCoxPath:
    """Cox models with k penalties, from the largest to the smallest.

    Attributes
    ----------
    penalty : ndarray of shape (k,)
        Weight of the penalty, descending (lambda of glmnet).
    log_hazard_ratio : ndarray of shape (k, p)
        Coefficients per unit of each column of `x`.
    n_nonzero : ndarray of shape (k,)
        Number of coefficients that are not 0.
    log_likelihood : ndarray of shape (k,)
        Log partial likelihood, without the penalty.
    log_likelihood_null : float
        The same at coefficients 0.
    converged : ndarray of bool, shape (k,)
        True where the coefficients do not move any more.
    n_iterations : ndarray of shape (k,)
        Quadratic approximations of the likelihood that were minimised.
    l1_ratio : float
        Part of the absolute values in the penalty.
    n, n_events, n_strata : int
        Patients, events and strata.
    ties : str
        How ties were handled.
    data : CoxData
        The sorted arguments.
    """

    penalty: Floats
    log_hazard_ratio: Floats
    n_nonzero: Integers
    log_likelihood: Floats
    log_likelihood_null: float
    converged: Booleans
    n_iterations: Integers
    l1_ratio: float
    n: int
    n_events: int
    n_strata: int
    ties: str
    data: CoxData = field(repr=False)

    def __post_init__(self) -> None:
        freeze(self)


def fit_elastic_net_cox(
    x: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    *,
    l1_ratio: float = 1.0,
    penalties: ArrayLike | None = None,
    n_penalties: int = 100,
    smallest_ratio: float | None = None,
    penalty_factor: ArrayLike | None = None,
    entry_time: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    ties: str = "breslow",
    standardise: bool = True,
    max_iterations: int = 100,
    tolerance: float = 1e-7,
) -> ElasticNetCoxPath:
    """Fit Cox models with an elastic-net penalty.

    Minimises - log L / sum of weights + penalty * sum of factor * (l1_ratio abs(b) + (1 -
    l1_ratio) b^2 / 2) for each penalty, where b is the coefficient of the standardised column.

    Parameters
    ----------
    x : array_like of shape (n, p)
        Covariates, one row per patient; finite. A constant column has the coefficient 0.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event comes
        before a censoring at the same time.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
    l1_ratio : float, optional
        1 is the lasso, 0 the ridge (`alpha` of glmnet).
    penalties : array_like of shape (k,), optional
        The penalties; they are used in descending order.
    n_penalties : int, optional
        Length of the path when `penalties` is not given, evenly spaced in the logarithm from
        the smallest penalty that leaves all coefficients 0.
    smallest_ratio : float, optional
        Last over first penalty; without it 1e-4, or 1e-2 when p is n or more.
    penalty_factor : array_like of shape (p,), optional
        How much each column is penalised, 0 for not at all; scaled to a mean of 1.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
    strata : array_like of shape (n,), optional
        Stratum labels; each stratum has its own baseline hazard.
    weights : array_like of shape (n,), optional
        Case weights, above 0.
    offset : array_like of shape (n,), optional
        Part of the linear predictor with a coefficient of 1.
    ties : {"breslow", "efron"}, optional
        Rule for events at the same time.
    standardise : bool, optional
        False penalises the coefficients of the columns as they are.
    max_iterations : int, optional
        Largest number of quadratic approximations for each penalty.
    tolerance : float, optional
        Longest move of a coefficient, in standard errors of one patient, that ends a fit.

    Returns
    -------
    ElasticNetCoxPath
        Coefficients for each penalty.

    Raises
    ------
    InputError
        When an argument is not usable or there is no event.

    See Also
    --------
    fit_random_effects_cox : Shrinks by groups and has standard errors.
    fit_cox : Without penalty, or with known ridges.

    Notes
    -----
    R: ``glmnet(x, Surv(time, event), family = "cox", alpha = l1_ratio)``, which knows Breslow's
    rule only; with strata ``stratifySurv(Surv(time, event), strata)``. R stops a path early when
    little changes.

    References
    ----------
    Simon N, Friedman J, Hastie T, Tibshirani R (2011). doi:10.18637/jss.v039.i05
    Tibshirani R et al. (2012), strong rules. doi:10.1111/j.1467-9868.2011.01004.x

    Examples
    --------
    >>> import numpy as np
    >>> from chorall.stats import fit_elastic_net_cox
    >>> random = np.random.default_rng(1)
    >>> x = random.normal(size=(200, 5))
    >>> time = random.exponential(np.exp(-x[:, 0]))
    >>> path = fit_elastic_net_cox(x, time, np.ones(200, bool), n_penalties=5)
    >>> bool(path.log_hazard_ratio[-1, 0] > 0.5)
    True
    """
    follow_up = check_time_and_event(time, event, entry_time)
    n = len(follow_up.time)
    check_choice(ties, "ties", ("breslow", "efron"))
    covariates = check_covariates(x, n)
    p = covariates.shape[1]
    check_path_settings(l1_ratio, n_penalties, smallest_ratio, max_iterations, tolerance)
    factor = check_penalty_factor(penalty_factor, p)
    given = check_penalties(penalties)
    if not follow_up.event.any():
        raise InputError("`event` is never True: without an event there is nothing to fit.")
    data = prepare_cox_data(
        covariates, follow_up, strata, check_weights(weights, n),
        offset=check_offset(offset, n), efron=ties == "efron",
    )  # fmt: skip
    problem = NetProblem(data, factor, l1_ratio, standardise, max_iterations, tolerance)
    if given is None:
        ratio = (1e-2 if p >= n else 1e-4) if smallest_ratio is None else smallest_ratio
        given = list_penalties(problem, n_penalties, ratio)
    fits = follow_path(problem, given)
    coefficients = np.stack([fit.point.coefficients for fit in fits]) / data.scale
    return ElasticNetCoxPath(
        penalty=given,
        log_hazard_ratio=coefficients,
        n_nonzero=np.count_nonzero(coefficients, axis=1),
        log_likelihood=np.array([fit.point.log_likelihood for fit in fits]),
        log_likelihood_null=problem.evaluate(np.zeros(p)).log_likelihood,
        converged=np.array([fit.converged for fit in fits]),
        n_iterations=np.array([fit.n_iterations for fit in fits]),
        l1_ratio=float(l1_ratio),
        n=n,
        n_events=int(data.event.sum()),
        n_strata=len(data.strata),
        ties=ties,
        data=data,
    )
