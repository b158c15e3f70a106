"""Types of the compiled courses through states."""

import numpy as np
from numpy.typing import NDArray

N_LANES: int

def make_room(*shape: int) -> NDArray[np.float64]: ...

class Course:
    def __init__(
        self,
        origin: NDArray[np.int64],
        target: NDArray[np.int64],
        hazard: NDArray[np.float64],
        ahead: NDArray[np.float64],
        month_end: NDArray[np.int64],
        states: int,
        start: int,
        move: tuple[int, int, int, int],
        judgement: tuple[int, int, float, float, float] | None,
    ) -> None: ...

def follow_rows(
    course: Course,
    ratio: NDArray[np.float64],
    barred: int,
    last_free: int,
    at: NDArray[np.int64],
    present: NDArray[np.float64],
    entered: NDArray[np.float64],
    ended: NDArray[np.float64],
    free: NDArray[np.float64],
    mean: NDArray[np.float64],
) -> None: ...
