"""Write the report of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chorall.reports.documents import choose_formats, write_documents
from chorall.reports.run_page import render_run_report
from chorall.reports.runs.folder import read_run
from chorall.reports.runs.reading import check_whole


def report_run(
    run: str | Path,
    out: str | Path,
    *,
    title: str | None = None,
    formats: Sequence[str] | None = None,
) -> Path:
    """Write one page of a run: what was asked, found, how, its limits, checklists and provenance.

    Parameters
    ----------
    run : path
        Folder that an analysis wrote with `--run`.
    out : path
        The page; an older file there is replaced in one step.
    title : str, optional
        Heading of the page; that of the analysis where nothing is given.
    formats : sequence of str, optional
        html, pdf, docx, as in `report`.

    Returns
    -------
    Path
        The page; of several formats the first.

    Raises
    ------
    InputError
        If there is no run, a format is not known, or what writes it is not installed.
    DataError
        If a file of the run is missing or was changed after it was written: nothing is reported of
        it then.

    See Also
    --------
    chorall.report : The report of a pool.
    """
    opened = read_run(run)
    to_write = choose_formats(Path(out), formats)
    check_whole(opened)
    return write_documents(render_run_report(opened, title=title), Path(out), to_write)[0]
