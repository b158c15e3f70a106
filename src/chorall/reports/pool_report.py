"""Answer the questions of a pool and write them as one page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from chorall.analyses.arguments import check_markers
from chorall.analyses.bank.tripod_known import fill_tripod_of_pool
from chorall.analyses.deescalation import deescalation
from chorall.analyses.incidence import incidence
from chorall.analyses.marker_sheet import lay_out_sheet
from chorall.analyses.overview import overview
from chorall.analyses.prognosis import prognosis
from chorall.analyses.risk import risk
from chorall.consortium.progress import Progress, be_silent
from chorall.errors import DataError
from chorall.reports.documents import choose_formats, write_documents
from chorall.reports.page import render_report
from chorall.reports.risk_section import MOST_GROUPINGS
from chorall.reports.selection import select_sheets
from chorall.tables.store import Pool

N_STEPS: Final = 8


def report(
    pool: Pool,
    out: str | Path,
    *,
    title: str | None = None,
    markers: Sequence[str] = (),
    formats: Sequence[str] | None = None,
    progress: Progress = be_silent,
) -> Path:
    """Write one self-contained HTML page: trials, testing, frequency, prognosis, risk, checklists.

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
    tell = _Steps(progress)
    tell.begin("counting trials and follow-up")
    trials = overview(pool)
    tell.begin("frequencies")
    frequencies = incidence(pool)
    tell.begin("prognosis")
    outcomes = prognosis(pool, progress=tell.within)
    tell.begin("marker sheets")
    chosen, rule = select_sheets(outcomes, markers)
    sheets = [lay_out_sheet(pool, marker, outcomes) for marker in chosen]
    tell.begin("risk groups")
    groups = _answer_or_reason(lambda: risk(pool, most=MOST_GROUPINGS, progress=tell.within))
    tell.begin("less treatment")
    less = _answer_or_reason(lambda: deescalation(pool, progress=tell.within))
    tell.begin("drawing the page")
    page = render_report(
        trials, frequencies, outcomes, title=title or str(pool.manifest["name"]),
        manifest=pool.manifest, sheets=sheets, sheet_rule=rule, risk=groups, deescalation=less,
        tripod=fill_tripod_of_pool(pool),
    )  # fmt: skip
    tell.begin("writing")
    files = write_documents(page, Path(out), to_write)
    tell.begin("done")
    return files[0]


Result = TypeVar("Result")


def _answer_or_reason(ask: Callable[[], Result]) -> Result | str:
    """Return the answer, or why these data have none: the page says so in its place."""
    try:
        return ask()
    except DataError as error:
        return str(error)


class _Steps:
    """Tell how far the report is: each step is a hundredth of hundreds."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._name, self._done = "", -1

    def begin(self, name: str) -> None:
        """Begin the next step."""
        self._name, self._done = name, self._done + 1
        self.within(0, 1)

    def within(self, done: int, total: int) -> None:
        """Tell how much of the step is done."""
        part = 100 * done // total if total else 0
        self._progress(self._name, 100 * self._done + part, 100 * N_STEPS)
