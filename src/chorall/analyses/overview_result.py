"""The frozen result of the overview of a pool."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class OverviewResult(AnalysisResult):
    """What is in a pool: the first page of a report.

    `rows` has one line per trial, in the order of the consortium: trial_id, group, population,
    accrual (e.g. `1999-2004`, `from 1999`, `until 2004`, null where not known), n_patients,
    n_children (below 16 years), n_young_adults (16 to 25), n_adults (26 and older), n_age_unknown,
    median_age (years), n_events (deaths: events of OS), median_follow_up_years (OS, reverse
    Kaplan-Meier; null where less than half of the patients were censored), n_quarantined (lines of
    the table quarantine: source rows or values that did not enter the pool).

    Attributes
    ----------
    coverage : DataFrame
        marker, trial_id, n_patients, n_tested (present + absent at diagnosis), n_present (by any
        assay), share_tested.
    quality : DataFrame
        The rows of the table quality.
    follow_up : DataFrame
        One line per endpoint and trial: see `chorall.analyses.follow_up.measure_follow_up`.
    attrition : DataFrame
        Rows and patients left at each step: see `chorall.analyses.attrition.count_attrition`.
    """

    coverage: pl.DataFrame
    quality: pl.DataFrame
    follow_up: pl.DataFrame
    attrition: pl.DataFrame
