"""Types of the compiled packing of markers."""

import numpy as np
from numpy.typing import NDArray

MAX_ENDPOINTS: int

def pack_markers(
    markers: NDArray[np.float64],
    events: NDArray[np.uint8],
    keys: NDArray[np.uint64],
    packed: NDArray[np.float64],
    counts: NDArray[np.int64],
    pattern: NDArray[np.uint64],
    ranges: NDArray[np.float64],
    scale: NDArray[np.float64],
    width: int,
) -> None: ...
def find_infinite(values: NDArray[np.float64], found: NDArray[np.uint8], width: int) -> None: ...
