"""Routes for health records: CDS Hooks 2.0 on `patient-view`, and a FHIR R4 RiskAssessment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from chorall.errors import InputError
from chorall.web.api.models import PROBLEMS
from chorall.web.bedside import ask_bedside
from chorall.web.doctor.routes import find_bank
from chorall.web.gate.body import FHIR_JSON
from chorall.web.health_record.cards import write_cards
from chorall.web.health_record.hook_models import CdsRequest, CdsResponse, CdsServices, FhirBundle
from chorall.web.health_record.known import FhirRecord
from chorall.web.health_record.parts import list_resources, read_date
from chorall.web.health_record.record import read_record
from chorall.web.health_record.risk import write_risk_assessment
from chorall.web.problems import Problem, ProblemError

if TYPE_CHECKING:
    from chorall.web.settings import Settings

router = APIRouter(responses=PROBLEMS, tags=["health records"])

SERVICE: Final = "all-outcome"
AS_OBSERVED: Final = ["as_observed"]
PREFETCH: Final = {
    "patient": "Patient/{{context.patientId}}",
    "conditions": "Condition?patient={{context.patientId}}",
    "observations": "Observation?patient={{context.patientId}}&category=laboratory",
}


@router.get("/cds-services", response_model=CdsServices)
def list_services() -> dict[str, Any]:
    """List the services (CDS Hooks discovery)."""
    service = {
        "hook": "patient-view",
        "title": "Outlook in acute lymphoblastic leukaemia (research use only)",
        "description": "How patients like this one fared in pooled trials, with the range, and "
        "which tests are missing. Information only: it suggests and changes nothing.",
        "id": SERVICE,
        "prefetch": PREFETCH,
    }
    return {"services": [service]}


@router.post(
    "/cds-services/{service}", response_model=CdsResponse, response_model_exclude_none=True
)
async def call_service(request: Request, service: str, question: CdsRequest) -> dict[str, Any]:
    """Answer with cards about the prefetched resources. Nothing is fetched, nothing is kept.

    A record without acute lymphoblastic leukaemia, or of a person who has died, gets no card.
    """
    if service != SERVICE:
        said = f"The service is: {SERVICE}."
        raise ProblemError(Problem(404, "There is no such service", said))
    settings: Settings = request.app.state.settings
    today = find_today()
    resources = list_resources(question.prefetch.values())
    record = read_record(resources, find_bank(settings), today)
    _check_person(record, question.context.patientId)
    is_told = question.prefetch.get("conditions") is not None
    if record.has_died or (is_told and not record.has_leukaemia):
        return {"cards": []}
    found = None if record.lacking else await ask_bedside(request, record.patient, AS_OBSERVED)
    risk = write_risk_assessment(found, record, settings.bank_hash, today) if found else {}
    return {"cards": write_cards(settings, record, found, risk)}


@router.post("/api/v1/fhir/risk-assessment", response_class=JSONResponse)
async def assess_risk(
    request: Request,
    bundle: FhirBundle,
    strategy: Annotated[list[str] | None, Query(max_length=6)] = None,
) -> JSONResponse:
    """Return a FHIR R4 RiskAssessment for a Bundle with Patient, Condition and Observations.

    Counts from the Bundle's `timestamp`, or from today. Nothing is kept.
    """
    settings: Settings = request.app.state.settings
    today = read_date(bundle.model_extra, "timestamp") or find_today()
    resources = list_resources([bundle.model_dump()])
    record = read_record(resources, find_bank(settings), today)
    _check_complete(record)
    found = await ask_bedside(request, record.patient, strategy or AS_OBSERVED)
    resource = write_risk_assessment(found, record, settings.bank_hash, today)
    return JSONResponse(resource, media_type=FHIR_JSON)


def find_today() -> date:
    """Return the day from which an answer counts where nothing else is said."""
    return datetime.now(UTC).date()


def _check_person(record: FhirRecord, patient: str) -> None:
    if record.subject and record.subject != f"Patient/{patient}":
        raise InputError(
            "the prefetched resources are of another patient than the context.\n"
            "  Send those of `context.patientId`."
        )


def _check_complete(record: FhirRecord) -> None:
    if record.has_died:
        raise InputError("the record says that the person has died.\n  No risk is told.")
    if not record.has_leukaemia:
        raise InputError(
            "the bundle holds no Condition with a code of acute lymphoblastic leukaemia.\n"
            "  The codes are in knowledge/fhir_codes.toml and docs/fhir.md."
        )
    if record.lacking:
        missing = [f"{name} ({record.open_items[name]})" for name in record.lacking]
        raise InputError(
            f"no risk can be told without: {', '.join(missing)}.\n  Nothing is assumed for it."
        )
