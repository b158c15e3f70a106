"""A checklist for reporting a study as a table: what is known here, what a person must fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
from markupsafe import Markup

from chorall.knowledge.fact_source import FactSource
from chorall.knowledge.remark_items import remark_checklist
from chorall.knowledge.tripod_items import tripod_checklist
from chorall.reports.numbers import count_of
from chorall.reports.page_parts import render_table
from chorall.reports.table import TableColumn

NOTHING: Final = "nothing is known here"
COMPLETE: Final = "nothing"


def _write_known(known: str | None) -> str:
    return _plain(known) or NOTHING


def _write_to_fill(to_fill: str | None) -> str:
    return _plain(to_fill) or COMPLETE


def _plain(text: str | None) -> str:
    """Return a text without the marks of code, which a table does not show as such."""
    return (text or "").replace("`", "")


CHECKLIST_COLUMNS: Final = (
    TableColumn("Item", ("item",), str),
    TableColumn("To be reported", ("topic",), str),
    TableColumn("Known here", ("known",), _write_known),
    TableColumn("For a person to fill", ("to_fill",), _write_to_fill),
)
"""Columns of `PrognosisResult.remark` and of the TRIPOD+AI checklist as printed."""


NAMES: Final = {
    "REMARK": "Marker and prognosis",
    "TRIPOD+AI": "Models that predict",
}
"""What each checklist is for."""


@dataclass(frozen=True, slots=True)
class PlacedChecklist:
    """A checklist with its heading, what it is worth, and its table."""

    heading: str
    summary: str
    table: Markup


def render_checklists(checklists: Mapping[str, pl.DataFrame | None]) -> list[PlacedChecklist]:
    """Return each checklist that has items as a table, in the order of its items."""
    return [
        PlacedChecklist(
            f"{NAMES[name]}: {name}",
            f"{count_items(items)} {_CITED[name]()}",
            render_table(items, CHECKLIST_COLUMNS, f"{name}, item by item"),
        )
        for name, items in checklists.items()
        if items is not None and items.height
    ]


def _cite(source: FactSource) -> str:
    doubt = "" if source.confidence == "seen" else " (numbers and topics are from memory: compare)"
    return f"After {source.cites}{doubt}."


_CITED: Final = {
    "REMARK": lambda: _cite(remark_checklist().source),
    "TRIPOD+AI": lambda: _cite(tripod_checklist().source),
}


def count_items(checklist: pl.DataFrame) -> str:
    """Say how many items are complete, known in part, and wholly left to a person."""
    known, open_ = pl.col("known") != "", pl.col("to_fill") != ""
    complete = checklist.filter(known, ~open_).height
    partly = checklist.filter(known, open_).height
    left = checklist.height - complete - partly
    return (
        f"{count_of(checklist.height, 'item')}: told wholly by the data {complete}, in part "
        f"{partly}, left to a person {left}."
    )
