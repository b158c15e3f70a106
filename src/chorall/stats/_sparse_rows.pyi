"""Types of the compiled products of rows that are 0 in most columns."""

import numpy as np
from numpy.typing import NDArray

def measure_rows(
    rows: NDArray[np.float64], vectors: NDArray[np.float64], matrix: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def measure_forms(
    rows: NDArray[np.float64], linear: NDArray[np.float64], matrices: NDArray[np.float64]
) -> NDArray[np.float64]: ...
