"""A guard on terms of two markers: exploratory, unless a second trial shows the same by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.scan.tasks import INTERACTION, PAIR, ScanTask

OF_TWO: Final = (PAIR, INTERACTION)
LEVEL: Final = 0.05
NOT_ASSESSABLE, NOT_SHOWN = "not assessable", "not shown"
EXPLORATORY, REPLICATED = "exploratory", "replicated"


def plan_replication(tasks: Sequence[ScanTask], rows: pl.DataFrame) -> list[ScanTask]:
    """Return, for each trial, the terms of two markers that all trials together show.

    Parameters
    ----------
    tasks : sequence of ScanTask
        Of all trials together.
    rows : DataFrame
        Their lines with `q_value`.
    """
    shown = rows.filter(pl.col("model").is_in(OF_TWO), pl.col("q_value") < LEVEL)
    names = set(shown["marker"])
    return [part for task in tasks if task.model in OF_TWO for part in _split(task, names)]


def _split(task: ScanTask, names: set[str]) -> Iterator[ScanTask]:
    kept = np.array([place for place, name in enumerate(task.names) if name in names], np.int64)
    if not kept.size:
        return
    chosen = tuple(task.names[place] for place in kept)
    for code, trial in enumerate(task.cohort.trial_ids):
        yield replace(
            task, trial=trial, names=chosen, rows=task.rows & (task.cohort.trial == code),
            columns=lambda: task.columns()[:, kept],
        )  # fmt: skip


def judge_terms(
    rows: pl.DataFrame,
    tasks: Sequence[ScanTask],
    run: Callable[[ScanTask], Sequence[dict[str, Any]]],
) -> pl.DataFrame:
    """Return the rows with `claim`, null but for terms of two markers.

    Parameters
    ----------
    rows : DataFrame
        Of the result.
    tasks : sequence of ScanTask
        All that was fitted.
    run : callable
        Fits a task and returns its lines.

    Returns
    -------
    DataFrame
        `not assessable`: no estimate. `not shown`: q of 0.05 or more. `replicated`: at least two
        trials show it alone (P below 0.05) in the direction of all together. `exploratory`: shown,
        but not that.
    """
    alone: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for task in plan_replication(tasks, rows):
        for line in run(task):
            effect, p_value = line["log_hazard_ratio"], line["p_value"]
            if effect is not None and p_value is not None and p_value < LEVEL:
                key = (line["marker"], line["endpoint"])
                alone.setdefault(key, []).append((effect, p_value))
    claims = [
        _judge(row, alone.get((row["marker"], row["endpoint"]), []))
        if row["model"] in OF_TWO
        else None
        for row in rows.iter_rows(named=True)
    ]
    return rows.with_columns(pl.Series("claim", claims, dtype=pl.String))


def _judge(row: dict[str, Any], alone: Sequence[tuple[float, float]]) -> str:
    if row["log_hazard_ratio"] is None:
        return NOT_ASSESSABLE
    if row["q_value"] is None or row["q_value"] >= LEVEL:
        return NOT_SHOWN
    same = [effect for effect, _ in alone if effect * row["log_hazard_ratio"] > 0]
    return REPLICATED if len(same) >= 2 else EXPLORATORY
