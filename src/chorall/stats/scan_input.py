"""Markers as they are given: any kind of matrix, read a block of columns at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError
from chorall.stats._scan_layout import WIDTH
from chorall.stats._scan_pack import find_infinite
from chorall.stats.arrays import ArrayLike, Booleans, Floats
from chorall.stats.checks import add_bad_places, find_missing, raise_problems, read_vector

# rows that are looked at together, so that no copy of the whole matrix is made
ROWS_AT_ONCE = 1024
# columns that one message names
COLUMNS_NAMED = 20


@dataclass(frozen=True, slots=True, eq=False)
class MarkerMatrix:
    """Checked markers.

    Attributes
    ----------
    values : ndarray of shape (n, m)
        Numbers or booleans; NaN = not tested.
    tested : ndarray of bool, shape (n, m), or None
        Who was tested besides; None when `values` says all.
    """

    values: NDArray[Any]
    tested: Booleans | None

    def read_block(self, first: int, last: int) -> Floats:
        """Return columns first to last as float64 with NaN where not tested."""
        block = self.values[:, first:last].astype(np.float64, copy=self.tested is not None)
        if self.tested is not None:
            block[~self.tested[:, first:last]] = np.nan
        return block


def check_markers(
    markers: ArrayLike, tested: ArrayLike | None, n: int, n_threads: int
) -> MarkerMatrix:
    """Return the markers, or raise one gathered InputError."""
    values = np.asarray(markers)
    outside = check_tested(tested, values.shape)
    if isinstance(markers, np.ma.MaskedArray) and np.ma.is_masked(markers):
        # NumPy would hand on what lies under the mask
        unmasked = ~np.ma.getmaskarray(markers)
        outside = unmasked if outside is None else outside & unmasked
    if values.ndim != 2:
        raise InputError(
            f"`markers` must have one row per patient and one column per marker, but has shape "
            f"{values.shape}. For a single marker give markers[:, None]."
        )
    if len(values) != n:
        raise InputError(
            f"`markers` has {len(values)} rows, but `time` has {n}. Give one per patient."
        )
    if values.dtype.kind not in "biuf":
        raise InputError(
            f"`markers` must hold numbers or booleans, but holds {values.dtype}. Give floats with "
            "NaN where a patient was not tested, or say so by `tested`."
        )
    check_finite(values, outside, n_threads)
    return MarkerMatrix(values, outside)


def check_tested(tested: ArrayLike | None, shape: tuple[int, ...]) -> Booleans | None:
    """Return who was tested; only booleans will do."""
    if tested is None:
        return None
    flags = np.asarray(tested)
    if flags.dtype != np.bool_ or isinstance(tested, np.ma.MaskedArray):
        raise InputError(
            f"`tested` must be boolean (True = the patient was tested for the marker), but holds "
            f"{flags.dtype}. Missing entries are not allowed: say False where it is not known."
        )
    if flags.shape != shape:
        raise InputError(
            f"`tested` has shape {flags.shape}, but `markers` has {shape}. Give one entry for "
            "each patient and marker."
        )
    return flags


def check_finite(values: NDArray[Any], tested: Booleans | None, n_threads: int) -> None:
    """Raise when a tested patient's marker is infinite."""
    if values.dtype.kind != "f" or not values.size:
        return
    rows = np.ones(len(values), dtype=np.bool_)
    if values.dtype == np.float64:
        share_rows(values, rows, n_threads)
    found = np.zeros(values.shape[1], dtype=np.bool_)
    suspects = np.flatnonzero(rows)
    for start in range(0, len(suspects), ROWS_AT_ONCE):
        part = suspects[start : start + ROWS_AT_ONCE]
        infinite = np.isinf(values[part])
        found |= (infinite if tested is None else infinite & tested[part]).any(axis=0)
    problems: list[str] = []
    for column in np.flatnonzero(found)[:COLUMNS_NAMED]:
        bad = np.isinf(values[:, column])
        if tested is not None:
            bad &= tested[:, column]
        add_bad_places(problems, f"markers[:, {column}]", bad, "infinite")
    raise_problems(problems)


def share_rows(values: Floats, found: Booleans, n_threads: int) -> None:
    """Tell which rows hold an infinite number, each thread for its part of them."""
    bounds = np.linspace(0, len(values), n_threads + 1).astype(int).tolist()
    parts = [slice(*bound) for bound in pairwise(bounds)]
    flags = found.view(np.uint8)
    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(lambda part: find_infinite(values[part], flags[part], WIDTH), parts))


def check_interaction(interaction: ArrayLike | None, n: int) -> Floats:
    """Return the modifier in float64, of shape (0,) when there is none."""
    if interaction is None:
        return np.empty(0)
    problems: list[str] = []
    values = read_vector(interaction, "interaction", problems)
    raise_problems(problems)
    if len(values) != n:
        raise InputError(
            f"`interaction` has {len(values)} entries, but `time` has {n}. Give one per patient."
        )
    add_bad_places(problems, "interaction", find_missing(values), "missing")
    raise_problems(problems)
    add_bad_places(problems, "interaction", np.isinf(values), "infinite")
    raise_problems(problems)
    if len(np.unique(values)) < 2:
        raise InputError(
            "`interaction` must hold at least two different values: 0 and 1 for two treatments, "
            "or a number that varies, such as age; for more than two treatments scan each pair."
        )
    return values.astype(np.float64)
