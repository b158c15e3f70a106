"""Differences between studies explained by moderators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, freeze
from chorall.stats.checks import check_choice, check_level
from chorall.stats.heterogeneity import METHODS, StudyEffects, estimate_tau2
from chorall.stats.number_arrays import read_array
from chorall.stats.pooled_fit import (
    PooledFit,
    check_effects,
    find_quantile,
    find_two_sided_p,
    fit_pooled,
)

# singular values below this part of the largest mean that columns depend on each other
RANK_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class MetaRegression:
    """A regression of k study effects on p moderators.

    Attributes
    ----------
    coefficients, standard_error : ndarray of shape (1 + p,)
        The intercept, then the change of the effect per unit of each moderator.
    covariance : ndarray of shape (1 + p, 1 + p)
        Of `coefficients`.
    lower, upper : ndarray of shape (1 + p,)
        Confidence limits.
    statistic, p_value : ndarray of shape (1 + p,)
        Test of each coefficient: t with Hartung-Knapp, otherwise z.
    moderator_statistic, moderator_p_value : float
        Test of all moderators together: F with Hartung-Knapp, otherwise chi-square.
    tau2, tau2_lower, tau2_upper : float
        Variance between studies that the moderators leave, with Q-profile limits.
    i_squared : float
        Part of the remaining variation that is not chance.
    r_squared : float
        Part of tau2 that the moderators explain, at least 0; NaN when there was none.
    q, q_p_value : float
        Test that nothing but chance is left.
    q_degrees_of_freedom : int
        k - p - 1.
    weights : ndarray of shape (k,)
        1 / (variance + tau2), as parts of their sum.
    n_studies : int
        Number of studies k.
    method : str
        Estimator of tau2.
    hartung_knapp : bool
        Whether the limits are those of Hartung and Knapp.
    conf_level : float
        Coverage of all limits.
    warnings : tuple of str
        What the reader must know; empty when all is well.
    """

    coefficients: Floats
    standard_error: Floats
    covariance: Floats
    lower: Floats
    upper: Floats
    statistic: Floats
    p_value: Floats
    moderator_statistic: float
    moderator_p_value: float
    tau2: float
    tau2_lower: float
    tau2_upper: float
    i_squared: float
    r_squared: float
    q: float
    q_p_value: float
    q_degrees_of_freedom: int
    weights: Floats
    n_studies: int
    method: str
    hartung_knapp: bool
    conf_level: float
    warnings: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self)


def fit_meta_regression(
    estimate: ArrayLike,
    standard_error: ArrayLike,
    moderators: ArrayLike,
    *,
    method: str = "reml",
    hartung_knapp: bool = True,
    conf_level: float = 0.95,
) -> MetaRegression:
    """Explain differences between studies by what the studies are.

    Parameters
    ----------
    estimate : array_like of shape (k,)
        One effect per study, on a scale on which it is nearly normal.
    standard_error : array_like of shape (k,)
        Their standard errors, above 0.
    moderators : array_like of shape (k,) or (k, p)
        One row per study, finite; an intercept is added.
    method : {"reml", "fixed", "pm", "dl"}, optional
        Estimator of the variance that is left between studies.
    hartung_knapp : bool, optional
        True takes limits from the spread of the studies and a t distribution; does not apply
        to method "fixed".
    conf_level : float, optional
        Coverage of all limits.

    Returns
    -------
    MetaRegression
        Coefficients, the intercept first.

    Raises
    ------
    InputError
        When an argument is not usable, the columns depend on each other, or there are no more
        studies than coefficients.

    See Also
    --------
    pool_effects : Without moderators.

    Notes
    -----
    R: ``metafor::rma(estimate, sei = standard_error, mods = ~ moderators, test = "knha")``.
    A moderator that is a mean of patients (mean age) does not tell what age does to a patient.

    References
    ----------
    Knapp G, Hartung J (2003). doi:10.1002/sim.1482
    Raudenbush SW (2009). The Handbook of Research Synthesis and Meta-Analysis, 2nd ed, 295-315

    Examples
    --------
    >>> from chorall.stats import fit_meta_regression
    >>> fit = fit_meta_regression([0.0, 0.1, 0.2, 0.4], [0.1] * 4, [0, 1, 2, 3], method="dl")
    >>> fit.coefficients.round(3)
    array([-0.02,  0.13])
    """
    level = check_level(conf_level)
    check_choice(method, "method", METHODS)
    values, errors = check_effects(estimate, standard_error)
    design = build_design(moderators, len(values))
    check_spare_studies(*design.shape)
    effects = StudyEffects(values, errors**2, design)
    fit = fit_pooled(effects, method, hartung_knapp, level)
    joint, joint_p_value = find_moderator_test(fit)
    error = np.sqrt(np.diag(fit.covariance))
    width = find_quantile(fit.degrees_of_freedom, level) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = fit.coefficients / error
    return MetaRegression(
        coefficients=fit.coefficients,
        standard_error=error,
        covariance=fit.covariance,
        lower=fit.coefficients - width,
        upper=fit.coefficients + width,
        statistic=statistic,
        p_value=np.array([find_two_sided_p(t, fit.degrees_of_freedom) for t in statistic]),
        moderator_statistic=joint,
        moderator_p_value=joint_p_value,
        r_squared=find_explained_part(effects, method, fit.heterogeneity.tau2),
        weights=fit.weights / fit.weights.sum(),
        n_studies=len(values),
        method=method,
        hartung_knapp=bool(np.isfinite(fit.degrees_of_freedom)),
        conf_level=level,
        warnings=fit.warnings,
        **fit.heterogeneity._asdict(),
    )


def build_design(moderators: ArrayLike, n_studies: int) -> Floats:
    """Return an intercept and the moderators as columns of full rank, or raise."""
    columns = read_array(moderators, "moderators")
    columns = columns[:, None] if columns.ndim == 1 else columns
    if columns.ndim != 2 or len(columns) != n_studies:
        raise InputError(
            f"`moderators` has shape {columns.shape}; expected one row for each of the "
            f"{n_studies} studies."
        )
    if not np.isfinite(columns).all():
        bad = np.flatnonzero(~np.isfinite(columns).all(axis=1)).tolist()
        raise InputError(
            f"`moderators` is missing or infinite in rows {bad} (counted from 0). "
            "Leave these studies out of all arguments."
        )
    design = np.column_stack([np.ones(n_studies), columns])
    sizes = np.sqrt(np.sum(design**2, axis=0))
    spread = np.linalg.svd(design / np.where(sizes > 0, sizes, 1), compute_uv=False)
    if n_studies >= design.shape[1] and spread[-1] <= RANK_TOLERANCE * spread[0]:
        raise InputError(
            "`moderators`: a column is constant or a linear combination of others. Leave it out."
        )
    return design


def check_spare_studies(n_studies: int, n_coefficients: int) -> None:
    """Raise unless there are more studies than coefficients."""
    if n_studies <= n_coefficients:
        raise InputError(
            f"{n_studies} studies cannot carry {n_coefficients} coefficients and a variance "
            f"between studies. Give at least {n_coefficients + 1} studies or fewer moderators."
        )


def find_moderator_test(fit: PooledFit) -> tuple[float, float]:
    """Return statistic and p-value of the test that no moderator matters."""
    slopes, covariance = fit.coefficients[1:], fit.covariance[1:, 1:]
    count = len(slopes)
    if not count:
        return float("nan"), float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):
        total = float(slopes @ np.linalg.pinv(covariance) @ slopes)
    if np.isinf(fit.degrees_of_freedom):
        return total, float(chdtrc(count, total))
    return total / count, float(fdtrc(count, fit.degrees_of_freedom, total / count))


def find_explained_part(effects: StudyEffects, method: str, tau2: float) -> float:
    """Return by what part the moderators lower tau2."""
    alone = estimate_tau2(effects._replace(design=effects.design[:, :1]), method)
    return max(0.0, 1 - tau2 / alone) if alone > 0 else float("nan")
