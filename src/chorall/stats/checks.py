"""Checks of what a kernel is given: each message names the argument, the places and the remedy."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from chorall.errors import InputError, raise_gathered
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, Labels
from chorall.stats.number_arrays import (
    LARGEST_WEIGHT,
    convert_numbers,
    describe_kind,
    is_out_of_scale,
    uncover_masked,
)

POSITIONS_SHOWN = 5
HEADING = "the arguments cannot be used"
ADVICE = (
    "Positions count from 0. Correct these entries or leave their patients out of all arguments."
)


class FollowUp(NamedTuple):
    """Checked follow-up of n patients."""

    time: Floats
    event: Booleans
    entry_time: Floats | None


class CauseFollowUp(NamedTuple):
    """Checked follow-up of n patients with a kind of event each."""

    time: Floats
    cause: Integers
    entry_time: Floats | None


def check_time_and_event(
    time: ArrayLike, event: ArrayLike, entry_time: ArrayLike | None = None
) -> FollowUp:
    """Return float64 times, boolean events and entry times, or raise one gathered InputError."""
    problems: list[str] = []
    times = read_numbers(time, "time", problems, copy=False)
    events = read_event(event, problems)
    entries = read_entry_time(entry_time, problems)
    raise_problems(problems)
    check_lengths(time=times, event=events, entry_time=entries)
    check_times(times, entries)
    return FollowUp(times, events, entries)


def check_time_and_cause(
    time: ArrayLike, cause: ArrayLike, entry_time: ArrayLike | None = None
) -> CauseFollowUp:
    """Return float64 times, int64 causes and entry times, or raise one gathered InputError."""
    problems: list[str] = []
    times = read_numbers(time, "time", problems, copy=False)
    causes = read_cause(cause, problems)
    entries = read_entry_time(entry_time, problems)
    raise_problems(problems)
    check_lengths(time=times, cause=causes, entry_time=entries)
    check_times(times, entries)
    return CauseFollowUp(times, causes, entries)


def check_weights(weights: ArrayLike | None, n: int) -> Floats | None:
    """Return positive float64 weights of length `n`, or None when there are none."""
    if weights is None:
        return None
    problems: list[str] = []
    values = read_numbers(weights, "weights", problems)
    raise_problems(problems)
    check_lengths(time=np.empty(n), weights=values)
    not_positive = ~(np.isfinite(values) & (values > 0))
    add_bad_places(problems, "weights", not_positive, "not a finite number above 0")
    out = is_out_of_scale(values, LARGEST_WEIGHT)
    add_bad_places(problems, "weights", out, f"not within a factor {LARGEST_WEIGHT:g} of 1")
    raise_problems(problems)
    return values


def check_labels(labels: ArrayLike, n: int, name: str) -> tuple[Labels, Integers]:
    """Return the sorted distinct labels and the number of its label for each of `n` patients."""
    problems: list[str] = []
    values = read_vector(labels, name, problems)
    raise_problems(problems)
    check_lengths(time=np.empty(n), **{name: values})
    add_bad_places(problems, name, find_missing(values), "missing")
    raise_problems(problems)
    try:
        distinct, codes = np.unique(values, return_inverse=True)
    except TypeError as error:
        raise InputError(
            f"`{name}` mixes types that have no order ({error}). Give text or numbers, not both."
        ) from error
    return distinct, codes.astype(np.int64)


def check_level(level: float, name: str = "conf_level") -> float:
    """Return `level`, which must lie strictly between 0 and 1."""
    if not isinstance(level, int | float | np.number) or not 0 < level < 1:
        raise InputError(f"`{name}` is {level!r}; expected a number between 0 and 1, such as 0.95.")
    return float(level)


def check_choice(value: str, name: str, known: tuple[str, ...]) -> str:
    """Return `value`, which must be one of the `known` words."""
    if value not in known:
        raise InputError(f"`{name}` is {value!r}; expected one of: {', '.join(known)}.")
    return value


def check_lengths(**arrays: Labels | None) -> None:
    """Raise unless all arrays are equally long and not empty."""
    lengths = {name: len(values) for name, values in arrays.items() if values is not None}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"`{name}` {length}" for name, length in lengths.items())
        raise InputError(f"the arguments differ in length: {listed}. Give one entry per patient.")
    if not next(iter(lengths.values())):
        raise InputError("there are no patients: all arguments are empty. Give at least one.")


def check_times(time: Floats, entry_time: Floats | None) -> None:
    """Raise unless times are finite and not negative and every entry lies before its time."""
    problems: list[str] = []
    add_bad_times(problems, "time", time)
    if entry_time is not None:
        add_bad_times(problems, "entry_time", entry_time)
        late = entry_time >= time
        remedy = "not before `time` (a patient needs follow-up after entry)"
        add_bad_places(problems, "entry_time", late, remedy)
    raise_problems(problems)


def add_bad_times(problems: list[str], name: str, values: Floats) -> None:
    """Add a line for missing, infinite and negative times each."""
    # two passes without a mask; a NaN fails the comparison
    if values.size and values.min() >= 0 and values.max() < np.inf:
        return
    add_bad_places(problems, name, np.isnan(values), "missing")
    add_bad_places(problems, name, np.isinf(values), "infinite")
    add_bad_places(problems, name, values < 0, "negative")


def read_entry_time(entry_time: ArrayLike | None, problems: list[str]) -> Floats | None:
    """Return entry times as float64, or None when everybody is followed from the origin."""
    return None if entry_time is None else read_numbers(entry_time, "entry_time", problems)


def read_event(event: ArrayLike, problems: list[str]) -> Booleans:
    """Return events as they are when boolean; never guess what 0 and 1 mean."""
    values = read_vector(event, "event", problems)
    missing = find_missing(values)
    if missing.any():
        add_bad_places(problems, "event", missing, "missing")
    elif values.dtype != np.bool_:
        problems.append(
            f"`event` must be boolean (True = the event happened), but holds {values.dtype}. "
            "Convert it: from CDISC CNSR use event = cnsr == 0; from R's status use "
            "event = status == 1."
        )
    return values


def read_cause(cause: ArrayLike, problems: list[str]) -> Integers:
    """Return causes as int64; only integers will do."""
    values = read_vector(cause, "cause", problems)
    missing = find_missing(values)
    if missing.any():
        add_bad_places(problems, "cause", missing, "missing")
    elif values.dtype.kind not in "iu":
        problems.append(
            f"`cause` must hold integers (0 = censored, 1, 2, ... = kind of event), but holds "
            f"{values.dtype}. Convert it, for example cause = cause.astype(int)."
        )
    else:
        if values.size and values.min() < 0:
            add_bad_places(problems, "cause", values < 0, "negative (0 = censored)")
        largest = np.iinfo(np.int64).max
        if values.dtype.kind == "u":
            add_bad_places(problems, "cause", values > largest, "above what 64 bits hold")
        return values.astype(np.int64, copy=False)
    return np.zeros(len(values), dtype=np.int64)


def read_numbers(values: ArrayLike, name: str, problems: list[str], *, copy: bool = True) -> Floats:
    """Return a vector as float64, with NaN for missing entries.

    Without `copy` it may be the caller's own array: nothing may write into it or keep it.
    """
    array = read_vector(values, name, problems)
    numbers = convert_numbers(array, also_booleans=False)
    if numbers is None:
        problems.append(f"`{name}` must hold numbers, but holds {describe_kind(array)}.")
        return np.zeros(len(array))
    # a result may hold the array and freeze it: never the caller's own
    return numbers.copy() if copy and numbers is array else numbers


def read_vector(values: ArrayLike, name: str, problems: list[str]) -> Labels:
    """Return any array-like as a one-dimensional array; masked entries become None."""
    array = uncover_masked(values)
    if array.ndim != 1:
        problems.append(f"`{name}` must have one dimension, but has shape {array.shape}.")
        return np.zeros(0)
    return array


def find_missing(values: Labels) -> Booleans:
    """Tell which entries are NaN, NaT or None."""
    if values.dtype.kind == "f":
        return np.isnan(values)
    if values.dtype.kind in "mM":
        return np.isnat(values)
    if values.dtype.kind == "O":
        return np.fromiter(map(is_missing, values), dtype=np.bool_, count=len(values))
    return np.zeros(len(values), dtype=np.bool_)


def is_missing(value: Any) -> bool:
    """Tell whether one object stands for a missing value."""
    return value is None or (isinstance(value, float) and value != value)


def add_bad_places(problems: list[str], name: str, bad: Booleans, fault: str) -> None:
    """Add a line that says how many entries of `name` are `fault` and where the first ones are."""
    places = np.flatnonzero(bad)
    if places.size:
        first = ", ".join(str(place) for place in places[:POSITIONS_SHOWN])
        more = ", ..." if places.size > POSITIONS_SHOWN else ""
        verb = "is" if places.size == 1 else "are"
        problems.append(
            f"`{name}`: {places.size} of {bad.size} {verb} {fault}; at positions {first}{more}"
        )


def raise_problems(problems: list[str]) -> None:
    """Raise one InputError with all problems, or return when there are none."""
    raise_gathered(InputError, HEADING, problems, ADVICE)
