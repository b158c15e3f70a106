"""Types of the compiled walk."""

import numpy as np
from numpy.typing import NDArray

def find_residuals(
    data: object,
    x: NDArray[np.float64],
    risk: NDArray[np.float64],
    hazard: NDArray[np.float64],
    mean: NDArray[np.float64],
    time_order: NDArray[np.intp],
    entry_order: NDArray[np.intp],
    known_weights: bool,
) -> NDArray[np.float64]: ...
