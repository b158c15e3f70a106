"""Reclassification: who changes risk group under another prediction, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, freeze
from chorall.stats.calibration_groups import observe_risk
from chorall.stats.checks import add_bad_places, check_level, raise_problems, read_numbers
from chorall.stats.predicted_risk import Outcome, check_judged_risk


@dataclass(frozen=True, slots=True, eq=False)
class Reclassification:
    """Two predictions cut into g risk groups: rows by the old, columns by the new.

    Attributes
    ----------
    cut : ndarray of shape (g - 1,)
        Risks at which a higher group begins.
    n : ndarray of int64, shape (g, g)
        Patients in each cell.
    observed, lower, upper : ndarray of shape (g, g)
        Observed risk by the horizon with limits; NaN for an empty cell and where nobody was
        followed that long.
    old_predicted, new_predicted : ndarray of shape (g, g)
        Mean predictions of the patients in each cell; NaN when empty.
    moved_up_fraction, moved_down_fraction : float
        Parts of the patients in a higher and in a lower group by the new prediction.
    moved_up_observed, moved_down_observed, stayed_observed : float
        Observed risks of those: good changes move up who has the event more often. NaN when
        there is nobody or nobody was followed that long.
    horizon : float
        The time by which the event was predicted.
    conf_level : float
        Coverage of the limits.
    """

    cut: Floats
    n: Integers
    observed: Floats
    lower: Floats
    upper: Floats
    old_predicted: Floats
    new_predicted: Floats
    moved_up_fraction: float
    moved_down_fraction: float
    moved_up_observed: float
    moved_down_observed: float
    stayed_observed: float
    horizon: float
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)


def reclassification(
    old_risk: ArrayLike,
    new_risk: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    horizon: float,
    cut: ArrayLike,
    *,
    cause_of_interest: int | None = None,
    entry_time: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> Reclassification:
    """Tabulate how a new prediction moves patients between risk groups.

    Parameters
    ----------
    old_risk, new_risk : array_like of shape (n,)
        Predicted probabilities of the event by the horizon, between 0 and 1.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event comes
        before a censoring at the same time.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`. With `cause_of_interest`: int, the cause, 0
        when censored.
    horizon : float
        A time above 0 in the unit of `time`.
    cut : array_like of shape (g - 1,) or float
        Risks, ascending, above 0 and below 1; a risk equal to a cut belongs to the higher group.
    cause_of_interest : int, optional
        The cause that was predicted, when others compete with it.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
        Numbers and parts then count the patients observed; the risks are of all they stand for,
        NaN in a cell in which nobody bridges two periods of follow-up.
    conf_level : float, optional
        Coverage of the limits.

    Returns
    -------
    Reclassification
        Numbers, observed and predicted risks of each cell.

    Raises
    ------
    InputError
        When an argument is missing, of the wrong type or shape, or cuts do not ascend.

    See Also
    --------
    decision_curve : Whether the change does good.

    Notes
    -----
    There is no net reclassification index here: it rewards a miscalibrated model (Hilden and
    Gerds). R: ``riskRegression::reclass(list(old, new), Hist(time, event) ~ 1, ...)``.

    References
    ----------
    Steyerberg EW, Pencina MJ (2010). doi:10.7326/0003-4819-152-3-201002020-00017
    Hilden J, Gerds TA (2014). doi:10.1002/sim.5804

    Examples
    --------
    >>> from chorall.stats import reclassification
    >>> table = reclassification([0.2, 0.4, 0.6], [0.6, 0.3, 0.7], [1, 2, 3], [True] * 3, 1.5, 0.5)
    >>> table.n
    array([[1, 1],
           [0, 1]])
    """
    level = check_level(conf_level)
    old = check_judged_risk(old_risk, time, event, [horizon], cause_of_interest, entry_time)
    new = check_judged_risk(new_risk, time, event, [horizon], cause_of_interest, entry_time)
    cuts, limit, outcome = check_cuts(cut), float(old.horizon[0]), old.outcome
    old_values, new_values = old.risk[:, 0], new.risk[:, 0]
    row, column = (np.searchsorted(cuts, risk, side="right") for risk in (old_values, new_values))
    size = len(cuts) + 1
    cell = row * size + column
    n = np.bincount(cell, minlength=size**2)
    observed = [observe(cell == code, outcome, limit, level) for code in range(size**2)]
    means = [find_cell_means(cell, values, n) for values in (old_values, new_values)]
    risk, lower, upper, *means = (
        values.reshape(size, size) for values in (*np.array(observed).T, *means)
    )
    moves = [column > row, column < row, column == row]
    up, down, stayed = (observe(who, outcome, limit, level)[0] for who in moves)
    return Reclassification(
        cuts, n.reshape(size, size), risk, lower, upper, means[0], means[1],
        float(moves[0].mean()), float(moves[1].mean()), up, down, stayed, limit, level,
    )  # fmt: skip


def check_cuts(cut: ArrayLike) -> Floats:
    """Return cuts as an ascending vector of numbers above 0 and below 1."""
    problems: list[str] = []
    values = read_numbers(np.atleast_1d(np.asarray(cut)), "cut", problems)
    raise_problems(problems)
    add_bad_places(problems, "cut", ~((values > 0) & (values < 1)), "not above 0 and below 1")
    falling = np.concatenate([[False], np.diff(values) <= 0])
    add_bad_places(problems, "cut", falling, "not above the one before")
    raise_problems(problems)
    if not len(values):
        raise InputError("`cut` is empty. Give at least one risk at which a higher group begins.")
    return values


def observe(
    members: Booleans, outcome: Outcome, horizon: float, conf_level: float
) -> tuple[float, float, float]:
    """Return the observed risk of the members with limits, NaN when there are none."""
    if not members.any():
        return float("nan"), float("nan"), float("nan")
    found = observe_risk(outcome.take(members), horizon, conf_level)
    return found.risk, found.lower, found.upper


def find_cell_means(cell: Integers, values: Floats, n: Integers) -> Floats:
    """Return the mean of the values in each cell, NaN when empty."""
    sums = np.bincount(cell, values, minlength=len(n))
    means = np.divide(sums, n, out=np.full(len(n), np.nan), where=n > 0)
    return np.asarray(means, dtype=np.float64)
