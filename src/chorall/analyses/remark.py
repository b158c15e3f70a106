"""The REMARK checklist, filled with what a run of prognosis knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.knowledge.remark_items import remark_checklist
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import reverse_kaplan_meier
from chorall.tables.store import Pool

REMARK: Final[dict[str, pl.DataType]] = {
    "item": pl.Int64(),
    "topic": pl.String(),
    "known": pl.String(),
    "to_fill": pl.String(),
}
MOST_NAMES: Final = 12


def fill_remark(
    pool: Pool,
    cohorts: Sequence[EndpointCohort],
    summary: pl.DataFrame,
    markers: Sequence[str],
    labels: Sequence[str],
    methods_text: str,
    warnings: Sequence[str],
) -> pl.DataFrame:
    """Return item, topic, known and to_fill; `known` is empty where the run cannot say.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    cohorts : sequence of EndpointCohort
        The endpoints.
    summary : DataFrame
        The wide lines of the result.
    markers, labels : sequence of str
        Markers and covariates.
    methods_text : str
        The methods in words.
    warnings : sequence of str
        Of the whole run.
    """
    known = _know_study(pool, cohorts, markers, labels)
    known |= _know_results(summary, methods_text, warnings)
    lines = [
        (item.number, item.topic, known.get(item.knows, ""), item.to_fill)
        for item in remark_checklist().items
    ]
    return pl.DataFrame(lines, schema=REMARK, orient="row")


def _know_study(
    pool: Pool, cohorts: Sequence[EndpointCohort], markers: Sequence[str], labels: Sequence[str]
) -> dict[str, str]:
    definitions = endpoint_definitions()
    trials = list(dict.fromkeys(trial for cohort in cohorts for trial in cohort.trial_ids))
    patients = pool.table("patient").filter(pl.col("trial_id").is_in(trials))
    transplants = pool.table("transplant")["patient_id"].n_unique()
    methods = pool.table("assay")["method"].drop_nulls().unique().sort().to_list()
    listed = [
        f"{cohort.endpoint}: {definitions[cohort.endpoint].label.rstrip('.')}"
        for cohort in cohorts
        if cohort.endpoint in definitions
    ]
    missing = [
        f"{name} {patients[name].null_count():,}"
        for name in ("age_years", "sex", "wbc_10e9_per_l", "lineage")
    ]
    return {
        "markers": _list_names(markers),
        "patients": f"{patients.height:,} patients of {len(trials)} trials: {', '.join(trials)}",
        "treatment": f"{transplants:,} transplanted",
        "assays": ", ".join(str(method) for method in methods),
        "follow_up": _say_follow_up(cohorts),
        "endpoints": "; ".join(listed),
        "covariates": ", ".join(labels) or "none",
        "sample_size": "; ".join(
            f"{cohort.endpoint}: {len(cohort.time):,} patients, {int(cohort.event.sum()):,} events"
            for cohort in cohorts
        ),
        "cut_points": "Markers are present or absent as assayed; continuous values stay "
        "continuous. No cut-point was searched.",
        "missing": "missing: " + ", ".join(missing),
    }


def _say_follow_up(cohorts: Sequence[EndpointCohort]) -> str:
    for cohort in cohorts:
        if cohort.endpoint == "OS" and cohort.entry_time is None:
            curve = reverse_kaplan_meier(cohort.time, cohort.cause != 0)
            years = float(curve.median.estimate) / DAYS_PER_YEAR
            if np.isfinite(years):
                return f"median follow-up {years:.1f} years (reverse Kaplan-Meier)"
    return ""


def _know_results(
    summary: pl.DataFrame, methods_text: str, warnings: Sequence[str]
) -> dict[str, str]:
    given = summary.drop_nulls("hazard_ratio").height
    adjusted = summary.drop_nulls("adjusted_hazard_ratio").height
    changing = summary.filter(pl.col("warnings").str.contains("changes over time")).height
    flow = [
        f"{row['endpoint']}, {row['marker']}: {row['n_patients']:,} with the endpoint, "
        f"{row['n_present'] + row['n_absent']:,} tested "
        f"({row['events_present'] + row['events_absent']:,} events), "
        f"{row['n_adjusted']:,} in the adjusted model"
        for row in summary.head(MOST_NAMES).iter_rows(named=True)
    ]
    more = f"; and {summary.height - len(flow)} more in `summary`" if flow[:1] else ""
    grades = summary["grade"].value_counts(sort=True).rows() if summary.height else []
    return {
        "methods": methods_text,
        "flow": "; ".join(flow) + (more if summary.height > len(flow) else ""),
        "univariable": f"{given} of {summary.height} comparisons have a hazard ratio (`summary`)",
        "multivariable": f"{adjusted} of {summary.height} comparisons have an adjusted one; "
        "grades: " + ", ".join(f"{name} {count}" for name, count in grades),
        "checks": f"the hazard ratio changes over time in {changing} of {summary.height} "
        "comparisons; pooled in one and two stages, each trial left out in turn",
        "warnings": " ".join(warnings),
    }


def _list_names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMES])
    return shown + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")
