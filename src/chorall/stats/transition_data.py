"""Checked rows of multi-state histories, counted by state and time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Counts, Floats, Integers
from chorall.stats.checks import (
    add_bad_places,
    check_lengths,
    check_times,
    check_weights,
    raise_problems,
    read_cause,
    read_numbers,
)

DISTRIBUTION_TOLERANCE = 1e-9
# a missing code such as 9999 would make tables of its square
MOST_STATES = 1000


class History(NamedTuple):
    """Stays in K states: from `entry_time` to `time` in one, then to another or censored (0)."""

    entry_time: Floats
    time: Floats
    from_state: Integers
    to_state: Integers
    n_states: int
    weights: Floats | None = None


class HistoryTable(NamedTuple):
    """The start and distinct exit times (t,), counts there (t, K) and transitions (t, K, K)."""

    time: Floats
    n_at_risk: Counts
    n_events: Counts
    n_censored: Counts


def check_history(
    entry_time: ArrayLike,
    time: ArrayLike,
    from_state: ArrayLike,
    to_state: ArrayLike,
    n_states: int | None,
    weights: ArrayLike | None = None,
) -> History:
    """Return checked rows, or raise one gathered InputError."""
    problems: list[str] = []
    entries = read_numbers(entry_time, "entry_time", problems)
    times = read_numbers(time, "time", problems)
    # a state is coded as a cause is: whole numbers, 0 for none
    origin = read_state(from_state, "from_state", problems)
    goal = read_state(to_state, "to_state", problems)
    raise_problems(problems)
    check_lengths(time=times, entry_time=entries, from_state=origin, to_state=goal)
    check_times(times, entries)
    add_bad_places(problems, "from_state", origin == 0, "0 (states count from 1)")
    add_bad_places(
        problems, "to_state", origin == goal, "the state left (use 0 for censored there)"
    )
    raise_problems(problems)
    largest = int(max(origin.max(), goal.max()))
    if max(largest, n_states or 1) > MOST_STATES:
        raise InputError(
            f"states go up to {max(largest, n_states or 1)}; at most {MOST_STATES} are followed, "
            "as each pair of states has its count. Number them 1, 2, ..."
        )
    if n_states is not None and n_states < largest:
        raise InputError(f"states go up to {largest}, beyond `n_states` = {n_states}.")
    weighted = check_weights(weights, len(times))
    return History(entries, times, origin, goal, n_states or largest, weighted)


def read_state(values: ArrayLike, name: str, problems: list[str]) -> Integers:
    """Return states as int64, with the name of the argument in every problem."""
    own: list[str] = []
    states = read_cause(values, own)
    problems += [problem.replace("`cause`", f"`{name}`") for problem in own]
    return states


def tabulate_history(history: History, start_time: float) -> HistoryTable:
    """Count stays and transitions, or add their weights, at the exit times after `start_time`."""
    plain = count_history(history._replace(weights=None), start_time)
    if history.weights is None:
        return plain
    found = count_history(history, start_time)
    # where all who are in a state leave it, a difference of sums may miss that
    leaving = plain.n_events.sum(axis=2)
    is_emptied = (leaving == plain.n_at_risk) & (leaving > 0)
    n_at_risk = np.where(is_emptied, found.n_events.sum(axis=2), found.n_at_risk)
    return found._replace(n_at_risk=np.where(plain.n_at_risk > 0, n_at_risk, 0.0))


def count_history(history: History, start_time: float) -> HistoryTable:
    """Return the table without and with weights alike."""
    later = history.time > start_time
    if not later.any():
        raise InputError("nobody is followed after `start_time`. Give an earlier time.")
    distinct, position = np.unique(history.time[later], return_inverse=True)
    n_states = history.n_states
    shape = (len(distinct), n_states, n_states + 1)
    place = (position, history.from_state[later] - 1, history.to_state[later])
    cell = np.ravel_multi_index(place, shape)
    counts = count_places(cell, history.weights, later, int(np.prod(shape))).reshape(shape)
    n_at_risk = np.stack(
        [count_stays(distinct, history, state + 1) for state in range(n_states)], axis=1
    )
    table = HistoryTable(distinct, n_at_risk, counts[:, :, 1:], counts[:, :, 0])
    return begin_at(table, history, start_time)


def count_places(places: Integers, weights: Floats | None, rows: Booleans, size: int) -> Counts:
    """Return how many of the rows, or what weight of them, lie at each of `size` places."""
    if weights is None:
        return np.bincount(places, minlength=size).astype(np.int64)
    return np.bincount(places, weights[rows], minlength=size)


def begin_at(table: HistoryTable, history: History, start_time: float) -> HistoryTable:
    """Put a first row at `start_time`, with those under observation just after it."""
    n_at_risk = count_present(history, start_time)
    return HistoryTable(
        np.concatenate([[start_time], table.time]),
        np.concatenate([n_at_risk[None], table.n_at_risk]),
        np.concatenate([0 * table.n_events[:1], table.n_events]),
        np.concatenate([0 * table.n_censored[:1], table.n_censored]),
    )


def count_present(history: History, start_time: float) -> Counts:
    """Return how many are in each state just after `start_time`."""
    present = (history.entry_time <= start_time) & (history.time > start_time)
    states = history.from_state[present] - 1
    return count_places(states, history.weights, present, history.n_states)


def count_stays(times: Floats, history: History, state: int) -> Counts:
    """Return how many stays in a state are under way just before each of `times`."""
    chosen = history.from_state == state
    entered, left = history.entry_time[chosen], history.time[chosen]
    if history.weights is None:
        n_entered = np.searchsorted(np.sort(entered), times, side="left")
        return (n_entered - np.searchsorted(np.sort(left), times, side="left")).astype(np.int64)
    weights = history.weights[chosen]
    return sum_before(times, entered, weights) - sum_before(times, left, weights)


def sum_before(times: Floats, places: Floats, weights: Floats) -> Floats:
    """Return the sum of the weights whose place is before each of `times`."""
    order = np.argsort(places, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(weights[order])])
    return np.asarray(sums[np.searchsorted(places[order], times, side="left")], dtype=np.float64)


def find_initial_distribution(
    history: History, start_time: float, initial: ArrayLike | int | None
) -> tuple[Floats, Floats]:
    """Return the distribution over states at `start_time`, and its covariance."""
    n_states = history.n_states
    if initial is None:
        return observe_initial_distribution(history, start_time)
    given = np.asarray(initial)
    if given.ndim == 0:
        if given.dtype.kind not in "iu" or not 1 <= given <= n_states:
            raise InputError(f"`initial` is {initial!r}; expected a state from 1 to {n_states}.")
        given = np.eye(n_states)[int(given) - 1]
    problems: list[str] = []
    share = read_numbers(given, "initial", problems)
    raise_problems(problems)
    is_sound = len(share) == n_states and bool((share >= 0).all())
    if not is_sound or not abs(share.sum() - 1) < DISTRIBUTION_TOLERANCE:
        raise InputError(
            f"`initial` must hold {n_states} probabilities that add up to 1, one for each state."
        )
    return share, np.zeros((n_states, n_states))


def observe_initial_distribution(history: History, start_time: float) -> tuple[Floats, Floats]:
    """Return the share of each state among those under observation, with multinomial covariance."""
    counts = count_present(history, start_time)
    if not counts.any():
        raise InputError(
            "nobody is under observation at `start_time`, so that the distribution of states "
            "there is not known. Give `initial` or a later `start_time`."
        )
    share = counts / counts.sum()
    return share, (np.diag(share) - np.outer(share, share)) / counts.sum()
