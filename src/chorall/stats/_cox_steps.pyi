"""Types of the numbering of steps."""

import numpy as np
from numpy.typing import NDArray

def index_steps(
    time: NDArray[np.float64],
    event: NDArray[np.uint8],
    weights: NDArray[np.float64],
    stratum_bounds: NDArray[np.intp],
    entry_time: NDArray[np.float64],
    entry_order: NDArray[np.intp],
    efron: bool,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]: ...
