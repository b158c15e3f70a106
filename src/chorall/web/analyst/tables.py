"""The printed columns with hidden counts, and the matrix of what was tested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from chorall.reports.frequency_bars import name_line
from chorall.reports.numbers import format_count_of, format_percent
from chorall.reports.table import TableColumn
from chorall.reports.wording import name_marker

HIDDEN: Final = "hidden"
HIDDEN_NOTE: Final = (
    "Counts from 1 to below {fewest} are hidden, and with them other counts and figures from which "
    "they could be found."
)
NOT_HERE: Final = ("Failed / inconclusive", "Positive only", "Not reported", "Not tested")


def name_patients(trial: str | None, by: str, group: str) -> str:
    """Return whose frequency a line is: a trial, a group or all."""
    return name_line({"trial": trial, "by": by, "group": group})


WHOSE: Final = TableColumn("Patients", ("trial", "by", "group"), name_patients)


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One marker: its share tested in each trial."""

    marker: str
    label: str
    cells: tuple[str, ...]


def mark_hidden(columns: Sequence[TableColumn]) -> tuple[TableColumn, ...]:
    """Return columns that write `hidden` where a value was hidden; reasons are told as one."""
    without = TableColumn("No result", ("n_without_result",), align="right")
    kept = [column for column in columns if column.header not in NOT_HERE]
    return tuple(_cover(column, extra="hidden") for column in (*kept, without))


def cover_hidden(columns: Sequence[TableColumn]) -> tuple[TableColumn, ...]:
    """Return columns that write `hidden` where `hidden_values` names one of their values."""
    return tuple(
        replace(column, names=(*column.names, "hidden_values"), write=_write_told(column))
        for column in columns
    )


def _write_told(column: TableColumn) -> Callable[..., str]:
    own = set(column.names)

    def written(*values: Any) -> str:
        *plain, hidden = values
        return HIDDEN if own & set(hidden.split()) else column.write(*plain)

    return written


def cover_counts(columns: Sequence[TableColumn], rows: pl.DataFrame) -> tuple[TableColumn, ...]:
    """Return columns of the trials; a null in a count is something hidden."""
    counts = {name for name in rows.columns if name.startswith("n_") and name != "n_events"}
    return tuple(
        _cover(column, extra="") if set(column.names) & counts else column for column in columns
    )


def _cover(column: TableColumn, extra: str) -> TableColumn:
    names = (*column.names, extra) if extra and extra not in column.names else column.names
    count = len(column.names)
    return replace(column, names=names, write=_writer(column.write, count, has_flag=bool(extra)))


def _writer(write: Callable[..., str], count: int, *, has_flag: bool) -> Callable[..., str]:
    def written(*values: Any) -> str:
        own = values[:count]
        is_hidden = bool(values[count]) if has_flag else True
        return HIDDEN if is_hidden and any(value is None for value in own) else write(*own)

    return written


def list_coverage(rows: pl.DataFrame, trials: Sequence[str]) -> list[CoverageLine]:
    """Return one line per marker: tested of all patients in each trial."""
    own = {(line["marker"], line["trial"]): line for line in rows.to_dicts()}
    return [
        CoverageLine(
            marker, name_marker(marker), tuple(_share(own.get((marker, trial))) for trial in trials)
        )
        for marker in rows["marker"].unique(maintain_order=True)
    ]


def _share(line: dict[str, Any] | None) -> str:
    if line is None:
        return "\N{EN DASH}"
    tested, whole = line["n_tested"], line["n_patients"]
    if tested is None or whole is None:
        return HIDDEN
    return f"{format_percent(tested / whole)} ({format_count_of(tested, whole)})"
