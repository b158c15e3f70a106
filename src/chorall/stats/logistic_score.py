"""The score test of a logistic regression: no estimate is needed, so separation does no harm."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc

from chorall.stats.arrays import ArrayLike
from chorall.stats.cox_result import ChiSquareTest
from chorall.stats.logistic import average_within, check_arguments


def score_logistic(
    x: ArrayLike, event: ArrayLike, *, strata: ArrayLike | None = None
) -> ChiSquareTest:
    """Test all coefficients of a logistic regression at 0.

    Parameters
    ----------
    x : array_like of shape (n, p)
        Covariates, none missing; one column gives the test of trend.
    event : array_like of bool, shape (n,)
        True where the patient has the finding.
    strata : array_like of shape (n,), optional
        A label for each patient; every stratum has an intercept of its own. Strata without both
        outcomes say nothing.

    Returns
    -------
    ChiSquareTest
        With p degrees of freedom; NaN where no stratum has both outcomes.

    Raises
    ------
    InputError
        As `fit_logistic`.

    See Also
    --------
    fit_logistic : The estimates.

    Notes
    -----
    R: ``anova(glm(event ~ factor(strata)), glm(event ~ factor(strata) + x), test = "Rao")``. With
    one column this is the Cochran-Armitage test of trend, summed over strata.

    References
    ----------
    Armitage P (1955). doi:10.2307/3001775

    Examples
    --------
    >>> from chorall.stats import score_logistic
    >>> x, event = [[0], [0], [1], [1], [2], [2]], [False, False, False, True, True, True]
    >>> round(score_logistic(x, event).chi_square, 3)
    4.0
    """
    data, labels = check_arguments(x, event, strata)
    codes = data.columns[:, : len(labels)].argmax(axis=1)
    values = data.columns[:, len(labels) :]
    share = (np.bincount(codes, data.event) / np.bincount(codes))[codes]
    centred = values - average_within(values, codes)
    score = centred.T @ (data.event - share)
    information = centred.T @ ((share * (1 - share))[:, None] * centred)
    if not score.size or np.linalg.matrix_rank(information) < len(score):
        return ChiSquareTest(float("nan"), len(score), float("nan"))
    statistic = float(score @ np.linalg.solve(information, score))
    return ChiSquareTest(statistic, len(score), float(chdtrc(len(score), statistic)))
