"""Types of the compiled sweep."""

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
    efron: bool,
    steps: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]: ...
