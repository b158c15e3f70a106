"""The Cox proportional hazards model."""

from __future__ import annotations

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, Integers
from chorall.stats.checks import check_level, check_time_and_event, check_weights
from chorall.stats.cox_arguments import check_combination, check_ridge, check_settings
from chorall.stats.cox_collinearity import check_information
from chorall.stats.cox_data import (
    CoxData,
    check_covariates,
    check_not_constant,
    check_offset,
    list_suspects,
    prepare_cox_data,
)
from chorall.stats.cox_newton import Ascent, CoxSettings, evaluate_point, maximise_likelihood
from chorall.stats.cox_result import (
    ChiSquareTest,
    CoxFit,
    find_chi_square_test,
    invert_information,
    solve_quadratic_form,
    tabulate_wald,
)
from chorall.stats.cox_robust import check_clusters, find_robust_covariance


def fit_cox(
    x: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry_time: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    ties: str = "efron",
    ridge: float | ArrayLike = 0.0,
    firth: bool = False,
    conf_level: float = 0.95,
    max_iterations: int = 50,
    tolerance: float = 1e-9,
) -> CoxFit:
    """Fit a Cox proportional hazards model.

    Parameters
    ----------
    x : array_like of shape (n, p)
        Covariates, one row per patient; finite, no column constant. p may be 0.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event comes
        before a censoring at the same time. Times are compared exactly.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
        Covariates that change with time: give one row per patient and span, entry_time < t <=
        time, with the values of the span and `event` True in the last one only. The patient's
        rows need no `cluster` as long as nobody has two rows at one time.
    strata : array_like of shape (n,), optional
        Stratum labels; each stratum has its own baseline hazard.
    weights : array_like of shape (n,), optional
        Case weights, above 0.
    cluster : array_like of shape (n,), optional
        Labels of patients (or centres) whose rows depend on each other; asks for the
        robust covariance.
    offset : array_like of shape (n,), optional
        Part of the linear predictor with a coefficient of 1.
    ties : {"efron", "breslow", "exact"}, optional
        Rule for events at the same time. Exact takes time itself as discrete, costs n times
        the largest number of tied events, and allows neither weights nor clusters.
    ridge : float or array_like of shape (p,), optional
        Weight of the penalty sum(ridge * log_hazard_ratio ** 2) / 2, in units of `x`; one for
        all coefficients, or one for each, 0 for no penalty.
    firth : bool, optional
        True adds half the log determinant of the information to the log-likelihood (Firth):
        estimates are finite even where a covariate separates the events, and less biased in
        small samples. Not with `ridge`, `cluster` or exact ties.
    conf_level : float, optional
        Coverage of the limits.
    max_iterations : int, optional
        Largest number of Newton steps.
    tolerance : float, optional
        The fit has converged when the next Newton step is shorter than this many standard
        errors.

    Returns
    -------
    CoxFit
        Coefficients, tests and the report of the iteration. Look at `converged`.

    Raises
    ------
    InputError
        When an argument is not usable, there is no event, or a column of `x` is constant or
        a linear combination of others (the message names the columns, counted from 0).
    ConvergenceError
        When a covariate separates the events so that its coefficient is infinite.

    See Also
    --------
    check_proportional_hazards : Whether the hazard ratios stay the same over time.
    find_cox_residuals : Which patients the model does not describe.
    predict_cox_survival : Survival of a patient with given covariates.
    logrank : Test groups without a model.
    kaplan_meier : The curves to look at first.

    Notes
    -----
    R: ``coxph(Surv(entry_time, time, event) ~ x + strata(strata), weights = weights,
    cluster = cluster, ties = ties)`` and ``offset(offset)``; with a ridge ``ridge(x, theta =
    ridge, scale = FALSE)`` and its first variance; with firth ``coxphf(..., pl = FALSE)``. R
    rounds times first (``timefix``).

    References
    ----------
    Cox DR (1972). doi:10.1111/j.2517-6161.1972.tb00899.x
    Efron B (1977). doi:10.1080/01621459.1977.10480613
    Lin DY, Wei LJ (1989). doi:10.1080/01621459.1989.10478874
    Heinze G, Schemper M (2001). doi:10.1111/j.0006-341X.2001.00114.x

    Examples
    --------
    >>> from chorall.stats import fit_cox
    >>> fit = fit_cox([[0], [1], [1], [0]], [1, 2, 3, 4], [True, True, True, False])
    >>> fit.n_events, fit.converged
    (3, True)
    """
    follow_up = check_time_and_event(time, event, entry_time)
    n = len(follow_up.time)
    level = check_level(conf_level)
    covariates = check_covariates(x, n)
    ridges = check_ridge(ridge, covariates.shape[1])
    settings = check_settings(ties, ridges, firth, max_iterations, tolerance)
    if not follow_up.event.any():
        raise InputError("`event` is never True: without an event there is nothing to fit.")
    case_weights = check_weights(weights, n)
    check_combination(settings, case_weights is not None, cluster is not None)
    data = prepare_cox_data(
        covariates, follow_up, strata, case_weights,
        offset=None if offset is None else check_offset(offset, n), efron=ties == "efron",
    )  # fmt: skip
    clusters = check_clusters(cluster, n, float(ridges.max(initial=0.0)))
    suspects = list_suspects(data.x, data.centre, data.scale)
    if suspects.size:
        check_not_constant(covariates, suspects[ridges[suspects] == 0])
    null = evaluate_point(data, np.zeros(covariates.shape[1]), settings)
    if not ridges.all():
        check_information(null.information, float(data.step_weight.sum()))
    ascent = maximise_likelihood(data, null, settings)
    return shape_result(data, ascent, clusters, settings, level)


def shape_result(
    data: CoxData, ascent: Ascent, clusters: Integers | None, settings: CoxSettings, level: float
) -> CoxFit:
    """Turn scaled coefficients into the result in units of `x`."""
    best = ascent.best
    scaled_covariance = invert_information(best.information)
    if clusters is not None:
        scaled_covariance = find_robust_covariance(
            data, best.coefficients, scaled_covariance, clusters
        )
    covariance = scaled_covariance / np.outer(data.scale, data.scale)
    log_hazard_ratio = best.coefficients / data.scale
    columns = tabulate_wald(log_hazard_ratio, covariance, level)
    likelihood_ratio, score, wald = find_tests(ascent, scaled_covariance, settings)
    return CoxFit(
        log_hazard_ratio=log_hazard_ratio,
        standard_error=columns.standard_error,
        covariance=covariance,
        hazard_ratio=columns.hazard_ratio,
        lower=columns.lower,
        upper=columns.upper,
        z=columns.z,
        p_value=columns.p_value,
        log_likelihood=best.log_likelihood,
        log_likelihood_null=ascent.null.log_likelihood,
        likelihood_ratio_test=likelihood_ratio,
        score_test=score,
        wald_test=wald,
        n=len(data.time),
        n_events=int(data.event.sum()),
        n_strata=len(data.stratum_bounds) - 1,
        n_clusters=None if clusters is None else int(clusters.max()) + 1,
        n_iterations=ascent.n_iterations,
        converged=ascent.converged,
        conf_level=level,
        ties=settings.ties,
        ridge=settings.ridge,
        firth=settings.firth,
        warnings=describe_failure(ascent),
        data=data,
    )


def find_tests(
    ascent: Ascent, covariance: Floats, settings: CoxSettings
) -> tuple[ChiSquareTest, ChiSquareTest, ChiSquareTest]:
    """Return the likelihood-ratio, score and Wald tests of all coefficients."""
    null, best = ascent.null, ascent.best
    p = len(best.coefficients)
    invalid = ChiSquareTest(float("nan"), p, float("nan"))
    if settings.ridge.any() or not np.isfinite(covariance).all():
        return invalid, invalid, invalid
    likelihood_ratio = find_chi_square_test(2 * (best.objective - null.objective), p)
    wald = find_chi_square_test(solve_quadratic_form(best.coefficients, covariance), p)
    if settings.firth:
        return likelihood_ratio, invalid, wald
    score = find_chi_square_test(solve_quadratic_form(null.gradient, null.information), p)
    return likelihood_ratio, score, wald


def describe_failure(ascent: Ascent) -> tuple[str, ...]:
    """Return why the fit did not converge, or nothing."""
    if ascent.converged:
        return ()
    length = ascent.best.find_step()[1]
    return (
        f"The Cox fit did not converge: after {ascent.n_iterations} Newton steps the next one is "
        f"still {length:.2g} standard errors long. Raise max_iterations, look for a covariate "
        "that nearly separates the events, or use firth=True or ridge > 0.",
    )
