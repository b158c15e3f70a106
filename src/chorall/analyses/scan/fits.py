"""One task of a scan: for every endpoint the effects that can be given, and why others cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.scan.covariates import ScanCovariates, choose_covariates
from chorall.analyses.scan.rules import RarityRules, describe_method
from chorall.analyses.scan.tasks import ScanTask
from chorall.errors import ConvergenceError, InputError
from chorall.stats import MarkerScan, scan_endpoints

Line = dict[str, Any]
NO_SOLUTION = "not assessable: the covariates alone have no finite solution"
ALIKE = "not assessable: the covariates cannot be told apart"
MOST_COVARIATES = 29
"""Columns that the kernel takes."""


def run_task(
    task: ScanTask,
    rules: RarityRules,
    *,
    conf_level: float,
    saddlepoint: bool,
) -> list[Line]:
    """Fit one task.

    Parameters
    ----------
    task : ScanTask
        What to fit.
    rules : RarityRules
        What is too rare.
    conf_level : float
        Two-sided level of the limits.
    saddlepoint : bool
        True takes the saddlepoint p-value wherever Firth's fit was taken, but for interactions.

    Returns
    -------
    list of dict
        One line per endpoint and column: counts, log_hazard_ratio, standard_error, hazard_ratio,
        lower, upper, p_value (None where not given), method and warnings.
    """
    columns = task.columns()
    prepared = [(one, choose_covariates(one, task.rows)) for one in task.cohort.endpoints]
    _check_number(prepared)
    lines: list[Line] = []
    for members in _share_rows(prepared):
        scans = _scan(task, members, columns, rules, saddlepoint)
        for (endpoint, covariates), scan in zip(members, scans, strict=True):
            lines += _write_lines(task, endpoint, covariates, scan, columns, rules, conf_level)
    return lines


Prepared = tuple[EndpointCohort, ScanCovariates]


def _check_number(prepared: list[Prepared]) -> None:
    most = max((covariates.values.shape[1] for _, covariates in prepared), default=0)
    if most > MOST_COVARIATES:
        raise InputError(
            f"`adjust` gives {most} coefficients; a scan takes {MOST_COVARIATES} at most. Leave "
            "out a covariate with many levels, or look at single markers with `prognosis`."
        )


def _share_rows(prepared: list[Prepared]) -> Iterator[list[Prepared]]:
    """Yield endpoints whose models hold the same patients and covariates together."""
    alike: dict[tuple[bytes, bytes], list[Prepared]] = {}
    for endpoint, covariates in prepared:
        key = (covariates.rows.tobytes(), covariates.values[covariates.rows].tobytes())
        alike.setdefault(key, []).append((endpoint, covariates))
    yield from alike.values()


def _scan(
    task: ScanTask,
    members: list[Prepared],
    columns: NDArray[np.float64],
    rules: RarityRules,
    saddlepoint: bool,
) -> list[MarkerScan | str]:
    """Return one scan for each endpoint; in words why there is none."""
    able = [one for one in members if one[0].event[one[1].rows].any()]
    words = ""
    try:
        found = _scan_together(task, able, columns, rules, saddlepoint) if able else {}
    except (ConvergenceError, InputError) as error:
        if len(able) > 1:
            return [_scan(task, [one], columns, rules, saddlepoint)[0] for one in members]
        found, words = {}, ALIKE if isinstance(error, InputError) else NO_SOLUTION
    return [found.get(endpoint.endpoint, words) for endpoint, _ in members]


def _scan_together(
    task: ScanTask,
    members: list[Prepared],
    columns: NDArray[np.float64],
    rules: RarityRules,
    saddlepoint: bool,
) -> dict[str, MarkerScan]:
    rows, values = members[0][1].rows, members[0][1].values
    stratified = task.trial is None
    return scan_endpoints(
        columns[rows],
        {one.endpoint: (one.time[rows], one.event[rows], one.entries(rows)) for one, _ in members},
        covariates=values[rows] if values.shape[1] else None,
        strata=members[0][0].trial[rows] if stratified else None,
        interaction=None if task.partner is None else task.partner[rows],
        saddlepoint=saddlepoint and task.partner is None,
        minimum_carriers=rules.minimum_carriers,
        firth_below=len(rows) + 1 if task.penalised else rules.firth_below,
    )


def _write_lines(
    task: ScanTask,
    endpoint: EndpointCohort,
    covariates: ScanCovariates,
    scan: MarkerScan | str,
    columns: NDArray[np.float64],
    rules: RarityRules,
    conf_level: float,
) -> list[Line]:
    rows = covariates.rows
    compared = columns[rows]
    if task.partner is not None:
        compared = compared * task.partner[rows][:, None]
    event = endpoint.event[rows]
    counts = np.array(
        [
            (~np.isnan(compared)).sum(axis=0),
            (~np.isnan(compared[event])).sum(axis=0),
            (compared == 1).sum(axis=0),
            (compared[event] == 1).sum(axis=0),
        ]
    )
    n, n_events, n_present, _ = counts
    n_variables = covariates.values.shape[1] + (1 if task.partner is None else 3)
    m = len(task.names)
    status = np.full(m, "no_events") if isinstance(scan, str) else scan.status
    obstacles = rules.find_obstacles(status, n_present, n - n_present, n_events, n_variables)
    if isinstance(scan, str) and scan:
        obstacles = [scan] * m
    figures = _read_figures(scan, m, conf_level)
    return [
        {
            "marker": name,
            "endpoint": endpoint.endpoint,
            "model": task.model,
            "adjust": covariates.label,
            "subset": task.subset,
            "trial": task.trial,
            **dict(zip(_COUNTS, counts[:, place].tolist(), strict=True)),
            **(figures[place] if not obstacles[place] else _NO_FIGURES),
            "warnings": obstacles[place]
            or describe_method(figures[place]["method"], n_present[place], rules.firth_below),
        }
        for place, name in enumerate(task.names)
    ]


_COUNTS = ("n", "n_events", "n_present", "n_events_present")
_NO_FIGURES: Line = dict.fromkeys(
    ("log_hazard_ratio", "standard_error", "hazard_ratio", "lower", "upper", "p_value")
) | {"method": "none"}


def _read_figures(scan: MarkerScan | str, m: int, conf_level: float) -> list[Line]:
    """Return the figures of each column; the p-value is that of the likelihood ratio."""
    if isinstance(scan, str):
        return [_NO_FIGURES] * m
    half = float(ndtri((1 + conf_level) / 2)) * scan.standard_error
    rare = (scan.method == "firth") & np.isfinite(scan.saddlepoint_p_value)
    with np.errstate(over="ignore"):
        figures = {
            "log_hazard_ratio": scan.log_hazard_ratio,
            "standard_error": scan.standard_error,
            "hazard_ratio": np.exp(scan.log_hazard_ratio),
            "lower": np.exp(scan.log_hazard_ratio - half),
            "upper": np.exp(scan.log_hazard_ratio + half),
            "p_value": np.where(rare, scan.saddlepoint_p_value, scan.likelihood_ratio_p_value),
        }
    lists = {name: values.tolist() for name, values in figures.items()}
    return [
        {name: values[place] for name, values in lists.items()}
        | {"method": str(scan.method[place])}
        for place in range(m)
    ]
