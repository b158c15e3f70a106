"""The page of quality: what failed, and what data managers must ask back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from chorall.reports.disclosure_quality import hide_quality, hide_quarantine
from chorall.reports.numbers import format_count, format_text
from chorall.reports.overview_table import QUALITY_COLUMNS, count_checks, select_failed_checks
from chorall.reports.table import TableColumn
from chorall.web.analyst.answers import (
    PoolHash,
    Section,
    open_pool,
    put_table,
    render_question,
    send_file,
)
from chorall.web.analyst.questions import ask_overview, find_pool
from chorall.web.analyst.tables import cover_hidden
from chorall.web.desk import ask

if TYPE_CHECKING:
    from chorall.web.settings import Settings

router = APIRouter(prefix="/analyst", include_in_schema=False)

HERE: Final = "/analyst/quality"
Part = Literal["checks", "quarantine"]


def _write_words(word: Any) -> str:
    return format_text(word).replace("_", " ")


def _write_kind(is_row: bool) -> str:
    return "row" if is_row else "value"


QUARANTINE_COLUMNS: Final = (
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("File", ("file",), format_text),
    TableColumn("Column", ("column",), format_text),
    TableColumn("Why", ("reason",), _write_words),
    TableColumn("What", ("whole_row",), _write_kind, "left", "Left out: a whole row, or a value."),
    TableColumn("How many", ("n_quarantined",), format_count, "right"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Quality:
    """Checks and quarantine, small counts hidden; how many checks ended how."""

    checks: pl.DataFrame
    quarantine: pl.DataFrame
    told: dict[str, int]


def ask_quality(settings: Settings) -> Quality:
    """Return the checks of the pool and what was left out of it."""
    rows, fewest = ask_overview(settings)[0].quality, settings.fewest_shown
    quarantine = find_pool(settings).table("quarantine")
    return Quality(hide_quality(rows, fewest), hide_quarantine(quarantine, fewest),
                   count_checks(rows))  # fmt: skip


@router.get("/quality", response_class=HTMLResponse)
async def show_quality(request: Request, pool: PoolHash = None) -> HTMLResponse:
    """Show what failed and what to ask back."""
    settings = open_pool(request, pool)
    found = await ask(request, partial(ask_quality, settings))
    return render_question(settings, HERE, "Quality of the pool", _list_sections(settings, found))


def _list_sections(settings: Settings, found: Quality) -> list[Section]:
    told = found.told
    columns = [one for one in QUALITY_COLUMNS if one.header != "Status"]
    ended = (
        f"{told['failed']} checks failed, {told['passed']} passed, {told['not_applicable']} could "
        "not be made. Each was made in each trial."
    )
    return [
        Section(
            "What failed",
            f"{HERE}.csv?part=checks",
            f"chorall report {settings.pool_name} -o report.html",
            (ended, "The last column says what a failure may mean, and what to do."),
            put_table(
                select_failed_checks(found.checks),
                cover_hidden(columns),
                "Failed checks, worst first",
            ),
        ),
        Section(
            "What to ask back",
            f"{HERE}.csv?part=quarantine",
            f'chorall.read_pool("{settings.pool_name}").table("quarantine")',
            (
                "Rows and values that were delivered and could not be used. Ask the group that "
                "sent the file; rows are named in the pool's own table, which is not shown here.",
            ),
            put_table(
                found.quarantine,
                cover_hidden(QUARANTINE_COLUMNS),
                "Not in the pool, by file and reason",
            ),
        ),
    ]


@router.get("/quality.csv")
async def send_quality(request: Request, part: Part = "checks", pool: PoolHash = None) -> Response:
    """Send all checks, or what was left out."""
    settings = open_pool(request, pool)
    found = await ask(request, partial(ask_quality, settings))
    return send_file(getattr(found, part), settings, f"quality-{part}")
