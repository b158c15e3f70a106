"""The simulated pool that a benchmark works on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import chorall as ch
from chorall.tables.store import Pool


def simulate_pool(folder: Path, patients: int, trials: int, seed: int, **options: Any) -> Pool:
    """Simulate and pool into `folder`, anew each time: a kept pool may be of an older version."""
    shutil.rmtree(folder, ignore_errors=True)
    made = ch.simulate(
        folder / "deliveries", patients=patients, trials=trials, seed=seed, **options
    )
    return ch.build_pool(made.consortium_toml, folder / "pool")
