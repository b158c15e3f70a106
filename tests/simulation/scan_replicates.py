"""Replicates of the scan: whole pools from the simulator's law, held in memory.

`make simulation` runs 200 of each, the tests a few.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from simulation.memory_pool import pool_in_memory
from simulation.replicates import draw_trials

from chorall.analyses.scan import scan_prognosis
from chorall.analyses.scan.scan import ENDPOINTS

LEVEL = 0.05
TOP = 5
"""Markers of a pool that a reader would pick: those of the smallest p-values."""
PLANTED = ("TP53", "KRAS", "BCR::ABL1", "IKZF1_del", "high_hyperdiploidy", "ETV6::RUNX1")
"""Planted for relapse in children and adults, and frequent."""


class NullScan(NamedTuple):
    """What a scan of a pool without any effect of a marker found."""

    n_lines: int
    n_found: int
    n_found_by: int
    n_below: int


def scan_null(seed: int, n_each: int = 300) -> NullScan:
    """Scan all markers and five endpoints of a `null` pool."""
    pool = pool_in_memory(draw_trials("null", np.random.default_rng([9, seed]), n_each), ENDPOINTS)
    rows = scan_prognosis(pool).rows.drop_nulls("p_value")
    return NullScan(
        rows.height,
        int((rows["q_value"] < LEVEL).sum()),
        int((rows["q_value_by"] < LEVEL).sum()),
        int((rows["p_value"] < LEVEL).sum()),
    )


def scan_prognostic(seed: int, n_each: int = 1000) -> dict[str, bool]:
    """Return which planted markers a scan of relapse in a `prognostic` pool finds."""
    pool = pool_in_memory(
        draw_trials("prognostic", np.random.default_rng([8, seed]), n_each), ["CIR"]
    )
    rows = scan_prognosis(pool, endpoints=["CIR"]).rows
    found = set(rows.filter(pl.col("q_value") < LEVEL)["marker"])
    return {marker: marker in found for marker in PLANTED}


def reference_effects(n_each: int = 12_000, endpoint: str = "OS") -> dict[str, float]:
    """Return the log hazard ratios of one very large `prognostic` pool, in which nobody chooses."""
    pool = pool_in_memory(
        draw_trials("prognostic", np.random.default_rng([7, 0]), n_each), [endpoint]
    )
    rows = scan_prognosis(pool, endpoints=[endpoint]).rows
    return dict(rows.select("marker", "log_hazard_ratio").iter_rows())


def scan_chosen(
    seed: int, truth: dict[str, float], n_each: int = 120, endpoint: str = "OS"
) -> list[tuple[float, float, bool, bool]]:
    """Return how far the strongest markers of a small pool lie from the truth.

    Counted in the direction of the estimate, so that "too large" is above 0: as estimated, as
    shrunken, and whether either interval holds the truth.
    """
    pool = pool_in_memory(
        draw_trials("prognostic", np.random.default_rng([6, seed]), n_each), [endpoint]
    )
    rows = scan_prognosis(pool, endpoints=[endpoint]).rows.drop_nulls("p_value")
    chosen = []
    for row in rows.sort("p_value").head(TOP).iter_rows(named=True):
        true, sign = truth[row["marker"]], np.sign(row["log_hazard_ratio"])
        ratio = np.exp(true)
        chosen.append(
            (
                float(sign * (row["log_hazard_ratio"] - true)),
                float(sign * (np.log(row["shrunken_hazard_ratio"]) - true)),
                row["lower"] <= ratio <= row["upper"],
                row["shrunken_lower"] <= ratio <= row["shrunken_upper"],
            )
        )
    return chosen
