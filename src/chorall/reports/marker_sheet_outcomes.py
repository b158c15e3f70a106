"""The prognosis of a marker sheet: endpoints, trials and ages."""

from __future__ import annotations

from typing import Any, TypeAlias

import polars as pl

from chorall.analyses.age_effects import CHILD_BELOW_YEARS
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.knowledge.age_bands import adult_from_years
from chorall.reports.marker_sheet_rows import SheetRow
from chorall.reports.numbers import (
    NOT_KNOWN,
    format_count,
    format_count_of,
    format_p_value,
    format_p_with_sign,
    format_percent,
    format_range,
    format_ratio_interval,
)
from chorall.reports.trial_forest_figure import list_trial_lines
from chorall.reports.wording import begin_sentence, clear_nan

Figures: TypeAlias = tuple[float | None, float | None, float | None]


def list_endpoints(result: PrognosisResult) -> list[SheetRow]:
    """Return a row for each endpoint.

    The cells are the one-stage hazard ratio, events / patients with the marker, the two-stage
    hazard ratio, the interval of one more trial, I2, q and the grade.
    """
    return [_make_endpoint(row) for row in clear_nan(result.summary).iter_rows(named=True)]


def _make_endpoint(row: dict[str, Any]) -> SheetRow:
    figures, pooled = _read_ratio(row, "adjusted_"), _read_ratio(row, "pooled_")
    cells = (
        format_ratio_interval(*figures),
        format_count_of(row["events_present"], row["n_present"]),
        NOT_KNOWN if pooled[0] is None else format_ratio_interval(*pooled),
        format_range(row["prediction_lower"], row["prediction_upper"]),
        NOT_KNOWN if row["i2"] is None else format_percent(row["i2"]),
        format_p_value(row["q_value"]),
        row["grade"],
    )
    return SheetRow(begin_sentence(row["endpoint_label"]), "single", *figures, cells)


def list_trial_effects(result: PrognosisResult, endpoint: str) -> list[SheetRow]:
    """Return the trials, all of them, and one more; cells: hazard ratio, events."""
    marker = result.summary["marker"][0]
    kinds = {"estimate": "single", "diamond": "pooled", "prediction": "prediction"}
    return [
        SheetRow(
            line.label, kinds[line.kind], line.ratio, line.lower, line.upper,
            (line.figure, line.q_value),
        )
        for line in list_trial_lines(result, marker, endpoint)
    ]  # fmt: skip


def list_ages(result: PrognosisResult, endpoint: str) -> list[SheetRow]:
    """Return the hazard ratios in children and in adults; cells: hazard ratio, events."""
    labels = {
        "cox_child": f"Under {CHILD_BELOW_YEARS:g} years",
        "cox_adult": f"{adult_from_years():g} years and over",
    }
    found: list[SheetRow] = []
    for model, label in labels.items():
        for row in _pick_model(result, endpoint, model):
            figures = _read_ratio(row)
            cells = (format_ratio_interval(*figures), format_count(row["n_events"]))
            kind = "child" if model == "cox_child" else "adult"
            found.append(SheetRow(label, kind, *figures, cells, not found))
    return found


def say_age_trend(result: PrognosisResult, endpoint: str) -> str:
    """Say how the hazard ratio changes with age within trials, and from child to adult."""
    said = []
    models = {
        "age_per_decade": "Per 10 years of age, within trials",
        "adult_to_child": "Adults against children, all trials",
        "adult_to_child_within_trials": "Adults against children, within trials",
    }
    for model, words in models.items():
        for row in _pick_model(result, endpoint, model):
            if row["hazard_ratio"] is not None:
                times = f"\N{MULTIPLICATION SIGN} {format_ratio_interval(*_read_ratio(row))}"
                said.append(f"{words}: {times}, {format_p_with_sign('p', row['p_value'])}.")
    return "\n".join(said) or "Change with age: not estimated."


def _read_ratio(row: dict[str, Any], prefix: str = "") -> Figures:
    return row[f"{prefix}hazard_ratio"], row[f"{prefix}lower"], row[f"{prefix}upper"]


def _pick_model(result: PrognosisResult, endpoint: str, model: str) -> list[dict[str, Any]]:
    chosen = (
        (pl.col("endpoint") == endpoint) & (pl.col("model") == model) & pl.col("trial").is_null()
    )
    return clear_nan(result.rows).filter(chosen).to_dicts()
