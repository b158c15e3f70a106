"""Reads the committed R output beside this file."""

from pathlib import Path

import polars as pl

FOLDER = Path(__file__).parent


def read_oracle(name: str) -> pl.DataFrame:
    """Read the CSV that the R script of the same name wrote."""
    return pl.read_csv(FOLDER / f"{name}.csv", comment_prefix="#", infer_schema_length=None)


def read_patients() -> pl.DataFrame:
    """Read the made-up patients with `event` as boolean."""
    return read_oracle("patients").with_columns(pl.col("event") == 1)
