"""One curve per stratum, by any of the estimators of this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike
from chorall.stats.checks import check_labels

Result = TypeVar("Result")


def estimate_by_stratum(
    estimate: Callable[..., Result],
    strata: ArrayLike,
    *arrays: ArrayLike,
    per_patient: Mapping[str, ArrayLike] | None = None,
    **settings: Any,
) -> dict[Any, Result]:
    """Estimate a curve in each stratum.

    Parameters
    ----------
    estimate : callable
        Such as `kaplan_meier`, `nelson_aalen`, `cumulative_incidence`, `restricted_mean`,
        `reverse_kaplan_meier` or `conditional_survival`.
    strata : array_like of shape (n,)
        Labels, none missing.
    *arrays : array_like of shape (n,)
        What `estimate` takes first, such as time and event.
    per_patient : mapping of str to array_like of shape (n,), optional
        Named arguments with one entry per patient, such as ``{"entry_time": ..., "weights": ...}``.
    **settings : object
        Other arguments of `estimate`, the same in each stratum.

    Returns
    -------
    dict
        The result of each stratum by its label, in sorted order.

    Raises
    ------
    InputError
        When lengths differ or a label is missing; what `estimate` refuses in a stratum, with its
        label in front (positions in the message then count within the stratum).

    See Also
    --------
    logrank : Tests whether strata differ.

    Notes
    -----
    R: ``survfit(Surv(time, event) ~ strata)``. For `cumulative_incidence` give `n_causes`, so that
    a stratum without a cause has its row as well.

    Examples
    --------
    >>> from chorall.stats import estimate_by_stratum, kaplan_meier
    >>> curves = estimate_by_stratum(kaplan_meier, ["a", "b", "a"], [1, 2, 3], [True] * 3)
    >>> curves["a"].survival
    array([0.5, 0. ])
    """
    named = {} if per_patient is None else dict(per_patient)
    columns = [np.asarray(values) for values in arrays]
    others = {name: np.asarray(values) for name, values in named.items()}
    lengths = {len(np.atleast_1d(values)) for values in (*columns, *others.values())}
    n = len(np.atleast_1d(np.asarray(strata)))
    if lengths - {n}:
        raise InputError(
            f"`strata` has {n} entries and the other arrays {sorted(lengths)}; expected one entry "
            "per patient in all."
        )
    labels, codes = check_labels(strata, n, "strata")
    results: dict[Any, Result] = {}
    for code, label in enumerate(labels.tolist()):
        rows = codes == code
        own = {name: values[rows] for name, values in others.items()}
        try:
            results[label] = estimate(*(values[rows] for values in columns), **own, **settings)
        except InputError as error:
            raise InputError(f"stratum {label!r}: {error}") from error
    return results
