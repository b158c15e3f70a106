"""Checked rows of multi-state histories, counted by state and time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers
from chorall.stats.checks import (
    add_bad_places,
    check_lengths,
    check_times,
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


class HistoryTable(NamedTuple):
    """The start and distinct exit times (t,), counts there (t, K) and transitions (t, K, K)."""

    time: Floats
    n_at_risk: Integers
    n_events: Integers
    n_censored: Integers


def check_history(
    entry_time: ArrayLike,
    time: ArrayLike,
    from_state: ArrayLike,
    to_state: ArrayLike,
    n_states: int | None,
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
    return History(entries, times, origin, goal, n_states or largest)


def read_state(values: ArrayLike, name: str, problems: list[str]) -> Integers:
    """Return states as int64, with the name of the argument in every problem."""
    own: list[str] = []
    states = read_cause(values, own)
    problems += [problem.replace("`cause`", f"`{name}`") for problem in own]
    return states


def tabulate_history(history: History, start_time: float) -> HistoryTable:
    """Count stays and transitions at the distinct exit times after `start_time`."""
    entry_time, time, from_state, to_state, n_states = history
    later = time > start_time
    if not later.any():
        raise InputError("nobody is followed after `start_time`. Give an earlier time.")
    distinct, position = np.unique(time[later], return_inverse=True)
    shape = (len(distinct), n_states, n_states + 1)
    cell = np.ravel_multi_index((position, from_state[later] - 1, to_state[later]), shape)
    counts = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(np.int64)
    n_at_risk = np.stack(
        [count_stays(distinct, entry_time, time, from_state == state + 1)
         for state in range(n_states)], axis=1,
    )  # fmt: skip
    table = HistoryTable(distinct, n_at_risk, counts[:, :, 1:], counts[:, :, 0])
    return begin_at(table, history, start_time)


def begin_at(table: HistoryTable, history: History, start_time: float) -> HistoryTable:
    """Put a first row at `start_time`, with those under observation just after it."""
    present = (history.entry_time <= start_time) & (history.time > start_time)
    n_at_risk = np.bincount(history.from_state[present] - 1, minlength=history.n_states)
    return HistoryTable(
        np.concatenate([[start_time], table.time]),
        np.concatenate([n_at_risk[None].astype(np.int64), table.n_at_risk]),
        np.concatenate([0 * table.n_events[:1], table.n_events]),
        np.concatenate([0 * table.n_censored[:1], table.n_censored]),
    )


def count_stays(times: Floats, entry_time: Floats, time: Floats, chosen: Booleans) -> Integers:
    """Return how many of the chosen stays are under way just before each of `times`."""
    n_entered = np.searchsorted(np.sort(entry_time[chosen]), times, side="left")
    n_left = np.searchsorted(np.sort(time[chosen]), times, side="left")
    return (n_entered - n_left).astype(np.int64)


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
    present = (history.entry_time <= start_time) & (history.time > start_time)
    if not present.any():
        raise InputError(
            "nobody is under observation at `start_time`, so that the distribution of states "
            "there is not known. Give `initial` or a later `start_time`."
        )
    counts = np.bincount(history.from_state[present] - 1, minlength=history.n_states)
    share = counts / counts.sum()
    return share, (np.diag(share) - np.outer(share, share)) / counts.sum()
