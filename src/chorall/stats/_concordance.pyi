"""Types of the compiled rank sums."""

import numpy as np
from numpy.typing import NDArray

def sweep_ranks(
    rank: NDArray[np.intp],
    first_rank: NDArray[np.intp],
    weight: NDArray[np.float64],
    is_query: NDArray[np.uint8],
    n_ranks: int,
) -> NDArray[np.float64]: ...
