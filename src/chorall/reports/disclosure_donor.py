"""Small counts hidden in donor against no donor, and in who was given what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import polars as pl

from chorall.analyses.donors.result import DonorResult
from chorall.analyses.hidden_counts import Cell
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure_counts import Counted, Line, cover_lines, group_lines, uncover
from chorall.reports.disclosure_words import hide_in_note, hide_in_sentences

SIDES: Final = ("donor", "no_donor")
INTERACTION: Final = "interaction"
KINDS: Final = ("n", "events", "grafted")


def hide_donor(result: DonorResult, fewest: int = FEWEST_SHOWN) -> tuple[pl.DataFrame, DonorResult]:
    """Return the lines with small counts, and what tells them, as null; and what may be drawn.

    Parameters
    ----------
    result : DonorResult
        Of everybody, each trial, and any markers.
    fewest : int
        The smallest count shown.

    Returns
    -------
    rows : DataFrame
        The same lines with `hidden` and `hidden_values`. A line of which the patients or events of
        a side are hidden has no figure. Trials add up to all; with and without a marker and not
        tested too. The share transplanted is hidden where it is of few, or of all but few.
    drawn : DonorResult
        Lines without anything hidden, and sentences without counts where one is.
    """
    lines, counted = result.rows.to_dicts(), Counted()
    for line in lines:
        if line["group"] != INTERACTION:
            for side in SIDES:
                _count_side(counted, line, side)
    for (endpoint,), members in group_lines(lines, "endpoint").items():
        _count_sums(counted, str(endpoint), members)
    hidden = counted.find(fewest)
    gone = [_cover(line, hidden) for line in lines]
    _close_interactions(lines, gone)
    covered = cover_lines(result.rows, gone)
    notes = [
        hide_in_note(line["note"], fewest, is_closed=bool(names))
        for line, names in zip(lines, gone, strict=True)
    ]
    covered = covered.with_columns(note=pl.Series(notes, dtype=pl.String))
    is_hidden = bool(covered["hidden"].any())
    drawn = replace(
        result,
        rows=uncover(covered.filter(~pl.col("hidden"))),
        patients=result.patients.clear(),
        warnings=hide_in_sentences(result.warnings, fewest, beside_hidden=is_hidden),
    )
    return covered, drawn


def _sizes(line: Line, side: str) -> dict[str, int]:
    n = line[f"n_{side}"]
    share = line[f"transplanted_{side}"]
    return {"n": n, "events": line[f"events_{side}"], "grafted": round((share or 0.0) * n)}


def _name(line: Line, side: str, kind: str) -> Cell:
    """Name a count; patients of the same number are the same for every endpoint."""
    of = (side, line["marker"], line["group"], line["trial"])
    if kind == "n":
        return (*of, line[f"n_{side}"])
    return (*of, kind, line["endpoint"])


def _count_side(counted: Counted, line: Line, side: str) -> None:
    sizes, whole = _sizes(line, side), _name(line, side, "n")
    for kind in KINDS[1:]:
        rest = ("without", _name(line, side, kind))
        counted.split(whole, sizes["n"], {_name(line, side, kind): sizes[kind]}, rest)


def _count_sums(counted: Counted, endpoint: str, lines: list[Line]) -> None:
    """Add that trials, and the groups of a marker, make up everybody."""
    whole = next((one for one in lines if one["marker"] is None and one["trial"] is None), None)
    if whole is None:
        return
    parts = group_lines(
        (one for one in lines if one is not whole and one["group"] != INTERACTION), "marker"
    )
    for (marker,), members in parts.items():
        for side in SIDES:
            for kind in KINDS:
                cells: dict[Cell, int] = {
                    _name(one, side, kind): _sizes(one, side)[kind] for one in members
                }
                counted.split(_name(whole, side, kind), _sizes(whole, side)[kind], cells,
                              ("elsewhere", endpoint, marker, side, kind))  # fmt: skip


def _cover(line: Line, hidden: set[Cell]) -> set[str]:
    if line["group"] == INTERACTION:
        return set()
    gone: set[str] = set()
    for side in SIDES:
        if _name(line, side, "n") in hidden:
            gone |= {f"n_{side}", f"events_{side}"}
        elif _name(line, side, "events") in hidden:
            gone.add(f"events_{side}")
    figures = {name for name, value in line.items() if isinstance(value, float)}
    if gone:
        return gone | figures
    return {f"transplanted_{side}" for side in SIDES if _name(line, side, "grafted") in hidden}


def _close_interactions(lines: list[dict[str, Any]], gone: list[set[str]]) -> None:
    """Leave an interaction without figures and counts where one of its groups has something hidden.

    Its patients are those of both groups together.
    """
    closed = {
        (line["endpoint"], line["marker"])
        for line, names in zip(lines, gone, strict=True)
        if any(name.startswith(("n_", "events_")) for name in names)
    }
    for line, names in zip(lines, gone, strict=True):
        if line["group"] == INTERACTION and (line["endpoint"], line["marker"]) in closed:
            figures = {name for name, value in line.items() if isinstance(value, float)}
            names |= figures | {"n_donor", "n_no_donor", "claim"}


def hide_received(rows: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return who was given an item, by trial, with small counts as null.

    Parameters
    ----------
    rows : DataFrame
        trial_id, n_patients, n_received; of one item or more.
    fewest : int
        The smallest count shown. All but few who received it is hidden as well.
    """
    few = [
        0 < line["n_received"] < fewest or 0 < line["n_patients"] - line["n_received"] < fewest
        for line in rows.iter_rows(named=True)
    ]
    return cover_lines(rows, [{"n_received"} if one else set() for one in few])
