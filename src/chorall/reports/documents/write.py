"""Choose what a report is written as, and write it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from chorall.analyses.choices import check_choices
from chorall.reports.atomic import write_atomically
from chorall.reports.documents.page_reader import read_page
from chorall.reports.documents.pdf_document import render_pdf
from chorall.reports.documents.word_document import render_word_report
from chorall.reports.extras import import_extra

FORMATS: Final[dict[str, Callable[[str], bytes]]] = {
    "html": str.encode,
    "pdf": lambda page: render_pdf(read_page(page)),
    "docx": lambda page: render_word_report(read_page(page)),
}
_NEEDS: Final = {"pdf": ("typst",), "docx": ("typst", "python-docx")}
_MODULES: Final = {"typst": "typst", "python-docx": "docx"}


def choose_formats(out: Path, formats: Sequence[str] | None) -> tuple[str, ...]:
    """Return the formats asked for; where none is, the ending of `out` decides, else HTML.

    Raises
    ------
    InputError
        If a format is not known, or what writes it is not installed.
    """
    ending = out.suffix.lower().lstrip(".")
    asked = formats or [ending if ending in FORMATS else "html"]
    chosen = check_choices(asked, list(FORMATS), what="format of a report")
    for one in chosen:
        for package in _NEEDS.get(one, ()):
            import_extra(_MODULES[package], package, f"Reports as {one}")
    return chosen


def write_documents(page: str, out: Path, formats: Sequence[str]) -> list[Path]:
    """Write a page in each format; return the files.

    Parameters
    ----------
    page : str
        What `page.render_report` returns.
    out : Path
        With one format the file; with several its ending is replaced by each of theirs.
    formats : sequence of str
        As `choose_formats` returns them.
    """
    ready = {
        out if len(formats) == 1 else out.with_suffix(f".{one}"): FORMATS[one](page)
        for one in formats
    }
    for file, content in ready.items():
        write_atomically(file, content)
    return list(ready)
