"""Types of the compiled saddlepoints."""

import numpy as np
from numpy.typing import NDArray

CELLS: int
PARTS: int
TERMS: int

def tabulate_cumulants(
    residuals: NDArray[np.float64],
    largest: float,
    smallest: float,
    values: NDArray[np.float64],
    width: int,
) -> None: ...
def find_roots(
    markers: NDArray[np.float64],
    strata: NDArray[np.int64],
    unit: NDArray[np.float64],
    table: NDArray[np.float64],
    targets: NDArray[np.float64],
    found: NDArray[np.float64],
) -> None: ...
