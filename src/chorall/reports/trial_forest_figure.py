"""The hazard ratios of one marker in each trial, with the pooled effect and its prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.prognosis_result import PrognosisResult
from chorall.reports.figure import Figure
from chorall.reports.forest_figure import ForestLine
from chorall.reports.numbers import (
    count_of,
    format_count,
    format_percent,
    format_range,
    format_ratio_interval,
)
from chorall.reports.wording import (
    begin_sentence,
    check_known,
    clear_nan,
    name_endpoint,
    name_marker,
    name_terms,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

HEADS: Final = ("Hazard ratio", "Present / absent", "Events")
_RATIO: Final = ("hazard_ratio", "lower", "upper")


def draw_trial_forest(result: PrognosisResult, marker: str, endpoint: str) -> Figure:
    """Return the forest of one marker and endpoint over trials.

    A row per trial (in words where it has no estimate), the one-stage figure, the two-stage figure
    as a diamond, and the limits in which one more trial would lie.

    Raises
    ------
    InputError
        If the result has no such marker or endpoint; the message lists the known ones.
    """
    label = name_endpoint(result, endpoint)
    lines = list_trial_lines(result, marker, endpoint)
    row = _find_row(result, marker, endpoint)
    title = f"{name_marker(marker)}: {begin_sentence(label)}, by trial"
    note = _write_note(result, row)

    def draw() -> Drawing:
        from chorall.reports.forest_drawing import draw_lines

        return draw_lines(lines, title, note, synthetic=result.pool.synthetic, heads=HEADS)

    spoken = "; ".join(f"{line.label} {line.figure}" for line in lines)
    alt = f"{title}. Adjusted hazard ratios on a logarithmic axis: {spoken}."
    data = pl.DataFrame(
        [
            {
                "line": line.label, "kind": line.kind, "hazard_ratio": line.ratio,
                "lower": line.lower, "upper": line.upper,
            }
            for line in lines
        ]
    )  # fmt: skip
    return Figure(f"trials-{endpoint}-{marker}", title, alt, data, draw)


def list_trial_lines(result: PrognosisResult, marker: str, endpoint: str) -> list[ForestLine]:
    """Return a line per trial, the one-stage and the two-stage figure, and one more trial.

    Raises
    ------
    InputError
        If the result has no such marker; the message lists the known ones.
    """
    row = _find_row(result, marker, endpoint)
    chosen = (pl.col("marker") == marker) & (pl.col("endpoint") == endpoint)
    trials = clear_nan(result.by_trial).filter(chosen)
    return [*map(_make_line, trials.iter_rows(named=True)), *_make_pooled(row)]


def _find_row(result: PrognosisResult, marker: str, endpoint: str) -> dict[str, Any]:
    check_known("marker", marker, result.summary["marker"])
    chosen = (pl.col("marker") == marker) & (pl.col("endpoint") == endpoint)
    return clear_nan(result.summary).filter(chosen).row(0, named=True)


def _make_line(row: dict[str, Any]) -> ForestLine:
    ratio, lower, upper = (row[name] for name in _RATIO)
    n_events = row["events_present"] + row["events_absent"]
    return ForestLine(
        label=row["trial_id"],
        ratio=ratio,
        lower=lower,
        upper=upper,
        n_present=f"{format_count(row['n_present'])} / {format_count(row['n_absent'])}",
        figure=format_ratio_interval(ratio, lower, upper),
        q_value=format_count(n_events),
    )


def _make_pooled(row: dict[str, Any]) -> list[ForestLine]:
    one = [row[f"adjusted_{name}"] for name in _RATIO]
    two = [row[f"pooled_{name}"] for name in _RATIO]
    next_trial = (row["prediction_lower"], row["prediction_upper"])
    numbers = (
        f"{format_count(row['n_present'])} / {format_count(row['n_absent'])}",
        format_count(row["events_present"] + row["events_absent"]),
    )
    lines = [
        _pool_line("All, one stage", one, numbers, "diamond"),
        _pool_line("All, two stages", two, numbers, "diamond"),
    ]
    if next_trial[0] is not None:
        lines.append(
            ForestLine(
                "One more trial", two[0], *next_trial, "", format_range(*next_trial), "",
                "prediction",
            )
        )  # fmt: skip
    return lines


def _pool_line(
    label: str, figures: list[float | None], numbers: tuple[str, str], kind: str
) -> ForestLine:
    ratio, lower, upper = figures
    return ForestLine(
        label, ratio, lower, upper, numbers[0], format_ratio_interval(ratio, lower, upper),
        numbers[1], kind,
    )  # fmt: skip


def _write_note(result: PrognosisResult, row: dict[str, Any]) -> str:
    terms = name_terms(result.adjusted_for)
    adjusted = f"adjusted for {terms}; " if terms else ""
    spread = f" I\N{SUPERSCRIPT TWO} {format_percent(row['i2'])}." if row["i2"] is not None else ""
    return (
        f"Hazard ratios of present against absent, {adjusted}{result.conf_level * 100:g} % limits. "
        f"Two stages: {count_of(row['n_pooled'] or 0, 'trial')} pooled by random effects (REML, "
        f"Hartung-Knapp).{spread} One more trial: prediction interval. Grade: {row['grade']}. "
        "Associations, not causes."
    )
