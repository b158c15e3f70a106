"""The section of the report on less treatment: which groups could be asked about in a trial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from chorall.analyses.deescalation.difference import NOT_COMPARED
from chorall.analyses.deescalation.result import DeescalationResult
from chorall.analyses.deescalation.verdicts import HYPOTHESIS
from chorall.reports.deescalation_figure import draw_glance
from chorall.reports.deescalation_table import (
    GROUP_COLUMNS,
    REDUCTION_COLUMNS,
    format_lower,
    format_upper,
)
from chorall.reports.numbers import count_of, format_percent
from chorall.reports.page_parts import Part, place_figures, render_table
from chorall.reports.wording import clear_nan, join_words

MOST_NAMED: Final = 4
_LEFT_OUT: Final = ("Trial", "Why")
_REASONS: Final = ("Group", "Verdict", "Why")


def write_deescalation_part(result: DeescalationResult, numbers: Iterator[int]) -> Part:
    """Return the verdicts with their reasons, and randomised reductions within the groups."""
    columns = [one for one in GROUP_COLUMNS if one.header not in _LEFT_OUT]
    years = f"{result.horizon_years:g} years"
    reasons = [one for one in GROUP_COLUMNS if one.header in _REASONS]
    tables = [
        render_table(result.printed, columns, f"Groups of children, at {years}"),
        render_table(result.printed, reasons, "Why: the rules that decided"),
    ]
    compared = result.reductions.filter(pl.col("word") != NOT_COMPARED)
    if compared.height:
        caption = "Less against more treatment, randomised, within the groups"
        tables.append(render_table(compared, REDUCTION_COLUMNS, caption))
    figures = place_figures([draw_glance(result)], numbers)
    return Part(tuple(say_deescalation(result)), tuple(figures), tuple(tables))


def say_deescalation(result: DeescalationResult) -> list[str]:
    """Return sentences: how many groups pass, the best of them by limits, and the doubt."""
    rows = clear_nan(result.printed)
    level = (1 + result.conf_level) / 2
    counts = rows["word"].value_counts(sort=True, name="n").sort("n", "word", descending=True)
    words = join_words([f"{n} {word}" for word, n in counts.iter_rows()])
    gates = (
        f"Asked of {count_of(rows.height, 'group')} of children was whether the limits "
        f"(one-sided, {100 * level:g} %) keep relapse at {result.horizon_years:g} years "
        f"at or below {format_percent(result.relapse_bound)} and event-free survival at or above "
        f"{format_percent(result.event_free_bound)}: {words}."
    )
    passed = rows.filter(word=HYPOTHESIS)
    shown = passed if passed.height else _nearest(rows)
    lead = "Passed by" if passed.height else "No group passes. Nearest by its upper limit was"
    named = join_words([_say_group(row) for row in shown.head(MOST_NAMED).iter_rows(named=True)])
    best = [f"{lead} {named}."] if named else ["In no group could relapse be estimated."]
    return [gates, *best, _say_reductions(result)]


def _nearest(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop_nulls("relapse_upper").sort("relapse_upper", maintain_order=True).head(1)


def _say_group(row: dict[str, Any]) -> str:
    return (
        f"{row['group']} ({count_of(row['n_group'], 'child', 'children')}: relapse "
        f"{format_upper(row['relapse'], row['relapse_upper'])}, event-free "
        f"{format_lower(row['event_free'], row['event_free_lower'])})"
    )


def _say_reductions(result: DeescalationResult) -> str:
    compared = result.reductions.filter(pl.col("word") != NOT_COMPARED)
    if compared.is_empty():
        return (
            "No randomised reduction of treatment could be compared within these groups: that less "
            "would do is not shown by a low risk under full treatment."
        )
    counts = compared["word"].value_counts(sort=True, name="n").sort("n", "word", descending=True)
    words = join_words([f"{n} {word}" for word, n in counts.iter_rows()])
    return (
        f"Randomised reductions within the groups, margin {format_percent(result.margin)}: "
        f"{words}. A low risk was seen under the treatment that was given and does not show that "
        "less would do."
    )
