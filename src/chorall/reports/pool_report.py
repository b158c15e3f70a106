"""Answer the questions of a pool and write them as one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chorall.analyses import incidence, overview, prognosis
from chorall.analyses.arguments import check_markers
from chorall.analyses.marker_sheet import lay_out_sheet
from chorall.consortium.progress import Progress, be_silent
from chorall.reports.documents import choose_formats, write_documents
from chorall.reports.page import render_report
from chorall.reports.selection import select_sheets
from chorall.tables.store import Pool


def report(
    pool: Pool,
    out: str | Path,
    *,
    title: str | None = None,
    markers: Sequence[str] = (),
    formats: Sequence[str] | None = None,
    progress: Progress = be_silent,
) -> Path:
    """Write one self-contained HTML page: trials, testing, frequency, prognosis, limits.

    The same can be written as tagged PDF (PDF/UA-1) and as a Word document.

    Parameters
    ----------
    pool : Pool
        An opened pool.
    out : path
        The page; an older file there is replaced in one step.
    title : str, optional
        Heading of the page, the consortium's name where nothing is given.
    markers : sequence of str
        Which get a sheet of one page each; where none is named, those graded replicated, consistent
        or heterogeneous on an endpoint, at most eight.
    formats : sequence of str, optional
        html, pdf, docx; where not given the ending of `out` decides, else HTML. Of several the
        ending of `out` is replaced by that of each.
    progress : callable
        Told about each step: what is being done, steps done, steps in all.

    Returns
    -------
    Path
        The page; of several formats the first.

    Raises
    ------
    InputError
        If a marker does not exist, a format is not known, or what writes it is not installed;
        nothing is computed then.
    """
    check_markers(pool, markers)
    to_write = choose_formats(Path(out), formats)
    steps = 5
    progress("counting trials and follow-up", 0, steps)
    trials = overview(pool)
    progress("incidence", 1, steps)
    frequencies = incidence(pool)
    progress("prognosis", 2, steps)
    outcomes = prognosis(pool)
    progress("marker sheets", 3, steps)
    chosen, rule = select_sheets(outcomes, markers)
    sheets = [lay_out_sheet(pool, marker, outcomes) for marker in chosen]
    progress("drawing the page", 4, steps)
    heading = title or str(pool.manifest["name"])
    page = render_report(
        trials, frequencies, outcomes, title=heading, manifest=pool.manifest, sheets=sheets,
        sheet_rule=rule,
    )  # fmt: skip
    files = write_documents(page, Path(out), to_write)
    progress("done", steps, steps)
    return files[0]
