"""Less treatment against standard: the absolute difference of event-free survival, by trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtri

from chorall.stats import kaplan_meier

Floats = NDArray[np.float64]

NON_INFERIOR: Final = "non-inferior"
NOT_SHOWN: Final = "not shown to be non-inferior"
HARM: Final = "worse"
NOT_COMPARED: Final = "not compared"


@dataclass(frozen=True, slots=True)
class Arms:
    """Two randomised arms of one trial.

    Attributes
    ----------
    trial : str
        Trial and question.
    time : ndarray of float, shape (n,)
        Days from randomisation.
    event : ndarray of bool, shape (n,)
        True where event-free survival ended.
    reduced : ndarray of bool, shape (n,)
        True in the arm with less treatment.
    entry_time : ndarray of float, shape (n,), or None
        First day under observation.
    """

    trial: str
    time: Floats
    event: NDArray[np.bool_]
    reduced: NDArray[np.bool_]
    entry_time: Floats | None = None

    @property
    def sizes(self) -> tuple[int, int]:
        """Patients of the standard and of the reduced arm."""
        return int((~self.reduced).sum()), int(self.reduced.sum())


@dataclass(frozen=True, slots=True)
class DifferenceCurve:
    """Event-free survival, reduced less standard, at m times; below 0 the reduced arm is worse.

    Attributes
    ----------
    time : ndarray of float, shape (m,)
        Days.
    difference, standard_error : ndarray of float, shape (m,)
        NaN where a trial was not followed so long.
    heterogeneity_p_value : ndarray of float, shape (m,)
        Cochran's test that the trials share one difference; NaN with one trial.
    standard, reduced : ndarray of float, shape (m,)
        Event-free survival of both arms, trials weighted alike.
    """

    time: Floats
    difference: Floats
    standard_error: Floats
    heterogeneity_p_value: Floats
    standard: Floats
    reduced: Floats

    def limits(self, conf_level: float) -> tuple[Floats, Floats]:
        """Return both limits; each is one-sided at (1 + conf_level) / 2."""
        reach = float(ndtri((1 + conf_level) / 2)) * self.standard_error
        return self.difference - reach, self.difference + reach


def measure_difference(trials: Sequence[Arms], times: Floats) -> DifferenceCurve:
    """Return the difference at the times asked for, stratified by trial.

    Parameters
    ----------
    trials : sequence of Arms
        Only contrasts within a trial enter.
    times : ndarray of float, shape (m,)
        Days.

    Returns
    -------
    DifferenceCurve
        Kaplan-Meier in each arm, the differences weighted by n1 n2 / (n1 + n2), as Mantel and
        Haenszel weight differences of risk; Greenwood's variances. An arm in which nobody or
        everybody had an event is given half an event for its variance, lest it look certain.

    See Also
    --------
    chorall.analyses.planning.non_inferiority : The size of such a trial.
    """
    weights = np.array([_weigh(*one.sizes) for one in trials])
    weights = weights / weights.sum()
    arms = [[_read_arm(one, side, times) for side in (False, True)] for one in trials]
    survival = np.array([[arm[0] for arm in pair] for pair in arms])
    variance = np.array([[arm[1] for arm in pair] for pair in arms])
    together = np.tensordot(weights, survival, axes=1)
    spread = np.tensordot(weights**2, variance.sum(axis=1), axes=1)
    return DifferenceCurve(
        times,
        together[1] - together[0],
        np.sqrt(spread),
        _compare_trials(survival[:, 1] - survival[:, 0], variance.sum(axis=1)),
        together[0],
        together[1],
    )


def judge_difference(
    difference: float, standard_error: float, *, margin: float, one_sided: float = 0.975
) -> tuple[float, float, str]:
    """Say whether less treatment is non-inferior.

    Parameters
    ----------
    difference, standard_error : float
        Event-free survival, reduced less standard.
    margin : float
        Largest loss that is accepted, above 0.
    one_sided : float
        Level of each limit.

    Returns
    -------
    tuple
        Lower limit, upper limit and the word: `worse` where the upper limit lies below 0,
        `non-inferior` where the lower limit lies above minus the margin, else `not shown to be
        non-inferior`; `not compared` without a figure.
    """
    reach = float(ndtri(one_sided)) * standard_error
    lower, upper = difference - reach, difference + reach
    if not np.isfinite(lower):
        return lower, upper, NOT_COMPARED
    if upper < 0:
        return lower, upper, HARM
    return lower, upper, NON_INFERIOR if lower > -margin else NOT_SHOWN


def _compare_trials(difference: Floats, variance: Floats) -> Floats:
    """Return Cochran's p-value for each time; shapes (k, m)."""
    spare = len(difference) - 1
    if not spare:
        return np.full(difference.shape[1], np.nan)
    mean = (difference / variance).sum(axis=0) / (1 / variance).sum(axis=0)
    return np.asarray(chdtrc(spare, ((difference - mean) ** 2 / variance).sum(axis=0)))


def _weigh(n_standard: int, n_reduced: int) -> float:
    return n_standard * n_reduced / (n_standard + n_reduced)


def _read_arm(one: Arms, reduced: bool, times: Floats) -> tuple[Floats, Floats]:
    """Return survival and its variance at the times."""
    rows = one.reduced == reduced
    entry = None if one.entry_time is None else one.entry_time[rows]
    at = kaplan_meier(one.time[rows], one.event[rows], entry_time=entry).at(times)
    survival, variance = np.asarray(at.survival), np.asarray(at.standard_error) ** 2
    half = 0.5 / (rows.sum() + 1)
    unseen = (survival == 1) | (survival == 0)
    return survival, np.where(unseen, half * (1 - half) / rows.sum(), variance)
