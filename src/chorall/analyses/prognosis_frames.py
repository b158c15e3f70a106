"""The frames of a prognosis result, put together from the analyses of its endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.endpoint_analysis import EndpointAnalysis
from chorall.analyses.endpoint_effects import pool_batches
from chorall.analyses.prognosis_rows import join_rows, list_batch, list_effects, list_synthesis

_NAMES: Final = {"marker": pl.String(), "endpoint": pl.String()}

CURVES: Final[dict[str, pl.DataType]] = {
    **_NAMES,
    "cause": pl.Int64(),
    "group": pl.String(),
    **dict.fromkeys(("time_years", "estimate", "lower", "upper"), pl.Float64()),
}

AT_RISK: Final[dict[str, pl.DataType]] = {
    **_NAMES,
    "group": pl.String(),
    "time_years": pl.Float64(),
    **dict.fromkeys(("n_at_risk", "n_events", "n_censored"), pl.Int64()),
}

BY_TRIAL: Final[dict[str, pl.DataType]] = {
    **_NAMES,
    "trial_id": pl.String(),
    **dict.fromkeys(("n_present", "n_absent", "events_present", "events_absent"), pl.Int64()),
    **dict.fromkeys(
        ("hazard_ratio", "lower", "upper", "log_hazard_ratio", "standard_error"), pl.Float64()
    ),
    "note": pl.String(),
}  # fmt: skip


def frame_rows(
    analyses: Sequence[EndpointAnalysis], markers: Sequence[str]
) -> pl.DataFrame:  # fmt: skip
    """Return the stable rows."""
    parts = [part for analysis in analyses for part in _list_rows(analysis)]
    return join_rows(parts, markers, [analysis.cohort.endpoint for analysis in analyses])


def _list_rows(analysis: EndpointAnalysis) -> Iterator[pl.DataFrame]:
    cohort, markers = analysis.cohort, analysis.markers
    level = analysis.settings.conf_level
    models = [analysis.unadjusted, analysis.adjusted][: 1 + analysis.is_adjusted]
    for effects in models:
        names: dict[str, Any] = {"endpoint": cohort.endpoint, "adjust": effects.adjust}
        grades = pl.Series("grade", effects.grade, dtype=pl.String())
        yield list_batch(
            effects.one_stage, markers, model="cox", trial=None, conf_level=level, **names
        ).with_columns(grades)
        for trial, batch in zip(cohort.trial_ids, effects.by_trial, strict=True):
            yield list_batch(batch, markers, model="cox", trial=trial, conf_level=level, **names)
        yield list_synthesis(
            effects.pooled, effects.by_trial, markers, model="two_stage", **names
        ).with_columns(grades)
    yield from _list_subdistributions(analysis)
    yield from _list_periods_and_ages(analysis)


def _list_subdistributions(analysis: EndpointAnalysis) -> Iterator[pl.DataFrame]:
    endpoint, markers = analysis.cohort.endpoint, analysis.markers
    n_present = [int(comparison.row["n_present"]) for comparison in analysis.comparisons]
    pairs = [("none", analysis.subdistribution)]
    if analysis.adjusted_subdistribution is not analysis.subdistribution:
        pairs.append((analysis.settings.baseline_adjust, analysis.adjusted_subdistribution))
    for adjust, effects in pairs:
        if effects:
            yield list_effects(
                effects, n_present, markers, endpoint=endpoint, model="fine_gray", adjust=adjust
            )


def _list_periods_and_ages(analysis: EndpointAnalysis) -> Iterator[pl.DataFrame]:
    names: dict[str, Any] = {
        "endpoint": analysis.cohort.endpoint, "adjust": analysis.adjusted.adjust,
    }  # fmt: skip
    level, ages = analysis.settings.conf_level, analysis.ages
    batches = {
        "cox_early": analysis.periods.early,
        "cox_late": analysis.periods.late,
        "cox_child": ages.child,
        "cox_adult": ages.adult,
        "adult_to_child": ages.adult_to_child,
    }
    for model, batch in batches.items():
        yield list_batch(
            batch, analysis.markers, model=model, trial=None, conf_level=level, **names
        )  # fmt: skip
    for model, within in (
        ("age_per_decade", ages.per_decade), ("adult_to_child_within_trials", ages.within)
    ):  # fmt: skip
        pooled = pool_batches(within, level)
        if pooled:
            yield list_synthesis(pooled, within, analysis.markers, model=model, **names)


def frame_by_trial(analyses: Sequence[EndpointAnalysis], markers: Sequence[str]) -> pl.DataFrame:
    """Return the adjusted figures of every trial."""
    lines: list[dict[str, Any]] = []
    for place, _ in enumerate(markers):
        for analysis in analyses:
            lines += _list_trials(analysis, place)
    return pl.DataFrame(lines, schema=BY_TRIAL).with_columns(pl.col(pl.Float64).fill_nan(None))


def _list_trials(analysis: EndpointAnalysis, place: int) -> list[dict[str, Any]]:
    cohort, marker = analysis.cohort, analysis.markers[place]
    lines = []
    for code, trial in enumerate(cohort.trial_ids):
        counts = analysis.unadjusted.by_trial[code]
        batch = analysis.adjusted.by_trial[code]
        row = list_one(batch.log_hazard_ratio[place], batch.standard_error[place],
                       analysis.settings.conf_level)  # fmt: skip
        events = int(counts.events_present[place])
        lines.append({
            "marker": marker, "endpoint": cohort.endpoint, "trial_id": trial,
            "n_present": int(counts.n_present[place]), "n_absent": int(counts.n_absent[place]),
            "events_present": events, "events_absent": int(counts.n_events[place]) - events,
            **row, "note": batch.notes[place],
        })  # fmt: skip
    return lines


def list_one(log_hazard_ratio: float, standard_error: float, conf_level: float) -> dict[str, float]:
    """Return a hazard ratio with its limits, and what they were made from."""
    from scipy.special import ndtri

    half = float(ndtri((1 + conf_level) / 2)) * standard_error
    with np.errstate(over="ignore"):
        ratio, lower, upper = np.exp(log_hazard_ratio + half * np.array([0.0, -1.0, 1.0]))
    return {
        "hazard_ratio": float(ratio), "lower": float(lower), "upper": float(upper),
        "log_hazard_ratio": float(log_hazard_ratio), "standard_error": float(standard_error),
    }  # fmt: skip


def frame_curves(analyses: Sequence[EndpointAnalysis], markers: Sequence[str]) -> pl.DataFrame:
    """Return the steps of all curves."""
    return _stack(
        [line for part in _order(analyses, markers) for line in part.curves], CURVES
    )  # fmt: skip


def frame_at_risk(analyses: Sequence[EndpointAnalysis], markers: Sequence[str]) -> pl.DataFrame:
    """Return the numbers at risk under the curves."""
    return _stack(
        [line for part in _order(analyses, markers) for line in part.at_risk], AT_RISK
    )  # fmt: skip


def _order(analyses: Sequence[EndpointAnalysis], markers: Sequence[str]) -> list[Any]:
    """Return the comparisons by marker, then by endpoint."""
    return [
        analysis.comparisons[place] for place in range(len(markers)) for analysis in analyses
    ]  # fmt: skip


def _stack(blocks: Sequence[dict[str, Any]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """Put blocks of arrays below one another; plain values are repeated."""
    if not blocks:
        return pl.DataFrame(schema=schema)
    lengths = [len(block["time_years"]) for block in blocks]
    position = np.repeat(np.arange(len(blocks)), lengths)
    columns = {
        name: np.concatenate([block[name] for block in blocks])
        if isinstance(blocks[0][name], np.ndarray)
        else pl.Series([block[name] for block in blocks], dtype=dtype).gather(position)
        for name, dtype in schema.items()
    }
    return pl.DataFrame(columns, schema=schema).with_columns(pl.col(pl.Float64).fill_nan(None))
