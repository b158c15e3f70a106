"""Choose the format of a printed table and write it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from chorall.analyses.choices import check_choices
from chorall.analyses.result import AnalysisResult
from chorall.reports.atomic import write_atomically
from chorall.reports.printed_table import PrintedTable
from chorall.reports.result_tables import print_tables
from chorall.reports.table_files.csv_file import render_csv
from chorall.reports.table_files.html_file import render_html
from chorall.reports.table_files.latex_file import render_latex
from chorall.reports.table_files.markdown_file import render_markdown
from chorall.reports.table_files.word_file import render_word

FORMATS: Final[dict[str, Callable[[PrintedTable], bytes]]] = {
    "html": lambda table: render_html(table).encode(),
    "csv": lambda table: render_csv(table).encode(),
    "tex": lambda table: render_latex(table).encode(),
    "md": lambda table: render_markdown(table).encode(),
    "docx": render_word,
}


def render_table(table: PrintedTable, ending: str) -> bytes:
    """Return the bytes of a file; the same table gives the same bytes.

    Raises
    ------
    InputError
        If `ending` is no format, or what writes it is not installed.
    """
    (known,) = check_choices([ending], list(FORMATS), what="format of a table")
    return FORMATS[known](table)


def write_tables(
    result: AnalysisResult, folder: str | Path, formats: Sequence[str] = ("html",)
) -> list[Path]:
    """Write every printed table of a result in each format; return the files.

    Parameters
    ----------
    result : AnalysisResult
        Of any analysis.
    folder : path
        Made where it does not exist. Files are called after the analysis, e.g.
        `prognosis-side-by-side-table.docx`.
    formats : sequence of str
        html, csv, tex, md, docx.

    Raises
    ------
    InputError
        If a format is not known, or what writes it is not installed; nothing is written then.
    """
    endings = check_choices(formats, list(FORMATS), what="format of a table")
    ready = {
        Path(folder) / f"{table.name}-table.{ending}": render_table(table, ending)
        for table in print_tables(result)
        for ending in endings
    }
    for file, content in ready.items():
        write_atomically(file, content)
    return list(ready)
