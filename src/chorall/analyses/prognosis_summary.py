"""One wide line per marker and endpoint: what a table of prognosis prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.across_trials import TrialSynthesis
from chorall.analyses.endpoint_analysis import EndpointAnalysis
from chorall.analyses.endpoint_effects import pool_batches
from chorall.analyses.prognosis_frames import list_one
from chorall.analyses.proportionality import advise, join_tests
from chorall.analyses.testing_bias import find_p_values

_LIMITS: Final = ("hazard_ratio", "lower", "upper")

SUMMARY: Final[dict[str, pl.DataType]] = {
    "marker": pl.String(),
    "endpoint": pl.String(),
    "endpoint_label": pl.String(),
    **dict.fromkeys(
        (
            "n_patients", "n_present", "n_absent", "n_unknown",
            "events_present", "events_absent", "events_unknown",
        ),
        pl.Int64(),
    ),
    **dict.fromkeys(
        (
            "estimate_present", "lower_present", "upper_present",
            "estimate_absent", "lower_absent", "upper_absent",
            "difference", "difference_lower", "difference_upper",
            "restricted_mean_difference_years", "restricted_mean_lower_years",
            "restricted_mean_upper_years", "restricted_mean_p_value",
            "logrank_chi_square", "logrank_p_value", "gray_p_value",
            "hazard_ratio", "lower", "upper", "p_value",
            "adjusted_hazard_ratio", "adjusted_lower", "adjusted_upper", "adjusted_p_value",
        ),
        pl.Float64(),
    ),
    **dict.fromkeys(("n_adjusted", "events_adjusted"), pl.Int64()),
    "q_value": pl.Float64(),
    **dict.fromkeys(
        (
            "subdistribution_hazard_ratio", "subdistribution_lower", "subdistribution_upper",
            "subdistribution_p_value",
            "pooled_hazard_ratio", "pooled_lower", "pooled_upper", "pooled_p_value",
            "prediction_lower", "prediction_upper", "i2", "tau2",
            "proportionality_p_value", "early_hazard_ratio", "early_lower", "early_upper",
            "late_hazard_ratio", "late_lower", "late_upper", "period_p_value",
            "decade_ratio", "decade_lower", "decade_upper", "decade_p_value",
            "child_hazard_ratio", "adult_hazard_ratio", "adult_to_child_ratio",
            "adult_to_child_p_value",
        ),
        pl.Float64(),
    ),
    **dict.fromkeys(("n_trials", "n_pooled"), pl.Int64()),
    **dict.fromkeys(("grade", "note", "warnings"), pl.String()),
}  # fmt: skip


def frame_summary(analyses: Sequence[EndpointAnalysis], markers: Sequence[str]) -> pl.DataFrame:
    """Return one line per marker and endpoint, by marker and then by endpoint."""
    columns = [_list_lines(analysis) for analysis in analyses]
    lines = [lines[place] for place in range(len(markers)) for lines in columns]
    return pl.DataFrame(lines, schema=SUMMARY).with_columns(pl.col(pl.Float64).fill_nan(None))


def _list_lines(analysis: EndpointAnalysis) -> list[dict[str, Any]]:
    decades = pool_batches(analysis.ages.per_decade, analysis.settings.conf_level)
    return [
        _make_line(analysis, place, decades[place] if decades else None)
        for place in range(len(analysis.markers))
    ]


def _make_line(
    analysis: EndpointAnalysis, place: int, decade: TrialSynthesis | None
) -> dict[str, Any]:
    level = analysis.settings.conf_level
    plain, rich = analysis.unadjusted.one_stage, analysis.adjusted.one_stage
    line: dict[str, Any] = dict.fromkeys(SUMMARY) | analysis.comparisons[place].row
    for batch, prefix in (
        (plain, ""), (rich, "adjusted_"),
        (analysis.periods.early, "early_"), (analysis.periods.late, "late_"),
    ):  # fmt: skip
        figures = list_one(batch.log_hazard_ratio[place], batch.standard_error[place], level)
        line |= {prefix + name: figures[name] for name in _LIMITS}
    line |= {
        "p_value": _p_value(plain, place),
        "adjusted_p_value": _p_value(rich, place),
        "n_adjusted": int(rich.n[place]),
        "events_adjusted": int(rich.n_events[place]),
        "q_value": float(analysis.adjusted.q_value[place]),
        "period_p_value": float(analysis.periods.p_value[place]),
        "proportionality_p_value": float(analysis.proportionality_p_value[place]),
        "grade": analysis.adjusted.grade[place],
    }
    line |= _subdistribution(analysis, place) | _pooled(analysis.adjusted.pooled[place])
    line |= _ages(analysis, place, decade)
    line["note"] = _join_notes(line["note"], plain.notes[place], rich.notes[place])
    line["warnings"] = _warn(analysis, place, line)
    return {name: line[name] for name in SUMMARY}


def _p_value(batch: Any, place: int) -> float:
    estimate, error = batch.log_hazard_ratio[[place]], batch.standard_error[[place]]
    return float(find_p_values(estimate, error)[0])


def _subdistribution(analysis: EndpointAnalysis, place: int) -> dict[str, float | None]:
    if not analysis.adjusted_subdistribution:
        return {}
    return analysis.adjusted_subdistribution[place].figures("subdistribution_")


def _pooled(pooled: TrialSynthesis) -> dict[str, Any]:
    with np.errstate(over="ignore"):
        figures = {
            "pooled_hazard_ratio": float(np.exp(pooled.log_hazard_ratio)),
            "pooled_lower": float(np.exp(pooled.lower)),
            "pooled_upper": float(np.exp(pooled.upper)),
            "prediction_lower": float(np.exp(pooled.prediction_lower)),
            "prediction_upper": float(np.exp(pooled.prediction_upper)),
        }
    return figures | {
        "pooled_p_value": pooled.p_value,
        "i2": pooled.i2,
        "tau2": pooled.tau2,
        "n_pooled": pooled.n_trials,
    }


def _ages(
    analysis: EndpointAnalysis, place: int, decade: TrialSynthesis | None
) -> dict[str, float]:  # fmt: skip
    ages = analysis.ages
    with np.errstate(over="ignore"):
        found = {
            "child_hazard_ratio": float(np.exp(ages.child.log_hazard_ratio[place])),
            "adult_hazard_ratio": float(np.exp(ages.adult.log_hazard_ratio[place])),
            "adult_to_child_ratio": float(np.exp(ages.adult_to_child.log_hazard_ratio[place])),
            "adult_to_child_p_value": _p_value(ages.adult_to_child, place),
        }
        if decade is not None:
            found |= {
                "decade_ratio": float(np.exp(decade.log_hazard_ratio)),
                "decade_lower": float(np.exp(decade.lower)),
                "decade_upper": float(np.exp(decade.upper)),
                "decade_p_value": decade.p_value,
            }
    return found


def _join_notes(horizon: str, unadjusted: str, adjusted: str) -> str:
    """Say once what holds for both fits, and of the adjusted one only what is its own."""
    own = adjusted if adjusted != unadjusted else ""
    parts = (horizon, unadjusted, f"adjusted: {own}" if own else "")
    return "; ".join(part for part in parts if part)


def _warn(analysis: EndpointAnalysis, place: int, line: dict[str, Any]) -> str:
    advice = advise(
        join_tests(line["proportionality_p_value"], line["period_p_value"]),
        line["early_hazard_ratio"], line["late_hazard_ratio"], analysis.settings.cut_years,
    )  # fmt: skip
    selective = analysis.selective.get(analysis.markers[place], "")
    return "; ".join(part for part in (advice, selective) if part)
