"""Types of the one pass for few columns."""

import numpy as np
from numpy.typing import NDArray

MOST_PASS_COLUMNS: int

def count_room(n: int, n_steps: int, p: int, is_late: bool) -> int: ...
def pass_few_columns(
    x: NDArray[np.float64],
    predictor: NDArray[np.float64],
    time: NDArray[np.float64],
    event: NDArray[np.uint8],
    weights: NDArray[np.float64],
    stratum_bounds: NDArray[np.intp],
    first_step: NDArray[np.intp],
    fraction: NDArray[np.float64],
    step_weight: NDArray[np.float64],
    base: int,
    entry_time: NDArray[np.float64],
    entry_order: NDArray[np.intp],
    end_step: NDArray[np.intp],
    room: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]: ...
def climb_few_columns(
    x: NDArray[np.float64],
    time: NDArray[np.float64],
    event: NDArray[np.uint8],
    weights: NDArray[np.float64],
    stratum_bounds: NDArray[np.intp],
    first_step: NDArray[np.intp],
    fraction: NDArray[np.float64],
    step_weight: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    tolerance: float,
    most_steps: int,
    widest: float,
    least_part: float,
) -> bool: ...
