"""The difference in Gonen and Heller's concordance of two Cox models of the same patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from chorall.errors import InputError
from chorall.stats.arrays import Floats
from chorall.stats.checks import check_level
from chorall.stats.cox_residuals import find_cox_residuals
from chorall.stats.cox_result import CoxFit
from chorall.stats.gonen_heller import sum_pairs
from chorall.stats.limits import find_normal_quantile


@dataclass(frozen=True, slots=True)
class GonenHellerDifference:
    """The difference in implied concordance of two Cox models of the same patients.

    Attributes
    ----------
    first, second : float
        Concordance that each model implies.
    difference, standard_error : float
        First less second; the error is that of the differences of influences.
    lower, upper : float
        Confidence limits of the difference.
    z, p_value : float
        Wald test that both are equal; NaN where the models do not differ.
    conf_level : float
        Coverage of the limits.
    """

    first: float
    second: float
    difference: float
    standard_error: float
    lower: float
    upper: float
    z: float
    p_value: float
    conf_level: float


def compare_gonen_heller(
    first: CoxFit, second: CoxFit, *, conf_level: float = 0.95
) -> GonenHellerDifference:
    """Compare the concordance that two Cox models imply among their patients.

    Parameters
    ----------
    first, second : CoxFit
        Fits to the same patients in the same order, without case weights or offset, by Efron's or
        Breslow's rule.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    GonenHellerDifference
        First less second, with a paired standard error.

    Raises
    ------
    InputError
        When the fits are to different patients, have weights, an offset, exact ties, or fewer
        than two patients.

    See Also
    --------
    concordance_gonen_heller : One model.
    compare_concordance : From the survival itself, model right or wrong.

    Notes
    -----
    R: none; the influence of a patient is that on the mean over pairs plus the gradient of the
    concordance times dfbeta (``residuals(fit, type = "dfbeta")``). Where the smaller model is
    true the difference is 0 or more and its distribution is not normal: use the
    likelihood-ratio test for whether covariates matter.

    References
    ----------
    Gonen M, Heller G (2005). doi:10.1093/biomet/92.4.965

    Examples
    --------
    >>> from chorall.stats import compare_gonen_heller, fit_cox
    >>> time, event = [1, 2, 3, 4, 5], [True, True, True, True, False]
    >>> one = fit_cox([[1.0], [0.4], [0.0], [0.5], [0.1]], time, event)
    >>> found = compare_gonen_heller(one, one)
    >>> found.difference, found.standard_error
    (0.0, 0.0)
    """
    level = check_level(conf_level)
    check_same_patients(first, second)
    (one, own), (other, others) = (find_influence(fit) for fit in (first, second))
    difference = one - other
    error = float(np.sqrt(np.sum((own - others) ** 2)))
    width = find_normal_quantile(level) * error
    z = difference / error if error > 0 else float("nan")
    return GonenHellerDifference(
        one, other, difference, error, difference - width, difference + width,
        z, float(2 * ndtr(-abs(z))), level,
    )  # fmt: skip


def check_same_patients(first: CoxFit, second: CoxFit) -> None:
    """Raise unless both fits are to the same unweighted patients."""
    follow_up = []
    for fit in (first, second):
        data = fit.data
        plain = (data.weights == 1).all() and (data.offset == data.offset[0]).all()
        if not plain or len(data.time) < 2:
            raise InputError(
                "a fit has case weights, an offset or one patient: its pairs are not defined."
            )
        ordered = np.empty((2, len(data.time)))
        ordered[:, data.order] = data.time, data.event
        follow_up.append(ordered)
    if not np.array_equal(follow_up[0], follow_up[1]):
        raise InputError(
            "the fits are not to the same patients in the same order: times or events differ. "
            "Fit both to those with all covariates known."
        )


def find_influence(fit: CoxFit) -> tuple[float, Floats]:
    """Return the implied concordance and the influence of each patient on it."""
    data = fit.data
    x = np.empty_like(data.x)
    x[data.order] = data.x * data.scale
    x -= x.mean(axis=0)
    n = len(x)
    own, gradient = sum_pairs(x, x @ fit.log_hazard_ratio)
    estimate = float(own.sum()) / (n * (n - 1))
    pairs = 2 * (own - (n - 1) * estimate) / (n * (n - 1))
    dfbeta = find_cox_residuals(fit, "dfbeta")
    return estimate, np.asarray(pairs + dfbeta @ gradient / (n * (n - 1)), dtype=np.float64)
