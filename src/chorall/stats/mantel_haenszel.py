"""The common odds ratio of 2 x 2 tables: Mantel and Haenszel's, and the exact conditional test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats, freeze
from chorall.stats.checks import check_choice, check_level
from chorall.stats.conditional_tables import (
    find_conditional,
    find_conditional_limits,
    find_conditional_maximum,
    find_exact_p_value,
)
from chorall.stats.limits import find_normal_quantile
from chorall.stats.number_arrays import read_array

NOT_KNOWN = (float("nan"), float("nan"), float("nan"))
EXACT = ("full", "test", "none")
# odds ratios at which the exact distribution is centred
CENTRES = (1e-4, 1e4)


@dataclass(frozen=True, slots=True, eq=False)
class MantelHaenszel:
    """The common odds ratio of k 2 x 2 tables.

    Attributes
    ----------
    odds_ratio, lower, upper : float
        Mantel and Haenszel's estimate with limits by Robins, Breslow and Greenland; 0 or infinite
        without limits where a product of cells is empty; NaN where no table tells anything.
    conditional_odds_ratio, conditional_lower, conditional_upper : float
        Maximum of the conditional likelihood given all margins, with exact limits.
    p_value : float
        Exact conditional test of an odds ratio of 1, two-sided: the probability of all sums that
        are no more probable than the one observed. 1 where no table tells anything.
    n_tables : int
        Tables that tell something: no margin is 0.
    n : int
        Patients in them.
    conf_level : float
        Coverage of the limits.
    """

    odds_ratio: float
    lower: float
    upper: float
    conditional_odds_ratio: float
    conditional_lower: float
    conditional_upper: float
    p_value: float
    n_tables: int
    n: int
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def mantel_haenszel(
    tables: ArrayLike, *, exact: str = "full", conf_level: float = 0.95
) -> MantelHaenszel:
    """Estimate and test the odds ratio that 2 x 2 tables share.

    Parameters
    ----------
    tables : array_like of int, shape (k, 2, 2)
        One table per stratum: rows are having and not having the one, columns the other. Tables
        with an empty margin tell nothing and do not count.
    exact : {"full", "test", "none"}, optional
        The exact part takes time with thousands of patients: "test" leaves the conditional
        estimate and its limits NaN, "none" the p-value as well.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    MantelHaenszel
        Above 1 when the two come together.

    Raises
    ------
    InputError
        When `tables` has another shape or entries that are no counts.

    See Also
    --------
    fit_logistic : More than one covariate, or a continuous one.

    Notes
    -----
    R: ``mantelhaen.test(x, exact = FALSE)`` for `odds_ratio` and its limits,
    ``mantelhaen.test(x, exact = TRUE)`` for the rest, with x of dimension 2 x 2 x k.

    References
    ----------
    Mantel N, Haenszel W (1959). doi:10.1093/jnci/22.4.719
    Robins J, Breslow N, Greenland S (1986). doi:10.2307/2531052
    Mehta CR, Patel NR, Gray R (1985). doi:10.1080/01621459.1985.10478212

    Examples
    --------
    >>> from chorall.stats import mantel_haenszel
    >>> found = mantel_haenszel([[[3, 1], [1, 3]]])
    >>> found.odds_ratio, round(found.p_value, 4)
    (9.0, 0.4857)
    """
    level = check_level(conf_level)
    check_choice(exact, "exact", EXACT)
    telling = select_telling(read_tables(tables))
    if not len(telling):
        return MantelHaenszel(*NOT_KNOWN, *NOT_KNOWN, 1.0, 0, 0, level)
    common = estimate_common(telling, level)
    size = (len(telling), int(telling.sum()), level)
    p_value = float("nan") if exact == "none" else find_exact_p_value(find_conditional(telling))
    if exact != "full":
        return MantelHaenszel(*common, *NOT_KNOWN, p_value, *size)
    centre = float(np.log(np.clip(common[0], *CENTRES)))
    near = find_conditional(telling, centre)
    lower, upper = find_conditional_limits(near, level)
    return MantelHaenszel(*common, find_conditional_maximum(near), lower, upper, p_value, *size)


def read_tables(tables: ArrayLike) -> Floats:
    """Return the tables as float64, or raise."""
    values = read_array(tables, "tables")
    if values.ndim != 3 or values.shape[1:] != (2, 2):
        raise InputError(f"`tables` has shape {values.shape}; expected (k, 2, 2).")
    if not (np.isfinite(values).all() and (values >= 0).all() and (values % 1 == 0).all()):
        raise InputError("`tables` must hold counts of patients: whole, not negative, not missing.")
    return values


def select_telling(tables: Floats) -> Floats:
    """Return the tables in which both margins vary."""
    margins = np.column_stack([tables.sum(axis=1), tables.sum(axis=2)])
    return np.asarray(tables[(margins > 0).all(axis=1)], dtype=np.float64)


def estimate_common(tables: Floats, conf_level: float) -> tuple[float, float, float]:
    """Return Mantel and Haenszel's odds ratio with limits."""
    n = tables.sum(axis=(1, 2))
    alike = tables[:, 0, 0] * tables[:, 1, 1] / n
    unlike = tables[:, 0, 1] * tables[:, 1, 0] / n
    together, apart = alike.sum(), unlike.sum()
    if not together or not apart:
        return (0.0 if not together else float("inf")), float("nan"), float("nan")
    same = (tables[:, 0, 0] + tables[:, 1, 1]) / n
    other = (tables[:, 0, 1] + tables[:, 1, 0]) / n
    variance = (same * alike).sum() / (2 * together**2)
    variance += (same * unlike + other * alike).sum() / (2 * together * apart)
    variance += (other * unlike).sum() / (2 * apart**2)
    reach = find_normal_quantile(conf_level) * np.sqrt(variance)
    ratio = together / apart
    return float(ratio), float(ratio * np.exp(-reach)), float(ratio * np.exp(reach))
