"""Types of the sums over rows."""

import numpy as np
from numpy.typing import NDArray

def multiply_columns(
    x: NDArray[np.float64], coefficients: NDArray[np.float64], offset: NDArray[np.float64]
) -> NDArray[np.float64]: ...
def add_products(
    x: NDArray[np.float64], coefficients: NDArray[np.float64], product: NDArray[np.float64]
) -> None: ...
def sum_rows(
    rows: NDArray[np.float64], linear: NDArray[np.float64], square: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def standardise_rows(
    rows: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
