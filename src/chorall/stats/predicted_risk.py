"""Checks of predicted risks against the follow-up they are to be judged by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers
from chorall.stats.checks import (
    add_bad_places,
    check_time_and_cause,
    check_time_and_event,
    raise_problems,
    read_numbers,
)
from chorall.stats.number_arrays import read_array


class Outcome(NamedTuple):
    """Checked follow-up; `cause` is 0 censored, 1 the event of interest, 2 any other."""

    time: Floats
    cause: Integers
    entry_time: Floats | None = None

    @property
    def is_event(self) -> Booleans:
        """Tell who had an event of any kind."""
        return self.cause > 0

    @property
    def entries(self) -> Floats:
        """Entry times; before all times without delayed entry."""
        return np.full(len(self.time), -np.inf) if self.entry_time is None else self.entry_time

    def take(self, rows: Booleans | Integers) -> Outcome:
        """Return the outcome of some patients."""
        entries = None if self.entry_time is None else self.entry_time[rows]
        return Outcome(self.time[rows], self.cause[rows], entries)

    def find_cases(self, horizon: float) -> Booleans:
        """Tell who had the event of interest by the horizon."""
        return np.asarray((self.cause == 1) & (self.time <= horizon))


class JudgedRisk(NamedTuple):
    """Checked predictions, one column per horizon, with the outcome."""

    risk: Floats
    outcome: Outcome
    horizon: Floats


def check_outcome(
    time: ArrayLike,
    event: ArrayLike,
    cause_of_interest: int | None,
    entry_time: ArrayLike | None = None,
) -> Outcome:
    """Return follow-up from boolean events or, with a cause of interest, from causes."""
    if cause_of_interest is None:
        follow_up = check_time_and_event(time, event, entry_time)
        return Outcome(follow_up.time, follow_up.event.astype(np.int64), follow_up.entry_time)
    is_whole = isinstance(cause_of_interest, int | np.integer)
    if not is_whole or isinstance(cause_of_interest, bool) or cause_of_interest < 1:
        raise InputError(
            f"`cause_of_interest` is {cause_of_interest!r}; expected 1, 2, ... (0 is censored)."
        )
    by_cause = check_time_and_cause(time, event, entry_time)
    other = np.where(by_cause.cause > 0, 2, 0)
    cause = np.where(by_cause.cause == cause_of_interest, 1, other)
    return Outcome(by_cause.time, cause, by_cause.entry_time)


def check_judged_risk(
    risk: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    horizon: ArrayLike,
    cause_of_interest: int | None,
    entry_time: ArrayLike | None = None,
    *,
    is_probability: bool = True,
) -> JudgedRisk:
    """Return predictions of shape (n, m) with m horizons, or raise."""
    outcome = check_outcome(time, event, cause_of_interest, entry_time)
    horizons = check_horizons(horizon)
    n, m = len(outcome.time), len(horizons)
    values = read_risk(risk, is_probability)
    if m > 1 and not is_probability and values.shape == (n,):
        # one marker is judged at every horizon
        values = np.repeat(values[:, None], m, axis=1)
    if values.ndim == 1 and m == 1:
        values = values[:, None]
    if values.shape != (n, m):
        raise InputError(
            f"`risk` has shape {values.shape}; expected ({n}, {m}): a row for each patient and a "
            "column for each horizon (one dimension will do for one horizon)."
        )
    return JudgedRisk(values, outcome, horizons)


def check_horizons(horizon: ArrayLike) -> Floats:
    """Return horizons as a vector of finite numbers above 0, ascending."""
    problems: list[str] = []
    values = read_numbers(np.atleast_1d(np.asarray(horizon)), "horizon", problems)
    raise_problems(problems)
    add_bad_places(problems, "horizon", ~(np.isfinite(values) & (values > 0)), "not above 0")
    falling = np.concatenate([[False], np.diff(values) <= 0])
    add_bad_places(problems, "horizon", falling, "not after the one before")
    raise_problems(problems)
    if not len(values):
        raise InputError("`horizon` is empty. Give at least one time to judge predictions at.")
    return values


def read_risk(risk: ArrayLike, is_probability: bool) -> Floats:
    """Return finite risks, between 0 and 1 when they are probabilities."""
    values = np.atleast_1d(read_array(risk, "risk"))
    bad: Booleans = ~np.isfinite(values)
    fault = "missing or infinite"
    if is_probability:
        bad |= (values < 0) | (values > 1)
        fault = "missing or outside 0 to 1"
    if bad.any():
        problems: list[str] = []
        rows = bad.reshape(len(values), -1).any(axis=1)
        add_bad_places(problems, "risk", np.asarray(rows, dtype=np.bool_), fault)
        raise_problems(problems)
    return values
