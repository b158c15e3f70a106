"""Reading arrays of numbers of any shape: missing under a mask, text refused, size bounded."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Labels

# Squares of numbers up to here, times weights, stay within floating point, as do those of their
# inverses. Nothing measured comes near; a missing code such as 1e300 does.
LARGEST_NUMBER = 1e100
# weights are multiplied with one another and with such squares
LARGEST_WEIGHT = 1e50


def read_array(values: ArrayLike, name: str) -> Floats:
    """Return numbers or booleans of any shape as float64, NaN where missing or masked, or raise."""
    array = uncover_masked(values)
    converted = convert_numbers(array, also_booleans=True)
    if converted is None:
        raise InputError(f"`{name}` must hold numbers, but holds {describe_kind(array)}.")
    return converted


def uncover_masked(values: ArrayLike) -> Labels:
    """Return any array-like as an array; masked entries become None."""
    array = np.asarray(values)
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        # NumPy would hand on what lies under the mask
        array = array.astype(object)
        array[np.ma.getmaskarray(values)] = None
    return array


def convert_numbers(array: Labels, *, also_booleans: bool) -> Floats | None:
    """Return numbers as float64, or None when the array holds text, dates or anything else."""
    if array.dtype.kind not in ("biufO" if also_booleans else "iufO"):
        return None
    if array.dtype.kind == "O" and not all(map(is_number, array.ravel().tolist())):
        # text that reads like a number would be converted
        return None
    try:
        return array.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError):
        return None


def is_number(value: Any) -> bool:
    """Tell whether one object is a number or stands for a missing one."""
    return value is None or isinstance(value, Real | Decimal | np.bool_)


def describe_kind(array: Labels) -> str:
    """Return the type for a message: `object` alone says nothing."""
    if array.dtype.kind != "O":
        return str(array.dtype)
    other = {type(value).__name__ for value in array.ravel().tolist() if not is_number(value)}
    return f"object ({', '.join(sorted(other)) or 'integers too large'})"


def is_out_of_range(values: Floats, largest: float = LARGEST_NUMBER) -> Booleans:
    """Tell which numbers are too large to be squared."""
    return np.asarray(np.isfinite(values) & (np.abs(values) > largest), dtype=np.bool_)


def is_out_of_scale(values: Floats, largest: float = LARGEST_NUMBER) -> Booleans:
    """Tell which positive numbers are too large or too small to be squared and inverted."""
    positive = np.isfinite(values) & (values > 0)
    return np.asarray(positive & ((values > largest) | (values < 1 / largest)), dtype=np.bool_)
