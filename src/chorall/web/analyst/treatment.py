"""The page of treatment: does a marker change what a randomised treatment does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import quote

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from chorall.analyses.choices import check_choices
from chorall.reports.disclosure import hide_in_words
from chorall.reports.disclosure_arms import SPOTS, find_hidden_arms, read_arms
from chorall.reports.disclosure_counts import uncover
from chorall.reports.disclosure_sets import Pair
from chorall.reports.disclosure_treatment import hide_strategies, hide_treatment
from chorall.reports.treatment_table import STRATEGY_COLUMNS, TREATMENT_COLUMNS
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
from chorall.web.analyst.questions import (
    ENDPOINTS,
    find_outcomes,
    find_outcomes_hidden,
    find_pool,
)
from chorall.web.analyst.tables import cover_hidden
from chorall.web.desk import ask

if TYPE_CHECKING:
    from chorall.analyses.treatments import TreatmentResult
    from chorall.web.settings import Settings

router = APIRouter(prefix="/analyst", include_in_schema=False)

HERE: Final = "/analyst/treatment"
TITLE: Final = "Does a marker change what a treatment does?"
MOST_LINES: Final = 40
COUNTED: Final = [f"{what}_{spot}" for spot in SPOTS for what in ("n", "events")]
EVERY_MARKER: Final = "(the strongest of all markers)"
LEFT_OUT: Final = ("years gained", "hazard ratio", "Trial", "Note")
Part = Literal["lines", "questions"]
Marker = Annotated[str | None, Query(max_length=60)]


@dataclass(frozen=True, slots=True, eq=False)
class Treatments:
    """Lines and questions with small counts hidden, and a result with lines that may be drawn."""

    lines: pl.DataFrame
    questions: pl.DataFrame
    drawn: TreatmentResult


def ask_treatments(settings: Settings) -> Treatments:
    """Scan all markers for a treatment whose effect they change; small counts never leave here."""
    from chorall.analyses.treatments import compare_strategies, scan_treatment

    pool, fewest = find_pool(settings), settings.fewest_shown
    questions = hide_strategies(compare_strategies(pool).rows, fewest)
    result = scan_treatment(pool, endpoints=ENDPOINTS)
    lines = hide_treatment(result.rows, _find_hidden(settings, result.rows), fewest)
    kept = uncover(lines.drop_nulls(COUNTED))
    said = hide_in_words(result.warnings, fewest)
    return Treatments(lines, questions, replace(result, rows=kept, warnings=said))


def _find_hidden(
    settings: Settings, rows: pl.DataFrame
) -> dict[tuple[str, str, str], frozenset[Pair]]:
    pool, fewest = find_pool(settings), settings.fewest_shown
    outcomes, results = find_outcomes(settings), pool.table("marker_result")
    comparisons = read_arms(pool, outcomes, fewest)
    return {
        (marker, *contrast): hidden
        for marker in rows["marker"].unique()
        for contrast, hidden in find_hidden_arms(
            comparisons, outcomes, results, marker, find_outcomes_hidden(settings, marker), fewest
        ).items()
    }


@router.get("/treatment", response_class=HTMLResponse)
async def show_treatment(
    request: Request, marker: Marker = None, pool: PoolHash = None
) -> HTMLResponse:
    """Show what trials randomised, and the markers that may change what it did."""
    settings = open_pool(request, pool)
    found = await ask_long(request, ask_treatments, settings)
    if found is None:
        return render_waiting(request, settings, TITLE)
    markers = found.lines["marker"].unique(maintain_order=True).to_list()
    chosen = marker if marker and marker != EVERY_MARKER else ""
    lines = _choose(found, chosen)
    figures = await ask(request, partial(_draw, found.drawn, chosen)) if chosen else ()
    sections = [_tell_lines(settings, lines, figures, chosen), _tell_questions(settings, found)]
    choice = Choice("Marker", "marker", (EVERY_MARKER, *markers), chosen)
    return render_question(settings, HERE, TITLE, sections, found.drawn.warnings, choice)


def _choose(found: Treatments, marker: str) -> pl.DataFrame:
    """Return the lines of a marker, or those with the smallest q of all."""
    if not marker:
        ranked = found.lines.sort("q_value", nulls_last=True, maintain_order=True)
        return ranked.head(MOST_LINES)
    check_choices([marker], found.lines["marker"].unique().to_list(), what="marker")
    return found.lines.filter(marker=marker)


def _draw(drawn: TreatmentResult, marker: str) -> Figures:
    from chorall.reports.treatment_figure import draw_treatment

    endpoints = drawn.rows.filter(marker=marker)["endpoint"].unique(maintain_order=True)
    return tuple(put_figure(draw_treatment(drawn, marker, endpoint)) for endpoint in endpoints)


def _tell_lines(
    settings: Settings,
    lines: pl.DataFrame,
    figures: Figures,
    marker: str,
) -> Section:
    left_out = (*LEFT_OUT, "Marker") if marker else LEFT_OUT
    columns = [one for one in TREATMENT_COLUMNS if not one.header.endswith(left_out)]
    command = f"chorall treatment {settings.pool_name}"
    return Section(
        f"With and without {marker.replace('_', ' ')}" if marker else "All markers",
        f"{HERE}.csv?part=lines" + (f"&marker={quote(marker, safe='')}" if marker else ""),
        f"{command} -m '{marker}'" if marker else command,
        (
            "Compared is what chance gave to the one and not to the other, within trials. A line "
            "has no figure where patients or events of marker and arm are few.",
            'q counts all lines of all markers: so many questions were asked at once. "Not shown" '
            "does not mean that there is no difference.",
        ),
        put_table(
            lines,
            cover_hidden(columns),
            f"Lines of {marker.replace('_', ' ')}"
            if marker
            else f"The {lines.height} lines with the smallest q",
        ),
        figures,
    )


def _tell_questions(settings: Settings, found: Treatments) -> Section:
    return Section(
        "Which questions the pool holds",
        f"{HERE}.csv?part=questions",
        f"chorall strategies {settings.pool_name}",
        (
            "Randomised: chance decided. A dash: trials give it, and choice or the protocol "
            "decided; no line above rests on that.",
        ),
        put_table(
            found.questions,
            cover_hidden(STRATEGY_COLUMNS),
            "Components of treatment by trial",
        ),
    )


@router.get("/treatment.csv")
async def send_treatment(
    request: Request, part: Part = "lines", marker: Marker = None, pool: PoolHash = None
) -> Response:
    """Send all lines, those of one marker, or the questions."""
    settings = open_pool(request, pool)
    found = await ask_for_file(request, ask_treatments, settings)
    if part == "questions":
        return send_file(found.questions, settings, "treatment-questions")
    lines = _choose(found, marker) if marker else found.lines
    return send_file(lines, settings, "treatment")
