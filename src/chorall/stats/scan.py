"""Cox models of thousands of markers, one at a time, each on the patients tested for it."""

from __future__ import annotations

from collections.abc import Callable

from chorall.stats.arrays import ArrayLike
from chorall.stats.checks import check_time_and_event
from chorall.stats.scan_result import MarkerScan
from chorall.stats.scan_run import run_scan
from chorall.stats.scan_settings import check_scan_settings


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
    saddlepoint: bool = False,
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
        0/1, say two treatments, or a number that varies, say age in decades less its mean. Tests
        marker times interaction; both alone are in the model
        (do not give it among `covariates` too).
    score_only : bool, optional
        True for score tests only, which need one step per marker.
    saddlepoint : bool, optional
        True adds p-values of the score test that hold where carriers or events are few and the
        normal approximation does not. Not with `interaction`.
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
    scan_endpoints : Several endpoints of the same patients at once.
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
    Bi W, Fritsche LG, Mukherjee B, et al. (2020). doi:10.1016/j.ajhg.2020.06.003

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
    settings = check_scan_settings(
        minimum_carriers, firth_below, separated, score_only, saddlepoint, max_iterations,
        tolerance, n_threads,
    )  # fmt: skip
    return run_scan(
        markers, {"": follow_up}, covariates=covariates, strata=strata, tested=tested,
        interaction=interaction, settings=settings, block_size=block_size, progress=progress,
    )[""]  # fmt: skip
