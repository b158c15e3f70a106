"""Arithmetic on published ratios: two compared, and the confounding that could explain one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from chorall.errors import InputError
from chorall.stats.checks import check_level
from chorall.stats.limits import find_normal_quantile


@dataclass(frozen=True, slots=True)
class SubgroupContrast:
    """Second ratio over the first.

    Attributes
    ----------
    ratio, lower, upper : float
        The interaction with its limits.
    z, p_value : float
        Test that both ratios are one.
    conf_level : float
        Coverage of the limits given and returned.
    """

    ratio: float
    lower: float
    upper: float
    z: float
    p_value: float
    conf_level: float


def compare_subgroups(
    first: tuple[float, float, float],
    second: tuple[float, float, float],
    *,
    conf_level: float = 0.95,
) -> SubgroupContrast:
    """Compare two published ratios of independent groups.

    Parameters
    ----------
    first, second : tuple of float
        Odds, risk or hazard ratio with its lower and upper limit, symmetric on the log scale.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    SubgroupContrast
        The interaction.

    Raises
    ------
    InputError
        When a ratio is not above 0 or does not lie between its limits.

    See Also
    --------
    scan_interactions : From patients.

    Notes
    -----
    R: ``z <- (log(b) - log(a)) / sqrt(se_a^2 + se_b^2)`` with ``se <- log(upper / lower) /
    (2 * qnorm(0.975))``.

    References
    ----------
    Altman DG, Bland JM (2003). doi:10.1136/bmj.326.7382.219

    Examples
    --------
    >>> from chorall.stats import compare_subgroups
    >>> round(compare_subgroups((0.79, 0.70, 0.90), (1.01, 0.85, 1.19)).ratio, 2)
    1.28
    """
    width = find_normal_quantile(check_level(conf_level))
    errors = [check_ratio(one) / (2 * width) for one in (first, second)]
    difference = float(np.log(second[0] / first[0]))
    error = float(np.hypot(errors[0], errors[1]))
    z = difference / error
    lower, upper = (float(np.exp(difference + sign * width * error)) for sign in (-1, 1))
    return SubgroupContrast(
        float(np.exp(difference)), lower, upper, z, float(2 * ndtr(-abs(z))), conf_level
    )


def check_ratio(ratio: tuple[float, float, float]) -> float:
    """Return the width of a ratio's interval on the log scale."""
    value, lower, upper = ratio
    if not 0 < lower < value < upper < np.inf:
        raise InputError(
            f"{ratio!r} is no ratio with limits; expected (ratio, lower, upper), above 0 and in "
            "this order: lower, ratio, upper."
        )
    return float(np.log(upper / lower))


def find_e_value(
    ratio: float, *, limit: float | None = None, common: bool = False
) -> tuple[float, float]:
    """Return how strong an unmeasured confounder would have to be to explain a ratio away.

    Parameters
    ----------
    ratio : float
        Risk ratio, or a hazard ratio of a rare event, above 0.
    limit : float, optional
        The confidence limit nearer to 1.
    common : bool, optional
        True: hazard ratios of an event that more than about 15 % have; each is turned into a risk
        ratio first, (1 - 0.5^sqrt(h)) / (1 - 0.5^sqrt(1 / h)).

    Returns
    -------
    tuple of float
        E-value of the ratio and of the limit: the risk ratio that the confounder needs with both
        treatment and outcome; 1 where the limits hold 1. Without a limit the second is NaN.

    Raises
    ------
    InputError
        When a ratio is not above 0.

    See Also
    --------
    compare_subgroups : Two published ratios.

    Notes
    -----
    R: ``EValue::evalues.RR``: ``rr + sqrt(rr * (rr - 1))`` of the ratio or its inverse; common:
    ``evalues.HR(..., rare = FALSE)``.

    References
    ----------
    VanderWeele TJ, Ding P (2017). doi:10.7326/M16-2607

    Examples
    --------
    >>> from chorall.stats import find_e_value
    >>> round(find_e_value(3.9, limit=1.8)[0], 2)
    7.26
    """
    given = [ratio] if limit is None else [ratio, limit]
    if not all(0 < one < np.inf for one in given):
        raise InputError(f"{given!r} are no ratios; expected numbers above 0.")
    used = [turn_to_risk(one) for one in given] if common else given
    strength = bound_confounding(used[0])
    if limit is None:
        return strength, float("nan")
    crosses = (ratio - 1) * (limit - 1) <= 0
    return strength, 1.0 if crosses else bound_confounding(used[1])


def turn_to_risk(hazard_ratio: float) -> float:
    """Return the risk ratio that a hazard ratio of a common event comes near to."""
    root = float(np.sqrt(hazard_ratio))
    return float((1 - 0.5**root) / (1 - 0.5 ** (1 / root)))


def bound_confounding(ratio: float) -> float:
    """Return the E-value of one ratio."""
    size = max(ratio, 1 / ratio)
    return float(size + np.sqrt(size * (size - 1)))
