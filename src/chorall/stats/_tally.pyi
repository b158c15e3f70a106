"""Types of the compiled counts."""

import numpy as np
from numpy.typing import NDArray

def tally_whole_times(
    time: NDArray[np.float64],
    outcome: NDArray[np.uint8] | NDArray[np.int64],
    n_outcomes: int,
    n_bins: int,
) -> NDArray[np.int64] | None: ...
