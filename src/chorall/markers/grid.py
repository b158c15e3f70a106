"""Samples by markers: the dense grid in which marker statuses are settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.tables.schema import MARKER_RESULT
from chorall.tables.words import DIAGNOSIS, MARKER_STATUSES, STATUS_BASES

PRESENT, ABSENT, INCONCLUSIVE, FAILED, NOT_TESTED, NOT_REPORTED = range(len(MARKER_STATUSES))
MEASURED, SOURCE_ASSERTED, DERIVED, NO_BASIS = range(len(STATUS_BASES))
STATUS = pl.Enum(list(MARKER_STATUSES))
BASIS = pl.Enum(list(STATUS_BASES))

Codes = NDArray[np.uint8]
Truths = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Axes:
    """The rows and columns of the grid.

    Attributes
    ----------
    samples : pl.DataFrame, (n_samples, 4)
        sample (its number), patient_id, trial_id and phase.
    markers : pl.DataFrame, (n_markers, 2)
        marker_number and marker, in alphabetical order.
    """

    samples: pl.DataFrame
    markers: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Grid:
    """What is known of every marker in every sample.

    Attributes
    ----------
    status, basis : uint8, (n_samples, n_markers)
        Place of the word in MARKER_STATUSES and in STATUS_BASES.
    evidence : int64, (n_samples, n_markers)
        Place in `words`.
    words : pl.Series of str
        Texts of evidence; the first is null.
    rules_out : bool, (n_samples, n_markers)
        True where the tests done could also have shown absence.
    """

    status: Codes
    basis: Codes
    evidence: Numbers
    words: pl.Series
    rules_out: Truths


def build_axes(patients: pl.DataFrame, runs: pl.DataFrame, sources: Sequence[pl.DataFrame]) -> Axes:
    """List samples and markers.

    Parameters
    ----------
    patients : pl.DataFrame
        patient_id and trial_id. Everyone has a sample at diagnosis; later ones follow, by name of
        the phase, for those with a run or an assertion then.
    runs : pl.DataFrame
        assay_run.
    sources : sequence of pl.DataFrame
        Tables with a column marker; those with a column phase add samples.
    """
    timed = [table for table in (runs, *sources) if "phase" in table.columns]
    later = pl.concat([table.select("patient_id", "phase") for table in timed]).filter(
        pl.col("phase") != DIAGNOSIS
    )
    people = patients.select("patient_id", "trial_id").with_row_index("place")
    followed = people.join(later.unique(), on="patient_id").sort("phase", "place")
    first = people.with_columns(phase=pl.lit(DIAGNOSIS))
    samples = pl.concat([first, followed]).drop("place").with_row_index("sample")
    names = pl.concat([table["marker"].unique() for table in sources]).unique().sort()
    return Axes(samples, names.to_frame("marker").with_row_index("marker_number"))


def index_words(columns: Sequence[pl.Series]) -> pl.DataFrame:
    """Return every text of evidence once, with its place; place 0 is kept for no evidence."""
    texts = pl.concat([column.unique() for column in columns]).unique().drop_nulls().sort()
    return texts.to_frame("evidence").with_row_index("word", offset=1)


def tabulate_grid(grid: Grid, axes: Axes) -> pl.DataFrame:
    """Return the table `marker_result`, sample by sample, markers in alphabetical order."""
    people = axes.samples.select("patient_id", "trial_id", "phase")
    cells = people.join(axes.markers.select("marker"), how="cross", maintain_order="left_right")
    return cells.with_columns(
        pl.Series("status", grid.status.ravel()).cat.to(STATUS),
        pl.Series("basis", grid.basis.ravel()).cat.to(BASIS),
        grid.words.gather(grid.evidence.ravel()),
        pl.Series("rules_out", grid.rules_out.ravel()),
    ).select(
        "patient_id", "trial_id", "phase", "marker", "status", "basis", "rules_out", "evidence",
        pl.when(pl.col("evidence").is_null())
        .then(pl.lit("not_reported", MARKER_RESULT.schema["evidence_missing"]))
        .alias("evidence_missing"),
    )  # fmt: skip
