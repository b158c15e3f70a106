"""Count the words of status in every stratum and trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from chorall.analyses.incidence_groups import ALL_PATIENTS, OVERALL, TRIAL, name_strata
from chorall.tables.words import MARKER_STATUSES

POSITIVE_ONLY: Final = "n_positive_only"
COUNTS: Final = (*(f"n_{status}" for status in MARKER_STATUSES), POSITIVE_ONLY)
SEPARATOR: Final = ", "


def count_statuses(cells: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    """Count the words of status in the finest cells: marker x trial x labels.

    A lesion found by an assay that can only find it (a partial panel, a list of positives) is
    counted apart as `n_positive_only`: beside negatives that such an assay cannot give, it would
    make a frequency of 100 %.

    Parameters
    ----------
    cells : DataFrame
        One row per patient and marker: marker, status, rules_out, trial and the labels.
    labels : sequence of str
        Columns that divide the patients.

    Returns
    -------
    DataFrame
        marker, trial, the labels, `n_present` ... `n_not_reported` and `n_positive_only`; cells
        without a patient have no row.
    """
    is_present = pl.col("status") == "present"
    positive_only = is_present & ~pl.col("rules_out")
    counts = [
        ((pl.col("status") == status) & ~positive_only).sum().alias(f"n_{status}")
        for status in MARKER_STATUSES
    ]
    counts.append(positive_only.sum().alias(POSITIVE_ONLY))
    return cells.group_by("marker", TRIAL, *labels).agg(counts)


def sum_strata(cube: pl.DataFrame, parts: Sequence[str], markers: Sequence[str]) -> pl.DataFrame:
    """Add up the cube to one row per marker, stratum and trial; no patient: no row.

    Parameters
    ----------
    cube : DataFrame
        What `count_statuses` returns.
    parts : sequence of str
        Labels that make the strata; none: all patients.
    markers : sequence of str
        Each gets a row in every stratum and trial in which there is a patient at all.

    Returns
    -------
    DataFrame
        marker, trial, the parts as text, by, group, position (natural order of the strata), the
        counts, n_patients and n_tested.
    """
    numbers = list(COUNTS)
    sums = cube.group_by("marker", TRIAL, *parts).agg(pl.col(numbers).sum())
    # sorted, so that the same pool gives the same bits whatever the order of its rows
    places = cube.select(TRIAL, *parts).unique().sort(*parts, TRIAL)
    grid = pl.DataFrame({"marker": markers}, schema={"marker": pl.String}).join(places, how="cross")
    # the first part is the outer one: lineage+age_band has the ages within B, then within T
    ranks = [pl.col(part).to_physical().cast(pl.Int64) for part in parts]
    position = pl.sum_horizontal(
        pl.lit(0), *(rank * 1000 ** (len(parts) - 1 - place) for place, rank in enumerate(ranks))
    )
    texts = [pl.col(part).cast(pl.String) for part in parts]
    return (
        grid.join(sums, on=["marker", TRIAL, *parts], how="left", maintain_order="left")
        .with_columns(pl.col(numbers).fill_null(0).cast(pl.Int64))
        .with_columns(
            position=position.cast(pl.Int64),
            by=pl.lit(name_strata(parts)),
            group=pl.concat_str(texts, separator=SEPARATOR) if parts else pl.lit(ALL_PATIENTS),
            n_patients=pl.sum_horizontal(numbers),
            n_tested=pl.col("n_present") + pl.col("n_absent"),
        )
        .with_columns(texts)
    )


def sum_trials(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the counts of all trials together: one row per marker and stratum."""
    numbers = [*COUNTS, "n_patients", "n_tested"]
    key = [name for name in counts.columns if name not in (*numbers, TRIAL)]
    return counts.group_by(key, maintain_order=True).agg(pl.col(numbers).sum())


def select_overall(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the counts of all patients together."""
    return sum_trials(counts.filter(pl.col("by") == OVERALL))
