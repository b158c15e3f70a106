"""The report of a run as one page: what was asked, found, how, and from what."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from markupsafe import Markup

from chorall.reports.checklist_table import PlacedChecklist, render_checklists
from chorall.reports.numbers import count_of, format_count, format_text
from chorall.reports.page_parts import PlacedFigure, number_sections, render_table
from chorall.reports.page_templates import render_template
from chorall.reports.printed_table import PrintedTable
from chorall.reports.provenance import DELIVERY_COLUMNS, list_deliveries
from chorall.reports.runs.folder import Run
from chorall.reports.runs.inputs import list_run_versions
from chorall.reports.runs.method_words import MethodWords, method_words
from chorall.reports.runs.reading import (
    read_checklists,
    read_drawings,
    read_provenance_file,
    read_result,
    read_tables,
    read_texts,
)
from chorall.reports.runs.stand import InputState, find_inputs
from chorall.reports.table import TableColumn
from chorall.reports.wording import RESEARCH_USE, SYNTHETIC_BANNER

MOST_ROWS: Final = 200
"""Of a table; a scan has thousands."""
SECTIONS: Final = {
    "asked": "What was asked",
    "data": "The data",
    "results": "Results",
    "methods": "Methods",
    "limits": "Limits",
    "checklists": "Checklists for a paper",
    "provenance": "Provenance",
}
"""Anchor to title, in order."""
_STATES: Final = {
    "unchanged": "found where it was, unchanged",
    "changed": "something else lies there now",
    "gone": "no longer there",
}
_ARGUMENTS: Final = (
    TableColumn("Argument", ("argument",), format_text),
    TableColumn("Value", ("value",), format_text),
)
_FILES: Final = (
    TableColumn("File", ("file",), format_text),
    TableColumn("Bytes", ("bytes",), format_count, "right"),
    TableColumn("SHA-256", ("sha256",), format_text),
)


@dataclass(frozen=True, slots=True)
class FoundPart:
    """What one analysis of the run found."""

    words: MethodWords
    tables: tuple[Markup, ...]
    figures: tuple[PlacedFigure, ...]
    methods_text: str
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    checklists: tuple[PlacedChecklist, ...]
    pool: dict[str, Any] | None


def render_run_report(run: Run, *, title: str | None = None) -> str:
    """Return the report of a run as a page; nothing is computed again.

    Parameters
    ----------
    run : Run
        As `read_run` returns it, its files checked by `check_whole`.
    title : str, optional
        Heading; that of its analysis where none is given.
    """
    numbers = iter(range(1, 1000))
    parts = [_read_part(run, name, numbers) for name in dict.fromkeys(run.about["analyses"])]
    inputs = find_inputs(run)
    checklists = [one for part in parts for one in part.checklists]
    sections = {
        name: words for name, words in SECTIONS.items() if name != "checklists" or checklists
    }
    return render_template(
        "run_report.html.j2",
        title=title or " · ".join(dict.fromkeys(part.words.title for part in parts)),
        synthetic=any(part.pool is not None and part.pool["synthetic"] for part in parts),
        banner=SYNTHETIC_BANNER,
        research_use=RESEARCH_USE,
        sections=number_sections(sections),
        command=f"chorall {shlex.join(run.about['command_line'])}",
        arguments=_render_arguments(run),
        parts=parts,
        pools=_describe_pools(run),
        checklists=checklists,
        run=run,
        inputs=[(state.input, _STATES[state.state]) for state in inputs],
        standing=_say_standing(inputs),
        changed_versions=_list_changed_versions(run),
        files=_render_files(run),
    )


def _read_part(run: Run, analysis: str, numbers: Iterator[int]) -> FoundPart:
    result, texts = read_result(run, analysis), read_texts(run, analysis)
    methods_text = texts.pop("methods", "")
    return FoundPart(
        words=method_words()[analysis],
        tables=tuple(_render_printed(one) for one in read_tables(run, analysis, MOST_ROWS)),
        figures=tuple(
            # The SVG was checked when it was read: no script, nothing from elsewhere.
            PlacedFigure(number, f"figure-{number}", drawing_title, Markup(svg))
            for (drawing_title, svg), number in zip(
                read_drawings(run, analysis), numbers, strict=False
            )
        ),
        methods_text=methods_text,
        sentences=tuple(line for text in texts.values() for line in text.splitlines()),
        warnings=tuple(result.get("warnings", ())),
        checklists=tuple(render_checklists(read_checklists(run, analysis))),
        pool=result.get("pool"),
    )


def _render_printed(table: PrintedTable) -> Markup:
    return Markup(render_template("printed_table.html.j2", table=table, captioned=True))


def _render_arguments(run: Run) -> Markup:
    given = {
        name.replace("_", " "): ", ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in run.about["arguments"].items()
    }
    rows = [(name, _say_value(value)) for name, value in given.items()]
    frame = pl.DataFrame(rows, schema=["argument", "value"], orient="row")
    return render_table(frame, _ARGUMENTS, "All arguments, also those not typed")


def _say_value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not given" if value in (None, "") else str(value)


def _describe_pools(run: Run) -> list[tuple[dict[str, Any], Markup]]:
    return [
        (
            pool,
            render_table(
                list_deliveries(pool), DELIVERY_COLUMNS, "Files delivered, with their hashes"
            ),
        )
        for pool in read_provenance_file(run).values()
    ]


def _say_standing(inputs: list[InputState]) -> str:
    lost = [one for one in inputs if one.state != "unchanged"]
    if not inputs:
        return "The run has no inputs: chorall verify can compute it again anywhere."
    if not lost:
        return "When this report was written, chorall verify would have found every input."
    named = "; ".join(f"{one.input.argument}: {_STATES[one.state]}" for one in lost)
    return (
        f"When this report was written, chorall verify would not have found "
        f"{count_of(len(lost), 'input')} ({named})."
    )


def _list_changed_versions(run: Run) -> list[str]:
    own = list_run_versions()
    return [
        f"{name} was {version} and is {own.get(name, 'absent')}"
        for name, version in run.about["versions"].items()
        if own.get(name) != version
    ]


def _render_files(run: Run) -> Markup:
    rows = [(name, one["bytes"], one["sha256"]) for name, one in sorted(run.about["files"].items())]
    frame = pl.DataFrame(rows, schema=["file", "bytes", "sha256"], orient="row")
    return render_table(frame, _FILES, "Files of the run, with their hashes")
