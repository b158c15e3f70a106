"""What the report says in words: made from the numbers, of associations and never of causes."""

from __future__ import annotations

from typing import Any

import polars as pl

from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.overview_result import OverviewResult
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.reports.numbers import (
    count_of,
    format_count,
    format_p_with_sign,
    format_percent,
    format_percent_interval,
    format_ratio_interval,
    format_years,
)
from chorall.reports.selection import (
    FEWEST_TESTED,
    select_covered,
    select_curve_endpoints,
    select_lines,
    select_overall,
)
from chorall.reports.wording import (
    clear_nan,
    is_competing,
    name_endpoint,
    name_group,
    name_marker,
    name_terms,
)

CUSTOMARY_Q = 0.05
CAUTION = (
    "These are associations between a marker and an outcome in treated patients, stratified by "
    "trial; they do not say what caused the outcome, nor what another treatment would have done."
)


def write_summary(
    overview: OverviewResult, incidence: IncidenceResult, prognosis: PrognosisResult
) -> list[str]:
    """Return the sentences of "What this report says"."""
    sentences = [
        _say_patients(overview),
        _say_coverage(overview),
        _say_frequency(incidence),
        _say_ages(incidence),
        *(_say_prognosis(prognosis, name) for name in select_curve_endpoints(prognosis)),
    ]
    return [*(sentence for sentence in sentences if sentence), CAUTION]


def _say_patients(overview: OverviewResult) -> str:
    names = ("n_patients", "n_children", "n_young_adults", "n_adults")
    whole, children, young, adults = (int(overview.rows[name].sum()) for name in names)
    return (
        f"{count_of(whole, 'patient')} of {count_of(overview.rows.height, 'trial')} were pooled: "
        f"{format_count(children)} under 16 years, {format_count(young)} of 16 to 25 and "
        f"{format_count(adults)} of 26 and over. {_say_follow_up(overview)}"
    )


def _say_follow_up(overview: OverviewResult) -> str:
    """Say deaths and follow-up of the trials that have them; the others are no zeros."""
    rows = clear_nan(overview.rows).drop_nulls("n_events")
    if rows.is_empty():
        return "No trial has survival data."
    years = rows["median_follow_up_years"].drop_nulls().sort().to_list()
    ends = dict.fromkeys(format_years(value) for value in years[:1] + years[-1:])
    lacking = overview.rows.height - rows.height
    span = f"; median follow-up by trial {' to '.join(ends)} years" if ends else ""
    without = (
        f"; {count_of(lacking, 'trial has', 'trials have')} no survival data" if lacking else ""
    )
    return f"{count_of(int(rows['n_events'].sum()), 'death')} are known{span}{without}."


def _say_coverage(overview: OverviewResult) -> str:
    drawn = pl.col("marker").is_in(select_covered(overview.coverage)[0])
    sums = (
        overview.coverage.filter(drawn)
        .group_by("marker", maintain_order=True)
        .agg(pl.col("n_tested").sum(), pl.col("n_patients").sum())
    )
    if sums.is_empty():
        return ""
    share = pl.col("n_tested") / pl.col("n_patients")
    ordered = sums.with_columns(share=share).sort("share", "marker").to_dicts()
    least, most = (
        f"{name_marker(row['marker'])} in {format_percent(row['share'])} "
        f"({format_count(row['n_tested'])} of {format_count(row['n_patients'])})"
        for row in (ordered[0], ordered[-1])
    )
    return (
        f"Testing was uneven: a result exists for {most}, but for {least}. "
        "Patients who were not tested are counted apart and never as negative."
    )


def _say_frequency(incidence: IncidenceResult) -> str:
    known = select_overall(incidence).filter(
        pl.col("n_tested") >= FEWEST_TESTED, pl.col("proportion").is_not_null()
    )
    if known.is_empty():
        return ""
    row = known.sort("proportion", descending=True, maintain_order=True).row(0, named=True)
    not_tested = row["n_patients"] - row["n_tested"]
    return (
        f"The most frequent marker was {name_marker(row['marker'])}: {_say_share(row)}; "
        f"{format_count(not_tested)} had no result."
    )


def _say_share(row: dict[str, Any]) -> str:
    figure = format_percent_interval(row["proportion"], row["lower"], row["upper"])
    several = f" in a typical trial of {row['n_trials']}" if row["n_trials"] > 1 else ""
    counts = f"{format_count(row['n_present'])} of {format_count(row['n_tested'])} tested"
    return f"{figure}{several}, {counts}"


def _say_ages(incidence: IncidenceResult) -> str:
    """Say which marker differs most between two age bands, each with enough patients tested."""
    bands = select_lines(incidence).filter(
        (pl.col("by") == "age_band")
        & (pl.col("group") != "unknown")
        & (pl.col("n_tested") >= FEWEST_TESTED)
        & pl.col("proportion").is_not_null()
    )
    spans = bands.group_by("marker", maintain_order=True).agg(
        span=pl.col("proportion").max() - pl.col("proportion").min()
    )
    if spans.is_empty() or not spans["span"].max():
        return ""
    marker = spans.sort("span", descending=True, maintain_order=True)["marker"][0]
    ordered = bands.filter(pl.col("marker") == marker).sort("proportion", maintain_order=True)
    low, high = (
        f"{_say_share(row)}, at {name_group('age_band', row['group'])}"
        for row in (ordered.row(0, named=True), ordered.row(-1, named=True))
    )
    return f"Frequency differed most with age for {name_marker(marker)}: {high}; {low}."


def _say_prognosis(prognosis: PrognosisResult, endpoint: str) -> str:
    label = name_endpoint(prognosis, endpoint)
    rows = clear_nan(prognosis.summary).filter(pl.col("endpoint") == endpoint)
    known = rows.drop_nulls(["adjusted_hazard_ratio", "adjusted_p_value"])
    if known.is_empty():
        return f"For {label} no hazard ratio could be estimated."
    n_evident = known.filter(pl.col("q_value") < CUSTOMARY_Q).height
    row = known.sort("adjusted_p_value", maintain_order=True).row(0, named=True)
    return (
        f"For {label}, {n_evident} of {count_of(known.height, 'marker')} with an estimate had "
        f"q < {CUSTOMARY_Q:g}. The strongest evidence was for {name_marker(row['marker'])}: "
        f"{_say_ratio(prognosis, row)}."
    )


def _say_ratio(prognosis: PrognosisResult, row: dict[str, Any]) -> str:
    names = ("adjusted_hazard_ratio", "adjusted_lower", "adjusted_upper")
    specific = "cause-specific " if is_competing(prognosis, row["endpoint"]) else ""
    terms = name_terms(prognosis.adjusted_for)
    adjusted = f", adjusted for {terms}" if terms else ""
    return (
        f"{_say_direction(row)}, {specific}hazard ratio "
        f"{format_ratio_interval(*(row[name] for name in names))}{adjusted} "
        f"({format_p_with_sign('q', row['q_value'])}; "
        f"{count_of(row['n_adjusted'], 'patient')}, {count_of(row['events_adjusted'], 'event')})"
    )


def _say_direction(row: dict[str, Any]) -> str:
    lower, upper = row["adjusted_lower"], row["adjusted_upper"]
    if lower is not None and lower > 1:
        return "patients with it had a higher hazard than those tested without it"
    if upper is not None and upper < 1:
        return "patients with it had a lower hazard than those tested without it"
    return "the interval includes 1, so no difference is shown"
