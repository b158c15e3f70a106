"""Names of the array types that kernels take and return."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]
# int64 counts of patients, or float64 sums of their weights
Counts: TypeAlias = NDArray[Any]
Labels: TypeAlias = NDArray[Any]

__all__ = ["ArrayLike", "Booleans", "Counts", "Floats", "Integers", "Labels", "freeze"]


def freeze(result: object) -> None:
    """Make the arrays of a frozen, slotted result read-only, so that it is frozen indeed."""
    for name in getattr(type(result), "__slots__", ()):
        value = getattr(result, name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
