"""The page of transplantation in first remission: several answers side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, Literal

import polars as pl
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from chorall.errors import UserError
from chorall.reports.disclosure_transplant import hide_transplant
from chorall.web.analyst.answers import (
    Figures,
    PoolHash,
    ask_for_file,
    ask_long,
    open_pool,
    put_figure,
    render_question,
    render_waiting,
    send_file,
)
from chorall.web.analyst.closed_doors import (
    NEEDS_GROUPS,
    Door,
    frame_doors,
    hear_refusal,
    refuse_safely,
    tell_doors,
    tell_refusal,
)
from chorall.web.analyst.questions import find_pool
from chorall.web.analyst.transplant_sections import (
    OVER_TIME,
    list_sections,
    round_balance,
    split_warnings,
)
from chorall.web.desk import ask

if TYPE_CHECKING:
    from chorall.analyses.transplants.result import TransplantResult
    from chorall.reports.figure import Figure
    from chorall.web.settings import Settings

router = APIRouter(prefix="/analyst", include_in_schema=False)

HERE: Final = "/analyst/transplant"
TITLE: Final = "Transplantation in first remission: several answers"
Part = Literal["answers", "curves", "balance", "elsewhere"]


@dataclass(frozen=True, slots=True, eq=False)
class Transplants:
    """Answers with small counts hidden, and a result that may be drawn."""

    answers: pl.DataFrame
    drawn: TransplantResult


def ask_transplants(settings: Settings) -> Transplants:
    """Compare patients after transplantation with others; small counts never leave here."""
    from chorall.analyses.transplants import transplant

    pool, fewest = find_pool(settings), settings.fewest_shown
    result = refuse_safely(partial(transplant, pool), fewest)
    return Transplants(*hide_transplant(result, pool.table("patient").height, fewest))


@router.get("/transplant", response_class=HTMLResponse)
async def show_transplants(request: Request, pool: PoolHash = None) -> HTMLResponse:
    """Show the answers side by side, over time, and how alike the sides were."""
    settings = open_pool(request, pool)
    command = f"chorall transplant {settings.pool_name}"
    doors = await ask(request, partial(list_doors, settings))
    closed = tell_doors(settings, HERE, command, doors)
    try:
        found = await ask_long(request, ask_transplants, settings)
    except UserError as error:
        return render_question(
            settings, HERE, TITLE, [tell_refusal("No answer", error, command), closed]
        )
    if found is None:
        return render_waiting(request, settings, TITLE)
    drawings = await ask(request, partial(_draw, found.drawn))
    sections = [*list_sections(HERE, command, found.answers, found.drawn, drawings), closed]
    _, warnings = split_warnings(found.drawn)
    return render_question(settings, HERE, TITLE, sections, warnings)


@lru_cache(maxsize=4)
def list_doors(settings: Settings) -> tuple[Door, ...]:
    """Return what this page does not answer; refusals are those of the library."""
    from chorall.analyses.transplants import transplant

    pool = find_pool(settings)

    def refuse(method: str) -> str:
        said = hear_refusal(partial(transplant, pool, methods=[method]))
        return next(one for one in said.splitlines() if method in one).partition(": ")[2]

    return (
        Door(
            "Strategies with a grace period, cloned, censored and weighed",
            refuse("clone-censor-weight"), "chorall target-trial {pool} FILE",
        ),
        Door(
            "Negative controls: what transplantation cannot change",
            refuse("negative-control"), "chorall transplant {pool} --negative-outcome NAME",
        ),
        Door(
            "With and without a marker",
            "the lines of a marker do not say how many of those with it were transplanted, so "
            "that small counts could not be hidden",
            "chorall transplant {pool} -m MARKER",
        ),
        Door(
            "Other donors, landmarks, covariates or trials", NEEDS_GROUPS,
            "chorall transplant {pool} --donor KIND --landmark DAY -a COVARIATE -t TRIAL",
        ),
    )  # fmt: skip


def _draw(drawn: TransplantResult) -> tuple[Figures, Figures, Figures]:
    from chorall.reports.answers_figure import draw_side_by_side
    from chorall.reports.balance_figure import draw_balance
    from chorall.reports.transplant_figure import draw_transplant

    def draw_each(frame: pl.DataFrame, draw: Callable[[TransplantResult, str], Figure]) -> Figures:
        names = frame["endpoint"].unique(maintain_order=True)
        return tuple(put_figure(draw(drawn, name)) for name in names)

    known = drawn.rows.drop_nulls("n_patients")
    return (
        draw_each(known, draw_side_by_side),
        draw_each(drawn.curves, draw_transplant),
        draw_each(drawn.balance, draw_balance),
    )


@router.get("/transplant.csv")
async def send_transplants(
    request: Request, part: Part = "answers", pool: PoolHash = None
) -> Response:
    """Send the answers, the curves, the balance, or what is asked elsewhere."""
    settings = open_pool(request, pool)
    if part == "elsewhere":
        doors = await ask(request, partial(list_doors, settings))
        return send_file(frame_doors(settings, doors), settings, "transplant-elsewhere")
    found = await ask_for_file(request, ask_transplants, settings)
    frames = {
        "answers": found.answers,
        "curves": found.drawn.curves.select(OVER_TIME),
        "balance": round_balance(found.drawn),
    }
    return send_file(frames[part], settings, f"transplant-{part}")
