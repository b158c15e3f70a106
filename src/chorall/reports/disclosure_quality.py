"""Small counts hidden in the checks of quality and in what did not enter the pool."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.analyses.hidden_counts import Cell
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure_counts import Counted, cover_lines, group_lines

PLACE: Final = ("trial_id", "file", "column", "reason", "whole_row")


def hide_quality(rows: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return the checks of quality; where few rows fail, or few of them do not, no count is shown.

    Parameters
    ----------
    rows : DataFrame
        With `n_bad` and `n_rows`.
    fewest : int
        The smallest count shown.

    Returns
    -------
    DataFrame
        The same lines and a column `hidden`. `n_rows` is shown where it is `fewest` or more.
    """
    gone = []
    for bad, whole in rows.select("n_bad", "n_rows").iter_rows():
        few = 0 < whole < fewest
        small = few or 0 < bad < fewest or 0 < whole - bad < fewest
        gone.append(({"n_rows"} if few else set()) | ({"n_bad"} if small else set()))
    return cover_lines(rows, gone)


def hide_quarantine(rows: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Count what did not enter the pool by file, column and reason, with small counts as null.

    Parameters
    ----------
    rows : DataFrame
        The table `quarantine`.
    fewest : int
        The smallest count shown.

    Returns
    -------
    DataFrame
        trial_id, file, column, reason, whole_row, n_quarantined and `hidden`; no row of a file,
        no value. Counts add up to the rows, to the values and to both of a trial.
    """
    counts = rows.group_by(PLACE, maintain_order=True).agg(n_quarantined=pl.len().cast(pl.Int64))
    counts = counts.sort("trial_id", "n_quarantined", descending=[False, True])
    lines, counted = counts.to_dicts(), Counted()
    cells: list[Cell] = [tuple(line[name] for name in PLACE) for line in lines]
    for names in (("trial_id",), ("trial_id", "whole_row")):
        for key, members in group_lines(lines, *names).items():
            parts: dict[Cell, int] = {
                tuple(line[name] for name in PLACE): line["n_quarantined"] for line in members
            }
            counted.split(("all", *key), sum(parts.values()), parts)
    hidden = counted.find(fewest)
    return cover_lines(counts, [{"n_quarantined"} if cell in hidden else set() for cell in cells])
