"""Types of the forward pass."""

import numpy as np
from numpy.typing import NDArray

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
