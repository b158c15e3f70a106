"""Pools with randomised questions, for the tests of treatment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from unit.analyses.pool_builder import build_pool

from chorall.tables.store import Pool

STEROIDS = ("steroid_prednisolone", "steroid_dexamethasone")


def draw_trial(
    rng: np.random.Generator, trial: str, n: int, *, with_marker: float, without: float = 1.0
) -> pl.DataFrame:
    """One trial: hazard ratios of the second arm with and without the marker."""
    marker = rng.random(n) < 0.4
    arm = rng.integers(0, 2, n)
    ratio = np.where(arm == 1, np.where(marker, with_marker, without), 1.0)
    event_time = rng.exponential(1500 / ratio)
    follow_up = rng.uniform(1900, 4000, n)
    unknown = rng.random(n) < 0.1
    status = np.where(unknown, "not_tested", np.where(marker, "present", "absent"))
    return pl.DataFrame({
        "patient_id": [f"{trial}{i:04d}" for i in range(n)],
        "trial_id": trial,
        "status": status,
        "arm": np.where(arm == 1, "EXP", "STD"),
        "start": rng.integers(10, 60, n),
        "days": np.ceil(np.minimum(event_time, follow_up)).astype(int),
        "cause": (event_time < follow_up).astype(int),
    })  # fmt: skip


def make_pool(
    path: Path,
    drawn: list[pl.DataFrame],
    strategies: dict[str, tuple[str | None, str | None]],
    *,
    extra_markers: dict[str, pl.DataFrame] | None = None,
) -> Pool:
    """Pool trials; `strategies` has the two arms of each. Days count from randomisation."""
    rows = pl.concat(drawn)
    arms = [
        {"trial_id": trial, "arm_id": arm, "label": arm, "strategy_id": strategy}
        for trial, pair in strategies.items()
        for arm, strategy in zip(("STD", "EXP"), pair, strict=True)
    ]
    schema = dict.fromkeys(("trial_id", "arm_id", "label", "strategy_id"), pl.String)
    statuses = [rows.select("patient_id", "status", marker=pl.lit("IKZF1_del"))]
    statuses += [
        frame.select("patient_id", "status", marker=pl.lit(name))
        for name, frame in (extra_markers or {}).items()
    ]
    return build_pool(
        path,
        patients=rows.select("patient_id", "trial_id"),
        statuses=pl.concat(statuses).select("patient_id", "marker", "status"),
        outcomes=rows.select(
            "patient_id", "cause", time=pl.col("start") + pl.col("days"), endpoint=pl.lit("OS")
        ),
        others={
            "arm": pl.DataFrame(arms, schema=schema),
            "allocation": rows.select(
                "patient_id",
                "trial_id",
                question=pl.lit("R1"),
                randomised=pl.lit(True),
                day="start",
                assigned_arm="arm",
            ),
        },
    )
