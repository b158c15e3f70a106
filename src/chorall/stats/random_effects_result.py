"""What a random-effects Cox fit gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

from chorall.stats.arrays import Floats, Integers, Labels, freeze
from chorall.stats.cox_data import CoxData


@dataclass(frozen=True, slots=True, eq=False)
class RandomEffectsCoxFit:
    """A Cox model whose p coefficients come from g normal distributions.

    Attributes
    ----------
    log_hazard_ratio : ndarray of shape (p,)
        Mean of the group plus the column's own deviation, per unit of each column of `x`.
    standard_error, covariance : ndarray of shape (p,) and (p, p)
        From the inverse H^-1 of the penalised information H: a posterior variance, which
        counts what the penalty holds back as uncertain.
    sampling_standard_error, sampling_covariance : ndarray of shape (p,) and (p, p)
        From H^-1 I H^-1 with the information I of the likelihood alone: how the estimates would
        scatter, less than the former.
    hazard_ratio, lower, upper, z, p_value : ndarray of shape (p,)
        By `standard_error`.
    deviation : ndarray of shape (p,)
        `log_hazard_ratio` less the mean of the group.
    groups : ndarray of shape (g,)
        Labels of the groups, sorted.
    group_mean, group_mean_standard_error : ndarray of shape (g,)
        Mean of each distribution; 0 and NaN where none was estimated.
    group_variance : ndarray of shape (g,)
        Variance of each distribution, in squared units of the log hazard ratio.
    degrees_of_freedom : ndarray of shape (g,)
        Effective number of free deviations of each group, by the rule asked for.
    n_columns : ndarray of shape (g,)
        Number of columns of each group.
    log_likelihood, log_likelihood_null : float
        Log partial likelihood at the coefficients and at 0, without the penalty.
    penalised_log_likelihood : float
        With the log density of the deviations, constants left out.
    n, n_events, n_strata : int
        Patients, events and strata.
    n_iterations : int
        Updates of the variances.
    n_newton_steps : int
        Steps over the coefficients.
    converged : bool
        True when neither variances nor coefficients change any more.
    conf_level : float
        Coverage of the limits.
    ties : str
        How ties were handled.
    warnings : tuple of str
        What the reader must know; empty when all is well.
    data : CoxData
        The sorted arguments.
    """

    log_hazard_ratio: Floats
    standard_error: Floats
    covariance: Floats
    sampling_standard_error: Floats
    sampling_covariance: Floats
    hazard_ratio: Floats
    lower: Floats
    upper: Floats
    z: Floats
    p_value: Floats
    deviation: Floats
    groups: Labels
    group_mean: Floats
    group_mean_standard_error: Floats
    group_variance: Floats
    degrees_of_freedom: Floats
    n_columns: Integers
    log_likelihood: float
    log_likelihood_null: float
    penalised_log_likelihood: float
    n: int
    n_events: int
    n_strata: int
    n_iterations: int
    n_newton_steps: int
    converged: bool
    conf_level: float
    ties: str
    warnings: tuple[str, ...]
    data: CoxData = field(repr=False)

    def __post_init__(self) -> None:
        freeze(self)
