"""One effect from several studies: inverse-variance pooling with a variance between studies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats.arrays import ArrayLike, Floats, freeze
from chorall.stats.checks import check_choice, check_level
from chorall.stats.heterogeneity import METHODS, StudyEffects
from chorall.stats.pooled_fit import check_effects, find_quantile, find_two_sided_p, fit_pooled


@dataclass(frozen=True, slots=True, eq=False)
class PooledEffects:
    """The pooled effect of k studies.

    Attributes
    ----------
    estimate, standard_error : float
        The pooled effect, on the scale given.
    lower, upper : float
        Confidence limits of the mean effect.
    prediction_lower, prediction_upper : float
        Limits for the true effect of one more study of the same kind; NaN with one study
        or without a variance between studies (method "fixed").
    statistic, p_value : float
        Test that the mean effect is 0: t with Hartung-Knapp, otherwise z.
    tau2, tau2_lower, tau2_upper : float
        Variance between studies and its Q-profile limits. Both limits are 0 when the studies
        differ less than any variance allows; NaN with one study or method "fixed".
    i_squared : float
        Part of the variation that is not chance, between 0 and 1.
    q, q_p_value : float
        Cochran's test that all studies share one effect.
    q_degrees_of_freedom : int
        Studies less one.
    weights : ndarray of shape (k,)
        Part of each study in the estimate; they sum to 1.
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

    estimate: float
    standard_error: float
    lower: float
    upper: float
    prediction_lower: float
    prediction_upper: float
    statistic: float
    p_value: float
    tau2: float
    tau2_lower: float
    tau2_upper: float
    i_squared: float
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


def pool_effects(
    estimate: ArrayLike,
    standard_error: ArrayLike,
    *,
    method: str = "reml",
    hartung_knapp: bool = True,
    conf_level: float = 0.95,
) -> PooledEffects:
    """Pool the effects of several studies.

    Parameters
    ----------
    estimate : array_like of shape (k,)
        One effect per study on a scale on which it is nearly normal, such as a log hazard
        ratio; none missing.
    standard_error : array_like of shape (k,)
        Their standard errors, above 0.
    method : {"reml", "fixed", "pm", "dl"}, optional
        Estimator of the variance between studies: restricted likelihood, none at all, Paule
        and Mandel, DerSimonian and Laird.
    hartung_knapp : bool, optional
        True takes limits from the spread of the studies and a t distribution; does not apply
        to method "fixed" or to one study.
    conf_level : float, optional
        Coverage of all limits.

    Returns
    -------
    PooledEffects
        The mean effect, its limits, and how much the studies differ.

    Raises
    ------
    InputError
        When an effect is missing or infinite, a standard error is not above 0, or the lengths
        differ.

    See Also
    --------
    fit_meta_regression : Explain differences between studies.
    pool_proportions : Pool counts, which are not nearly normal.
    combine_imputations : Combine fits of one study to several imputed data sets.

    Notes
    -----
    R: ``metafor::rma(estimate, sei = standard_error, method = "REML", test = "knha")``, with
    ``control = list(threshold = 1e-12)``; ``confint`` and ``predict`` of it.

    References
    ----------
    Viechtbauer W (2005). doi:10.3102/10769986030003261
    Paule RC, Mandel J (1982). doi:10.6028/jres.087.022
    DerSimonian R, Laird N (1986). doi:10.1016/0197-2456(86)90046-2
    Hartung J, Knapp G (2001). doi:10.1002/sim.1009
    Viechtbauer W (2007). doi:10.1002/sim.2514

    Examples
    --------
    >>> from chorall.stats import pool_effects
    >>> pooled = pool_effects([0.1, 0.5, 0.3], [0.1, 0.1, 0.2], method="dl")
    >>> round(pooled.estimate, 4), round(pooled.tau2, 4)
    (0.3, 0.045)
    """
    level = check_level(conf_level)
    check_choice(method, "method", METHODS)
    values, errors = check_effects(estimate, standard_error)
    effects = StudyEffects(values, errors**2, np.ones((len(values), 1)))
    fit = fit_pooled(effects, method, hartung_knapp, level)
    mean, error = float(fit.coefficients[0]), float(np.sqrt(fit.covariance[0, 0]))
    tau2 = fit.heterogeneity.tau2
    width = find_quantile(fit.degrees_of_freedom, level)
    reach = float("nan") if method == "fixed" else width * float(np.sqrt(error**2 + tau2))
    statistic = mean / error if error else float(np.copysign(np.inf, mean))
    return PooledEffects(
        estimate=mean,
        standard_error=error,
        lower=mean - width * error,
        upper=mean + width * error,
        prediction_lower=mean - reach,
        prediction_upper=mean + reach,
        statistic=statistic,
        p_value=find_two_sided_p(statistic, fit.degrees_of_freedom),
        weights=fit.weights / fit.weights.sum(),
        n_studies=len(values),
        method=method,
        hartung_knapp=bool(np.isfinite(fit.degrees_of_freedom)),
        conf_level=level,
        warnings=fit.warnings,
        **fit.heterogeneity._asdict(),
    )
