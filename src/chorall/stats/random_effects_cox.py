"""The Cox model with random effects: groups of covariates share a normal distribution."""

from __future__ import annotations

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Labels
from chorall.stats.checks import (
    check_choice,
    check_level,
    check_time_and_event,
    check_weights,
)
from chorall.stats.cox_data import check_covariates, check_offset, prepare_cox_data
from chorall.stats.cox_result import tabulate_wald
from chorall.stats.random_effects_arguments import (
    check_groups,
    check_start,
    check_variance_settings,
    check_variances,
    choose_mean_groups,
    read_start,
)
from chorall.stats.random_effects_ascent import VarianceSettings, estimate_variances
from chorall.stats.random_effects_model import EffectsFit, GroupedModel
from chorall.stats.random_effects_result import RandomEffectsCoxFit


def fit_random_effects_cox(
    x: ArrayLike,
    groups: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry_time: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    ties: str = "efron",
    mean_groups: ArrayLike | None = None,
    group_variance: ArrayLike | None = None,
    start_variance: float = 0.1,
    start: RandomEffectsCoxFit | None = None,
    prior_weight: float = 0.0,
    freedom: str = "schall",
    conf_level: float = 0.95,
    max_iterations: int = 500,
    tolerance: float = 1e-5,
) -> RandomEffectsCoxFit:
    """Fit a Cox model with a normal distribution of the coefficients of each group.

    Parameters
    ----------
    x : array_like of shape (n, p)
        Covariates, one row per patient; finite. Columns of a group should share a unit, for
        their coefficients share a variance.
    groups : array_like of shape (p,)
        Label of the group of each column.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event comes
        before a censoring at the same time.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
    strata : array_like of shape (n,), optional
        Stratum labels; each stratum has its own baseline hazard.
    weights : array_like of shape (n,), optional
        Case weights, above 0.
    offset : array_like of shape (n,), optional
        Part of the linear predictor with a coefficient of 1.
    ties : {"efron", "breslow"}, optional
        Rule for events at the same time.
    mean_groups : array_like, optional
        Labels of the groups whose mean is estimated; that of the others is 0. Without it: all
        groups of two columns or more. An empty sequence stands for none.
    group_variance : array_like of shape (g,), optional
        Variances by sorted label, to be taken as known; 0 or more. A group of variance 0 has
        its mean only.
    start_variance : float, optional
        Where the variances start, and the centre of their prior.
    start : RandomEffectsCoxFit, optional
        A fit to nearly the same data with the same groups: effects and variances start there (a
        variance of 0 at `start_variance`), so that few steps are left. The end is the same within
        `tolerance`.
    prior_weight : float, optional
        Degrees of freedom of a scaled inverse chi-square prior of each variance; 0 for none.
    freedom : {"schall", "coxrfx"}, optional
        How the degrees of freedom of a group are counted: Schall's rule, the fixed point of EM;
        or that of CoxRFX, which gives larger variances where groups are correlated.
    conf_level : float, optional
        Coverage of the limits.
    max_iterations : int, optional
        Largest number of updates of the variances.
    tolerance : float, optional
        The fit has converged when no variance changes by more than this part of the sum of it and
        of a single column's sampling variance.

    Returns
    -------
    RandomEffectsCoxFit
        Coefficients, group means and variances. Look at `converged` and `warnings`.

    Raises
    ------
    InputError
        When an argument is not usable or there is no event.

    See Also
    --------
    fit_cox : Without a distribution of the coefficients, or with known ridges.
    fit_elastic_net_cox : Sets coefficients to 0 instead.

    Notes
    -----
    R: ``CoxRFX(x, Surv(time, event), groups)`` of CoxHD with freedom="coxrfx"; it stops at changes
    of 1e-3. At known variances ``coxph(Surv(time, event) ~ ridge(x_1, theta = 1 / variance_1,
    scale = FALSE) + ... + rowSums(x_1) + ...)``.

    References
    ----------
    Gerstung M, Papaemmanuil E, et al. (2017). doi:10.1038/ng.3756
    Schall R (1991). doi:10.1093/biomet/78.4.719
    Perperoglou A (2014). doi:10.1002/sim.5921

    Examples
    --------
    >>> import numpy as np
    >>> from chorall.stats import fit_random_effects_cox
    >>> random = np.random.default_rng(1)
    >>> x = random.normal(size=(200, 6))
    >>> time = random.exponential(np.exp(-x @ [1, -1, 1, 0, 0, 0]))
    >>> fit = fit_random_effects_cox(x, list("aaabbb"), time, np.ones(200, bool))
    >>> bool(fit.group_variance[0] > fit.group_variance[1])
    True
    """
    follow_up = check_time_and_event(time, event, entry_time)
    n = len(follow_up.time)
    level = check_level(conf_level)
    check_choice(ties, "ties", ("efron", "breslow"))
    covariates = check_covariates(x, n)
    labels, codes = check_groups(groups, covariates.shape[1])
    has_mean = choose_mean_groups(mean_groups, labels, codes)
    check_choice(freedom, "freedom", ("schall", "coxrfx"))
    settings = VarianceSettings(start_variance, prior_weight, max_iterations, tolerance, freedom)
    check_variance_settings(settings)
    known = check_variances(group_variance, len(labels))
    check_start(start, labels, codes, has_mean)
    if not follow_up.event.any():
        raise InputError("`event` is never True: without an event there is nothing to fit.")
    data = prepare_cox_data(
        covariates, follow_up, strata, check_weights(weights, n),
        offset=check_offset(offset, n), efron=ties == "efron",
    )  # fmt: skip
    model = GroupedModel(data, codes, has_mean)
    fitted = estimate_variances(model, known, settings, read_start(start, has_mean))
    return shape_random_effects(model, labels, fitted, level, ties)


def shape_random_effects(
    model: GroupedModel, labels: Labels, fitted: EffectsFit, level: float, ties: str
) -> RandomEffectsCoxFit:
    """Turn deviations and means into the result."""
    data, point = model.data, fitted.point
    log_hazard_ratio = model.join_effects(point.effects)
    covariance = model.join_covariance(fitted.inverse)
    sampling_covariance = model.join_covariance(fitted.sandwich)
    columns = tabulate_wald(log_hazard_ratio, covariance, level)
    p = model.n_columns
    mean, mean_error = np.zeros(len(labels)), np.full(len(labels), np.nan)
    mean[model.has_mean] = point.effects[p:]
    mean_error[model.has_mean] = np.sqrt(np.diag(fitted.inverse)[p:])
    return RandomEffectsCoxFit(
        log_hazard_ratio=log_hazard_ratio,
        standard_error=columns.standard_error,
        covariance=covariance,
        sampling_standard_error=np.sqrt(np.diag(sampling_covariance)),
        sampling_covariance=sampling_covariance,
        hazard_ratio=columns.hazard_ratio,
        lower=columns.lower,
        upper=columns.upper,
        z=columns.z,
        p_value=columns.p_value,
        deviation=point.effects[:p],
        groups=labels,
        group_mean=mean,
        group_mean_standard_error=mean_error,
        group_variance=fitted.variances,
        degrees_of_freedom=fitted.degrees_of_freedom,
        n_columns=np.bincount(model.codes),
        log_likelihood=point.log_likelihood,
        log_likelihood_null=fitted.log_likelihood_null,
        penalised_log_likelihood=fitted.objective,
        n=len(data.time),
        n_events=int(data.event.sum()),
        n_strata=len(data.strata),
        n_iterations=fitted.n_iterations,
        n_newton_steps=fitted.n_newton_steps,
        converged=fitted.converged,
        conf_level=level,
        ties=ties,
        warnings=describe_variances(fitted, labels),
        data=data,
    )


def describe_variances(fitted: EffectsFit, labels: Labels) -> tuple[str, ...]:
    """Return what the reader must know about the variances."""
    notes = []
    if not fitted.converged:
        notes.append(
            f"The random-effects fit did not converge: after {fitted.n_iterations} updates a "
            f"variance still changed, by {fitted.largest_change:.2g} of its size. Raise "
            "max_iterations or set prior_weight > 0."
        )
    vanished = ", ".join(str(label) for label in labels[fitted.has_vanished])
    if vanished:
        notes.append(
            f"The variance of group {vanished} is 0: its columns do not differ by more than "
            "chance, and all have the mean of the group."
        )
    return tuple(notes)
