"""Quality checks of residual disease; each returns `trial_id` and `bad` per thing looked at."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from chorall.knowledge.mrd_timepoints import mrd_timepoints


def find_mrd_outside_window(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Every dated sample of a time point counted from diagnosis; bad: outside its window.

    Trials whose day 0 is not diagnosis are left out: their days are counted from elsewhere.
    """
    windows = pl.DataFrame(
        [
            (name, point.from_day, point.to_day)
            for name, point in mrd_timepoints().timepoints.items()
            if point.clock == "diagnosis"
        ],
        schema={"timepoint": pl.String, "from_day": pl.Int32, "to_day": pl.Int32},
        orient="row",
    )
    from_diagnosis = tables["trial"].filter(pl.col("time_zero").cast(pl.String) == "diagnosis")
    dated = (
        tables["mrd"]
        .drop_nulls("day")
        .join(from_diagnosis.select("trial_id"), on="trial_id", maintain_order="left")
        .join(windows, on="timepoint", maintain_order="left")
    )
    inside = pl.col("day").is_between("from_day", "to_day")
    return dated.select("trial_id", (~inside).alias("bad"))
