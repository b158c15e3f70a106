"""Types of the compiled pass over sets of tied events."""

import numpy as np
from numpy.typing import NDArray

def sweep_tied_sets(
    x: NDArray[np.float64],
    linear_predictor: NDArray[np.float64],
    time: NDArray[np.float64],
    event: NDArray[np.uint8],
    stratum_bounds: NDArray[np.intp],
    entry_time: NDArray[np.float64],
    most_tied: int,
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]: ...
