"""How a scan treats its markers."""

from __future__ import annotations

from dataclasses import dataclass

from chorall.errors import InputError, raise_gathered
from chorall.stats._scan_layout import LANES, WIDTH
from chorall.stats.checks import check_choice
from chorall.stats.task_runner import count_cores

SEPARATED = ("firth", "score")
# entries of a block when `block_size` is not given: 5 MB, which stay in a cache
BLOCK_ENTRIES = 640_000


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How every marker is treated.

    Attributes
    ----------
    minimum_carriers, firth_below : int
        Fewer carriers are not looked at; fewer than `firth_below` get a Firth fit.
    separated : str
        "firth" or "score": what a marker without maximum gets.
    score_only : bool
        Whether only the score test is wanted.
    saddlepoint : bool
        Whether saddlepoint p-values are wanted.
    max_iterations : int
        Largest number of Newton steps.
    tolerance : float
        Length of the last step, in standard errors.
    n_threads : int
        Threads to share the blocks.
    width : int
        Lanes in a register.
    """

    minimum_carriers: int
    firth_below: int
    separated: str
    score_only: bool
    saddlepoint: bool
    max_iterations: int
    tolerance: float
    n_threads: int
    width: int = WIDTH


def check_scan_settings(
    minimum_carriers: int,
    firth_below: int,
    separated: str,
    score_only: bool,
    saddlepoint: bool,
    max_iterations: int,
    tolerance: float,
    n_threads: int | None,
) -> ScanSettings:
    """Return the settings, or raise one gathered InputError."""
    check_choice(separated, "separated", SEPARATED)
    threads = count_cores() if n_threads is None else n_threads
    problems = []
    least = {"minimum_carriers": (minimum_carriers, 0), "firth_below": (firth_below, 0)}
    least |= {"max_iterations": (max_iterations, 1), "n_threads": (threads, 1)}
    for name, (value, smallest) in least.items():
        if value < smallest:
            problems.append(f"`{name}` is {value!r}; expected {smallest} or more")
    if not 0 < tolerance < 1:
        problems.append(f"`tolerance` is {tolerance!r}; expected between 0 and 1, such as 1e-9")
    raise_gathered(InputError, "the settings cannot be used", problems, "Correct these.")
    return ScanSettings(
        int(minimum_carriers), int(firth_below), separated, bool(score_only),
        bool(saddlepoint), int(max_iterations), float(tolerance), int(threads),
    )  # fmt: skip


def check_block_size(block_size: int | None, shape: tuple[int, ...], settings: ScanSettings) -> int:
    """Return how many markers a thread is to hold at a time, whole groups of lanes."""
    n, m = shape
    # enough blocks for all threads
    size = min(BLOCK_ENTRIES // n, m // settings.n_threads) if block_size is None else block_size
    if block_size is not None and block_size < 1:
        raise InputError(f"`block_size` is {block_size!r}; expected 1 or more.")
    return max(LANES, -(-int(size) // LANES) * LANES)
