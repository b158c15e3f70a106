"""The Fine-Gray model of the cumulative incidence of one cause."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.checks import check_level, check_time_and_cause
from chorall.stats.cox_collinearity import check_information
from chorall.stats.cox_likelihood import sum_squares
from chorall.stats.cox_result import (
    ChiSquareTest,
    find_chi_square_test,
    solve_quadratic_form,
    tabulate_wald,
)
from chorall.stats.fine_gray_arguments import (
    Groups,
    Standardised,
    check_settings,
    find_kinds,
    read_groups,
    standardise,
)
from chorall.stats.fine_gray_data import FineGrayRows, sort_rows
from chorall.stats.fine_gray_newton import FineGrayAscent, evaluate_point, maximise_likelihood
from chorall.stats.fine_gray_result import FineGrayFit
from chorall.stats.fine_gray_robust import (
    FineGrayBasis,
    find_score_residuals,
    sum_clusters,
    turn_into_influence,
)
from chorall.stats.fine_gray_weights import COMPETING, OF_INTEREST
from chorall.stats.log_rank import find_chi_square


def fit_fine_gray(
    x: ArrayLike,
    time: ArrayLike,
    cause: ArrayLike,
    *,
    cause_of_interest: int = 1,
    strata: ArrayLike | None = None,
    censoring_strata: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    entry_time: ArrayLike | None = None,
    conf_level: float = 0.95,
    max_iterations: int = 50,
    tolerance: float = 1e-9,
) -> FineGrayFit:
    """Fit a proportional subdistribution hazards model of one cause.

    Parameters
    ----------
    x : array_like of shape (n, p)
        Covariates, one row per patient; finite, no column constant. p may be 0.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. Ties: an event comes
        before a censoring at the same time; tied events of interest are handled by Breslow's
        rule. Times are compared exactly.
    cause : array_like of int, shape (n,)
        Kind of event at `time`: 1, 2, ..., or 0 when the patient was censored there.
    cause_of_interest : int, optional
        The cause to model; all others compete with it.
    strata : array_like of shape (n,), optional
        Stratum labels; each stratum has its own baseline.
    censoring_strata : array_like of shape (n,), optional
        Labels of groups with a censoring (and entry) distribution of their own; when not given,
        the strata. A constant asks for one distribution in all strata.
    cluster : array_like of shape (n,), optional
        Labels of centres or families whose rows depend on each other.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
        One row per patient: covariates that change with time are not defined for this model.
    conf_level : float, optional
        Coverage of the limits.
    max_iterations : int, optional
        Largest number of Newton steps.
    tolerance : float, optional
        The fit has converged when the next Newton step is shorter than this many
        (information-based) standard errors.

    Returns
    -------
    FineGrayFit
        Coefficients, tests and the report of the iteration; ``.predict`` gives cumulative
        incidences. Look at `converged`.

    Raises
    ------
    InputError
        When an argument is not usable, there is no event of interest, a column of `x` is
        constant or a linear combination of others (the message names the columns, counted
        from 0), or delayed entry leaves the weights undefined.
    ConvergenceError
        When a covariate separates the events so that its coefficient is infinite.

    See Also
    --------
    fit_cox : The cause-specific hazard (other causes censored): the effect on the rate.
    gray_test : Compare groups without a model.
    cumulative_incidence : The curves to look at first.

    Notes
    -----
    R: ``cmprsk::crr(time, cause, x, cengroup = censoring_strata, failcode = cause_of_interest)``
    has the same estimates and, with one censoring group, the same covariance; with several, crr
    2.2-11 leaves a part of it out (see docs/methods/fine_gray.md).
    ``survival::finegray`` and a weighted ``coxph`` give the same estimates with
    delayed entry and strata (where no censoring ties with an event), with a covariance that
    takes the weights as known.

    References
    ----------
    Fine JP, Gray RJ (1999). doi:10.1080/01621459.1999.10474144
    Geskus RB (2011). doi:10.1111/j.1541-0420.2010.01420.x
    Zhou B et al. (2011). doi:10.1111/j.1541-0420.2010.01493.x
    Kawaguchi ES et al. (2021). doi:10.32614/RJ-2021-010

    Examples
    --------
    >>> from chorall.stats import fit_fine_gray
    >>> x = [[0], [1], [1], [0], [0], [1]]
    >>> fit = fit_fine_gray(x, [1, 2, 3, 4, 5, 6], [1, 2, 1, 0, 1, 1])
    >>> fit.n_events, fit.n_competing, fit.converged
    (4, 1, True)
    """
    follow_up = check_time_and_cause(time, cause, entry_time)
    n = len(follow_up.time)
    level = check_level(conf_level)
    check_settings(max_iterations, tolerance)
    kind = find_kinds(follow_up, cause_of_interest)
    groups = read_groups(n, strata, censoring_strata, cluster)
    rows = sort_rows(follow_up.time, kind, follow_up.entry_time, groups.stratum, groups.censoring)
    standardised = standardise(x, rows)
    null = evaluate_point(rows, standardised.x, np.zeros(len(standardised.scale)))
    check_information(null[0].information, float((kind == OF_INTEREST).sum()))
    ascent = maximise_likelihood(rows, standardised.x, null, max_iterations, tolerance)
    basis = build_basis(rows, standardised, ascent, groups)
    return shape_result(basis, ascent, groups, level, int(cause_of_interest))


def build_basis(
    rows: FineGrayRows, standardised: Standardised, ascent: FineGrayAscent, groups: Groups
) -> FineGrayBasis:
    """Find the influence of every row or cluster on the coefficients."""
    clusters = None if groups.clusters is None else groups.clusters[rows.order]
    residuals = find_score_residuals(rows, ascent.sums, standardised.x)
    influence = sum_clusters(residuals, clusters)
    turn_into_influence(influence, ascent.best.information)
    return FineGrayBasis(
        rows, ascent.sums, clusters, influence, ascent.best.coefficients,
        standardised.centre, standardised.scale, groups.strata,
    )  # fmt: skip


def shape_result(
    basis: FineGrayBasis, ascent: FineGrayAscent, groups: Groups, level: float, cause: int
) -> FineGrayFit:
    """Turn standardised coefficients into the result in units of `x`."""
    best, rows = ascent.best, basis.rows
    scaled_covariance = sum_squares(basis.influence, np.ones(len(basis.influence)))
    covariance = scaled_covariance / np.outer(basis.scale, basis.scale)
    log_hazard_ratio = best.coefficients / basis.scale
    columns = tabulate_wald(log_hazard_ratio, covariance, level)
    likelihood_ratio, score, wald = find_tests(ascent, scaled_covariance)
    return FineGrayFit(
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
        n=len(rows.time),
        n_events=int((rows.kind == OF_INTEREST).sum()),
        n_competing=int((rows.kind == COMPETING).sum()),
        n_strata=len(rows.stratum_bounds) - 1,
        n_censoring_strata=int(groups.censoring.max()) + 1,
        n_clusters=None if groups.clusters is None else int(groups.clusters.max()) + 1,
        n_iterations=ascent.n_iterations,
        converged=ascent.converged,
        conf_level=level,
        ties="breslow",
        cause_of_interest=cause,
        basis=basis,
        warnings=describe_failure(ascent),
    )


def find_tests(
    ascent: FineGrayAscent, covariance: Floats
) -> tuple[ChiSquareTest, ChiSquareTest, ChiSquareTest]:
    """Return the likelihood-ratio, score and Wald tests of all coefficients."""
    null, best = ascent.null, ascent.best
    p = len(best.coefficients)
    invalid = ChiSquareTest(float("nan"), p, float("nan"))
    if not np.isfinite(covariance).all():
        return invalid, invalid, invalid
    wald, rank = find_chi_square(best.coefficients, covariance) if p else (0.0, 0)
    return (
        find_chi_square_test(2 * (best.log_likelihood - null.log_likelihood), p),
        find_chi_square_test(solve_quadratic_form(null.gradient, null.information), p),
        # very few events leave a sandwich without information in some direction
        find_chi_square_test(wald, p) if rank == p else invalid,
    )


def describe_failure(ascent: FineGrayAscent) -> tuple[str, ...]:
    """Return why the fit did not converge, or nothing."""
    if ascent.converged:
        return ()
    length = ascent.best.find_step()[1]
    return (
        f"The Fine-Gray fit did not converge: after {ascent.n_iterations} Newton steps the next "
        f"one is still {length:.2g} standard errors long. Raise max_iterations, or look for a "
        "covariate that nearly separates the events of interest.",
    )
