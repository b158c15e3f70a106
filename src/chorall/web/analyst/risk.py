"""The page of risk groups: who is at high risk, how early it is known, who is treated how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import quote

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from chorall.analyses.choices import check_choices
from chorall.errors import DataError
from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.reports.disclosure import hide_in_words
from chorall.reports.disclosure_counts import uncover
from chorall.reports.disclosure_groups import RiskGroups
from chorall.reports.disclosure_risk import hide_risk, hide_waiting
from chorall.reports.risk_table import INTENSITY_COLUMNS, RISK_COLUMNS, WAITING_COLUMNS
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
from chorall.web.analyst.questions import find_pool
from chorall.web.analyst.tables import cover_hidden
from chorall.web.desk import ask

if TYPE_CHECKING:
    from chorall.analyses.risk import RiskResult
    from chorall.web.settings import Settings

router = APIRouter(prefix="/analyst", include_in_schema=False)

HERE: Final = "/analyst/risk"
TITLE: Final = "Who is at high risk, and who is treated how"
LEFT_OUT: Final = ("Grouping", "Trial", "What")
Part = Literal["groups", "treatment", "waiting"]
Grouping = Annotated[str | None, Query(max_length=60)]


@dataclass(frozen=True, slots=True, eq=False)
class Risks:
    """Groups, their treatment and what waiting adds, small counts hidden; what may be drawn."""

    groups: pl.DataFrame
    treatment: pl.DataFrame
    waiting: pl.DataFrame
    drawn: RiskResult


@lru_cache(maxsize=4)
def _sort(settings: Settings) -> tuple[RiskResult, pl.DataFrame, pl.DataFrame]:
    from chorall.analyses.risk import risk

    result = risk(find_pool(settings))
    groups, treatment = hide_risk(result.printed, result.intensity, settings.fewest_shown)
    return result, groups, treatment


def find_risk_groups(settings: Settings) -> RiskGroups | None:
    """Return what the page of risk groups tells, for pages about the same patients.

    None where the library finds no groups: then that page tells nothing.
    """
    try:
        result, groups, _ = _sort(settings)
    except DataError:
        return None
    return RiskGroups(result.printed, groups)


def ask_risks(settings: Settings) -> Risks:
    """Sort patients into risk groups by every classifier; small counts never leave here."""
    fewest = settings.fewest_shown
    result, groups, treatment = _sort(settings)
    changed: dict[str, Any] = {name: one.clear() for name, one in result.further_frames.items()}
    changed |= {
        "rows": uncover(groups.drop_nulls("n_patients")),
        "intensity": uncover(treatment.drop_nulls("n_patients")),
        "warnings": hide_in_words(result.warnings, fewest),
    }
    drawn = replace(result, **changed)
    return Risks(groups, treatment, hide_waiting(result.waiting, groups, fewest), drawn)


@router.get("/risk", response_class=HTMLResponse)
async def show_risk(
    request: Request, grouping: Grouping = None, pool: PoolHash = None
) -> HTMLResponse:
    """Show the groups of one classifier: on day 0, at the end of induction, and their treatment."""
    settings = open_pool(request, pool)
    found = await ask_long(request, ask_risks, settings)
    if found is None:
        return render_waiting(request, settings, TITLE)
    names = found.drawn.groupings
    (chosen,) = check_choices([grouping or names[0]], names, what="grouping")
    groups, treatment = await ask(request, partial(_draw, found.drawn, chosen))
    sections = [
        _tell_groups(settings, found, chosen, groups),
        _tell_treatment(settings, found, chosen, treatment),
        _tell_waiting(settings, found, chosen),
    ]
    words = {name: name_grouping(name) for name in names}
    choice = Choice("Groups by", "grouping", names, chosen, words)
    return render_question(settings, HERE, TITLE, sections, found.drawn.warnings, choice)


def _draw(drawn: RiskResult, name: str) -> tuple[Figures, Figures]:
    from chorall.reports.risk_figure import draw_risk_groups, draw_risk_intensity, map_rows

    groups = drawn.printed.filter(grouping=name).height
    treatment = map_rows(drawn, name).height
    return (
        (put_figure(draw_risk_groups(drawn, (name,))),) if groups else (),
        (put_figure(draw_risk_intensity(drawn, name)),) if treatment else (),
    )


def name_grouping(name: str) -> str:
    """Return a classifier in words, with its name on the command line; others as they are."""
    definition = classifier_definitions().get(name)
    return f"{definition.name} ({name})" if definition else name


def _address(part: Part, name: str) -> str:
    return f"{HERE}.csv?part={part}&grouping={quote(name, safe='')}"


def _tell_groups(settings: Settings, found: Risks, name: str, figures: Figures) -> Section:
    drawn = found.drawn
    end = f"day {drawn.landmark_day:.0f}"
    return Section(
        "Risk groups on day 0 and at the end of induction",
        _address("groups", name),
        f"chorall risk {settings.pool_name} -c {name}",
        (
            f"{drawn.horizon_years:g}-year risk of {drawn.target}. Known on {end}: of patients "
            f"free of every event then, from then on. Who was not tested is not assessable, never "
            "low.",
        ),
        put_table(
            found.groups.filter(grouping=name),
            cover_hidden([one for one in RISK_COLUMNS if one.header not in LEFT_OUT]),
            f"Groups by {name_grouping(name)}",
        ),
        figures,
    )


def _tell_treatment(settings: Settings, found: Risks, name: str, figures: Figures) -> Section:
    return Section(
        "Over- and under-treatment",
        _address("treatment", name),
        f"chorall risk {settings.pool_name} -c {name} --out risk",
        (
            "Relapse beside death of treatment, by risk group and arm. Lines of one trial compare "
            "treatments; trials and years differ in much else. A reading is a hypothesis, no "
            "advice.",
        ),
        put_table(
            found.treatment.filter(grouping=name),
            cover_hidden(INTENSITY_COLUMNS),
            f"Groups by {name_grouping(name)}, by trial and arm",
        ),
        figures,
    )


def _tell_waiting(settings: Settings, found: Risks, name: str) -> Section:
    columns = [one for one in WAITING_COLUMNS if one.header not in LEFT_OUT]
    return Section(
        "What waiting for MRD adds",
        _address("waiting", name),
        f"chorall risk {settings.pool_name} -c {name}",
        (
            "The same patients, judged by what was known on day 0 and with MRD. Only groupings "
            "that use MRD have lines.",
        ),
        put_table(
            found.waiting.filter(grouping=name),
            cover_hidden(columns),
            f"Groups by {name_grouping(name)}, with and without MRD",
        ),
    )


@router.get("/risk.csv")
async def send_risk(
    request: Request, part: Part = "groups", grouping: Grouping = None, pool: PoolHash = None
) -> Response:
    """Send groups, their treatment or what waiting adds, of all groupings or of one."""
    settings = open_pool(request, pool)
    found = await ask_for_file(request, ask_risks, settings)
    frame: pl.DataFrame = getattr(found, part)
    if grouping:
        check_choices([grouping], found.drawn.groupings, what="grouping")
        frame = frame.filter(grouping=grouping)
    return send_file(frame, settings, f"risk-{part}")
