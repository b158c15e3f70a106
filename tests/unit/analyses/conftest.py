from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool

from chorall.tables.store import Pool


@pytest.fixture
def make_pool(tmp_path: Path) -> Callable[..., Pool]:
    return functools.partial(build_pool, tmp_path / "pool")


@pytest.fixture
def consortium() -> dict[str, pl.DataFrame]:
    """400 patients of three trials with two markers and three endpoints, some values missing."""
    rng = np.random.default_rng(11)
    n = 400
    ids = [f"P{i:03d}" for i in range(n)]
    trial = rng.choice(["A", "B", "C"], n)
    mutated = rng.random(n) < 0.3
    status = np.where(rng.random(n) < 0.2, "not_tested", np.where(mutated, "present", "absent"))
    other = rng.choice(["present", "absent", "inconclusive", "failed", "not_reported"], n)
    patients = pl.DataFrame({
        "patient_id": ids,
        "trial_id": trial,
        "sex": rng.choice(["female", "male"], n),
        "age_years": np.where(rng.random(n) < 0.05, np.nan, rng.uniform(0, 70, n).round(1)),
        "wbc_10e9_per_l": rng.exponential(40, n),
    }).with_columns(pl.col("age_years").fill_nan(None))  # fmt: skip
    statuses = pl.concat([
        pl.DataFrame({"patient_id": ids, "marker": "TP53", "status": status}),
        pl.DataFrame({"patient_id": ids, "marker": "IKZF1_del", "status": other}),
    ])  # fmt: skip
    event_time = rng.exponential(np.where(mutated, 900, 2500))
    follow_up = rng.uniform(400, 4000, n)
    time = np.minimum(event_time, follow_up).astype(int)
    happened = event_time < follow_up
    outcomes = pl.concat([
        pl.DataFrame({"patient_id": ids, "endpoint": name, "time": time, "cause": cause})
        for name, cause in (
            ("OS", happened.astype(int)),
            ("EFS", happened.astype(int)),
            ("CIR", np.where(happened, rng.integers(1, 3, n), 0)),
        )
    ])  # fmt: skip
    return {"patients": patients, "statuses": statuses, "outcomes": outcomes}
