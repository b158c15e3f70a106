"""Routes of the analyst: the pool, frequencies, one marker, and the data behind each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from chorall.reports.frequency_bars import draw_frequency_bars
from chorall.reports.incidence_table import INCIDENCE_COLUMNS
from chorall.reports.numbers import format_count
from chorall.reports.overview_table import OVERVIEW_COLUMNS, count_checks
from chorall.reports.prognosis_table import PROGNOSIS_COLUMNS
from chorall.reports.table import TableColumn, render_html_table
from chorall.web.analyst_questions import (
    ENDPOINTS,
    Shown,
    ask_incidence,
    ask_overview,
    ask_prognosis,
    find_pool,
)
from chorall.web.analyst_tables import HIDDEN_NOTE, cover_counts, list_coverage, mark_hidden
from chorall.web.pages import render_page
from chorall.web.problems import Problem, ProblemError
from chorall.web.strict_svg import move_styles

if TYPE_CHECKING:
    from chorall.reports.figure import Figure
    from chorall.web.settings import Settings

router = APIRouter(prefix="/analyst", include_in_schema=False)

LEFT_OUT: Final = ("Marker", "q", "Endpoint")
PoolHash = Annotated[str | None, Query(max_length=64)]


@router.get("", response_class=HTMLResponse)
async def show_pool(request: Request, pool: PoolHash = None) -> HTMLResponse:
    """Show trials, patients and what was tested."""
    settings = _open(request, pool)
    overview, trials = await _ask(request, partial(ask_overview, settings))
    shown = await _ask(request, partial(ask_incidence, settings, by=["overall"]))
    return _render(
        "analyst.html.j2",
        settings,
        trials=_table(trials, cover_counts(OVERVIEW_COLUMNS, trials), "The trials in the pool"),
        coverage=list_coverage(shown.rows, settings.pool.trials if settings.pool else ()),
        frequencies=_table(
            shown.rows.filter(pl.col("trial").is_null()),
            mark_hidden(INCIDENCE_COLUMNS),
            "Frequency at diagnosis, all patients",
        ),
        checks=count_checks(overview.quality),
        warnings=shown.result.warnings,
        markers=shown.rows["marker"].unique(maintain_order=True).to_list(),
    )


@router.get("/marker", response_class=HTMLResponse)
async def show_marker(
    request: Request, marker: Annotated[str, Query(max_length=60)], pool: PoolHash = None
) -> HTMLResponse:
    """Show one marker: how frequent it is, and how it goes with outcome."""
    settings = _open(request, pool)
    frequency = await _ask(request, partial(ask_incidence, settings, markers=[marker]))
    outcome = await _ask(request, partial(ask_prognosis, settings, markers=[marker]))
    figures = await _ask(request, partial(_draw_curves, outcome, marker))
    return _render(
        "marker.html.j2",
        settings,
        marker=marker,
        frequency=draw_frequency_bars(frequency.rows, marker),
        groups=_table(frequency.rows, mark_hidden(INCIDENCE_COLUMNS[1:]), "Frequency by group"),
        outcome=_table(outcome.rows, _outcome_columns(), "Present against absent"),
        figures=figures,
        horizon=f"{outcome.result.horizon_years:g}",
        warnings=[*frequency.result.warnings, *outcome.result.warnings],
        endpoints=ENDPOINTS,
    )


@router.get("/trials.csv")
async def send_trials(request: Request, pool: PoolHash = None) -> Response:
    """Send the table of trials."""
    settings = _open(request, pool)
    _, trials = await _ask(request, partial(ask_overview, settings))
    return _send(trials, settings, "trials")


@router.get("/incidence.csv")
async def send_incidence(
    request: Request, marker: Annotated[list[str] | None, Query()] = None, pool: PoolHash = None
) -> Response:
    """Send frequencies, of all markers or of some."""
    settings = _open(request, pool)
    shown = await _ask(request, partial(ask_incidence, settings, markers=marker))
    return _send(shown.rows, settings, "incidence")


@router.get("/prognosis.csv")
async def send_prognosis(
    request: Request, marker: Annotated[str, Query(max_length=60)], pool: PoolHash = None
) -> Response:
    """Send how one marker goes with outcome."""
    settings = _open(request, pool)
    shown = await _ask(request, partial(ask_prognosis, settings, markers=[marker]))
    return _send(shown.rows, settings, "prognosis")


@router.get("/curve.csv")
async def send_curve(
    request: Request,
    marker: Annotated[str, Query(max_length=60)],
    endpoint: Annotated[str, Query(max_length=20)],
    pool: PoolHash = None,
) -> Response:
    """Send what one figure of curves draws."""
    settings = _open(request, pool)
    shown = await _ask(request, partial(ask_prognosis, settings, markers=[marker]))
    if endpoint not in shown.result.summary["endpoint"].to_list():
        said = "This endpoint has no curve here, or too few patients for one."
        raise ProblemError(Problem(404, "There is no such curve", said))
    from chorall.reports.survival_figure import draw_survival

    return _send(draw_survival(shown.result, marker, endpoint).data, settings, "curve")


def _open(request: Request, pool: str | None) -> Settings:
    """Return the settings; an address that names another pool is not answered with this one."""
    settings: Settings = request.app.state.settings
    own = find_pool(settings).hash
    if pool and not own.startswith(pool):
        said = "This address was made for another pool than the one that is served now."
        raise ProblemError(Problem(409, "Another pool", said))
    return settings


async def _ask(request: Request, work: Any) -> Any:
    return await request.app.state.desk.ask(work)


def _draw_curves(outcome: Shown, marker: str) -> list[tuple[str, str, Markup]]:
    from chorall.reports.survival_figure import draw_survival

    drawn = []
    for endpoint in outcome.result.summary["endpoint"].to_list():
        if outcome.result.curves.filter(pl.col("endpoint") == endpoint).height:
            figure: Figure = draw_survival(outcome.result, marker, endpoint)
            # the SVG is our own: every text in it was escaped when the element was written
            drawn.append((endpoint, figure.title, Markup(move_styles(figure.svg()))))
    return drawn


def _outcome_columns() -> tuple[TableColumn, ...]:
    kept = [column for column in PROGNOSIS_COLUMNS if column.header not in LEFT_OUT]
    first = TableColumn("Endpoint", ("endpoint_label",))
    return (first, *mark_hidden(kept))


def _table(frame: pl.DataFrame, columns: Any, caption: str) -> Markup:
    return Markup(render_html_table(frame, columns, caption=caption))


def _render(name: str, settings: Settings, **values: Any) -> HTMLResponse:
    pool = find_pool(settings)
    page = render_page(
        name,
        synthetic=settings.synthetic,
        here="/analyst",
        settings=settings,
        pool=pool,
        short=pool.hash[:12],
        n_patients=format_count(pool.table("patient").height),
        hidden_note=HIDDEN_NOTE.format(fewest=settings.fewest_shown),
        **values,
    )
    return HTMLResponse(page)


def _send(frame: pl.DataFrame, settings: Settings, name: str) -> Response:
    file = f"{name}-{find_pool(settings).hash[:12]}.csv"
    headers = {"content-disposition": f'attachment; filename="{file}"'}
    return Response(frame.write_csv(), media_type="text/csv", headers=headers)
