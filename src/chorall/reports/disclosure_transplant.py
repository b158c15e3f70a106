"""Small counts hidden in the answers on transplantation, and in what is drawn of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

import polars as pl

from chorall.analyses.hidden_counts import Cell, find_hidden
from chorall.analyses.transplants.agreement import say_agreement
from chorall.analyses.transplants.answers import DATED, LANDMARK, OVERLAP, SEQUENTIAL
from chorall.analyses.transplants.further import DONOR, MULTI_STATE
from chorall.analyses.transplants.result import TransplantResult
from chorall.analyses.transplants.transplant import ALWAYS
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure_counts import Counted, Line, cover_lines, uncover
from chorall.reports.disclosure_tables import has_few_steps
from chorall.reports.disclosure_words import hide_in_note, hide_in_sentences

COUNTS: Final = ("n_patients", "n_transplanted", "events_transplanted", "events_other")
WITHIN: Final = (
    (DATED, LANDMARK, COUNTS[:3]),
    (DATED, SEQUENTIAL, COUNTS[:3]),
    (MULTI_STATE, LANDMARK, COUNTS[:3]),
    (LANDMARK, OVERLAP, COUNTS),
)
"""Patients of the second answer are among those of the first; what is left over is a count too."""
POOL: Final = "pool"
"""All patients: every page tells how many."""
STAYS: Final = "landmark_days"
_SHARES: Final = re.compile(r": [^;]* were transplanted")


def hide_transplant(
    result: TransplantResult, n_pooled: int, fewest: int = FEWEST_SHOWN
) -> tuple[pl.DataFrame, TransplantResult]:
    """Return the answers with small counts, and what tells them, as null; and what may be drawn.

    Parameters
    ----------
    result : TransplantResult
        Without markers: its lines do not say how many had the marker.
    n_pooled : int
        All patients of the pool, which every page tells.
    fewest : int
        The smallest count shown.

    Returns
    -------
    rows : DataFrame
        The same lines with `hidden` and `hidden_values`. A line of which a count is hidden has no
        figure. Those who left between two answers, were never transplanted, or had no event are
        counts too. The share of typed patients who were transplanted is not told.
    drawn : TransplantResult
        Lines without anything hidden; curves and balance of endpoints of which the line that counts
        the same patients has nothing hidden; states left out; sentences made of what is shown.
    """
    lines, counted = result.rows.to_dicts(), Counted()
    for line in lines:
        _count_line(counted, line)
    for endpoint in {line["endpoint"] for line in lines}:
        _count_nested(counted, [one for one in lines if one["endpoint"] == endpoint], n_pooled)
    hidden = find_hidden(counted.counts, counted.sums, fewest, unseen=counted.unseen, fixed=[POOL])
    gone = [_cover(line, hidden) for line in lines]
    covered = cover_lines(result.rows, gone)
    notes = [
        hide_in_note(_SHARES.sub("", line["note"] or ""), fewest, is_closed=bool(names))
        for line, names in zip(lines, gone, strict=True)
    ]
    covered = covered.with_columns(note=pl.Series(notes, dtype=pl.String))
    return covered, _draw_from(result, covered, fewest)


def _name(line: Line, column: str) -> Cell:
    """Name a count: patients of the same number are taken as the same, and so are their events."""
    if column in COUNTS[:2]:
        return (line["method"] == DONOR, column, line[column])
    return (line["endpoint"], column, *(line[name] for name in COUNTS))


def _count_line(counted: Counted, line: Line) -> None:
    """Add the sides of an answer, and of each those with the event and those without."""
    n, after, events, other = (line[column] for column in COUNTS)
    if n is None or after is None:
        return
    whole, treated = _name(line, "n_patients"), _name(line, "n_transplanted")
    own = (line["endpoint"], line["method"] == DONOR, n, after)
    never = ("never", *own)
    counted.split(whole, n, {treated: after}, never)
    counted.split(
        treated, after, {_name(line, "events_transplanted"): events},
        ("free after", *own, events),
    )  # fmt: skip
    if line["method"] == SEQUENTIAL:  # events of the other side are counted once per landmark
        counted.counts[_name(line, "events_other")] = other
    else:
        counted.split(never, n - after, {_name(line, "events_other"): other},
                      ("free never", *own, other))  # fmt: skip


def _count_nested(counted: Counted, lines: list[dict[str, Any]], n_pooled: int) -> None:
    """Add who is left over between two answers to one endpoint, and between pool and answer."""
    by_method = {line["method"]: line for line in reversed(lines)}
    for first, second, columns in WITHIN:
        if first in by_method and second in by_method:
            for column in columns:
                _add_rest(counted, by_method[first], by_method[second], column)
    dated = by_method.get(DATED)
    own = dated["n_patients"] if dated else None
    if dated and own is not None and own < n_pooled:
        whole = _name(dated, "n_patients")
        counted.split(POOL, n_pooled, {whole: own}, ("without covariates", whole))


def _add_rest(counted: Counted, whole: Line, part: Line, column: str) -> None:
    size, inner = whole[column], part[column]
    if size is not None and inner is not None and inner < size:
        rest = ("left over", _name(whole, column), _name(part, column))
        counted.split(_name(whole, column), size, {_name(part, column): inner}, rest)


def _cover(line: Line, hidden: set[Cell]) -> set[str]:
    gone = {name for name in COUNTS if line[name] is not None and _name(line, name) in hidden}
    if not gone:
        return set()
    figures = {name for name, value in line.items() if isinstance(value, float)}
    return gone | figures - {STAYS}


def _draw_from(result: TransplantResult, covered: pl.DataFrame, fewest: int) -> TransplantResult:
    kept = uncover(covered.filter(~pl.col("hidden")))
    whole = kept.drop_nulls("n_patients")
    curves = result.curves.filter(
        pl.col("endpoint").is_in(whole.filter(method=MULTI_STATE)["endpoint"].implode()),
        pl.col("n_at_risk") >= fewest,
    )
    few = [
        endpoint for (endpoint,), one in curves.group_by("endpoint")
        if has_few_steps(one.with_columns(cause=pl.lit(1)), fewest)
    ]  # fmt: skip
    weighed = whole.filter(method=OVERLAP).select("endpoint", "landmark_days")
    agreement = say_agreement(result.rows)
    told = _say_hidden(say_agreement(uncover(covered)), covered)
    said = [one for one in result.warnings if one not in (*agreement, *ALWAYS)]
    is_hidden = bool(covered["hidden"].any())
    return replace(
        result,
        rows=kept,
        curves=curves.filter(~pl.col("endpoint").is_in(few)),
        states=result.states.clear(),
        balance=result.balance.join(weighed, on=weighed.columns, how="semi", maintain_order="left"),
        warnings=(
            *told,
            *hide_in_sentences(said, fewest, beside_hidden=is_hidden),
            *ALWAYS,
        ),
    )


def _say_hidden(lines: list[str], covered: pl.DataFrame) -> list[str]:
    """Say of hidden answers that they are hidden, not that there are none."""
    for endpoint, method in covered.filter("hidden").select("endpoint", "method").iter_rows():
        whole = f"{endpoint}, four answers:"
        lines = [
            one.replace(f" {method} not answered", f" {method} hidden")
            if one.startswith(whole)
            else one
            for one in lines
        ]
    return lines
