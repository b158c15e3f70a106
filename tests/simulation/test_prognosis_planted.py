"""A planted hazard ratio of 2 is found, an absent one is not, trials differing in both."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.special import bdtr
from unit.analyses.pool_builder import build_pool

from chorall.analyses.prognosis import prognosis

N_POOLS = 40
N_PATIENTS = 450
PLANTED = 2.0
RARELY = 0.001
"""A right programme fails a test of this file once in a thousand seeds."""


def simulate(path: Path, rng: np.random.Generator):
    """Trial C has the worst outlook and most of both markers; only `PLANTED` does harm."""
    ids = [f"P{i:03d}" for i in range(N_PATIENTS)]
    trial = rng.integers(0, 3, N_PATIENTS)
    carriers = {name: rng.random(N_PATIENTS) < 0.15 + 0.2 * trial for name in ("HARM", "NONE")}
    age = rng.uniform(0, 60, N_PATIENTS)
    hazard = 4e-4 * 2.0**trial * np.where(carriers["HARM"], PLANTED, 1) * np.exp(0.01 * age)
    event_time = rng.exponential(1 / hazard)
    follow_up = rng.uniform(365, 3650, N_PATIENTS)
    patients = pl.DataFrame(
        {"patient_id": ids, "trial_id": np.array(["A", "B", "C"])[trial], "age_years": age}
    )
    statuses = pl.concat([
        pl.DataFrame({
            "patient_id": ids,
            "marker": name,
            "status": np.where(
                rng.random(N_PATIENTS) < 0.2, "not_tested", np.where(has, "present", "absent")
            ),
        })
        for name, has in carriers.items()
    ])  # fmt: skip
    outcomes = pl.DataFrame({
        "patient_id": ids,
        "endpoint": "OS",
        "time": np.ceil(np.minimum(event_time, follow_up)).astype(int),
        "cause": (event_time < follow_up).astype(int),
    })  # fmt: skip
    return build_pool(path, patients=patients, statuses=statuses, outcomes=outcomes)


@pytest.fixture(scope="module")
def rows(tmp_path_factory) -> pl.DataFrame:
    rng = np.random.default_rng(20250101)
    folder = tmp_path_factory.mktemp("planted")
    pools = (simulate(folder / str(i), rng) for i in range(N_POOLS))
    return pl.concat([prognosis(pool, endpoints=["OS"], adjust=["age"]).summary for pool in pools])


def most_by_chance(probability: float) -> int:
    """Return the count that `N_POOLS` tries exceed only rarely."""
    return next(k for k in range(N_POOLS + 1) if bdtr(k, N_POOLS, probability) >= 1 - RARELY)


def test_the_planted_hazard_ratio_is_found(rows):
    harm = rows.filter(marker="HARM")
    assert (harm["q_value"] < 0.05).sum() >= N_POOLS - most_by_chance(0.05)
    error = harm["adjusted_hazard_ratio"].log().mean() - math.log(PLANTED)
    spread = harm["adjusted_hazard_ratio"].log().std() / math.sqrt(N_POOLS)
    assert abs(error) < 3.3 * spread


def test_an_absent_effect_is_not_found(rows):
    none = rows.filter(marker="NONE")
    assert (none["adjusted_p_value"] < 0.05).sum() <= most_by_chance(0.05)
    assert (none["logrank_p_value"] < 0.05).sum() <= most_by_chance(0.05)


@pytest.mark.parametrize(("marker", "truth"), [("HARM", PLANTED), ("NONE", 1.0)])
def test_intervals_cover_the_truth(rows, marker, truth):
    missed = rows.filter(
        (pl.col("adjusted_lower") > truth) | (pl.col("adjusted_upper") < truth), marker=marker
    )
    assert missed.height <= most_by_chance(0.05)
