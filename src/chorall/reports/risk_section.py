"""The section of the report on risk groups: who fares how, treated too much or too little."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from chorall.analyses.risk.group_rows import ALL_TRIALS
from chorall.analyses.risk.groupings import NOT_ASSESSABLE_WORDS
from chorall.analyses.risk.intensity import EVERY_ERA, LEAST_READ, OVER, UNDER
from chorall.analyses.risk.result import RiskResult
from chorall.reports.figure import Figure
from chorall.reports.numbers import count_of, format_percent, format_percent_interval
from chorall.reports.page_parts import Part, place_figures, render_table
from chorall.reports.risk_figure import draw_risk_figures
from chorall.reports.risk_table import (
    INTENSITY_COLUMNS,
    RISK_TERMINAL_COLUMNS,
    format_signed,
    select_readings,
)
from chorall.reports.wording import clear_nan

MOST_GROUPINGS: Final = 4
"""Asked for by the report: those that place most patients."""
MOST_READINGS: Final = 24
_SHOWN: Final = ("risk-groups", "risk-treatment-")


def write_risk_part(result: RiskResult, numbers: Iterator[int]) -> Part:
    """Return the groups with their risks, and where limits hint at too much or too little."""
    shown = list(result.groupings[:MOST_GROUPINGS])
    readings = select_readings(result)
    years = f"{result.horizon_years:g}-year"
    groups = result.printed.filter(pl.col("grouping").is_in(shown))
    tables = [render_table(groups, RISK_TERMINAL_COLUMNS, f"Risk groups, {years} risk")]
    if readings.height:
        title = "Where limits hint at too much or too little treatment: hypotheses"
        few = readings.head(MOST_READINGS)
        more = readings.height - few.height
        caption = f"{title}; {more} more by chorall risk POOL --out DIR" if more else title
        tables.append(render_table(few, INTENSITY_COLUMNS, caption))
    figures = place_figures(_select_figures(result), numbers)
    return Part(tuple(say_risk(result)), tuple(figures), tuple(tables))


def _select_figures(result: RiskResult) -> list[Figure]:
    return [one for one in draw_risk_figures(result) if one.name.startswith(_SHOWN)]


def say_risk(result: RiskResult) -> list[str]:
    """Return sentences: risks with limits, what waiting adds, readings, and what they are worth."""
    rows = clear_nan(result.printed)
    names = list(result.groupings[:MOST_GROUPINGS])
    sentences = [_say_groups(result, rows.filter(grouping=name), name) for name in names]
    sentences += [_say_waiting(result, name) for name in names]
    return [one for one in [*sentences, *_say_readings(result)] if one]


def _say_groups(result: RiskResult, rows: pl.DataFrame, name: str) -> str:
    """Say the risk of the best and of the worst group on the day of the landmark."""
    view = f"day {result.landmark_day:.0f}"
    own = rows.filter(view=view)
    known = own.filter(pl.col("group") != NOT_ASSESSABLE_WORDS).drop_nulls(["risk", "lower"])
    if known.is_empty():
        return ""
    ends = known.gather(sorted({0, known.height - 1})).to_dicts()
    risks = " and ".join(
        f"{format_percent_interval(row['risk'], row['lower'], row['upper'])} in "
        f"{count_of(row['n_patients'], 'patient')} of {row['group']}"
        for row in ends
    )
    return (
        f"By {name}, known on {view}, {result.target} within {result.horizon_years:g} years came "
        f"to {risks}{_say_overlap(ends)}.{_say_untested(own)}"
    )


def _say_overlap(ends: list[dict[str, Any]]) -> str:
    low, high = ends[0], ends[-1]
    overlap = low["upper"] >= high["lower"] and high["upper"] >= low["lower"]
    return "; the limits overlap" if len(ends) > 1 and overlap else ""


def _say_untested(rows: pl.DataFrame) -> str:
    open_ = rows.filter(group=NOT_ASSESSABLE_WORDS).drop_nulls("share")
    if open_.is_empty():
        return ""
    n, share = open_.row(0, named=True)["n_patients"], float(open_["share"][0])
    return (
        f" {count_of(n, 'patient')} ({format_percent(share)}) could not be placed, because a "
        "deciding test was not done."
    )


def _say_waiting(result: RiskResult, name: str) -> str:
    rows = clear_nan(result.waiting).filter(
        grouping=name, trial_id=ALL_TRIALS, measure="concordance"
    )
    known = rows.drop_nulls(["difference", "lower", "upper"])
    if known.is_empty():
        return ""
    row = known.row(0, named=True)
    none = "; the limits include 0: no gain is shown" if row["lower"] <= 0 <= row["upper"] else ""
    return (
        f"Waiting for MRD until day {result.landmark_day:.0f} changed the concordance of {name} by "
        f"{format_signed(row['difference'], row['lower'], row['upper'])}{none}."
    )


def _say_readings(result: RiskResult) -> list[str]:
    cells = result.intensity.filter(pl.col("era") == EVERY_ERA)
    read = cells.filter(pl.col("n_patients") >= LEAST_READ).height
    if not read:
        return [f"No group of a trial on one treatment has {LEAST_READ} patients: nothing is read."]
    n_over, n_under = (cells.filter(reading=word).height for word in (OVER, UNDER))
    return [
        f"Of {count_of(read, 'line')} of {LEAST_READ} patients or more (a group of a trial on one "
        f"treatment), the limits of {n_over} hint at over-treatment and those of {n_under} at "
        "under-treatment. With so many lines some do so by chance alone; groups were not "
        "randomised to be what they are; each is a hypothesis and no advice."
    ]
