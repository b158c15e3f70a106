"""Types of the compiled inverse."""

import numpy as np
from numpy.typing import NDArray

def invert_positive(matrix: NDArray[np.float64]) -> NDArray[np.float64] | None: ...
