"""Small counts hidden in what a randomised treatment does with and without a marker."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.analyses.hidden_counts import Cell
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure import hide_in_words
from chorall.reports.disclosure_counts import Counted, Line, cover_lines

SPOTS: Final = ("present_treated", "present_control", "absent_treated", "absent_control")


def hide_treatment(rows: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return the lines of a treatment result with small counts, and what tells them, as null.

    Parameters
    ----------
    rows : DataFrame
        `TreatmentResult.rows`, lines of all trials together.
    fewest : int
        The smallest count shown.

    Returns
    -------
    DataFrame
        The same lines and a column `hidden`. A line in which the patients or the events of marker
        and arm are hidden, or those without event are few, has no figure.
    """
    lines, counted = rows.to_dicts(), Counted()
    for place, line in enumerate(lines):
        cells = {_name_spot(line, spot): line[f"n_{spot}"] or 0 for spot in SPOTS}
        arms = _name_arms(line)
        tested = ("tested", line["marker"], arms, line["n_patients"])
        unknown = ("unknown", line["marker"], arms, line["n_unknown"])
        counted.split(tested, line["n_patients"], cells, ("elsewhere", place))
        both = line["n_patients"] + line["n_unknown"]
        counted.split(
            ("randomised", arms, both), both,
            {tested: line["n_patients"], unknown: line["n_unknown"]},
        )  # fmt: skip
        for spot, cell in zip(SPOTS, cells, strict=True):
            events = line[f"events_{spot}"] or 0
            counted.split(cell, cells[cell], {(place, spot): events}, ("free", place, spot))
    hidden = counted.find(fewest)
    covered = cover_lines(rows, [_cover_treatment(*one, hidden) for one in enumerate(lines)])
    notes = hide_in_words([note or "" for note in rows["note"]], fewest)
    return covered.with_columns(note=pl.Series(notes, dtype=pl.String))


def _name_arms(line: Line) -> tuple[str, str, str]:
    return (line["strategy"], line["control"], line["question"])


def _name_spot(line: Line, spot: str) -> Cell:
    """Name patients of marker and arm; the same ones of another endpoint are the same cell."""
    arms = _name_arms(line)
    return (line["marker"], arms, spot, line[f"n_{spot}"])


def _cover_treatment(place: int, line: Line, hidden: set[Cell]) -> set[str]:
    arms = _name_arms(line)
    gone = {
        f"n_{name}"
        for name, word in (("patients", "tested"), ("unknown", "unknown"))
        if (word, line["marker"], arms, line[f"n_{name}"]) in hidden
    }
    closed = False
    for spot in SPOTS:
        if _name_spot(line, spot) in hidden:
            gone |= {f"n_{spot}", f"events_{spot}"}
        elif (place, spot) in hidden:
            gone.add(f"events_{spot}")
        closed = closed or f"events_{spot}" in gone
    return gone | ({name for name, value in line.items() if isinstance(value, float)} if closed
                   else set())  # fmt: skip


def hide_strategies(rows: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return the table of randomised questions; a small number randomised is null."""
    few = [0 < (number or 0) < fewest for number in rows["n_randomised"]]
    return cover_lines(rows, [{"n_randomised"} if one else set() for one in few])
