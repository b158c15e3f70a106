"""Who was tested for what: share tested per marker and trial, three states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from chorall.analyses.result import PoolLabel
from chorall.reports.figure import Figure
from chorall.reports.numbers import count_of
from chorall.reports.selection import select_covered
from chorall.reports.wording import name_marker

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

_TITLE = "Share of patients tested, by marker and trial"
_NOTE = (
    "Tested: present or absent is known from a usable result. Hatched: nobody in the trial was "
    "tested, so nothing is known of the marker there; this is not a negative result."
)


def draw_coverage(coverage: pl.DataFrame, label: PoolLabel) -> Figure:
    """Return the matrix of the share tested.

    A karyotype speaks of more than a hundred lesions, most of which nobody has: drawn are the
    markers that somebody carries and that two trials tested (one, in a pool of one trial). The
    note counts those left out, and the data of the figure hold them all.

    Parameters
    ----------
    coverage : DataFrame
        marker, trial_id, n_patients, n_tested, n_present, share_tested (null or 0 where nobody was
        tested).
    label : PoolLabel
        The pool; its trials are the columns.
    """
    trials = [trial for trial in label.trials if trial in set(coverage["trial_id"].to_list())]
    shown, left_out = select_covered(coverage)
    drawn = coverage.filter(pl.col("marker").is_in(shown))
    markers = order_by_testing(drawn)
    shares = {(row["marker"], row["trial_id"]): _measured_share(row) for row in drawn.to_dicts()}

    def draw() -> Drawing:
        from chorall.reports.coverage_drawing import draw_matrix

        matrix = [[shares.get((marker, trial)) for trial in trials] for marker in markers]
        names = [name_marker(marker) for marker in markers]
        words = (_TITLE, _NOTE + left_out)
        return draw_matrix(matrix, names, trials, words, synthetic=label.synthetic)

    nobody = sum(share is None for share in shares.values())
    alt = (
        f"{_TITLE}: {count_of(len(markers), 'marker')} in {count_of(len(trials), 'trial')}. "
        f"In {nobody} of {count_of(len(shares), 'cell')} nobody was tested (hatched). "
        f"{_extremes(drawn)}{left_out}"
    )
    data = coverage.with_columns(drawn=pl.col("marker").is_in(shown))
    return Figure("coverage", _TITLE, alt, data, draw)


def _measured_share(row: dict[str, Any]) -> float | None:
    """None is the third state: nobody was tested."""
    return float(row["share_tested"]) if row["n_tested"] and row["share_tested"] else None


def order_by_testing(coverage: pl.DataFrame) -> list[str]:
    """Return the markers, the most tested first."""
    share = pl.col("n_tested").sum() / pl.col("n_patients").sum()
    ordered = coverage.group_by("marker", maintain_order=True).agg(share.alias("share"))
    return ordered.sort("share", "marker", descending=[True, False])["marker"].to_list()


def _extremes(coverage: pl.DataFrame) -> str:
    markers = order_by_testing(coverage)
    if not markers:
        return ""
    return f"Most tested: {name_marker(markers[0])}; least: {name_marker(markers[-1])}."
