"""Types of the compiled sweeps."""

import numpy as np
from numpy.typing import NDArray

def sweep_risk_sets(
    data: object,
    x: NDArray[np.float64],
    linear_predictor: NDArray[np.float64],
    risk: NDArray[np.float64],
    hazard: NDArray[np.float64],
    mean: NDArray[np.float64],
    expected: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]: ...
