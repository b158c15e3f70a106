"""Small counts hidden in what a randomised treatment does with and without a marker."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure import hide_in_words
from chorall.reports.disclosure_arms import SPOTS
from chorall.reports.disclosure_counts import Line, cover_lines
from chorall.reports.disclosure_sets import Pair


def hide_treatment(
    rows: pl.DataFrame,
    hidden: Mapping[tuple[str, str, str], Collection[Pair]],
    fewest: int = FEWEST_SHOWN,
) -> pl.DataFrame:
    """Return the lines of a treatment result with small counts, and what tells them, as null.

    Parameters
    ----------
    rows : DataFrame
        `TreatmentResult.rows`, lines of all trials together.
    hidden : mapping of (marker, treatment, control) to collection of (str, str)
        What `find_hidden_arms` returns.
    fewest : int
        The smallest count shown, in words.

    Returns
    -------
    DataFrame
        The same lines, `hidden` and `hidden_values`. A line in which the patients or the events of
        marker and arm are hidden has no figure.
    """
    gone = [
        _cover_treatment(line, hidden[line["marker"], line["strategy"], line["control"]])
        for line in rows.to_dicts()
    ]
    notes = hide_in_words([note or "" for note in rows["note"]], fewest)
    return cover_lines(rows, gone).with_columns(note=pl.Series(notes, dtype=pl.String))


def _cover_treatment(line: Line, hidden: Collection[Pair]) -> set[str]:
    endpoint = line["endpoint"]
    places = {
        f"{what}_{who}": (f"arm {what} {endpoint}", who)
        for what in ("n", "events")
        for who in SPOTS
    }
    of_arms = {name for name, pair in places.items() if pair in hidden}
    figures = {name for name, value in line.items() if isinstance(value, float)}
    others = {
        name for name, who in (("n_patients", "tested"), ("n_unknown", "unknown"))
        if (f"arm n {endpoint}", who) in hidden
    }  # fmt: skip
    return of_arms | others | (figures if of_arms else set())


def hide_strategies(rows: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return the table of randomised questions; a small number randomised is null."""
    few = [0 < (number or 0) < fewest for number in rows["n_randomised"]]
    return cover_lines(rows, [{"n_randomised"} if one else set() for one in few])
