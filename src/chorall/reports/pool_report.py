"""Answer the questions of a pool and write them as one page."""

from __future__ import annotations

from pathlib import Path

from chorall.analyses import incidence, overview, prognosis
from chorall.consortium.progress import Progress, be_silent
from chorall.reports.page import write_report
from chorall.tables.store import Pool


def report(
    pool: Pool, out: str | Path, *, title: str | None = None, progress: Progress = be_silent
) -> Path:
    """Write one self-contained HTML page: trials, testing, frequency, prognosis, limits.

    Parameters
    ----------
    pool : Pool
        An opened pool.
    out : path
        The page; an older file there is replaced in one step.
    title : str, optional
        Heading of the page, the consortium's name where nothing is given.
    progress : callable
        Told about each step: what is being done, steps done, steps in all.

    Returns
    -------
    Path
        The page.
    """
    steps = 4
    progress("counting trials and follow-up", 0, steps)
    trials = overview(pool)
    progress("incidence", 1, steps)
    frequencies = incidence(pool)
    progress("prognosis", 2, steps)
    outcomes = prognosis(pool)
    progress("drawing the page", 3, steps)
    heading = title or str(pool.manifest["name"])
    page = write_report(trials, frequencies, outcomes, out, title=heading, manifest=pool.manifest)
    progress("done", steps, steps)
    return page
