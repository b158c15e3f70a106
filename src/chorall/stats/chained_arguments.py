"""Checks of what chained equations are given, and the data in the form the chains use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chorall.errors import InputError, raise_gathered
from chorall.stats.arrays import ArrayLike, Booleans, Floats
from chorall.stats.checks import check_choice
from chorall.stats.number_arrays import is_out_of_range, read_array

KINDS = ("pmm", "normal", "binary", "categorical")
MOST_LEVELS = 100
ADVICE = "Columns count from 0. Correct them, or leave them out."


class Incomplete(NamedTuple):
    """Checked data: n patients, p incomplete columns, q complete predictors.

    `observed` and `wanted` are True where a value is known and where one must be imputed; where
    both are False the value does not apply.
    """

    x: Floats
    kinds: tuple[str, ...]
    fixed: Floats
    observed: Booleans
    wanted: Booleans


def check_incomplete(
    x: ArrayLike, kinds: Sequence[str], fixed: ArrayLike | None, may_impute: ArrayLike | None
) -> Incomplete:
    """Return the data, or raise one InputError with everything that is wrong."""
    values = read_matrix(x, "x")
    n, p = values.shape
    words = tuple(check_choice(kind, "kinds", KINDS) for kind in kinds)
    if len(words) != p:
        raise InputError(f"`kinds` has {len(words)} entries and `x` {p} columns; expected as many.")
    predictors = np.empty((n, 0)) if fixed is None else read_matrix(fixed, "fixed")
    if len(predictors) != n:
        raise InputError(f"`fixed` has {len(predictors)} rows and `x` {n}; expected as many.")
    observed = ~np.isnan(values)
    wanted = ~observed & read_permission(may_impute, values.shape)
    problems = list_bad_predictors(predictors)
    for column, kind in enumerate(words):
        known = values[observed[:, column], column]
        problems += list_bad_values(column, kind, known)
        if wanted[:, column].any():
            problems += list_thin(column, kind, known)
    raise_gathered(InputError, "the columns cannot be imputed", problems, ADVICE)
    return Incomplete(values, words, predictors, observed, wanted)


def read_matrix(values: ArrayLike, name: str) -> Floats:
    """Return a two-dimensional float64 copy with at least one row."""
    matrix = read_array(values, name)
    if matrix.ndim != 2 or not matrix.shape[0]:
        raise InputError(
            f"`{name}` has shape {matrix.shape}; expected one row per patient and one column per "
            "variable, and at least one patient."
        )
    return np.array(matrix, dtype=np.float64, order="C")


def read_permission(may_impute: ArrayLike | None, shape: tuple[int, ...]) -> Booleans:
    """Return where a missing value may be filled in."""
    if may_impute is None:
        return np.ones(shape, dtype=np.bool_)
    allowed = np.asarray(may_impute)
    if allowed.dtype != np.bool_ or allowed.shape != shape:
        raise InputError(
            f"`may_impute` holds {allowed.dtype} in shape {allowed.shape}; expected booleans in "
            f"the shape of `x`, {shape}."
        )
    return allowed


def list_bad_predictors(fixed: Floats) -> list[str]:
    """Say which fixed predictors are not complete."""
    bad = (~np.isfinite(fixed) | is_out_of_range(fixed)).sum(axis=0)
    return [
        f"`fixed` column {column}: {count} missing, infinite or beyond 1e100 (give it in `x` if "
        "it is to be imputed)"
        for column, count in enumerate(bad)
        if count
    ]


def list_bad_values(column: int, kind: str, known: Floats) -> list[str]:
    """Say what a column holds that its kind does not allow."""
    out = ~np.isfinite(known) | is_out_of_range(known)
    if out.any():
        return [f"`x` column {column}: {int(out.sum())} infinite or beyond 1e100"]
    most = {"binary": 2, "categorical": MOST_LEVELS}.get(kind)
    if most is None:
        return []
    bad = int(((known % 1 != 0) | (known < 0) | (known >= most)).sum())
    words = "0 or 1" if kind == "binary" else f"a code 0, 1, ... below {MOST_LEVELS}"
    return [f"`x` column {column} is {kind}: {bad} values are not {words}"] if bad else []


def list_thin(column: int, kind: str, known: Floats) -> list[str]:
    """Say whether a column to impute has nothing to learn from."""
    n_distinct = len(np.unique(known))
    if n_distinct < 2:
        return [
            f"`x` column {column} ({kind}): {len(known)} observed values with {n_distinct} "
            "distinct; at least 2 distinct ones are needed to impute the others"
        ]
    return []
