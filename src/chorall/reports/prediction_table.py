"""A prediction for people: its table and its sentences, the same in terminal and notebook."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from chorall.analyses.bank.answers import TableAnswers, list_outcomes
from chorall.knowledge.naming import name_item
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.models.bank.prediction import QUANTITIES, BankPrediction
from chorall.reports.numbers import (
    EN_DASH,
    format_count,
    format_percent,
    format_percent_interval,
    format_text,
)
from chorall.reports.published_words import list_published
from chorall.reports.table import TableColumn, render_html_table
from chorall.reports.wording import RESEARCH_USE, begin_sentence

MOST_TESTS: Final = 3
MOST_FACTORS: Final = 5


def _write_words(name: str) -> str:
    return name.replace("_", " ")


def _write_years(years: float) -> str:
    return f"{years:g}"


def _write_range(lower: float, upper: float) -> str:
    return f"{100 * lower:.0f}{EN_DASH}{100 * upper:.0f} %"


PREDICTION_COLUMNS: Final = (
    TableColumn("Strategy", ("strategy",), _write_words),
    TableColumn("What", ("quantity",), _write_words),
    TableColumn("Years from today", ("years",), _write_years, "right"),
    TableColumn("Probability", ("estimate",), format_percent, "right"),
    TableColumn(
        "Range", ("drawn_lower", "drawn_upper"), _write_range, "right",
        footnote="If the tests that are missing show what is usual for such a patient.",
    ),
    TableColumn(
        "Widest range", ("lower", "upper"), _write_range, "right",
        footnote="Whatever the tests that are missing show.",
    ),
)  # fmt: skip
"""Columns of `PatientAnswer.rows` as printed."""


def answer_columns(result: TableAnswers) -> tuple[TableColumn, ...]:
    """Return the printed columns of a table of answers: every quantity at the longest time."""
    year = f"{max(result.years):g}"
    quantities = [
        TableColumn(
            f"{begin_sentence(_write_words(name))}, {year} years",
            tuple(f"{name}_{year}y{end}" for end in ("", "_lower", "_upper")),
            format_percent_interval,
            "right",
            "With the limits of the draws; other times are in the files.",
        )
        for name in QUANTITIES
    ]
    return (
        TableColumn("Row", ("row",), format_count, "right"),
        TableColumn("Strategy", ("strategy",), _write_words),
        TableColumn("Comparable patients", ("comparable_patients",), _write_comparable, "right"),
        TableColumn("Not known", ("inputs_not_known",), format_count, "right"),
        *quantities,
        TableColumn("Refused", ("refused",), format_text),
        TableColumn("Note", ("note",), format_text),
        TableColumn("Error", ("error",), format_text),
    )


def _write_comparable(n: int | None) -> str:
    return f"fewer than {FEWEST_SHOWN}" if n == 0 else _write_count(n)


def tell_prediction(found: BankPrediction) -> list[str]:
    """Return the sentences that go with the table, most important first."""
    lines = [f"Today: {_write_words(found.today['state'])}, day {found.today['day']}."]
    lines += [f"No answer on {name}: {reason}." for name, reason in found.refused.items()]
    longest = max((contrast.years for contrast in found.contrasts), default=0)
    lines += [
        f"{one.words} {one.first} better in {100 * one.share_better:.0f} % of the draws; "
        f"{one.evidence}."
        for one in found.contrasts
        if one.years == longest
    ]
    lines += [
        f"Comparable patients, {name}: {write_comparable(found, name, FEWEST_SHOWN)}."
        for name in found.comparable
    ]
    return [*lines, *_tell_doubt(found), *(f"Note: {note}" for note in found.notes)]


def write_comparable(found: BankPrediction, strategy: str, fewest: int) -> str:
    """Return how many comparable patients had a strategy, and in which trials.

    Such as `60 (35 in B, 25 in A)` or `fewer than 5`; a number that is not told is `hidden`.
    """
    count = found.comparable.get(strategy, 0)
    if count is not None and count < fewest:
        return f"fewer than {fewest}"
    by_trial = found.comparable_by_trial.get(strategy, {})
    if not any(by_trial.values()):
        return f"{_write_count(count)} (by trial: hidden)"
    parts = [f"{_write_count(part)} in {trial}" for trial, part in by_trial.items()]
    return f"{_write_count(count)} ({', '.join(parts)})"


def _write_count(count: int | None) -> str:
    return "hidden" if count is None else format_count(count)


def _tell_doubt(found: BankPrediction) -> list[str]:
    """Say where the uncertainty comes from, what would narrow it and what moved the answer."""
    lines = []
    if found.split_of:
        parts = ", ".join(f"{name} {value:.3f}" for name, value in found.interval_split.items())
        lines.append(f"Where the uncertainty of {found.split_of} comes from (deviation): {parts}.")
    lines += [
        f"Test next: {name_item(one['item'])} ({_say_use(one)})."
        for one in found.next_tests[:MOST_TESTS]
    ]
    lines += [
        f"Moved by {name_item(one['item'])}: {100 * one['effect_on_overall_survival']:+.1f} points "
        "of overall survival."
        for one in found.factors[:MOST_FACTORS]
    ]
    decided, still_open = list_published(found.published, at_relapse=True)
    return lines + [f"{name}: {said}." for name, said in (*decided, *still_open)]


def _say_use(test: Mapping[str, Any]) -> str:
    share = f"{100 * test['share_of_variance']:.0f} % of the variance"
    if not test["decides"]:
        return share
    return f"decides whether the answer on {' and '.join(test['decides'])} applies; {share}"


def render_prediction(found: BankPrediction) -> str:
    """Return the prediction as HTML for a notebook."""
    rows = list_outcomes(found)
    caption = "Probability, years from today"
    table = render_html_table(rows, PREDICTION_COLUMNS, caption=caption) if rows.height else ""
    told = "".join(f"<li>{escape(line)}</li>" for line in tell_prediction(found))
    return f"<p><strong>{escape(RESEARCH_USE)}.</strong></p>{table}<ul>{told}</ul>"
