"""Types of the compiled marker scan."""

import numpy as np
from numpy.typing import NDArray

LANES: int
MAX_COLUMNS: int
COLLINEARITY: float
WIDTH: int
CONVERGED: int
STOPPED: int
UNINFORMATIVE: int
COLLINEAR: int
MONOTONE: int
LOST: int

class Layout:
    n_rows: int
    n_times: int
    n_covariates: int
    def __init__(
        self,
        covariates: NDArray[np.float64],
        modifier: NDArray[np.float64],
        largest: NDArray[np.float64],
        stratum_rows: NDArray[np.intp],
        stratum_times: NDArray[np.intp],
        first_event: NDArray[np.intp],
        end: NDArray[np.intp],
        leaving: NDArray[np.intp],
        n_left: NDArray[np.intp],
        leaves_at: NDArray[np.intp],
    ) -> None: ...

def pack_markers(
    markers: NDArray[np.float64],
    order: NDArray[np.intp],
    event: NDArray[np.uint8],
    keys: NDArray[np.uint64],
    packed: NDArray[np.float64],
    counts: NDArray[np.int64],
    pattern: NDArray[np.uint64],
    ranges: NDArray[np.float64],
    scale: NDArray[np.float64],
    n_threads: int,
    width: int,
) -> None: ...
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
def score_markers(
    layout: Layout,
    packed: NDArray[np.float64],
    groups: NDArray[np.intp],
    risk: NDArray[np.float64],
    expected: NDArray[np.float64],
    weights: NDArray[np.float64],
    tie_terms: NDArray[np.float64],
    sums: NDArray[np.float64],
    n_threads: int,
    width: int,
) -> None: ...
def find_infinite(
    values: NDArray[np.float64], found: NDArray[np.uint8], n_threads: int
) -> None: ...
def find_workspace_size(layout: Layout) -> int: ...
