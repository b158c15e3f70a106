"""Check the numbers of a plan; every problem is told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chorall.errors import InputError, raise_gathered


def find_no_fractions(
    values: Mapping[str, float | Sequence[float]], *, closed: str = ""
) -> list[str]:
    """Return a problem for each value that is no fraction.

    Parameters
    ----------
    values : mapping of str to float or sequence of float
        Name of the argument to what came.
    closed : {"", "0", "1"}
        Which end is allowed as well.
    """
    return [
        f"`{name}` is {value!r}; expected a fraction between 0 and 1, such as 0.05"
        for name, given in values.items()
        for value in list_values(given)
        if not (0 < value < 1 or (closed and value == float(closed)))
    ]


def list_values(given: float | Sequence[float]) -> list[float]:
    """Return one number or several as a list."""
    return [float(given)] if isinstance(given, (int, float)) else [float(one) for one in given]


def find_too_small(values: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return a problem for each number below its least value.

    Parameters
    ----------
    values : mapping of str to (value, least)
        Name of the argument to what came and the least that can be used.
    """
    return [
        f"`{name}` is {value!r}; expected {least:g} or more"
        for name, (value, least) in values.items()
        if not value >= least
    ]


def refuse_plan(*problems: Sequence[str]) -> None:
    """Raise one InputError for all problems; do nothing without any."""
    every = [problem for part in problems for problem in part]
    raise_gathered(InputError, "the plan cannot be made", every, "Correct these.")
