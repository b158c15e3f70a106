"""A pool of 120 made-up patients of two trials, for commands that need one quickly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from unit.analyses.pool_builder import build_pool


def write_pool_of(folder: Path, seed: int) -> Path:
    rng, n = np.random.default_rng(seed), 120
    ids = [f"P{i:03d}" for i in range(n)]
    status = rng.choice(["present", "absent", "absent", "not_tested"], n)
    patients = pl.DataFrame({
        "patient_id": ids, "trial_id": rng.choice(["A", "B"], n),
        "age_years": rng.uniform(0, 60, n),
        "sex": rng.choice(["female", "male"], n),
    })  # fmt: skip
    outcomes = pl.DataFrame({
        "patient_id": ids, "endpoint": "OS", "time": rng.integers(10, 3000, n),
        "cause": rng.integers(0, 2, n),
    })  # fmt: skip
    statuses = pl.DataFrame({"patient_id": ids, "marker": "TP53", "status": status})
    return build_pool(folder, patients=patients, statuses=statuses, outcomes=outcomes).path
