"""Types of the sorted patients of a scan."""

import numpy as np
from numpy.typing import NDArray

LANES: int
MAX_COLUMNS: int
WIDTH: int

class Layout:
    n_rows: int
    n_times: int
    n_covariates: int
    def __init__(
        self,
        order: NDArray[np.intp],
        covariates: NDArray[np.float64],
        modifier: NDArray[np.float64],
        largest: NDArray[np.float64],
        stratum_rows: NDArray[np.intp],
        stratum_times: NDArray[np.intp],
        first_event: NDArray[np.intp],
        end: NDArray[np.intp],
        leaving: NDArray[np.intp],
        n_left: NDArray[np.intp],
        leaves_at: NDArray[np.intp],
    ) -> None: ...
