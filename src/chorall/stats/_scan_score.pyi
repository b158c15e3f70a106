"""Types of the compiled score tests."""

import numpy as np
from numpy.typing import NDArray

from chorall.stats._scan_layout import Layout

def score_markers(
    layout: Layout,
    packed: NDArray[np.float64],
    groups: NDArray[np.intp],
    terms: NDArray[np.float64],
    tied_rows: NDArray[np.intp],
    tie_terms: NDArray[np.float64],
    sums: NDArray[np.float64],
    width: int,
) -> None: ...
