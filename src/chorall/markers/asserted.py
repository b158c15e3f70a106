"""What a delivery says of a marker in so many words (yes, no, blank), without runs behind it."""

from __future__ import annotations

import polars as pl

from chorall.markers.grid import (
    ABSENT,
    FAILED,
    INCONCLUSIVE,
    NOT_REPORTED,
    NOT_TESTED,
    PRESENT,
    STATUS,
    Axes,
)

PREFERENCE = (PRESENT, INCONCLUSIVE, ABSENT, FAILED, NOT_TESTED, NOT_REPORTED)
"""Which of several assertions on one cell holds: doubt goes before absent, as it does in runs."""


def settle_assertions(asserted: pl.DataFrame, axes: Axes) -> pl.DataFrame:
    """Return one assertion per cell.

    Several assertions on one cell: present and absent together are inconclusive, otherwise the
    first in PREFERENCE holds; the rules that say so are the evidence.

    Returns
    -------
    pl.DataFrame
        sample, marker_number, status (place in MARKER_STATUSES) and evidence.
    """
    status = pl.col("status").cast(STATUS).to_physical().cast(pl.UInt8)
    cells = (
        asserted.with_columns(status=status)
        .join(axes.samples.drop("trial_id"), on=["patient_id", "phase"])
        .join(axes.markers, on="marker")
        .select("sample", "marker_number", "status", "evidence")
    )
    number = cells["sample"].cast(pl.Int64) * axes.markers.height + cells["marker_number"]
    if number.n_unique() == cells.height:
        return cells
    several = number.is_duplicated()
    return pl.concat([cells.filter(~several), _settle_several(cells.filter(several))])


def _settle_several(cells: pl.DataFrame) -> pl.DataFrame:
    cell = ["sample", "marker_number"]
    status = pl.col("status")
    contradiction = (status == PRESENT).any().over(cell) & (status == ABSENT).any().over(cell)
    holds = pl.when(contradiction & (status <= ABSENT)).then(INCONCLUSIVE).otherwise(status)
    ranks = {code: rank for rank, code in enumerate(PREFERENCE)}
    ranked = cells.with_columns(status=holds.cast(pl.UInt8)).with_columns(
        rank=pl.col("status").replace_strict(ranks, return_dtype=pl.UInt8)
    )
    return (
        ranked.filter(pl.col("rank") == pl.col("rank").min().over(cell))
        .unique()
        .sort(*cell, "evidence")
        .group_by(cell, maintain_order=True)
        .agg(pl.col("status").first(), pl.col("evidence").str.join(";"))
    )
