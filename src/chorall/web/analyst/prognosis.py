"""The page of prognosis: every marker of the pool beside the others, for one endpoint."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from chorall.analyses.choices import check_choices
from chorall.reports.prognosis_table import PROGNOSIS_COLUMNS
from chorall.web.analyst.answers import (
    Choice,
    Figures,
    PoolHash,
    Section,
    ask_for_file,
    ask_long,
    open_pool,
    put_figure,
    put_table,
    render_question,
    render_waiting,
    send_file,
)
from chorall.web.analyst.questions import ENDPOINTS, Shown, ask_prognosis
from chorall.web.analyst.tables import mark_hidden
from chorall.web.desk import ask

if TYPE_CHECKING:
    from chorall.web.settings import Settings

router = APIRouter(prefix="/analyst", include_in_schema=False)

HERE: Final = "/analyst/prognosis"
TITLE: Final = "Which markers go with outcome"
LEFT_OUT: Final = (
    "Endpoint", "Log-rank p", "Adjusted: events / n", "I\N{SUPERSCRIPT TWO}", "Read with care",
    "Note",
)  # fmt: skip
MOST_LINES: Final = 40
Marker = Annotated[str | None, Query(max_length=60)]
Endpoint = Annotated[str | None, Query(max_length=20)]


def ask_scan(settings: Settings) -> Shown:
    """Compare every marker of the pool, present against absent; small counts never leave here."""
    return ask_prognosis(settings, markers=())


@router.get("/prognosis", response_class=HTMLResponse)
async def show_scan(
    request: Request, endpoint: Endpoint = None, pool: PoolHash = None
) -> HTMLResponse:
    """Show the markers for one endpoint, those with the smallest q first."""
    settings = open_pool(request, pool)
    (chosen,) = check_choices([endpoint or ENDPOINTS[0]], ENDPOINTS, what="endpoint")
    found = await ask_long(request, ask_scan, settings)
    if found is None:
        return render_waiting(request, settings, TITLE)
    figures = await ask(request, partial(_draw, found, chosen))
    section = _tell_markers(settings, found, chosen, figures)
    choice = Choice("Endpoint", "endpoint", ENDPOINTS, chosen)
    return render_question(settings, HERE, TITLE, [section], found.result.warnings, choice)


def _draw(found: Shown, endpoint: str) -> Figures:
    from chorall.reports.forest_figure import draw_forest

    if found.result.summary.filter(endpoint=endpoint).is_empty():
        return ()
    return (put_figure(draw_forest(found.result, endpoint)),)


def _tell_markers(settings: Settings, found: Shown, endpoint: str, figures: Figures) -> Section:
    lines = found.rows.filter(endpoint=endpoint)
    told = lines.drop_nulls("adjusted_hazard_ratio")
    label = lines["endpoint_label"][0] if lines.height else endpoint
    return Section(
        f"{label[:1].upper()}{label[1:]}",
        f"{HERE}.csv?endpoint={quote(endpoint, safe='')}",
        f"chorall prognosis {settings.pool_name} -e {endpoint} --out prognosis",
        (
            "Present against absent, within trials. Associations in treated patients, no causes. "
            "q counts all markers of this endpoint.",
            f"{lines.height - told.height} of {lines.height} markers have no figure here: too few "
            "patients or events, or a small count is hidden. They are in the file.",
        ),
        put_table(
            told.sort("q_value", nulls_last=True, maintain_order=True).head(MOST_LINES),
            mark_hidden([one for one in PROGNOSIS_COLUMNS if one.header not in LEFT_OUT]),
            f"The {min(told.height, MOST_LINES)} markers with the smallest q",
        ),
        figures,
    )


@router.get("/prognosis.csv")
async def send_prognosis(
    request: Request, marker: Marker = None, endpoint: Endpoint = None, pool: PoolHash = None
) -> Response:
    """Send the lines of all markers or of one, for all endpoints or for one."""
    settings = open_pool(request, pool)
    if marker:
        shown = await ask(request, partial(ask_prognosis, settings, markers=[marker]))
    else:
        shown = await ask_for_file(request, ask_scan, settings)
    rows = shown.rows
    if endpoint:
        check_choices([endpoint], ENDPOINTS, what="endpoint")
        rows = rows.filter(endpoint=endpoint)
    return send_file(rows, settings, "prognosis")
