"""P-values of many tests, adjusted for the false discovery rate."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.checks import add_bad_places, check_choice, raise_problems, read_numbers

METHODS = ("BH", "BY")


def adjust_p_values(p: ArrayLike, method: str = "BH") -> Floats:
    """Adjust p-values so that a cut at q keeps the false discovery rate at most q.

    Parameters
    ----------
    p : array_like of shape (n,)
        P-values between 0 and 1. NaN stands for a test that could not be done: it stays NaN
        and does not count.
    method : {"BH", "BY"}, optional
        Benjamini and Hochberg, for independent or positively dependent tests; Benjamini and
        Yekutieli, for any dependence.

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
    logrank : One test.

    Notes
    -----
    R: ``p.adjust(p, method)``.

    References
    ----------
    Benjamini Y, Hochberg Y (1995). doi:10.1111/j.2517-6161.1995.tb02031.x
    Benjamini Y, Yekutieli D (2001). doi:10.1214/aos/1013699998

    Examples
    --------
    >>> from chorall.stats import adjust_p_values
    >>> adjust_p_values([0.01, 0.04, float("nan")])
    array([0.02, 0.04,  nan])
    """
    check_choice(method, "method", METHODS)
    problems: list[str] = []
    values = read_numbers(p, "p", problems)
    add_bad_places(problems, "p", (values < 0) | (values > 1), "outside 0 to 1")
    raise_problems(problems)
    adjusted = np.full(len(values), np.nan)
    done = np.flatnonzero(~np.isnan(values))
    descending = done[np.argsort(-values[done], kind="stable")]
    rank = np.arange(len(done), 0, -1)
    penalty = np.sum(1 / rank) if method == "BY" else 1.0
    scaled = values[descending] * (penalty * len(done) / rank)
    adjusted[descending] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted
