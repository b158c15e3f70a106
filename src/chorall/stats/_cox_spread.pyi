"""Types of the backward pass."""

import numpy as np
from numpy.typing import NDArray

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
