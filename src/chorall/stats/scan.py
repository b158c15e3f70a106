"""Cox models of thousands of markers, one at a time, each on the patients tested for it."""

from __future__ import annotations

import os
from collections.abc import Callable

from chorall.errors import InputError, raise_gathered
from chorall.stats._scan import LANES
from chorall.stats.arrays import ArrayLike
from chorall.stats.checks import check_choice, check_time_and_event
from chorall.stats.scan_block import BlockScanner
from chorall.stats.scan_climb import ScanSettings
from chorall.stats.scan_data import prepare_scan_data
from chorall.stats.scan_input import MarkerMatrix, check_interaction, check_markers
from chorall.stats.scan_result import MarkerScan, ScanColumns, shape_scan

SEPARATED = ("firth", "score")
# entries of a block when `block_size` is not given: 16 MiB
BLOCK_ENTRIES = 2**21


def scan_markers(
    markers: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    *,
    covariates: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    entry_time: ArrayLike | None = None,
    tested: ArrayLike | None = None,
    interaction: ArrayLike | None = None,
    score_only: bool = False,
    minimum_carriers: int = 3,
    firth_below: int = 10,
    separated: str = "firth",
    block_size: int | None = None,
    n_threads: int | None = None,
    progress: Callable[[int, int], object] | None = None,
    max_iterations: int = 30,
    tolerance: float = 1e-9,
) -> MarkerScan:
    """Test markers one by one in a Cox model, each on the patients tested for it.

    Parameters
    ----------
    markers : array_like of shape (n, m)
        One column per marker: 0/1 (or False/True), counts, dosages or any finite number.
        NaN means not tested; such a patient takes no part in that marker's model.
    time : array_like of shape (n,)
        Follow-up from the origin, in any unit; not negative, not missing. An event comes
        before a censoring at the same time. Times are compared exactly.
    event : array_like of bool, shape (n,)
        True when the event happened at `time`, False when the patient was censored there.
        Events at the same time are handled by Efron's rule.
    covariates : array_like of shape (n, p), optional
        In every model, with coefficients of its own for every marker; finite, p at most 29.
    strata : array_like of shape (n,), optional
        Stratum labels; each stratum has its own baseline hazard.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`; a patient is at risk after it.
    tested : array_like of bool, shape (n, m), optional
        True where the patient was tested; needed where `markers` has no NaN to say so. What
        `markers` holds elsewhere is not read. Both must say "tested" if both can.
    interaction : array_like of shape (n,), optional
        0/1, say two treatments. Tests marker times interaction; both alone are in the model
        (do not give it among `covariates` too).
    score_only : bool, optional
        True for score tests only, which need one step per marker.
    minimum_carriers : int, optional
        Markers with fewer carriers among the tested are not looked at.
    firth_below : int, optional
        Markers with fewer carriers get Firth's penalised fit; 0 for none.
    separated : {"firth", "score"}, optional
        What a marker gets whose likelihood has no maximum: Firth's fit or the score test only.
    block_size : int, optional
        Markers held in the compiled form at a time. Does not change the results (score tests
        without fits: not beyond rounding).
    n_threads : int, optional
        Threads that share the markers; all cores that this process may use if not given.
        Does not change the results.
    progress : callable, optional
        Called after each block with the markers done and all markers. Between blocks the
        scan can be interrupted from the keyboard.
    max_iterations : int, optional
        Largest number of Newton steps; Firth's fit may take four times as many.
    tolerance : float, optional
        A fit has converged when the next Newton step is shorter than this many standard
        errors.

    Returns
    -------
    MarkerScan
        One entry per marker. Look at `status` and `method`.

    Raises
    ------
    InputError
        When an argument is not usable, there is no event, or a covariate is constant or a
        linear combination of others.
    ConvergenceError
        When a covariate separates the events of all patients.

    See Also
    --------
    fit_cox : One model, with all its coefficients.
    adjust_p_values : What to do with many p-values.

    Notes
    -----
    R, for every marker: ``coxph(Surv(entry_time, time, event) ~ covariates + marker +
    strata(strata), subset = tested)``; the score test is the one of
    ``coxph(..., init = c(coef(null), 0), iter.max = 0)`` with the null model on the same
    tested patients. R rounds times first (``timefix``).

    References
    ----------
    Cox DR (1972). doi:10.1111/j.2517-6161.1972.tb00899.x
    Efron B (1977). doi:10.1080/01621459.1977.10480613
    Heinze G, Schemper M (2001). doi:10.1111/j.0006-341X.2001.00114.x

    Examples
    --------
    >>> from chorall.stats import scan_markers
    >>> markers = [[1, 0], [0, 1], [1, float("nan")], [0, 0], [1, 1], [0, 0]]
    >>> event = [True, True, True, True, True, False]
    >>> scan = scan_markers(markers, [1, 2, 3, 4, 5, 6], event, minimum_carriers=1, firth_below=0)
    >>> scan.n_tested.tolist(), scan.status.tolist()
    ([6, 5], ['fitted', 'fitted'])
    """
    follow_up = check_time_and_event(time, event, entry_time)
    n = len(follow_up.time)
    settings = check_scan_settings(
        minimum_carriers, firth_below, separated, score_only, max_iterations, tolerance, n_threads
    )
    matrix = check_markers(markers, tested, n, settings.n_threads)
    modifier = check_interaction(interaction, n)
    size = check_block_size(block_size, n)
    if not follow_up.event.any():
        raise InputError("`event` is never True: without an event there is nothing to test.")
    data = prepare_scan_data(follow_up, covariates, strata, modifier)
    scanner = BlockScanner(data, settings, min(size, matrix.values.shape[1]))
    return scan_blocks(scanner, matrix, size, progress)


def check_scan_settings(
    minimum_carriers: int,
    firth_below: int,
    separated: str,
    score_only: bool,
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
        int(max_iterations), float(tolerance), int(threads),
    )  # fmt: skip


def count_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_block_size(block_size: int | None, n: int) -> int:
    """Return how many markers to hold at a time, whole groups of lanes."""
    size = BLOCK_ENTRIES // n if block_size is None else block_size
    if block_size is not None and block_size < 1:
        raise InputError(f"`block_size` is {block_size!r}; expected 1 or more.")
    return max(LANES, -(-int(size) // LANES) * LANES)


def scan_blocks(
    scanner: BlockScanner,
    matrix: MarkerMatrix,
    size: int,
    progress: Callable[[int, int], object] | None,
) -> MarkerScan:
    """Scan block by block."""
    m = matrix.values.shape[1]
    columns = ScanColumns.allocate(m)
    for first in range(0, m, size):
        last = min(first + size, m)
        columns.copy_from(scanner.scan(matrix.read_block(first, last)), first, last)
        if progress is not None:
            progress(last, m)
    return shape_scan(columns, len(scanner.nulls.fitted))
