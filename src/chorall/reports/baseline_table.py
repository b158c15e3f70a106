"""The columns of a baseline table, and its words."""

from __future__ import annotations

from typing import Any, Final

from chorall.analyses.baseline.groups import ALL, BETWEEN, JOINED_BY, MARKER_PREFIX
from chorall.analyses.baseline.result import BaselineTable
from chorall.knowledge.measurements import measurement_items
from chorall.reports.numbers import (
    format_count,
    format_difference,
    format_quartiles,
    format_share,
)
from chorall.reports.table import TableColumn
from chorall.reports.wording import begin_sentence, join_words, name_group, name_marker

_VARIABLES: Final = {
    "age_years": "Age, years",
    "age_band": "Age",
    "wbc_10e9_per_l": "White cell count, 10⁹/L",
    "cns_status": "CNS status",
    "down_syndrome": "Down syndrome",
    "subtype": "Subtype (ICC 2022)",
    "year_band": "Year of diagnosis",
}
_REASONS: Final = {
    "open": "not settled by the tests done",
    "positive_only": "present by a test that cannot show absence",
}
_BY: Final = {"ph_status": "BCR::ABL1", "age_band": "age", "all": ""}
_CELL: Final = ("n", "n_known", "fraction", "median", "lower_quartile", "upper_quartile", "hidden")
QUARTILES: Final = "median (quartiles)"


def baseline_columns(result: BaselineTable) -> tuple[TableColumn, ...]:
    """Return the printed columns: the characteristic, each group, all, the difference."""
    columns = [TableColumn("Characteristic", ("variable", "kind", "level", "known"), _write_label)]
    for number, row in enumerate(result.groups.to_dicts()):
        names = tuple(f"{name}_{number}" for name in _CELL)
        header = f"{_name_column(result, row['group'])}, n = {format_count(row['n_patients'])}"
        note = _explain_cells(result) if number == 0 else ""
        written = ("kind", "known", *names)
        columns.append(TableColumn(header, written, _write_cell, "right", note))
    if result.differences.height:
        columns.append(
            TableColumn(
                "Standardised difference", ("heading", "standardised_difference"),
                _write_difference,
                "right", _explain_difference(result),
            )
        )  # fmt: skip
    return tuple(columns)


def caption_baseline(result: BaselineTable) -> str:
    """Return what stands above the table."""
    if result.by == ALL:
        return "Patients at baseline"
    parts = [by.removeprefix(MARKER_PREFIX) for by in result.by.split(JOINED_BY)]
    return f"Patients at baseline by {join_words([_BY.get(by, name_marker(by)) for by in parts])}"


def class_baseline_row(row: dict[str, Any]) -> str:
    """Return `all` for the line that names a variable, `part` for the lines below it."""
    return "all" if row["heading"] else "part"


def _name_column(result: BaselineTable, group: str) -> str:
    if group == ALL:
        return "All"
    parts, words = result.by.split(JOINED_BY), group.split(BETWEEN)
    if len(words) < len(parts):  # groups that share a column
        return begin_sentence(group)
    named = [_name_part(by, word) for by, word in zip(parts, words, strict=True)]
    return ", ".join([begin_sentence(named[0]), *named[1:]] if named[0].islower() else named)


def _name_part(by: str, group: str) -> str:
    if by.startswith(MARKER_PREFIX):
        return f"{name_marker(by.removeprefix(MARKER_PREFIX))} {group}"
    return name_group(by, group) if by not in ("trial", "arm") else group


def name_variable(variable: str, kind: str) -> str:
    """Return a variable as it is read."""
    if kind == "marker":
        return name_marker(variable)
    items = measurement_items()
    if variable in items:
        item = items[variable]
        return f"{item.label}, {item.canonical_unit}" if item.canonical_unit else item.label
    return _VARIABLES.get(variable, begin_sentence(variable.replace("_", " ")))


def _write_label(variable: str, kind: str, level: str | None, known: bool) -> str:
    name = name_variable(variable, kind)
    if level is None:
        return f"{name}: {QUARTILES}" if kind == "number" else name
    if not known:
        return _REASONS.get(level, level.replace("_", " "))
    return name_group(variable, level) if variable in ("age_band", "lineage") else _say(level)


def _say(level: str) -> str:
    return level.replace("_", " ")


def _write_cell(
    kind: str,
    known: bool,
    n: int | None,
    n_known: int | None,
    fraction: float | None,
    median: float | None,
    lower: float | None,
    upper: float | None,
    hidden: bool | None,
) -> str:
    if hidden is None:  # the line that names a variable
        return ""
    if not known:
        return format_count(n)
    if kind == "number":
        return format_quartiles(median, lower, upper, hidden=hidden)
    if not hidden and not n_known:
        return "nobody tested" if kind == "marker" else "nobody known"
    return format_share(n, n_known, hidden=hidden, of=kind == "marker")


def _write_difference(heading: bool, difference: float | None) -> str:
    return format_difference(difference) if heading else ""


def _explain_cells(result: BaselineTable) -> str:
    text = (
        "Percentages are of those known; of a marker, of those tested. Not tested and missing are "
        "counted on lines of their own and are in no percentage."
    )
    if result.smallest > 1:
        text += (
            f" Hidden: fewer than {result.smallest} patients, or a count from which such a number "
            "could be worked out."
        )
    return text


def _explain_difference(result: BaselineTable) -> str:
    known = result.groups.filter(~result.groups["unknown"]).height - 1
    text = "Distance in standard deviations (Austin 2009), among those known."
    return text if known == 2 else f"{text} The largest of all pairs of groups."
