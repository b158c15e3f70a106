"""Types of the compiled passes."""

import numpy as np
from numpy.typing import NDArray

MOST_PASS_COLUMNS: int

def standardise_rows(
    rows: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def index_steps(
    time: NDArray[np.float64],
    event: NDArray[np.uint8],
    weights: NDArray[np.float64],
    stratum_bounds: NDArray[np.intp],
    entry_time: NDArray[np.float64],
    entry_order: NDArray[np.intp],
    efron: bool,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]: ...
def sweep_risk_sets(
    x: NDArray[np.float64],
    linear_predictor: NDArray[np.float64],
    time: NDArray[np.float64],
    event: NDArray[np.uint8],
    weights: NDArray[np.float64],
    stratum_bounds: NDArray[np.intp],
    entry_time: NDArray[np.float64],
    entry_order: NDArray[np.intp],
    fraction: NDArray[np.float64],
    step_weight: NDArray[np.float64],
    squares_only: bool = False,
) -> tuple[float, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def spread_steps(
    values: NDArray[np.float64],
    hazard: NDArray[np.float64],
    shift: NDArray[np.float64],
    fraction: NDArray[np.float64],
    linear_predictor: NDArray[np.float64],
    event: NDArray[np.uint8],
    stratum_bounds: NDArray[np.intp],
    first_step: NDArray[np.intp],
    end_step: NDArray[np.intp],
) -> NDArray[np.float64]: ...
def sum_rows(
    rows: NDArray[np.float64], linear: NDArray[np.float64], square: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def multiply_columns(
    x: NDArray[np.float64], coefficients: NDArray[np.float64], offset: NDArray[np.float64]
) -> NDArray[np.float64]: ...
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
