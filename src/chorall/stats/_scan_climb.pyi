"""Types of the compiled fits of many markers."""

import numpy as np
from numpy.typing import NDArray

from chorall.stats._scan_layout import Layout

COLLINEARITY: float
CONVERGED: int
STOPPED: int
UNINFORMATIVE: int
COLLINEAR: int
MONOTONE: int
LOST: int

def climb_markers(
    layout: Layout,
    packed: NDArray[np.float64],
    counts: NDArray[np.int64],
    ranges: NDArray[np.float64],
    max_steps: NDArray[np.int32],
    coefficients: NDArray[np.float64],
    results: NDArray[np.float64],
    report: NDArray[np.int32],
    n_free: int,
    firth: bool,
    tolerance: float,
    workspace: NDArray[np.float64],
    width: int,
) -> None: ...
def find_workspace_size(layout: Layout) -> int: ...
