"""A small pool to scan: three trials, fifteen markers, two endpoints, two subtypes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from unit.analyses.pool_builder import build_pool

from chorall.tables.store import Pool

N = 900


def draw_scan_tables() -> dict[str, pl.DataFrame]:
    """Three trials, 15 markers (M0 does harm, M13 is rare, M14 is nowhere), two subtypes."""
    rng = np.random.default_rng(8)
    ids = [f"P{i:03d}" for i in range(N)]
    trial = rng.choice(["A", "B", "C"], N)
    carriers = rng.random((N, 15)) < 0.3
    carriers[:, 13] = np.arange(N) < 7
    carriers[:, 14] = False
    tested = rng.random((N, 15)) < 0.85
    status = np.where(tested, np.where(carriers, "present", "absent"), "not_tested")
    age = rng.uniform(1, 70, N).round(1)
    hazard = np.exp(0.9 * carriers[:, 0] + 0.015 * age) / 2500
    event_time, follow_up = rng.exponential(1 / hazard), rng.uniform(400, 4000, N)
    time = np.ceil(np.minimum(event_time, follow_up)).astype(int)
    happened = event_time < follow_up
    cause = np.where(happened, rng.integers(1, 3, N), 0)
    return {
        "patients": pl.DataFrame(
            {
                "patient_id": ids, "trial_id": trial, "age_years": age,
                "sex": rng.choice(["female", "male"], N),
                "wbc_10e9_per_l": rng.exponential(40, N).round(1),
                "lineage": np.where(rng.random(N) < 0.2, "T", "B"),
            }
        ),
        "statuses": pl.concat(
            [
                pl.DataFrame(
                    {"patient_id": ids, "marker": f"M{j}", "status": status[:, j]}
                )
                for j in range(15)
            ]
        ),
        "outcomes": pl.concat(
            [
                pl.DataFrame(
                    {"patient_id": ids, "endpoint": name, "time": time, "cause": causes}
                )
                for name, causes in (("OS", happened.astype(int)), ("CIR", cause))
            ]
        ),
        "subtype": pl.DataFrame(
            {
                "patient_id": ids, "trial_id": trial, "scheme": "ICC-2022",
                "subtype": np.where(np.arange(N) % 3 == 0, "etv6_runx1", "kmt2a_r"),
                "basis": "lesion",
            }
        ),
    }  # fmt: skip


def build_scan_pool(folder: Path, tables: dict[str, pl.DataFrame], **changed: pl.DataFrame) -> Pool:
    """Write the pool below `folder`, with some tables in place of others."""
    given = tables | changed
    return build_pool(
        folder / "pool",
        patients=given["patients"],
        statuses=given["statuses"],
        outcomes=given["outcomes"],
        others={"subtype": given["subtype"]},
    )
