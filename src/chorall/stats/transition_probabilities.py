"""The Aalen-Johansen estimate of transition probabilities of any multi-state history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Counts, Floats, Integers, freeze
from chorall.stats.checks import check_level
from chorall.stats.limits import find_limits
from chorall.stats.step_function import evaluate_steps, read_times
from chorall.stats.transition_data import (
    HistoryTable,
    check_history,
    find_initial_distribution,
    tabulate_history,
)


@dataclass(frozen=True, slots=True, eq=False)
class StateProbabilitiesAt:
    """Probabilities of K states at m asked times.

    Attributes
    ----------
    time : ndarray of shape (m,)
        The asked times.
    state_occupation, standard_error, lower, upper : ndarray of shape (K, m)
        Row k - 1 belongs to state k; NaN where not known.
    transition_probability, transition_error : ndarray of shape (K, K, m)
        Entry [h - 1, j - 1] belongs to the way from h to j.
    """

    time: Floats
    state_occupation: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    transition_probability: Floats
    transition_error: Floats

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class TransitionProbabilities:
    """Aalen-Johansen estimates for K states, from `start_time` to each of t times.

    Attributes
    ----------
    time : ndarray of shape (t,)
        `start_time`, then the distinct exit times after it, censored ones included.
    n_at_risk : ndarray of int64, or of float64 with weights, shape (K, t)
        Stays under way in each state just before each time; at `start_time` just after it.
    n_events : ndarray of int64, or of float64 with weights, shape (K, K, t)
        Transitions; entry [h - 1, j - 1] counts those from state h to j.
    n_censored : ndarray of int64, or of float64 with weights, shape (K, t)
        Stays censored in each state at each time.
    state_occupation : ndarray of shape (K, t)
        Probability to be in each state at each time.
    standard_error, lower, upper : ndarray of shape (K, t)
        Of `state_occupation`, with limits on the log(-log) scale; NaN where that is 0 or 1.
    transition_probability : ndarray of shape (K, K, t)
        Probability to be in state j at each time for those in h at `start_time`.
    transition_error : ndarray of shape (K, K, t)
        Standard errors (Greenwood type) of `transition_probability`.
    conf_level : float
        Coverage of the limits.
    """

    time: Floats
    n_at_risk: Counts
    n_events: Counts
    n_censored: Counts
    state_occupation: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    transition_probability: Floats
    transition_error: Floats
    conf_level: float

    def __post_init__(self) -> None:
        freeze(self)

    def at(self, times: ArrayLike) -> StateProbabilitiesAt:
        """Read the probabilities at given times.

        Parameters
        ----------
        times : array_like of shape (m,) or float
            In the unit of `time`. The curves are right-continuous: a transition at exactly
            this time has already happened.

        Returns
        -------
        StateProbabilitiesAt
            NaN before `start_time` and after the last follow-up time.
        """
        asked = read_times(times)
        columns = [
            evaluate_steps(self.time, values, asked, before=np.nan, is_known_after=False)
            for values in (
                self.state_occupation, self.standard_error, self.lower, self.upper,
                self.transition_probability, self.transition_error,
            )
        ]  # fmt: skip
        return StateProbabilitiesAt(asked, *columns)


def transition_probabilities(
    entry_time: ArrayLike,
    time: ArrayLike,
    from_state: ArrayLike,
    to_state: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    initial: ArrayLike | int | None = None,
    start_time: float = 0.0,
    n_states: int | None = None,
    conf_level: float = 0.95,
) -> TransitionProbabilities:
    """Estimate transition and state occupation probabilities by Aalen and Johansen.

    One row is one stay of one patient in one state. A patient who goes on has the next row
    from where the last one ended; the rows need no patient id.

    Parameters
    ----------
    entry_time : array_like of shape (n,)
        Start of each stay, or of its observation (delayed entry); not negative, not missing.
    time : array_like of shape (n,)
        End of each stay, after `entry_time`, in the same unit. Ties: transitions come before
        censorings; whoever enters a state at a time is at risk there after it.
    from_state : array_like of int, shape (n,)
        The state of the stay: 1, 2, ..., K.
    to_state : array_like of int, shape (n,)
        The state entered at `time`, other than `from_state`, or 0 when the stay was censored.
    weights : array_like of shape (n,), optional
        Case weights, above 0: a weight of 2 stands for two patients, also in the errors (as for
        `kaplan_meier`). All stays of a patient have the same.
    initial : int or array_like of shape (K,), optional
        State, or distribution over states, at `start_time` for `state_occupation`, taken as
        known; otherwise the distribution among those then under observation, as estimated.
    start_time : float, optional
        Where the probabilities begin.
    n_states : int, optional
        Number of states K, when the last ones may be absent from these data; otherwise the
        largest state seen.
    conf_level : float, optional
        Coverage of the pointwise limits.

    Returns
    -------
    TransitionProbabilities
        One column per distinct time.

    Raises
    ------
    InputError
        When an argument is missing, negative, of the wrong type or length, a state is out of
        range or followed by itself, or nobody is under observation at or after `start_time`.

    See Also
    --------
    cumulative_incidence : For one initial state that is only ever left for good.
    nelson_aalen : The cumulative hazard of one transition.

    Notes
    -----
    R: ``etm::etm(data, states, tra, "cens", s = start_time, covariance = TRUE)`` gives the same
    transition probabilities and errors; ``survival::survfit(Surv(entry_time, time, to_state) ~
    1, id = id, istate = from_state)`` the same state occupation, with
    infinitesimal-jackknife errors (with ``weights`` too). Transition probabilities assume that
    the past matters by the present state only (Markov); state occupation is consistent without
    that when censoring and entry are independent of the history (Datta and Satten).

    References
    ----------
    Aalen OO, Johansen S (1978). https://www.jstor.org/stable/4615704
    Datta S, Satten GA (2001). doi:10.1016/S0167-7152(01)00155-9

    Examples
    --------
    >>> from chorall.stats import transition_probabilities
    >>> found = transition_probabilities([0, 1, 0], [1, 3, 2], [1, 2, 1], [2, 0, 3])
    >>> found.at(2).state_occupation.ravel()
    array([0. , 0.5, 0.5])
    """
    level = check_level(conf_level)
    start = float(start_time)
    if not 0 <= start < np.inf:
        raise InputError(f"`start_time` is {start_time!r}; expected a time of 0 or more.")
    history = check_history(entry_time, time, from_state, to_state, n_states, weights)
    share, covariance = find_initial_distribution(history, start, initial)
    table = tabulate_history(history, start)
    probability, error = follow_distributions(table, share, covariance)
    occupation, standard_error = probability[..., -1, :].T, error[..., -1, :].T
    lower, upper = find_limits(occupation, standard_error, level, "log-log")
    return TransitionProbabilities(
        table.time, table.n_at_risk.T, table.n_events.transpose(1, 2, 0), table.n_censored.T,
        occupation, standard_error, lower, upper,
        probability[:, :-1].transpose(1, 2, 0), error[:, :-1].transpose(1, 2, 0), level,
    )  # fmt: skip


def follow_distributions(
    table: HistoryTable, initial: Floats, initial_covariance: Floats
) -> tuple[Floats, Floats]:
    """Carry K + 1 distributions over states along, those that begin in one state and `initial`.

    Returns probabilities and standard errors of shape (t, K + 1, K). At each time a
    distribution p with covariance C becomes p M and M' C M + sum over states h of
    p_h ** 2 times the multinomial covariance of those who leave h.
    """
    n_states = len(initial)
    p = np.vstack([np.eye(n_states), initial])
    covariance = np.zeros((n_states + 1, n_states, n_states))
    covariance[-1] = initial_covariance
    probability, error = (
        np.empty((len(table.time), *p.shape)),
        np.empty((len(table.time), *p.shape)),
    )
    leaving = table.n_events.sum(axis=2)
    with_event = leaving.any(axis=1)
    for step in range(len(table.time)):
        if with_event[step]:
            states = np.flatnonzero(leaving[step])
            covariance, p = move_on(
                covariance, p, states, table.n_events[step], table.n_at_risk[step]
            )
        probability[step] = p
        error[step] = np.diagonal(covariance, axis1=1, axis2=2)
    return probability, np.sqrt(np.maximum(error, 0.0))


def move_on(
    covariance: Floats, p: Floats, states: Integers, n_events: Counts, n_at_risk: Counts
) -> tuple[Floats, Floats]:
    """Carry distributions p and their covariances over one time at which some leave `states`."""
    matrix = np.eye(p.shape[1])
    matrix[states] = n_events[states] / n_at_risk[states, None]
    matrix[states, states] = 1 - n_events[states].sum(axis=1) / n_at_risk[states]
    moved = matrix.T @ covariance @ matrix
    for state in states:
        row = matrix[state]
        spread = (np.diag(row) - np.outer(row, row)) / n_at_risk[state]
        moved += p[:, state, None, None] ** 2 * spread
    return moved, p @ matrix
