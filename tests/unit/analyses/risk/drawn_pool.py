"""Drawn trials in which MRD at the end of induction decides about relapse, as much as is asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from unit.analyses.pool_builder import build_pool

from chorall.tables.store import Pool

RULE = """
id = "own_mrd"
name = "own rule"
completeness = "FULL"
[[groups]]
id = "low"
in_words = "below 0.01 %, no deletion"
[[groups]]
id = "high"
in_words = "others"
[[rules]]
group = "high"
when = "mrd_end_of_induction >= 1e-4"
[[rules]]
group = "high"
when = "IKZF1_del"
[[rules]]
group = "low"
[source]
keys = []
cites = "made up for tests"
confidence = "seen"
"""


def draw(
    n: int = 600, seed: int = 5, *, by_mrd: float = 1.6, by_deletion: float = 0.7
) -> pl.DataFrame:
    """Draw patients of three trials: relapse from day 40 on, deaths in remission, censoring."""
    rng = np.random.default_rng(seed)
    log_mrd = rng.normal(-4, 1.2, n)
    deleted = rng.random(n) < 0.2
    hazard = np.exp(-8.6 + by_mrd * (log_mrd > -4) + by_deletion * deleted)
    tested = rng.random(n) >= 0.1
    relapse = 40 + rng.exponential(1 / hazard)
    early = rng.random(n) < 0.04
    death = np.where(early, rng.uniform(3, 32, n), rng.exponential(20_000, n))
    follow_up = rng.uniform(1500, 4000, n)
    first = np.minimum(np.minimum(relapse, death), follow_up)
    kind = np.where(first == relapse, "relapse", np.where(first == death, "death", "censored"))
    return pl.DataFrame({
        "patient_id": [f"P{at:04d}" for at in range(n)],
        "trial_id": rng.choice(["A", "B", "C"], n),
        "age_years": rng.uniform(1, 18, n),
        "wbc_10e9_per_l": rng.exponential(30, n),
        "time": np.maximum(np.ceil(first), 1).astype(int),
        "event_type": kind,
        "mrd_fraction": 10.0**np.minimum(log_mrd, -0.1),
        "mrd_day": rng.integers(28, 34, n),
        "status": np.where(tested, np.where(deleted, "present", "absent"), "not_tested"),
    })  # fmt: skip


def make_pool(
    path: Path, rows: pl.DataFrame, others: dict[str, pl.DataFrame] | None = None
) -> Pool:
    """Write the pool of drawn patients; everybody is in remission from day 27 on."""
    ids = ("patient_id", "trial_id")
    patients = rows.select(
        *ids, "age_years", "wbc_10e9_per_l", lineage=pl.lit("B"), year_band=pl.lit("2005-2009")
    )
    alive = rows.filter(pl.col("time") > 27)
    events = pl.concat([
        alive.select(*ids, type=pl.lit("remission"), day=pl.lit(27, pl.Int64)),
        rows.filter(pl.col("event_type") != "censored").select(
            *ids, type=pl.col("event_type"), day=pl.col("time")
        ),
    ])  # fmt: skip
    sampled = rows.filter(pl.col("time") >= pl.col("mrd_day")).drop_nulls("mrd_fraction")
    mrd = sampled.select(
        *ids, "mrd_fraction", timepoint=pl.lit("end_of_induction"), day=pl.col("mrd_day"),
        category=pl.lit("quantified"), sensitivity=pl.lit(1e-5), method=pl.lit("PCR"),
    )  # fmt: skip
    outcomes = rows.select(
        "patient_id", "time", "event_type", endpoint=pl.lit("EFS"),
        cause=(pl.col("event_type") != "censored").cast(pl.Int64),
    )  # fmt: skip
    statuses = rows.select("patient_id", "status", marker=pl.lit("IKZF1_del"))
    return build_pool(
        path, patients=patients, statuses=statuses, outcomes=outcomes,
        others={"event": events, "mrd": mrd} | (others or {}),
    )  # fmt: skip
