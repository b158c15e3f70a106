"""P-values of many tests, adjusted for their number."""

from __future__ import annotations

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.checks import add_bad_places, check_choice, raise_problems, read_numbers

METHODS = ("BH", "BY", "holm", "bonferroni")
# the tuning values among which Storey's bootstrap rule chooses
TUNING = np.arange(1, 20) / 20


def adjust_p_values(p: ArrayLike, method: str = "BH") -> Floats:
    """Adjust p-values so that a cut bounds the errors among many tests.

    Parameters
    ----------
    p : array_like of shape (n,)
        P-values between 0 and 1. NaN stands for a test that could not be done: it stays NaN
        and does not count.
    method : {"BH", "BY", "holm", "bonferroni"}, optional
        False discovery rate: Benjamini and Hochberg, for independent or positively dependent
        tests; Benjamini and Yekutieli, for any dependence. Chance of any false discovery, for
        any dependence: Holm, and Bonferroni, which finds less and has no other advantage.

    Returns
    -------
    ndarray of shape (n,)
        Adjusted p-values in the order given.

    Raises
    ------
    InputError
        When a p-value lies outside 0 to 1 or the method is not known.

    See Also
    --------
    find_q_values : Finds more when many of the tests are not null.
    logrank : One test.

    Notes
    -----
    R: ``p.adjust(p, method)``.

    References
    ----------
    Benjamini Y, Hochberg Y (1995). doi:10.1111/j.2517-6161.1995.tb02031.x
    Benjamini Y, Yekutieli D (2001). doi:10.1214/aos/1013699998
    Holm S (1979). Scandinavian Journal of Statistics 6:65-70

    Examples
    --------
    >>> from chorall.stats import adjust_p_values
    >>> adjust_p_values([0.01, 0.04, float("nan")])
    array([0.02, 0.04,  nan])
    """
    check_choice(method, "method", METHODS)
    values = check_p_values(p)
    adjusted = np.full(len(values), np.nan)
    done = np.flatnonzero(~np.isnan(values))
    if method in ("holm", "bonferroni"):
        ascending = done[np.argsort(values[done], kind="stable")]
        count = np.arange(len(done), 0, -1) if method == "holm" else len(done)
        raised = np.minimum(np.maximum.accumulate(values[ascending] * count), 1.0)
        adjusted[ascending] = raised
        return adjusted
    rank = np.arange(len(done), 0, -1)
    penalty = float(np.sum(1 / rank)) if method == "BY" else 1.0
    adjusted[done] = scale_down(values[done], penalty)
    return adjusted


def find_q_values(p: ArrayLike, *, null_fraction: float | None = None) -> Floats:
    """Find Storey's q-values: the false discovery rate of the cut at each p-value.

    Parameters
    ----------
    p : array_like of shape (n,)
        P-values between 0 and 1 of independent or weakly dependent tests. NaN stands for a
        test that could not be done: it stays NaN and does not count.
    null_fraction : float, optional
        Part of the tests without any effect, above 0 and at most 1; otherwise it is estimated
        by the bootstrap rule of Storey, Taylor and Siegmund, which needs some hundred tests.

    Returns
    -------
    ndarray of shape (n,)
        Q-values in the order given. With `null_fraction` 1 they are Benjamini and Hochberg's.

    Raises
    ------
    InputError
        When a p-value lies outside 0 to 1, or `null_fraction` outside of its range.

    See Also
    --------
    adjust_p_values : With few tests, or to assume nothing of the part without effect.

    Notes
    -----
    R (Bioconductor): ``qvalue::qvalue(p, pi0.method = "bootstrap")``. P-values that cannot be
    near 1 (exact tests of small counts) make the estimate too small.

    References
    ----------
    Storey JD (2002). doi:10.1111/1467-9868.00346
    Storey JD, Taylor JE, Siegmund D (2004). doi:10.1111/j.1467-9868.2004.00439.x

    Examples
    --------
    >>> from chorall.stats import find_q_values
    >>> find_q_values([0.01, 0.02, 0.9], null_fraction=0.5)
    array([0.015, 0.015, 0.45 ])
    """
    values = check_p_values(p)
    if null_fraction is not None and not 0 < null_fraction <= 1:
        raise InputError(
            f"`null_fraction` is {null_fraction!r}; expected above 0 and at most 1, or None."
        )
    q_values = np.full(len(values), np.nan)
    done = np.flatnonzero(~np.isnan(values))
    if done.size:
        part = estimate_null_fraction(values[done]) if null_fraction is None else null_fraction
        q_values[done] = scale_down(values[done], part)
    return q_values


def check_p_values(p: ArrayLike) -> Floats:
    """Return p-values as float64, or raise."""
    problems: list[str] = []
    values = read_numbers(p, "p", problems)
    add_bad_places(problems, "p", (values < 0) | (values > 1), "outside 0 to 1")
    raise_problems(problems)
    return values


def scale_down(p: Floats, factor: float) -> Floats:
    """Return the running minimum, from the largest p down, of factor * p * n / rank."""
    adjusted = np.empty(len(p))
    descending = np.argsort(-p, kind="stable")
    rank = np.arange(len(p), 0, -1)
    scaled = p[descending] * (factor * len(p) / rank)
    adjusted[descending] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted


def estimate_null_fraction(p: Floats) -> float:
    """Return the part of tests without effect, at the tuning value of least estimated error."""
    above = len(p) - np.searchsorted(np.sort(p), TUNING, side="left")
    fractions = above / (len(p) * (1 - TUNING))
    lowest = np.quantile(fractions, 0.1)
    variance = above / (len(p) * (1 - TUNING)) ** 2 * (1 - above / len(p))
    error = variance + (fractions - lowest) ** 2
    best = float(fractions[error == error.min()].min())
    # no p-value above the tuning value says "few", not "none"
    return min(max(best, 1 / len(p)), 1.0)
