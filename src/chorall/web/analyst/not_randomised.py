"""The page of comparisons that nobody randomised: natural experiments, and refusals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import quote

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from chorall.analyses.choices import check_choices
from chorall.errors import UserError
from chorall.reports.disclosure_donor import hide_donor
from chorall.reports.donor_table import DONOR_COLUMNS
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
from chorall.web.analyst.closed_doors import (
    NEEDS_GROUPS,
    Door,
    frame_doors,
    refuse_safely,
    tell_doors,
    tell_refusal,
)
from chorall.web.analyst.questions import find_pool
from chorall.web.analyst.received import list_received, tell_received
from chorall.web.analyst.tables import cover_hidden
from chorall.web.desk import ask

if TYPE_CHECKING:
    from chorall.analyses.donors.result import DonorResult
    from chorall.web.settings import Settings

router = APIRouter(prefix="/analyst", include_in_schema=False)

HERE: Final = "/analyst/not-randomised"
TITLE: Final = "Where nobody randomised"
ONE_OF_MANY: Final = (
    "p and claim are of this marker alone: who looks at many markers finds some by chance."
)
EVERYBODY: Final = "(everybody)"
Part = Literal["donors", "received", "elsewhere"]
Marker = Annotated[str | None, Query(max_length=60)]


@dataclass(frozen=True, slots=True, eq=False)
class Donors:
    """Lines of everybody, each trial and every marker, small counts hidden; what may be drawn."""

    lines: pl.DataFrame
    drawn: DonorResult


def ask_donors(settings: Settings) -> Donors:
    """Compare typed patients with and without a donor; small counts never leave here."""
    from chorall.analyses.donors import donor

    pool, fewest = find_pool(settings), settings.fewest_shown
    markers = pool.table("marker_result")["marker"].unique().sort().to_list()
    result = refuse_safely(partial(donor, pool, markers=markers), fewest)
    return Donors(*hide_donor(result, fewest))


def list_doors(settings: Settings) -> tuple[Door, ...]:
    """Return what needs a statement that no page can make for the reader."""
    return (
        Door(
            "A target trial: strategies with a grace period",
            "eligibility, time zero, strategies and confounders decide about the answer: state "
            "them in a file. The library clones, censors and weighs, and refuses where too few "
            "follow a strategy",
            "chorall target-trial {pool} FILE",
        ),
        Door(
            "Just above and just below a cut-off of eligibility",
            "which trials change treatment at which number is knowledge of their protocols. With "
            "fewer than thirty patients on a side of a trial the library refuses",
            "chorall cut-off {pool} --variable mrd --at 1e-3 --bandwidth 1 -t TRIAL",
        ),
        Door(
            "Other kinds of donors, or some of the trials", NEEDS_GROUPS,
            "chorall donor {pool} --donor KIND -t TRIAL",
        ),
    )  # fmt: skip


@router.get("/not-randomised", response_class=HTMLResponse)
async def show_not_randomised(
    request: Request, marker: Marker = None, pool: PoolHash = None
) -> HTMLResponse:
    """Show donor against no donor, what was given and not randomised, and the closed doors."""
    settings = open_pool(request, pool)
    received = await ask(request, partial(list_received, settings))
    elsewhere = f"chorall target-trial {settings.pool_name} FILE"
    further = [
        tell_received(settings, HERE, *received),
        tell_doors(settings, HERE, elsewhere, list_doors(settings)),
    ]
    heading, command = "Donor against no donor", f"chorall donor {settings.pool_name}"
    try:
        found = await ask_long(request, ask_donors, settings)
    except UserError as error:
        return render_question(
            settings, HERE, TITLE, [tell_refusal(heading, error, command), *further]
        )
    if found is None:
        return render_waiting(request, settings, TITLE)
    chosen = marker if marker and marker != EVERYBODY else ""
    lines = _choose(found, chosen)
    figures = await ask(request, partial(_draw, found.drawn, chosen))
    first = _tell_donors(heading, command, lines, figures, chosen)
    markers = found.lines["marker"].drop_nulls().unique(maintain_order=True).to_list()
    choice = Choice("Marker", "marker", (EVERYBODY, *markers), chosen)
    return render_question(settings, HERE, TITLE, [first, *further], found.drawn.warnings, choice)


def _choose(found: Donors, marker: str) -> pl.DataFrame:
    """Return the lines of a marker, or those of everybody and each trial."""
    if not marker:
        return found.lines.filter(pl.col("marker").is_null())
    check_choices([marker], found.lines["marker"].drop_nulls().unique().to_list(), what="marker")
    return found.lines.filter(marker=marker)


def _draw(drawn: DonorResult, marker: str) -> Figures:
    from chorall.reports.donor_figure import draw_donor

    own = pl.col("marker") == marker if marker else pl.col("marker").is_null()
    kept = replace(drawn, rows=drawn.rows.filter(own))
    names = kept.rows["endpoint"].unique(maintain_order=True)
    return tuple(put_figure(draw_donor(kept, name)) for name in names)


def _tell_donors(
    heading: str, command: str, lines: pl.DataFrame, figures: Figures, marker: str
) -> Section:
    named = marker.replace("_", " ")
    left_out = ("Trial",) if marker else ("Group", "Claim")
    columns = [one for one in DONOR_COLUMNS if one.header not in left_out]
    return Section(
        f"{heading}, with and without {named}" if marker else heading,
        f"{HERE}.csv?part=donors" + (f"&marker={quote(marker, safe='')}" if marker else ""),
        f"{command} -m '{marker}'" if marker else command,
        (
            "A natural experiment: whether a sister or brother matches is decided by chance. "
            "Compared is who was typed and has a donor with who has none, whatever followed, from "
            "the result of typing on. It is stronger than what physicians chose, weaker than "
            "randomisation, and about having a donor: the effect of a transplantation is larger. "
            "Where unrelated donors count it is less of a lottery.",
            *((ONE_OF_MANY,) if marker else ()),
        ),
        put_table(lines, cover_hidden(columns), "Typed patients"),
        figures,
    )


@router.get("/not-randomised.csv")
async def send_not_randomised(
    request: Request, part: Part = "donors", marker: Marker = None, pool: PoolHash = None
) -> Response:
    """Send the lines of donors, who was given what, or what is asked elsewhere."""
    settings = open_pool(request, pool)
    if part == "elsewhere":
        rows = frame_doors(settings, list_doors(settings))
    elif part == "received":
        rows, _ = await ask(request, partial(list_received, settings))
    else:
        found = await ask_for_file(request, ask_donors, settings)
        rows = _choose(found, marker) if marker else found.lines
    return send_file(rows, settings, f"not-randomised-{part}")
