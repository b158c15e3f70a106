"""Markers that follow from others, laid beside them in the grid; what is unknown stays unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from chorall.knowledge.derived_markers import RearrangedGene, SpecificMutation, derived_markers
from chorall.markers.grid import (
    ABSENT,
    FAILED,
    INCONCLUSIVE,
    MEASURED,
    NOT_REPORTED,
    NOT_TESTED,
    PRESENT,
    Axes,
    Codes,
    Grid,
    Truths,
)
from chorall.markers.grid_columns import Columns
from chorall.markers.names import SUFFIXES

REARRANGED = SUFFIXES["rearrangement"]


def list_protein_changes(findings: pl.DataFrame, runs: pl.DataFrame, axes: Axes) -> pl.DataFrame:
    """Return sample, marker and hgvs_p (null where not described) of lesions surely found."""
    if "hgvs_p" not in findings.columns:
        findings = findings.with_columns(hgvs_p=pl.lit(None, dtype=pl.String))
    sure = findings.filter(pl.col("call").cast(pl.String) == "present")
    passed = runs.filter(
        pl.col("performed").cast(pl.String) == "yes", pl.col("quality").cast(pl.String) == "passed"
    )
    return (
        sure.select("run_id", "marker", "hgvs_p")
        .join(passed.select("run_id", "patient_id", "phase"), on="run_id")
        .join(axes.samples, on=["patient_id", "phase"])
        .select("sample", "marker", "hgvs_p")
    )


def add_derived(grid: Grid, axes: Axes, changes: pl.DataFrame) -> tuple[Grid, Axes]:
    """Return the grid and its axes with the markers of knowledge/derived_markers.toml.

    `X-r` is present where any fusion of X is. A combination is present where one of its markers
    is, absent where all are, and there only where the pool has all of them. One mutation of a gene
    is present where it was described, and absent where the gene has no mutation or, in a test that
    could rule it out, only others; else it is inconclusive. A status that is present or absent of
    itself stays, but for an `X-r` whose fusion was found.

    Frequencies stay fair: `rules_out` of a combination is True where it is for all of its markers.
    One mutation is absent only where it would have been told: measured, in a trial that describes
    every mutation of the gene. That a clean break-apart test excludes each fusion of a gene is
    true of a patient, but not written here: where the test is positive the partner stays unknown,
    and a frequency would be counted on the negatives alone. Subtypes do use it (`Truths`).

    Parameters
    ----------
    grid : Grid
        What was measured and asserted.
    axes : Axes
        Its samples and markers.
    changes : pl.DataFrame
        As `list_protein_changes` returns it.
    """
    columns = _take_apart(grid, axes)
    known = derived_markers()
    _derive_rearranged(columns, known.rearranged)
    for one in known.combined:
        if all(marker in columns.status for marker in one.inputs):
            _combine(columns, one.marker, one.inputs)
    for mutation in known.specific:
        if mutation.gene in columns.status:
            found = changes.filter(pl.col("marker") == mutation.gene)
            _single_out(columns, mutation, found, _would_be_told(columns, mutation, found, axes))
    return _put_together(columns, grid, axes)


def _take_apart(grid: Grid, axes: Axes) -> Columns:
    places = list(enumerate(axes.markers["marker"].to_list()))
    return Columns(
        axes.samples.height,
        status={name: grid.status[:, at] for at, name in places},
        basis={name: grid.basis[:, at] for at, name in places},
        evidence={name: grid.evidence[:, at] for at, name in places},
        rules_out={name: grid.rules_out[:, at] for at, name in places},
        texts=grid.words.to_list(),
    )


def _put_together(columns: Columns, grid: Grid, axes: Axes) -> tuple[Grid, Axes]:
    markers = pl.Series("marker", list(columns.status), dtype=pl.String).sort()
    names = markers.to_list()
    if not names:
        return grid, axes
    numbered = markers.to_frame().with_row_index("marker_number")
    whole = Grid(
        np.stack([columns.status[name] for name in names], axis=1),
        np.stack([columns.basis[name] for name in names], axis=1),
        np.stack([columns.evidence[name] for name in names], axis=1),
        pl.Series(grid.words.name, columns.texts, dtype=pl.String),
        np.stack([columns.rules_out[name] for name in names], axis=1),
    )
    return whole, replace(axes, markers=numbered)


def _derive_rearranged(columns: Columns, genes: Iterable[RearrangedGene]) -> None:
    existing = [m.removesuffix(REARRANGED) for m in columns.status if m.endswith(REARRANGED)]
    for gene in dict.fromkeys((*existing, *(one.gene for one in genes if one.always))):
        fusions = columns.fusions_of(gene)
        if fusions:
            _gather_fusions(columns, gene, fusions)


def _gather_fusions(columns: Columns, gene: str, fusions: Sequence[str]) -> None:
    marker = gene + REARRANGED
    is_new = marker not in columns.status
    found = np.stack([columns.status[name] for name in fusions], axis=1)
    any_found = (found == PRESENT).any(axis=1)
    status = np.where(any_found, PRESENT, _word_unknown(found)).astype(np.uint8)
    could = np.zeros(columns.n_samples, np.bool_) if is_new else columns.rules_out[marker]
    changed = any_found if is_new else any_found & (columns.status[marker] != PRESENT)
    columns.lay(marker, status, could, changed | is_new, fusions)


def _combine(columns: Columns, marker: str, inputs: Sequence[str]) -> None:
    found = np.stack([columns.status[name] for name in inputs], axis=1)
    could = np.logical_and.reduce([columns.rules_out[name] for name in inputs])
    status = np.where((found == ABSENT).all(axis=1), ABSENT, _word_unknown(found))
    status = np.where((found == PRESENT).any(axis=1), PRESENT, status).astype(np.uint8)
    columns.lay(marker, status, could, columns.is_open(marker), inputs)


def _would_be_told(
    columns: Columns, mutation: SpecificMutation, changes: pl.DataFrame, axes: Axes
) -> Truths:
    """Return True for measured samples of trials that describe every mutation of the gene."""
    undescribed = changes.filter(pl.col("hgvs_p").is_null()).select("sample")
    silent = axes.samples.join(undescribed, on="sample", how="semi")["trial_id"].unique()
    tells = ~axes.samples["trial_id"].is_in(silent.to_list()).to_numpy()
    return np.asarray(tells & (columns.basis[mutation.gene] == MEASURED), np.bool_)


def _single_out(
    columns: Columns, mutation: SpecificMutation, changes: pl.DataFrame, told: Truths
) -> None:
    status = columns.status[mutation.gene].copy()
    could = columns.rules_out[mutation.gene] & told
    mutated = status == PRESENT
    meant = changes.filter(pl.col("hgvs_p").is_in(list(mutation.hgvs_p)))["sample"].to_numpy()
    silent = changes.filter(pl.col("hgvs_p").is_null())["sample"].to_numpy()
    other = np.zeros(columns.n_samples, np.bool_)
    other[changes["sample"].to_numpy()] = True
    other[silent] = False
    status[(status == ABSENT) & ~told] = NOT_REPORTED
    status[mutated] = INCONCLUSIVE
    status[mutated & other & could] = ABSENT
    status[meant] = np.where(mutated[meant], PRESENT, status[meant])
    columns.lay(mutation.marker, status, could, columns.is_open(mutation.marker), [mutation.gene])


def _word_unknown(found: Codes) -> Codes:
    """Return the word for what is not known, from statuses of shape (n_samples, n_markers).

    Inconclusive where a part is known or in doubt; else failed where one failed; not tested where
    all say so; else not reported.
    """
    untested = np.where((found == NOT_TESTED).all(axis=1), NOT_TESTED, NOT_REPORTED)
    failed = np.where((found == FAILED).any(axis=1), FAILED, untested)
    partly = (found <= INCONCLUSIVE).any(axis=1)
    return np.where(partly, INCONCLUSIVE, failed).astype(np.uint8)
