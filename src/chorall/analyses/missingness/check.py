"""Find results that are missing more often in patients who die early."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.arguments import check_markers, check_trials
from chorall.analyses.endpoint_choice import choose_endpoints, read_cohorts
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.missingness.early_deaths import compare_item, find_trials
from chorall.analyses.missingness.items import Item, list_items
from chorall.analyses.missingness.result import ROWS, MissingnessResult
from chorall.analyses.missingness.words import (
    MISSING_EARLY,
    SURVIVAL,
    TESTED_EARLY,
    name_finding,
    write_statement,
)
from chorall.analyses.result import label_pool
from chorall.errors import InputError
from chorall.stats import adjust_p_values
from chorall.tables.store import Pool

HORIZON_DAYS: Final = 90.0
FALSE_DISCOVERY_RATE: Final = 0.05
ENDPOINT: Final = "OS"


def check_missingness(
    pool: Pool,
    *,
    markers: Sequence[str] | None = None,
    trials: Sequence[str] | None = None,
    horizon_days: float = HORIZON_DAYS,
    false_discovery_rate: float = FALSE_DISCOVERY_RATE,
    conf_level: float = 0.95,
) -> MissingnessResult:
    """Test whether markers, kinds of tests and MRD are missing more often in early deaths.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str, optional
        All markers of the pool where not given. Kinds of tests (karyotype, FISH, ...) and the time
        points of MRD always come with them.
    trials : sequence of str, optional
        Only these trials; all of the pool where not given.
    horizon_days : float
        A death up to this day is early, e.g. 60 or 90.
    false_discovery_rate : float
        q-values up to this are said to be findings.
    conf_level : float
        Two-sided level of the limits.

    Returns
    -------
    MissingnessResult
        A trial in which nobody has a result did not collect it, and does not count.

    Raises
    ------
    InputError
        If a name does not exist, or a number is out of range.
    DataError
        If no trial has overall survival, or its clock starts on different days.

    See Also
    --------
    chorall.analyses.imputing.impute_prognosis : Hazard ratios with imputed values.
    chorall.stats.mantel_haenszel : The odds ratio and its test.
    chorall.stats.logrank : R: ``survdiff(Surv(time, event) ~ missing + strata(trial_id))``.

    Notes
    -----
    R: ``mantelhaen.test(table(missing, early, trial_id))``, p-values with ``exact = TRUE``.
    """
    _check_numbers(horizon_days, false_discovery_rate, conf_level)
    trial_ids = check_trials(pool, trials)
    chosen = check_markers(pool, markers)
    patients = pool.table("patient").filter(pl.col("trial_id").is_in(list(trial_ids)))
    available, _ = choose_endpoints(pool, [ENDPOINT], trial_ids)
    rows = pl.DataFrame(schema=ROWS)
    for cohort in read_cohorts(pool, available, patients, trial_ids, ()):
        items = list(list_items(pool, cohort.patient_ids, chosen))
        pooled = _compare_pooled(cohort, items, horizon_days, conf_level)
        single = _compare_trials(cohort, items, horizon_days, conf_level)
        lines = [
            *_finish(pooled, false_discovery_rate, horizon_days),
            *_finish(single, false_discovery_rate, horizon_days),
        ]
        rows = pl.DataFrame(lines, schema=ROWS).with_columns(pl.col(pl.Float64).fill_nan(None))
    return MissingnessResult(
        analysis="missingness",
        pool=label_pool(pool),
        rows=rows,
        warnings=_warn(rows),
        horizon_days=float(horizon_days),
        false_discovery_rate=false_discovery_rate,
        conf_level=conf_level,
    )


def _check_numbers(horizon_days: float, false_discovery_rate: float, conf_level: float) -> None:
    if not 0 < horizon_days <= 3660:
        raise InputError(f"`horizon_days` is {horizon_days!r}; expected above 0, e.g. 60 or 90.")
    for name, value in (("false_discovery_rate", false_discovery_rate), ("conf_level", conf_level)):
        if not 0 < value < 1:
            raise InputError(f"`{name}` is {value!r}; expected between 0 and 1.")


def _compare_pooled(
    cohort: EndpointCohort, items: Sequence[Item], horizon_days: float, conf_level: float
) -> list[dict[str, Any]]:
    """Return one line per item that anybody has a result of."""
    lines = []
    for item in items:
        there = find_trials(cohort, item.tested)
        if there:
            figures = compare_item(cohort, item, there, horizon_days, conf_level)
            lines.append({"marker": item.name, "kind": item.kind, "trial": None, **figures})
    return lines


def _compare_trials(
    cohort: EndpointCohort, items: Sequence[Item], horizon_days: float, conf_level: float
) -> list[dict[str, Any]]:
    """Return one line per item and trial that has it."""
    return [
        {
            "marker": item.name,
            "kind": item.kind,
            "trial": cohort.trial_ids[code],
            **compare_item(cohort, item, [code], horizon_days, conf_level),
        }
        for item in items
        for code in find_trials(cohort, item.tested)
    ]


def _finish(
    lines: list[dict[str, Any]], false_discovery_rate: float, horizon_days: float
) -> list[dict[str, Any]]:
    """Add q-values over these lines, finding and statement."""
    for name in ("", "logrank_"):
        p_values = np.array([line[f"{name}p_value"] for line in lines], dtype=np.float64)
        if len(lines):
            q_values = adjust_p_values(p_values, method="BH").tolist()
            for line, q_value in zip(lines, q_values, strict=True):
                line[f"{name}q_value"] = q_value
    for line in lines:
        line["finding"] = name_finding(line, false_discovery_rate)
        line["statement"] = write_statement(line, line["finding"], horizon_days)
    return lines


def _warn(rows: pl.DataFrame) -> tuple[str, ...]:
    """Return the statements of pooled findings; early deaths that are missing come first."""
    found = rows.filter(pl.col("trial").is_null())
    return tuple(
        statement
        for finding in (MISSING_EARLY, TESTED_EARLY, SURVIVAL)
        for statement in found.filter(pl.col("finding") == finding)["statement"]
    )
