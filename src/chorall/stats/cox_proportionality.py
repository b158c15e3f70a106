"""The test of proportional hazards of a Cox fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import Floats, Labels, freeze
from chorall.stats.checks import check_choice
from chorall.stats.cox_baseline import check_has_hazard
from chorall.stats.cox_data import CoxData
from chorall.stats.cox_likelihood import (
    evaluate_likelihood,
    spread_over_rows,
    sum_risk_sets,
)
from chorall.stats.cox_result import ChiSquareTest, CoxFit, find_chi_square_test
from chorall.stats.survival_curve import kaplan_meier

TRANSFORMS = ("km", "rank", "identity", "log")


@dataclass(frozen=True, slots=True, eq=False)
class ProportionalHazardsTest:
    """Score tests of a change of log hazard ratios with a function of time.

    Attributes
    ----------
    terms : tuple
        Names of the k terms, in the order of their first column.
    chi_square, p_value : ndarray of shape (k,)
        Test of each term, all others held proportional.
    degrees_of_freedom : ndarray of shape (k,)
        Number of columns of each term.
    global_test : ChiSquareTest
        Test of all terms together.
    transform : str
        The function of time.
    """

    terms: tuple[object, ...]
    chi_square: Floats
    degrees_of_freedom: Labels
    p_value: Floats
    global_test: ChiSquareTest
    transform: str

    def __post_init__(self) -> None:
        freeze(self)


def check_proportional_hazards(
    fit: CoxFit, *, transform: str = "km", terms: Sequence[object] | None = None
) -> ProportionalHazardsTest:
    """Test whether the hazard ratios of a Cox fit stay the same over time.

    Parameters
    ----------
    fit : CoxFit
        A fit without penalty, by Efron's or Breslow's rule.
    transform : {"km", "rank", "identity", "log"}, optional
        Function of time that a log hazard ratio may change with: 1 - Kaplan-Meier just before,
        rank among all times, time itself, or its logarithm.
    terms : sequence of length p, optional
        Name of the term of each column; columns of one name are tested together. Without
        names each column is a term, named by its number.

    Returns
    -------
    ProportionalHazardsTest
        A test for each term and one for all.

    Raises
    ------
    InputError
        When an argument is not usable, the fit is penalised or used exact ties, or an event
        at time 0 has no logarithm.

    See Also
    --------
    find_schoenfeld_residuals : What to plot over time.

    Notes
    -----
    R: ``cox.zph(fit, transform = transform)``, from survival 3.0 on (the exact score test, not
    the approximation of earlier versions).

    References
    ----------
    Grambsch PM, Therneau TM (1994). doi:10.1093/biomet/81.3.515

    Examples
    --------
    >>> from chorall.stats import check_proportional_hazards, fit_cox
    >>> fit = fit_cox([[0], [1], [1], [0]], [1, 2, 3, 4], [True, True, True, False])
    >>> check_proportional_hazards(fit).degrees_of_freedom
    array([1])
    """
    check_choice(transform, "transform", TRANSFORMS)
    check_has_hazard(fit)
    if fit.firth or fit.ridge.any():
        raise InputError("a penalised fit has no test of proportional hazards. Fit without.")
    groups = group_columns(terms, len(fit.log_hazard_ratio))
    function = transform_event_times(fit.data, transform)
    score, information = expand_information(fit, function - function.mean())
    p = len(fit.log_hazard_ratio)
    tests = [find_columns_test(score, information, p, columns) for columns in groups.values()]
    return ProportionalHazardsTest(
        terms=tuple(groups),
        chi_square=np.array([test.chi_square for test in tests]),
        degrees_of_freedom=np.array([test.degrees_of_freedom for test in tests]),
        p_value=np.array([test.p_value for test in tests]),
        global_test=find_columns_test(score, information, p, list(range(p))),
        transform=transform,
    )


def group_columns(terms: Sequence[object] | None, p: int) -> dict[object, list[int]]:
    """Return the columns of each term."""
    names: Sequence[object] = range(p) if terms is None else list(terms)
    if len(names) != p:
        raise InputError(f"`terms` names {len(names)} columns, but the fit has {p}.")
    groups: dict[object, list[int]] = {}
    for column, name in enumerate(names):
        groups.setdefault(name, []).append(column)
    return groups


def transform_event_times(data: CoxData, transform: str) -> Floats:
    """Return the function of time at each event, in data order."""
    times = data.time[data.event]
    if transform == "identity":
        return times
    if transform == "log":
        if not times.all():
            raise InputError("an event at time 0 has no logarithm. Use another `transform`.")
        return np.asarray(np.log(times))
    if transform == "rank":
        distinct, counts = np.unique(data.time, return_counts=True)
        ranks = np.cumsum(counts) - (counts - 1) / 2
        return np.asarray(ranks[np.searchsorted(distinct, times)], dtype=np.float64)
    curve = kaplan_meier(
        data.time, data.event, entry_time=data.entry_time if data.entry_time.size else None
    )
    before = np.searchsorted(curve.time, times, side="left")
    return np.asarray(1 - np.append(1.0, curve.survival)[before], dtype=np.float64)


def expand_information(fit: CoxFit, function: Floats) -> tuple[Floats, Floats]:
    """Return score, shape (p,), and information, shape (2p, 2p), of the model with x times time.

    The score is that of the additional p columns at coefficients 0; the others' is 0.
    """
    data = fit.data
    coefficients = fit.log_hazard_ratio * data.scale
    sums = sum_risk_sets(data, coefficients)
    powers = np.column_stack([function, function**2])
    expected = data.weights[:, None] * spread_over_rows(data, sums, powers)
    observed = data.weights[data.event] * function
    score = data.x[data.event].T @ observed - data.x.T @ expected[:, 0]
    once, twice = (
        data.x.T @ (data.x * expected[:, [k]])
        - sums.means.T @ (sums.means * (data.step_weight * powers[:, k])[:, None])
        for k in range(2)
    )
    none = evaluate_likelihood(data, coefficients).information
    return score, np.block([[none, once], [once.T, twice]])


def find_columns_test(
    score: Floats, information: Floats, p: int, columns: list[int]
) -> ChiSquareTest:
    """Test the additional columns together, with the coefficients of all p columns estimated."""
    chosen = [*range(p), *(p + column for column in columns)]
    gradient = np.concatenate([np.zeros(p), score[columns]])
    block = information[np.ix_(chosen, chosen)]
    try:
        chi_square = float(gradient @ np.linalg.solve(block, gradient))
    except np.linalg.LinAlgError:
        return ChiSquareTest(float("nan"), len(columns), float("nan"))
    return find_chi_square_test(chi_square, len(columns))
