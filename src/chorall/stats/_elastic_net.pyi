"""Types of the compiled coordinate descent."""

import numpy as np
from numpy.typing import NDArray

def descend_coordinates(
    curvature: NDArray[np.float64],
    slope: NDArray[np.float64],
    start: NDArray[np.float64],
    l1: NDArray[np.float64],
    l2: NDArray[np.float64],
    tolerance: float,
    max_sweeps: int,
) -> tuple[NDArray[np.float64], int]: ...
