"""Cox models of thousands of markers for several endpoints of the same patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chorall.errors import InputError, raise_gathered
from chorall.stats._scan_pack import MAX_ENDPOINTS
from chorall.stats.arrays import ArrayLike
from chorall.stats.checks import FollowUp, check_time_and_event
from chorall.stats.scan_result import MarkerScan
from chorall.stats.scan_run import run_scan
from chorall.stats.scan_settings import check_scan_settings

FORM = "(time, event) or (time, event, entry_time)"


def scan_endpoints(
    markers: ArrayLike,
    endpoints: Mapping[str, Sequence[ArrayLike | None]],
    *,
    covariates: ArrayLike | None = None,
    strata: ArrayLike | None = None,
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
) -> dict[str, MarkerScan]:
    """Test markers one by one for several endpoints of the same patients.

    What does not depend on the endpoint is done once: markers are checked, read, copied block by
    block into the compiled form and sorted by who was tested. The numbers are those of one
    `scan_markers` for each endpoint, bit for bit.

    Parameters
    ----------
    markers : array_like of shape (n, m)
        See `scan_markers`, also for all arguments that are not named here.
    endpoints : mapping of str to (time, event) or (time, event, entry_time)
        Follow-up for each endpoint, arrays of shape (n,) as `scan_markers` takes them; 16
        endpoints at most. None as `entry_time` means followed from the origin.
    progress : callable, optional
        Called after each block, done for all endpoints, with the markers done and all markers.

    Returns
    -------
    dict of str to MarkerScan
        One scan for each endpoint, in the order given.

    Raises
    ------
    InputError
        When an argument is not usable; all endpoints whose follow-up is not are named.
    ConvergenceError
        When a covariate separates the events of all patients for an endpoint.

    See Also
    --------
    scan_markers : One endpoint, and what each argument means.
    adjust_p_values : What to do with many p-values.

    Notes
    -----
    R: the loop of `scan_markers` for each endpoint.

    References
    ----------
    Cox DR (1972). doi:10.1111/j.2517-6161.1972.tb00899.x

    Examples
    --------
    >>> from chorall.stats import scan_endpoints
    >>> markers = [[1], [0], [1], [0], [1], [0]]
    >>> relapsed = [True, False, True, True, False, False]
    >>> died = [True, True, True, True, True, False]
    >>> endpoints = {"relapse": ([1, 2, 3, 4, 5, 6], relapsed), "death": ([2, 2, 5, 4, 5, 6], died)}
    >>> scans = scan_endpoints(markers, endpoints, minimum_carriers=1, firth_below=0)
    >>> {name: int(scan.n_events[0]) for name, scan in scans.items()}
    {'relapse': 3, 'death': 5}
    """
    follow_ups = check_endpoints(endpoints)
    settings = check_scan_settings(
        minimum_carriers, firth_below, separated, score_only, saddlepoint, max_iterations,
        tolerance, n_threads,
    )  # fmt: skip
    return run_scan(
        markers, follow_ups, covariates=covariates, strata=strata, tested=tested,
        interaction=interaction, settings=settings, block_size=block_size, progress=progress,
    )  # fmt: skip


def check_endpoints(endpoints: Mapping[str, Sequence[ArrayLike | None]]) -> dict[str, FollowUp]:
    """Return checked follow-up by endpoint, or raise one gathered InputError."""
    if not isinstance(endpoints, Mapping) or not 1 <= len(endpoints) <= MAX_ENDPOINTS:
        raise InputError(
            f"`endpoints` must map 1 to {MAX_ENDPOINTS} names to {FORM} each. "
            "Scan more endpoints in several calls."
        )
    checked: dict[str, FollowUp] = {}
    problems: list[str] = []
    for name, parts in endpoints.items():
        try:
            checked[name] = check_follow_up(name, parts)
        except InputError as error:
            problems.append(f"endpoint {name!r}: {error}")
    lengths = {name: len(follow_up.time) for name, follow_up in checked.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name!r} {length}" for name, length in lengths.items())
        problems.append(f"the endpoints differ in their number of patients: {listed}")
    raise_gathered(
        InputError, "`endpoints` cannot be used", problems, "Give every endpoint for all patients."
    )
    return checked


def check_follow_up(name: object, parts: Sequence[ArrayLike | None]) -> FollowUp:
    """Return the checked follow-up of one endpoint."""
    if not isinstance(name, str) or not name:
        raise InputError("its name must be text that is not empty.")
    if not isinstance(parts, tuple | list) or len(parts) not in (2, 3):
        raise InputError(f"its follow-up must be {FORM}.")
    time, event, entry_time = (*parts, None)[:3]
    if time is None or event is None:
        raise InputError("`time` and `event` cannot be None.")
    return check_time_and_event(time, event, entry_time)
