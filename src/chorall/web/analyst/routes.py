"""Routes of the analyst: the pool, frequencies, one marker, and the data behind each."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from chorall.reports.frequency_bars import draw_frequency_bars
from chorall.reports.incidence_table import INCIDENCE_COLUMNS
from chorall.reports.overview_table import OVERVIEW_COLUMNS, count_checks
from chorall.reports.prognosis_table import PROGNOSIS_COLUMNS
from chorall.reports.table import TableColumn
from chorall.web.analyst.answers import (
    PoolHash,
    open_pool,
    put_figure,
    put_table,
    render_answer,
    send_file,
)
from chorall.web.analyst.questions import (
    ENDPOINTS,
    Shown,
    ask_incidence,
    ask_overview,
    ask_prognosis,
    warn_of_marker,
)
from chorall.web.analyst.tables import (
    WHOSE,
    cover_counts,
    cover_hidden,
    list_coverage,
    mark_hidden,
)
from chorall.web.desk import ask
from chorall.web.problems import Problem, ProblemError

router = APIRouter(prefix="/analyst", include_in_schema=False)

LEFT_OUT: Final = ("Marker", "q", "Endpoint")


@router.get("", response_class=HTMLResponse)
async def show_pool(request: Request, pool: PoolHash = None) -> HTMLResponse:
    """Show trials, patients and what was tested."""
    settings = open_pool(request, pool)
    overview, trials = await ask(request, partial(ask_overview, settings))
    shown = await ask(request, partial(ask_incidence, settings, by=["overall"]))
    overall = shown.rows.filter(pl.col("trial").is_null())
    tested = overall.filter(pl.col("n_tested").is_null() | (pl.col("n_tested") > 0))
    return render_answer(
        "analyst.html.j2",
        settings,
        path="/analyst",
        trials=put_table(trials, cover_counts(OVERVIEW_COLUMNS, trials), "The trials in the pool"),
        coverage=list_coverage(shown.rows, settings.pool.trials if settings.pool else ()),
        frequencies=put_table(
            tested, mark_hidden(INCIDENCE_COLUMNS), "Frequency at diagnosis, all patients"
        ),
        n_untested=overall.height - tested.height,
        checks=count_checks(overview.quality),
        warnings=shown.result.warnings,
        markers=shown.rows["marker"].unique(maintain_order=True).to_list(),
    )


@router.get("/marker", response_class=HTMLResponse)
async def show_marker(
    request: Request, marker: Annotated[str, Query(max_length=60)], pool: PoolHash = None
) -> HTMLResponse:
    """Show one marker: how frequent it is, and how it goes with outcome."""
    settings = open_pool(request, pool)
    frequency = await ask(request, partial(ask_incidence, settings, markers=[marker]))
    outcome = await ask(request, partial(ask_prognosis, settings, markers=[marker]))
    figures = await ask(request, partial(_draw_curves, outcome, marker))
    warnings = await ask(request, partial(warn_of_marker, settings, marker))
    return render_answer(
        "marker.html.j2",
        settings,
        path="",
        marker=marker,
        frequency=draw_frequency_bars(frequency.rows, marker),
        groups=put_table(
            frequency.rows, (WHOSE, *mark_hidden(INCIDENCE_COLUMNS[2:])), "Frequency by group"
        ),
        outcome=put_table(outcome.rows, _outcome_columns(), "Present against absent"),
        figures=figures,
        horizon=f"{outcome.result.horizon_years:g}",
        warnings=list(dict.fromkeys([*warnings, *outcome.result.warnings])),
        endpoints=ENDPOINTS,
    )


@router.get("/trials.csv")
async def send_trials(request: Request, pool: PoolHash = None) -> Response:
    """Send the table of trials."""
    settings = open_pool(request, pool)
    _, trials = await ask(request, partial(ask_overview, settings))
    return send_file(trials, settings, "trials")


@router.get("/incidence.csv")
async def send_incidence(
    request: Request, marker: Annotated[list[str] | None, Query()] = None, pool: PoolHash = None
) -> Response:
    """Send frequencies, of all markers or of some."""
    settings = open_pool(request, pool)
    shown = await ask(request, partial(ask_incidence, settings, markers=marker))
    return send_file(shown.rows, settings, "incidence")


@router.get("/curve.csv")
async def send_curve(
    request: Request,
    marker: Annotated[str, Query(max_length=60)],
    endpoint: Annotated[str, Query(max_length=20)],
    pool: PoolHash = None,
) -> Response:
    """Send what one figure of curves draws."""
    settings = open_pool(request, pool)
    shown = await ask(request, partial(ask_prognosis, settings, markers=[marker]))
    if endpoint not in shown.result.summary["endpoint"].to_list():
        said = "This endpoint has no curve here, or too few patients for one."
        raise ProblemError(Problem(404, "There is no such curve", said))
    from chorall.reports.survival_figure import draw_survival

    return send_file(draw_survival(shown.result, marker, endpoint).data, settings, "curve")


def _draw_curves(outcome: Shown, marker: str) -> list[tuple[str, str, Markup]]:
    from chorall.reports.survival_figure import draw_survival

    drawn = []
    for endpoint in outcome.result.summary["endpoint"].to_list():
        if outcome.result.curves.filter(pl.col("endpoint") == endpoint).height:
            drawn.append((endpoint, *put_figure(draw_survival(outcome.result, marker, endpoint))))
    return drawn


def _outcome_columns() -> tuple[TableColumn, ...]:
    kept = [column for column in PROGNOSIS_COLUMNS if column.header not in LEFT_OUT]
    first = TableColumn("Endpoint", ("endpoint_label",))
    return (first, *cover_hidden(kept))
