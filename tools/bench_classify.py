"""Time asking all classifiers about a made-up pool: `bench_classify(20_000)`, or run this file."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import polars as pl

from chorall.analyses.classify import classify
from chorall.knowledge.classifier_items import classifier_items
from chorall.tables.schema import TABLES
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS, MARKER_STATUSES

AIM_SECONDS = 5.0
STATUS_SHARES = [0.06, 0.64, 0.05, 0.05, 0.15, 0.05]


def bench_classify(n_patients: int = 20_000, *, repeats: int = 3) -> float:
    """Return the shortest time, in seconds, of asking every classifier about `n_patients`.

    Every marker is drawn on its own, so that nearly every patient is a pattern of their own: harder
    than a real pool, where markers go together.
    """
    pool = make_pool(n_patients)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        classify(pool)
        times.append(time.perf_counter() - start)
    return min(times)


def make_pool(n_patients: int) -> Pool:
    """Return a pool in memory with patients, markers, MRD and modal numbers, a third missing."""
    rng = np.random.default_rng(1)
    ids = pl.DataFrame({"patient_id": [f"P{i:06d}" for i in range(n_patients)], "trial_id": "A"})
    tables = {name: table.empty() for name, table in TABLES.items()}
    tables["patient"] = ids.with_columns(
        sex=pl.Series(rng.choice(["female", "male"], n_patients)),
        lineage=pl.Series(rng.choice(["B", "T"], n_patients, p=[0.85, 0.15])),
        age_years=pl.Series(rng.exponential(20, n_patients)),
        wbc_10e9_per_l=pl.Series(rng.exponential(40, n_patients)),
        cns_status=pl.lit(None, pl.String),
        down_syndrome=pl.lit(False),
    )
    tables["marker_result"] = _draw_markers(ids, rng)
    tables["mrd"] = _draw_mrd(ids, rng)
    tables["measurement"] = ids.with_columns(
        item=pl.lit("modal_number"),
        day=pl.lit(0),
        value=pl.Series(rng.integers(25, 68, n_patients)).cast(pl.Float64),
    ).sample(fraction=0.67, seed=1)
    manifest = {"pool_hash": "made up", "synthetic": True}
    return Pool(Path("made-up"), manifest, tables)


def _draw_markers(ids: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    names = [item.name for item in classifier_items().values() if item.kind == "marker"]
    frames = [
        ids.with_columns(
            marker=pl.lit(name),
            phase=pl.lit(DIAGNOSIS),
            status=pl.Series(rng.choice(MARKER_STATUSES, ids.height, p=STATUS_SHARES)),
        )
        for name in names
    ]
    return pl.concat(frames)


def _draw_mrd(ids: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    n = ids.height
    level = np.where(rng.random(n) < 0.5, 10 ** rng.uniform(-6, 0, n), 1e-4)
    frames = [
        ids.with_columns(
            timepoint=pl.lit(item.name.removeprefix("mrd_")),
            day=pl.lit(0),
            category=pl.Series(rng.choice(["undetected", "below_limit", "quantified"], n)),
            mrd_fraction=pl.Series(level),
            limit_fraction=pl.Series(level),
            sensitivity=pl.Series(rng.choice([1e-3, 1e-4, 1e-5], n)),
            method=pl.Series(rng.choice(["PCR", "flow"], n)),
        ).sample(fraction=0.67, seed=1)
        for item in classifier_items().values()
        if item.kind == "mrd"
    ]
    return pl.concat(frames)


if __name__ == "__main__":
    seconds = bench_classify()
    print(f"20,000 patients, all classifiers: {seconds:.2f} s (aim: {AIM_SECONDS:g} s)")
