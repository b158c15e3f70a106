"""What a marker sheet says in words: who was tested, how to read it, what to be careful of."""

from __future__ import annotations

from typing import Any

import polars as pl

from chorall.analyses.marker_sheet_result import MarkerSheet
from chorall.reports.numbers import count_of, format_count
from chorall.reports.selection import select_overall
from chorall.reports.survival_figure import SMALLEST_AT_RISK
from chorall.reports.wording import name_marker, name_terms


def say_head(sheet: MarkerSheet) -> str:
    """Say how many patients were tested, carry it, and were not tested."""
    rows = select_overall(sheet.incidence).to_dicts()
    if not rows:
        return "Nobody was tested."
    row = rows[0]
    return (
        f"{format_count(row['n_tested'])} of {count_of(row['n_patients'], 'patient')} tested in "
        f"{count_of(row['n_trials'], 'trial')}; {format_count(row['n_present'])} carry it. "
        f"{_say_untested(row)}"
    )


def _say_untested(row: dict[str, Any]) -> str:
    words = {
        "n_not_tested": "not tested", "n_failed": "failed", "n_inconclusive": "inconclusive",
        "n_not_reported": "not reported", "n_positive_only": "found by an assay that cannot show "
        "absence",
    }  # fmt: skip
    parts = [f"{format_count(row[name])} {text}" for name, text in words.items() if row[name]]
    return f"Not counted as negative: {', '.join(parts)}." if parts else ""


def say_notes(sheet: MarkerSheet) -> list[str]:
    """Return how the sheet is to be read, and every warning that speaks of the marker."""
    return [_say_methods(sheet), *list_cautions(sheet)]


def _say_methods(sheet: MarkerSheet) -> str:
    outcomes, level = sheet.prognosis, f"{sheet.prognosis.conf_level * 100:g} %"
    terms = name_terms(outcomes.adjusted_for)
    adjusted = f", adjusted for {terms}" if terms else ""
    return (
        "Frequency: of a typical trial where several tested (binomial-normal model), else present "
        f"/ tested ({sheet.incidence.method.title()}). Unclear: inconclusive. Hazard ratios of "
        f"present against absent, stratified by trial{adjusted}; cause-specific where other causes "
        f"compete; {level} limits. Two stages: trials pooled by random effects (REML, "
        "Hartung-Knapp). One more trial: prediction interval. q: over all markers. Grade: by the "
        "rules of the page on prognosis. Curves end where fewer than "
        f"{SMALLEST_AT_RISK} patients are at risk. Associations, not causes. Research use only."
    )


def list_cautions(sheet: MarkerSheet) -> list[str]:
    """Return the warnings of the marker's lines, and of the run where they name it or a trial."""
    found: dict[str, list[str]] = {}
    for row in sheet.prognosis.summary.select("endpoint", "warnings", "note").to_dicts():
        for text in (row["warnings"], row["note"]):
            if text:
                found.setdefault(text, []).append(row["endpoint"])
    cautions = [f"{', '.join(names)}: {text}." for text, names in found.items()]
    return [*cautions, *_pick_general(sheet)]


def _pick_general(sheet: MarkerSheet) -> list[str]:
    """Keep of the general warnings those on the marker or on trials it was tested in."""
    tested = sheet.incidence.rows.filter(pl.col("trial").is_not_null(), pl.col("n_tested") > 0)
    named = {sheet.marker, name_marker(sheet.marker), *tested["trial"].unique().to_list()}
    return [line for line in sheet.warnings if any(name in line for name in named)]
