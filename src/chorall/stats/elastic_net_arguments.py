"""Checks of what an elastic-net Cox path is given."""

from __future__ import annotations

import numpy as np

from chorall.errors import InputError, raise_gathered
from chorall.stats.arrays import ArrayLike, Floats
from chorall.stats.checks import read_numbers
from chorall.stats.number_arrays import read_array


def check_path_settings(
    l1_ratio: float,
    n_penalties: int,
    smallest_ratio: float | None,
    max_iterations: int,
    tolerance: float,
) -> None:
    """Raise one gathered InputError for numbers that cannot be used."""
    problems = []
    if not 0 <= l1_ratio <= 1:
        problems.append(f"`l1_ratio` is {l1_ratio!r}; expected 0 to 1")
    if n_penalties < 1:
        problems.append(f"`n_penalties` is {n_penalties!r}; expected 1 or more")
    if smallest_ratio is not None and not 0 < smallest_ratio < 1:
        problems.append(f"`smallest_ratio` is {smallest_ratio!r}; expected between 0 and 1")
    if max_iterations < 1:
        problems.append(f"`max_iterations` is {max_iterations!r}; expected 1 or more")
    if not 0 < tolerance < 1:
        problems.append(f"`tolerance` is {tolerance!r}; expected between 0 and 1")
    raise_gathered(InputError, "the settings cannot be used", problems, "Correct these.")


def check_penalties(penalties: ArrayLike | None) -> Floats | None:
    """Return penalties in descending order."""
    if penalties is None:
        return None
    problems: list[str] = []
    values = read_numbers(np.atleast_1d(np.asarray(penalties)), "penalties", problems)
    if not problems and not (values.size and np.all((values >= 0) & np.isfinite(values))):
        problems.append("`penalties` must hold finite numbers of 0 or more")
    raise_gathered(InputError, "the settings cannot be used", problems, "Correct these.")
    return np.sort(values)[::-1].copy()


def check_penalty_factor(penalty_factor: ArrayLike | None, p: int) -> Floats:
    """Return one factor per column, with a mean of 1."""
    if not p:
        raise InputError("`x` has no columns: there is no coefficient to penalise.")
    if penalty_factor is None:
        return np.ones(p)
    values = read_array(penalty_factor, "penalty_factor")
    if values.shape != (p,) or not np.all((values >= 0) & np.isfinite(values)) or not values.any():
        raise InputError(
            f"`penalty_factor` must hold {p} numbers of 0 or more, one for each column of `x` and "
            "not all 0."
        )
    return np.asarray(values * (p / values.sum()))
