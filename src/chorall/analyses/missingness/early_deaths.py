"""Early deaths among those without a result and those with one, in one trial or in all."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.missingness.items import Item
from chorall.stats import logrank, mantel_haenszel

Booleans = NDArray[np.bool_]

FEWEST: Final = 5
"""Early deaths, patients without and with a result, below which nothing is tested."""


def judge_deaths(cohort: EndpointCohort, horizon_days: float) -> tuple[Booleans, Booleans]:
    """Return who died early, and of whom it is known; both of shape (n,).

    Not known of patients censored before the horizon. Nor of those who came under observation
    late: they cannot have died before.
    """
    early = cohort.event & (cohort.time <= horizon_days)
    known = early | (cohort.time > horizon_days)
    if cohort.entry_time is not None:
        known &= cohort.entry_time <= 0
    return early, known


def find_trials(cohort: EndpointCohort, tested: Booleans) -> list[int]:
    """Return the trials in which somebody has a result: others did not collect it."""
    return [code for code in range(len(cohort.trial_ids)) if tested[cohort.trial == code].any()]


def compare_item(
    cohort: EndpointCohort, item: Item, trials: list[int], horizon_days: float, conf_level: float
) -> dict[str, Any]:
    """Return the figures of one item in some trials; tests are NaN where there is too little."""
    rows = np.isin(cohort.trial, trials)
    early, known = judge_deaths(cohort, horizon_days)
    missing = ~item.tested
    tables = np.array([
        [
            [int((where & group & early).sum()), int((where & group & ~early).sum())]
            for group in (missing, item.tested)
        ]
        for where in (known & (cohort.trial == code) for code in trials)
    ], dtype=np.float64).reshape(-1, 2, 2)  # fmt: skip
    cells = tables.sum(axis=0).astype(int)
    counts = {
        "n": int(rows.sum()),
        "n_missing": int((rows & missing).sum()),
        "n_not_judged": int((rows & ~known).sum()),
        "early_deaths_missing": int(cells[0, 0]),
        "n_judged_missing": int(cells[0].sum()),
        "early_deaths_tested": int(cells[1, 0]),
        "n_judged_tested": int(cells[1].sum()),
    }
    odds = compare_odds(tables, conf_level)
    return {**counts, **odds, "logrank_p_value": compare_survival(cohort, rows, missing)}


def compare_odds(tables: NDArray[np.float64], conf_level: float) -> dict[str, float]:
    """Return the odds ratio of early death, missing against tested; NaN where there is too little.

    Tables have shape (trials, 2, 2): missing and tested, with and without an early death.
    """
    cells = tables.sum(axis=0)
    if min(cells[:, 0].sum(), cells[0].sum(), cells[1].sum()) < FEWEST:
        return dict.fromkeys(("odds_ratio", "lower", "upper", "p_value"), float("nan"))
    odds = mantel_haenszel(tables, conf_level=conf_level)
    return {
        "odds_ratio": odds.odds_ratio,
        "lower": odds.lower,
        "upper": odds.upper,
        "p_value": odds.p_value,
    }


def compare_survival(cohort: EndpointCohort, rows: Booleans, missing: Booleans) -> float:
    """Return the p-value of the log-rank test of missing against tested, stratified by trial."""
    sizes = (rows & missing).sum(), (rows & ~missing).sum()
    if min(sizes) < FEWEST:
        return float("nan")
    return logrank(
        cohort.time[rows],
        cohort.event[rows],
        missing[rows],
        strata=cohort.trial[rows],
        entry_time=cohort.entries(rows),
    ).p_value
