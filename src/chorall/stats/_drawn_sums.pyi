"""Types of the compiled sums of effects by draw."""

import numpy as np
from numpy.typing import NDArray

N_LANES: int

def sum_drawn(
    values: NDArray[np.float64],
    flags: NDArray[np.float64],
    factors: NDArray[np.int64],
    aged: NDArray[np.float64],
    effects: NDArray[np.float64],
    offset: NDArray[np.float64],
) -> NDArray[np.float64]: ...
