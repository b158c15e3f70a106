"""The JSON interface about the pool: rows of analyses, small counts hidden as on the pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
from fastapi import APIRouter, Query, Request

from chorall.analyses.choices import check_choices
from chorall.analyses.result import plain_rows
from chorall.web.analyst import deescalation as analyst_deescalation
from chorall.web.analyst import risk as analyst_risk
from chorall.web.analyst import treatment as analyst_treatment
from chorall.web.analyst.answers import ask_for_file
from chorall.web.analyst.questions import ask_incidence, ask_overview, ask_prognosis, find_pool
from chorall.web.api.models import PROBLEMS, MarkerAnswer, RowsAnswer, Words
from chorall.web.desk import ask

if TYPE_CHECKING:
    from chorall.web.settings import Settings

router = APIRouter(prefix="/api/v1", responses=PROBLEMS, tags=["the pool"])

Marker = Annotated[str, Query(max_length=60, examples=["TP53"])]
Markers = Annotated[list[str], Query(min_length=1, max_length=20, examples=[["TP53"]])]


@router.get("/pool", response_model=RowsAnswer)
async def list_trials(request: Request) -> dict[str, Any]:
    """List the trials of the pool."""
    settings = _settings(request)
    overview, trials = await ask(request, partial(ask_overview, settings))
    return _write(settings, overview.analysis, trials)


@router.get("/incidence", response_model=RowsAnswer)
async def incidence(request: Request, marker: Words = None, by: Words = None) -> dict[str, Any]:
    """Say how frequent markers are among those tested."""
    settings = _settings(request)
    shown = await ask(request, partial(ask_incidence, settings, markers=marker, by=by))
    return _write(settings, shown.result.analysis, shown.rows, shown.result.warnings)


@router.get("/prognosis", response_model=RowsAnswer)
async def prognosis(request: Request, marker: Markers, endpoint: Words = None) -> dict[str, Any]:
    """Say how markers go with outcome, within and across trials."""
    settings = _settings(request)
    work = partial(ask_prognosis, settings, markers=marker, endpoints=endpoint)
    shown = await ask(request, work)
    return _write(settings, shown.result.analysis, shown.rows, shown.result.warnings)


@router.get("/marker", response_model=MarkerAnswer)
async def describe_marker(request: Request, marker: Marker) -> dict[str, Any]:
    """Say how frequent one marker is, and how it goes with outcome."""
    settings = _settings(request)
    frequency = await ask(request, partial(ask_incidence, settings, markers=[marker]))
    outcome = await ask(request, partial(ask_prognosis, settings, markers=[marker]))
    said = (*frequency.result.warnings, *outcome.result.warnings)
    answer = _write(settings, "marker", outcome.rows, said)
    return answer | {"marker": marker, "incidence": plain_rows(frequency.rows)}


@router.get("/treatment", response_model=RowsAnswer)
async def treatment(
    request: Request, marker: Words = None, part: analyst_treatment.Part = "lines"
) -> dict[str, Any]:
    """Say whether markers change what a randomised treatment does, or which questions there are."""
    settings = _settings(request)
    found = await ask_for_file(request, analyst_treatment.ask_treatments, settings)
    lines = found.questions if part == "questions" else _choose(found.lines, "marker", marker)
    return _write(settings, "treatment", lines, found.drawn.warnings)


@router.get("/risk", response_model=RowsAnswer)
async def risk(
    request: Request, grouping: Words = None, part: analyst_risk.Part = "groups"
) -> dict[str, Any]:
    """Say how patients of risk groups fare, how they were treated, and what waiting adds."""
    settings = _settings(request)
    found = await ask_for_file(request, analyst_risk.ask_risks, settings)
    lines = _choose(getattr(found, part), "grouping", grouping)
    return _write(settings, "risk", lines, found.drawn.warnings)


@router.get("/deescalation", response_model=RowsAnswer)
async def deescalation(
    request: Request, part: analyst_deescalation.Part = "groups"
) -> dict[str, Any]:
    """Say which groups of children are candidates for a trial of less treatment."""
    settings = _settings(request)
    found = await ask_for_file(request, analyst_deescalation.ask_candidates, settings)
    return _write(settings, "deescalation", getattr(found, part), found.drawn.warnings)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    find_pool(settings)
    return settings


def _choose(rows: pl.DataFrame, column: str, names: Sequence[str] | None) -> pl.DataFrame:
    if not names:
        return rows
    known = rows[column].unique(maintain_order=True).to_list()
    return rows.filter(pl.col(column).is_in(check_choices(names, known, what=column)))


def _write(
    settings: Settings, analysis: str, rows: pl.DataFrame, warnings: Sequence[str] = ()
) -> dict[str, Any]:
    return {
        "analysis": analysis,
        "pool": find_pool(settings).hash,
        "synthetic": find_pool(settings).synthetic,
        "fewest_shown": settings.fewest_shown,
        "rows": plain_rows(rows),
        "warnings": list(warnings),
    }
