"""The page of de-escalation: which children are candidates for a trial of less treatment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from chorall.knowledge.deescalation_rules import deescalation_rules
from chorall.reports.deescalation_table import (
    ANSWER_COLUMNS,
    BACKBONE_COLUMNS,
    GROUP_COLUMNS,
    REDUCTION_COLUMNS,
)
from chorall.reports.disclosure import hide_in_words
from chorall.reports.disclosure_counts import uncover
from chorall.reports.disclosure_groups import hide_groups, hide_reductions
from chorall.reports.numbers import format_percent
from chorall.web.analyst.answers import (
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
from chorall.web.analyst.questions import find_pool
from chorall.web.analyst.risk import find_risk_groups
from chorall.web.analyst.tables import cover_hidden
from chorall.web.desk import ask

if TYPE_CHECKING:
    from chorall.analyses.deescalation import DeescalationResult
    from chorall.web.settings import Settings

router = APIRouter(prefix="/analyst", include_in_schema=False)

HERE: Final = "/analyst/deescalation"
TITLE: Final = "Which children are candidates for less treatment, in a trial"
SIZED_BY: Final = ("n_group", "n_relapses", "relapse", "event_free")
BACKBONE: Final = ("group", "trial", "accrual", "treatment")
VERDICT: Final = ("Group", "Verdict", "Why")
FIGURES_WITHOUT: Final = ("Trial", "Verdict", "Why")
Part = Literal["groups", "treatment", "reductions", "studies"]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Groups and what belongs to them, small counts hidden; a result that may be drawn."""

    groups: pl.DataFrame
    treatment: pl.DataFrame
    reductions: pl.DataFrame
    studies: pl.DataFrame
    drawn: DeescalationResult


def ask_candidates(settings: Settings) -> Candidates:
    """Judge every published group of children; small counts never leave here."""
    from chorall.analyses.deescalation import deescalation

    fewest = settings.fewest_shown
    result = deescalation(find_pool(settings))
    groups = hide_groups(result.rows, fewest, find_risk_groups(settings))
    told = groups.drop_nulls(SIZED_BY)["group"].to_list()
    backbone = result.backbone.filter(pl.col("arm").is_null()).select(BACKBONE)
    frames = result.further_frames.items()
    changed: dict[str, Any] = {name.replace("-", "_"): one.clear() for name, one in frames}
    changed |= {
        "rows": uncover(groups.drop_nulls(["n_group", "relapse"])),
        "backbone": result.backbone.filter(pl.col("arm").is_null()),
        "warnings": hide_in_words(result.warnings, fewest),
    }
    drawn = replace(result, **changed)
    # the size of a study follows from the figures of its group
    studies = result.plans.filter(pl.col("group").is_in(told))
    reductions = hide_reductions(result.reductions, fewest)
    return Candidates(groups, backbone, reductions, studies, drawn)


@router.get("/deescalation", response_class=HTMLResponse)
async def show_candidates(request: Request, pool: PoolHash = None) -> HTMLResponse:
    """Show the groups, the gates, and what stands against each."""
    settings = open_pool(request, pool)
    found = await ask_long(request, ask_candidates, settings)
    if found is None:
        return render_waiting(request, settings, TITLE)
    figures = await ask(request, partial(_draw, found.drawn))
    return render_question(
        settings, HERE, TITLE, _list_sections(settings, found, figures), found.drawn.warnings
    )


def _draw(drawn: DeescalationResult) -> Figures:
    from chorall.reports.deescalation_figure import draw_glance

    return (put_figure(draw_glance(drawn)),) if drawn.rows.height else ()


def _say_gates(drawn: DeescalationResult) -> tuple[str, ...]:
    gates = deescalation_rules().gates
    limit = f"{100 * (1 + drawn.conf_level) / 2:g} %"
    return (
        f"A group is a hypothesis for a randomised trial where every gate is passed: the upper "
        f"{limit} limit of relapse within {drawn.horizon_years:g} years of remission is at most "
        f"{format_percent(drawn.relapse_bound)}, the lower limit of event-free survival is at "
        f"least {format_percent(drawn.event_free_bound)}, in {gates.fewest_trials} trials or more "
        f"with {gates.fewest_patients} children or more each, followed for "
        f"{gates.follow_up_years:g} years; and no randomised reduction loses more than "
        f"{format_percent(drawn.margin)} of event-free survival.",
        "Limits decide, never estimates. Not supported: the limits exclude a low risk. "
        "Insufficient evidence: they exclude nothing.",
    )


def _list_sections(settings: Settings, found: Candidates, figures: Figures) -> list[Section]:
    command = f"chorall deescalation {settings.pool_name}"
    verdicts = [one for one in GROUP_COLUMNS if one.header in VERDICT]
    figures_of = [one for one in GROUP_COLUMNS if one.header not in FIGURES_WITHOUT]
    backbone = [one for one in BACKBONE_COLUMNS if set(one.names) <= set(BACKBONE)]
    reductions = cover_hidden(REDUCTION_COLUMNS)
    return [
        Section(
            "The gates, and what they say of each group", f"{HERE}.csv?part=groups", command,
            _say_gates(found.drawn), put_table(found.groups, verdicts, "Verdicts"),
        ),
        Section(
            "Who they are, and how sure", f"{HERE}.csv?part=groups", command,
            (
                "Relapse with its upper limit, event-free survival with its lower one. The figure "
                "leaves out what is hidden. Where the number of relapses is hidden because of the "
                "page of risk groups, figures are rounded to steps of 1 % or more.",
            ),
            put_table(found.groups, cover_hidden(figures_of), "Groups of children"), figures,
        ),
        Section(
            "On which treatment the risk was seen", f"{HERE}.csv?part=treatment", command,
            ("A risk may be low because of what would be taken away.",),
            put_table(found.treatment, backbone, "Treatment by group and trial"),
        ),
        Section(
            "Randomised reductions in the groups", f"{HERE}.csv?part=reductions", command,
            ("What happened where chance decided who had less.",),
            put_table(found.reductions, reductions, "Reduced less standard"),
        ),
        Section(
            "The study that would answer", f"{HERE}.csv?part=studies", command,
            ("Sizes rest on the figures of the group: none is told where these are hidden.",),
            put_table(found.studies, ANSWER_COLUMNS, "Sizes of studies"),
        ),
    ]  # fmt: skip


@router.get("/deescalation.csv")
async def send_candidates(
    request: Request, part: Part = "groups", pool: PoolHash = None
) -> Response:
    """Send the groups, their treatment, the reductions or the studies."""
    settings = open_pool(request, pool)
    found = await ask_for_file(request, ask_candidates, settings)
    return send_file(getattr(found, part), settings, f"deescalation-{part}")
