"""The endpoint of each patient of a pool, in the order of the table patient."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from chorall.analyses.bank.measures import Outcome
from chorall.endpoints import endpoint_times
from chorall.tables.store import Pool

ENDPOINTS: Final = {"OS": "overall_survival", "EFS": "event_free_survival"}
"""Endpoints that a bank foretells, and its name for being free of them."""


def read_outcome(pool: Pool, name: str) -> Outcome:
    """Return time and event of every patient; NaN for who has none."""
    rows = endpoint_times(pool.table("endpoint").filter(pl.col("endpoint") == name))
    ids = pool.table("patient").select("patient_id")
    own = ids.join(rows, on="patient_id", how="left", maintain_order="left")
    time = own["time"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    event = (own["cause"].fill_null(0) > 0).to_numpy()
    entry = own["entry_time"].cast(pl.Float64).fill_null(0.0).to_numpy()
    return Outcome(name, time, event, entry)
