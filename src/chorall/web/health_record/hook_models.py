"""What a health record sends and is answered: CDS Hooks 2.0, and a FHIR Bundle."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

EXAMPLE_BUNDLE: Final[dict[str, Any]] = {
    "resourceType": "Bundle",
    "type": "collection",
    "timestamp": "2024-06-01T12:00:00Z",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "p1", "birthDate": "1994-03-02"}},
        {
            "resource": {
                "resourceType": "Condition",
                "subject": {"reference": "Patient/p1"},
                "onsetDateTime": "2024-05-10",
                "code": {
                    "coding": [
                        {"system": "http://snomed.info/sct", "code": "91857003"},
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/icd-o-3",
                            "code": "9836/3",
                        },
                    ]
                },
            }
        },
    ],
}


class CdsService(BaseModel):
    """One service, as the discovery lists it."""

    hook: str
    title: str
    description: str
    id: str
    prefetch: dict[str, str]


class CdsServices(BaseModel):
    """What the discovery answers."""

    services: list[CdsService]


class CdsContext(BaseModel):
    """Whose record was opened."""

    model_config = ConfigDict(extra="allow")

    patientId: str = Field(max_length=200)


class CdsRequest(BaseModel):
    """A call of a service. A token for the record's server is neither read nor used."""

    model_config = ConfigDict(extra="allow")

    hook: Literal["patient-view"]
    hookInstance: str = Field(max_length=200)
    context: CdsContext
    prefetch: dict[str, dict[str, Any] | None] = Field(default_factory=dict, max_length=20)


class CdsSource(BaseModel):
    """Where a card comes from."""

    label: str


class CdsCard(BaseModel):
    """Information: no suggestion, no action, no link."""

    summary: str = Field(max_length=139)
    indicator: Literal["info"]
    detail: str
    source: CdsSource
    extension: dict[str, Any] | None = Field(
        None, description="`chorall.risk-assessment`: the answer as a FHIR R4 RiskAssessment."
    )


class CdsResponse(BaseModel):
    """The cards."""

    cards: list[CdsCard]


class FhirBundle(BaseModel):
    """A FHIR R4 Bundle with the resources of one patient."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"examples": [EXAMPLE_BUNDLE]},
    )

    resourceType: Literal["Bundle"]
    entry: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)
