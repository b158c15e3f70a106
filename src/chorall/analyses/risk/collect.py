"""Every table of the analysis of risk groups, filled view by view and grouping by grouping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from chorall.analyses.risk import agreement as crossing
from chorall.analyses.risk import (
    decisions,
    finder,
    group_rows,
    intensity,
    performance,
    stability,
    waiting,
)
from chorall.analyses.risk.groupings import Grouping
from chorall.analyses.risk.members import Members, gather
from chorall.analyses.risk.moments import View
from chorall.stats.task_runner import Progress

FRAMES: Final[dict[str, Mapping[str, pl.DataType]]] = {
    "rows": group_rows.ROWS,
    "curves": group_rows.CURVES,
    "performance": performance.PERFORMANCE,
    "calibration": performance.CALIBRATION,
    "agreement": crossing.AGREEMENT,
    "disagreement": crossing.DISAGREEMENT,
    "stability": stability.STABILITY,
    "migration": stability.MIGRATION,
    "waiting": waiting.WAITING,
    "reclassification": decisions.RECLASSIFICATION,
    "decision": decisions.DECISION,
    "finder": finder.FINDER,
    "intensity": intensity.INTENSITY,
}
Lines = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked for: see `risk`; `days` is the horizon."""

    target: str
    days: float
    conf_level: float
    cuts: tuple[float, ...]
    shares: tuple[float, ...]
    n_resamples: int
    seed: int


def collect_frames(
    views: Sequence[View],
    groupings: Sequence[Grouping],
    patients: pl.DataFrame,
    given: pl.DataFrame,
    settings: Settings,
    progress: Progress | None = None,
) -> dict[str, pl.DataFrame]:
    """Return every frame of `RiskResult`.

    Parameters
    ----------
    views : sequence of View
        Day 0; day 0 among those at the landmark; the landmark.
    groupings : sequence of Grouping
        With a placement at both moments.
    patients, given : DataFrame
        The table patient; from `read_given`.
    settings : Settings
        Horizon, levels, cuts.
    progress : callable, optional
        Called with groupings described and compared, and all.
    """
    done, total = 0, len(groupings) * (len(views) + 1)
    lines: Lines = {name: [] for name in FRAMES}
    ids = patients["patient_id"]
    by_view = [[gather(view, one, ids, settings.target) for one in groupings] for view in views]
    for everyone in by_view:
        cells, summary = crossing.compare_groupings(everyone, settings.days, settings.conf_level)
        lines["agreement"] += cells
        lines["disagreement"] += summary
        for members in everyone:
            _describe(lines, members, settings)
            done = _report(progress, done, total)
    for start, before, after in zip(*by_view, strict=True):
        for members in (start, before):
            lines["finder"] += finder.find_high_risk(
                members, settings.shares, settings.days, settings.conf_level
            )
        lines["finder"] += finder.find_high_risk(
            after, settings.shares, settings.days, settings.conf_level, before
        )
        _wait(lines, before, after, settings)
        lines["intensity"] += intensity.map_intensity(
            after, patients, given, settings.days, settings.conf_level, settings.cuts
        )
        done = _report(progress, done, total)
    return {name: _frame(lines[name], schema) for name, schema in FRAMES.items()}


def _report(progress: Progress | None, done: int, total: int) -> int:
    if progress is not None:
        progress(done + 1, total)
    return done + 1


def _frame(lines: list[dict[str, Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=dict(schema)).with_columns(pl.col(pl.Float64).fill_nan(None))


def _describe(lines: Lines, members: Members, settings: Settings) -> None:
    days, level = settings.days, settings.conf_level
    lines["rows"] += group_rows.describe_groups(members, days, level)
    lines["curves"] += group_rows.draw_group_curves(members, days, level)
    measures, calibrated = performance.measure_all(members, days, level)
    lines["performance"] += measures
    lines["calibration"] += calibrated
    groups, moves = stability.describe_stability(members, days, level)
    lines["stability"] += groups
    lines["migration"] += moves


def _wait(lines: Lines, before: Members, after: Members, settings: Settings) -> None:
    if not waiting.differs(before, after):
        return
    pair = waiting.pair_risks(before, after, settings.days)
    if pair.n_events < performance.LEAST_EVENTS:
        return
    lines["waiting"] += waiting.describe_waiting(
        pair, settings.days, conf_level=settings.conf_level, n_resamples=settings.n_resamples,
        seed=settings.seed,
    )  # fmt: skip
    lines["decision"] += decisions.draw_decision_curves(pair, settings.days)
    lines["reclassification"] += decisions.tabulate_moves(
        pair, settings.days, settings.cuts, settings.conf_level
    )
