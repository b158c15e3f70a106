"""The table `marker_result`: what is known of every marker in every patient."""

from __future__ import annotations

import numpy as np
import polars as pl

from chorall.markers.asserted import settle_assertions
from chorall.markers.derived import add_derived, list_protein_changes
from chorall.markers.grid import (
    ABSENT,
    INCONCLUSIVE,
    MEASURED,
    NO_BASIS,
    NOT_REPORTED,
    SOURCE_ASSERTED,
    STATUS,
    Axes,
    Codes,
    Grid,
    Numbers,
    build_axes,
    index_words,
    tabulate_grid,
)
from chorall.markers.measured import Cells, measure_cells


def derive_marker_results(
    *,
    patients: pl.DataFrame,
    assays: pl.DataFrame,
    coverage: pl.DataFrame,
    runs: pl.DataFrame,
    findings: pl.DataFrame,
    asserted: pl.DataFrame,
) -> pl.DataFrame:
    """Derive the table `marker_result`.

    present: a passing run has a finding with call present. absent: no finding, and a passing run
    whose assay covers the whole marker and can rule it out. inconclusive: a passing run that
    cannot rule it out, a run of unreported quality, an equivocal call (also beside a clean result
    of another assay), or a finding of a run that did not pass. failed: every performed run that
    covers the marker failed or had too little material. not_tested: the covering runs were not
    performed, or there is none and each covering assay of the trial says that this means not
    tested. not_reported: everything else.

    A measured present, absent or inconclusive goes before an assertion; any other measured status
    gives way to it, except to an assertion of not_reported, which says nothing.

    Parameters
    ----------
    patients : pl.DataFrame
        patient_id and trial_id; rows of other patients in the other tables give nothing.
    assays, coverage, runs, findings : pl.DataFrame
        The pooled tables assay, assay_coverage, assay_run and finding.
    asserted : pl.DataFrame
        patient_id, trial_id, phase, marker, status and evidence (the mapping rule).

    Returns
    -------
    pl.DataFrame
        The table `marker_result`, with the markers of knowledge/derived_markers.toml beside
        those measured or asserted. At diagnosis every patient has a row for every marker of the
        pool; at a later phase those who have a run or an assertion then. `rules_out` is True where
        a passing run could have ruled the lesion out, or a delivery asserts present or absent: a
        lesion found by an assay that can only find it says nothing about how frequent it is.
        `evidence` holds the assays or rules that decided, joined by semicolons.

    See Also
    --------
    compare_sources : where measurement and assertion differ.
    add_derived : the rules of derived markers.
    """
    axes = build_axes(patients, runs, (coverage, findings, asserted))
    measured = measure_cells(axes, assays, coverage, runs, findings)
    assertions = settle_assertions(asserted, axes)
    grid = _lay_assertions(_lay_measured(measured, assertions, axes), assertions)
    return tabulate_grid(*add_derived(grid, axes, list_protein_changes(findings, runs, axes)))


def compare_sources(
    *,
    patients: pl.DataFrame,
    assays: pl.DataFrame,
    coverage: pl.DataFrame,
    runs: pl.DataFrame,
    findings: pl.DataFrame,
    asserted: pl.DataFrame,
) -> pl.DataFrame:
    """Return where a measured present, absent or inconclusive differs from what the source says.

    An assertion of not_reported says nothing and cannot differ.

    Parameters
    ----------
    patients, assays, coverage, runs, findings, asserted : pl.DataFrame
        As in `derive_marker_results`.

    Returns
    -------
    pl.DataFrame
        patient_id, trial_id, phase, marker, measured and asserted (both statuses).
    """
    axes = build_axes(patients, runs, (coverage, findings, asserted))
    assertions = settle_assertions(asserted, axes)
    cells = measure_cells(axes, assays, coverage, runs, findings)
    grid = _lay_measured(cells, assertions, axes)
    status = grid.status[_places(assertions)]
    compared = assertions.with_columns(measured=pl.Series(status, dtype=pl.UInt8)).filter(
        pl.col("measured") <= INCONCLUSIVE,
        pl.col("measured") != pl.col("status"),
        pl.col("status") != NOT_REPORTED,
    )
    named = compared.sort("sample", "marker_number").join(
        axes.samples, on="sample", maintain_order="left"
    )
    return named.join(axes.markers, on="marker_number", maintain_order="left").select(
        "patient_id", "trial_id", "phase", "marker",
        pl.col("measured").cat.to(STATUS), pl.col("status").cat.to(STATUS).alias("asserted"),
    )  # fmt: skip


def _lay_measured(cells: Cells, assertions: pl.DataFrame, axes: Axes) -> Grid:
    """Return the grid of what was measured, with room for the words of the assertions."""
    found = (cells.background, cells.findings)
    book = index_words([table["evidence"] for table in (*found, assertions)])
    n_combinations = cells.combination_of_sample["combination"].n_unique()
    shape = (n_combinations, axes.markers.height)
    status = np.full(shape, NOT_REPORTED, np.uint8)
    evidence = np.zeros(shape, np.int64)
    _write(cells.background, "combination", book, status, evidence)
    combination = cells.combination_of_sample["combination"].to_numpy()
    status, evidence = status[combination], evidence[combination]
    rules_out = status == ABSENT
    _write(cells.findings, "sample", book, status, evidence)
    basis = np.where(status == NOT_REPORTED, NO_BASIS, MEASURED).astype(np.uint8)
    words = pl.concat([pl.Series("evidence", [None], pl.String), book["evidence"]])
    return Grid(status, basis, evidence, words, rules_out)


def _write(
    cells: pl.DataFrame, row: str, book: pl.DataFrame, status: Codes, evidence: Numbers
) -> None:
    place = _places(cells, row)
    status[place] = cells["status"].to_numpy()
    evidence[place] = _find_words(cells["evidence"], book)


def _places(cells: pl.DataFrame, row: str = "sample") -> tuple[Numbers, Numbers]:
    return cells[row].to_numpy(), cells["marker_number"].to_numpy()


def _find_words(evidence: pl.Series, book: pl.DataFrame) -> Numbers:
    found = evidence.to_frame("evidence").join(
        book, on="evidence", how="left", maintain_order="left"
    )
    return found["word"].fill_null(0).cast(pl.Int64).to_numpy()


def _lay_assertions(grid: Grid, assertions: pl.DataFrame) -> Grid:
    """Return the grid with the assertions that hold laid over what was measured."""
    place = _places(assertions)
    measured, says = grid.status[place], assertions["status"].to_numpy()
    holds = (measured > INCONCLUSIVE) & ((says != NOT_REPORTED) | (measured == NOT_REPORTED))
    status, basis, evidence = grid.status.copy(), grid.basis.copy(), grid.evidence.copy()
    where = (place[0][holds], place[1][holds])
    book = grid.words.slice(1).to_frame("evidence").with_row_index("word", offset=1)
    status[where] = says[holds]
    basis[where] = SOURCE_ASSERTED
    rules_out = grid.rules_out.copy()
    rules_out[where] = says[holds] <= ABSENT
    evidence[where] = _find_words(assertions["evidence"].filter(pl.Series(holds)), book)
    return Grid(status, basis, evidence, grid.words, rules_out)
