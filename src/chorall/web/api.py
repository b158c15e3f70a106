"""The JSON interface: the same questions as the command line, the same numbers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from chorall.analyses.bank.published import ask_published, check_mrd_items
from chorall.web.analyst_questions import ask_incidence, ask_prognosis
from chorall.web.problems import PROBLEM_TYPE, Problem, ProblemError

if TYPE_CHECKING:
    from chorall.web.settings import Settings


class ProblemDocument(BaseModel):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


MOST_DRAWS: Final = 2000
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    number: {
        "description": words,
        "content": {PROBLEM_TYPE: {"schema": ProblemDocument.model_json_schema()}},
    }
    for number, words in {
        400: "The body cannot be read.",
        403: "The request comes from another page.",
        404: "What is asked is not served.",
        413: "The body is too large.",
        415: "The body is no JSON.",
        422: "The question cannot be answered; the detail says why.",
        429: "Too many questions; Retry-After says when to come again.",
        503: "Busy; Retry-After says when to come again.",
    }.items()
}

router = APIRouter(prefix="/api/v1", responses=PROBLEMS, tags=["v1"])


class PredictQuestion(BaseModel):
    """One patient, as in a patient file, and what is to be compared."""

    model_config = ConfigDict(extra="forbid")

    patient: dict[str, Any] = Field(
        description="Items by name; left out, null or not_tested: not known. `course` says where "
        "the patient is today.",
        max_length=400,
        examples=[{"age_years": 34, "lineage": "B", "TP53": "absent"}],
    )
    strategies: list[str] = Field(
        ["as_observed"], description="Parts joined by +.", min_length=1, max_length=6
    )
    years: list[float] = Field([1.0, 3.0, 5.0], min_length=1, max_length=10)
    conf_level: float = Field(0.95, gt=0, lt=1)
    draws: int = Field(500, ge=100, le=MOST_DRAWS)


class ClassifyQuestion(BaseModel):
    """One patient, as in a patient file."""

    model_config = ConfigDict(extra="forbid")

    patient: dict[str, Any] = Field(max_length=400)


class PredictAnswer(BaseModel):
    """What `chorall predict --json` writes, with the bank's hash."""

    model_config = ConfigDict(extra="allow")

    analysis: str
    bank: str
    synthetic: bool
    research_use_only: bool


class ClassifyAnswer(BaseModel):
    """What published classifiers say of the patient, where they apply."""

    classifiers: dict[str, dict[str, Any]]
    research_use_only: bool


class RowsAnswer(BaseModel):
    """Rows of an analysis of the pool; small counts and what would give them away are null."""

    model_config = ConfigDict(extra="allow")

    analysis: str
    pool: str
    synthetic: bool
    fewest_shown: int
    rows: list[dict[str, Any]]
    warnings: list[str]
    research_use_only: bool


@router.post("/predict", response_model=PredictAnswer)
async def predict(request: Request, question: PredictQuestion) -> dict[str, Any]:
    """Predict one patient's course under each strategy. Nothing is stored."""
    from chorall.analyses.bank import predict as ask_bank

    settings = _settings(request)
    if settings.bank is None:
        raise ProblemError(Problem(404, "No bank is served", "chorall serve BANK"))
    work = partial(
        ask_bank,
        settings.bank,
        question.patient,
        question.strategies,
        years=tuple(question.years),
        level=question.conf_level,
        draws=question.draws,
    )
    found = await request.app.state.desk.ask(work)
    own = {
        "bank": settings.bank_hash,
        "synthetic": bool(settings.bank.about.get("synthetic")),
        "research_use_only": True,
    }
    return {**found.to_dict(), **own}


@router.post("/classify", response_model=ClassifyAnswer)
async def classify(request: Request, question: ClassifyQuestion) -> dict[str, Any]:
    """Ask published classifiers about one patient. Nothing is stored."""
    check_mrd_items(question.patient)
    found = await request.app.state.desk.ask(partial(ask_published, question.patient))
    return {"classifiers": found, "research_use_only": True}


Words = Annotated[list[str] | None, Query(max_length=40)]


@router.get("/incidence", response_model=RowsAnswer)
async def incidence(request: Request, marker: Words = None, by: Words = None) -> dict[str, Any]:
    """Say how frequent markers are among those tested."""
    settings = _settings(request)
    work = partial(ask_incidence, settings, markers=marker, by=by)
    return _write_rows(settings, await request.app.state.desk.ask(work))


@router.get("/prognosis", response_model=RowsAnswer)
async def prognosis(
    request: Request,
    marker: Annotated[list[str], Query(min_length=1, max_length=20)],
    endpoint: Words = None,
) -> dict[str, Any]:
    """Say how markers go with outcome, within and across trials."""
    settings = _settings(request)
    work = partial(ask_prognosis, settings, markers=marker, endpoints=endpoint)
    return _write_rows(settings, await request.app.state.desk.ask(work))


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _write_rows(settings: Settings, shown: Any) -> dict[str, Any]:
    from chorall.analyses.result import plain_rows

    return {
        "analysis": shown.result.analysis,
        "pool": shown.result.pool.hash,
        "synthetic": shown.result.pool.synthetic,
        "fewest_shown": settings.fewest_shown,
        "rows": plain_rows(shown.rows),
        "warnings": list(shown.result.warnings),
        "research_use_only": True,
    }
