"""A made-up health record (FHIR R4), part by part."""

from __future__ import annotations

import copy

OWN = "urn:chorall:item"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
MORPHOLOGY = "http://terminology.hl7.org/CodeSystem/icd-o-3"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
BORN, DIAGNOSED, TODAY = "1994-03-02", "2024-05-10", "2024-06-20"
ANSWERS = {"present": "LA9633-4", "absent": "LA9634-2", "no call": "LA18198-4"}


def concept(system, code, **further):
    return {"coding": [{"system": system, "code": code, **further}]}


def observation(code, name, **further):
    return {
        "resourceType": "Observation", "id": name, "status": "final", "code": code,
        "subject": {"reference": "Patient/p1"}, "effectiveDateTime": DIAGNOSED, **further,
    }  # fmt: skip


def variant(*genes, answer="present", name="variant", components=(), **further):
    """Return a Genetic variant assessment of one gene, or of two that are joined."""
    studied = [
        {"code": concept(LOINC, "48018-6"),
         "valueCodeableConcept": concept("http://www.genenames.org", "x", display=gene)}
        for gene in genes
    ]  # fmt: skip
    value = {} if answer is None else {"valueCodeableConcept": concept(LOINC, ANSWERS[answer])}
    code = concept(LOINC, "69548-6")
    return observation(code, name, **({"component": [*studied, *components]} | value | further))


def change_type(code):
    return {"code": concept(LOINC, "48019-4"),
            "valueCodeableConcept": concept("http://www.sequenceontology.org", code)}  # fmt: skip


PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": BORN}
CONDITION = {
    "resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": SNOMED, "code": "91857003"},
                        {"system": MORPHOLOGY, "code": "9836/3"}]},
    "onsetDateTime": DIAGNOSED,
}  # fmt: skip
WBC = observation(
    concept(LOINC, "6690-2"), "wbc",
    valueQuantity={"value": 42.5, "system": "http://unitsofmeasure.org", "code": "10*9/L"},
)  # fmt: skip
TP53 = variant("TP53", answer="absent", name="tp53")
IKZF1 = variant("IKZF1", name="ikzf1", components=[change_type("SO:0001743")])
REMISSION = observation(
    concept(OWN, "remission"), "remission", effectiveDateTime="2024-06-12",
    valueCodeableConcept=concept(LOINC, "LA9633-4"),
)  # fmt: skip
MRD = observation(
    concept(OWN, "mrd_end_of_induction"), "mrd", effectiveDateTime="2024-06-12T08:30:00+02:00",
    valueQuantity={"value": 0.1, "system": "http://unitsofmeasure.org", "code": "%"},
)  # fmt: skip
WHOLE = (PATIENT, CONDITION, WBC, TP53, IKZF1, REMISSION, MRD)


def changed(resource, **values):
    """Return a copy in which values are laid over; None takes one out."""
    found = copy.deepcopy(resource) | values
    return {name: value for name, value in found.items() if value is not None}


def bundle(*resources, **further):
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries,
            "timestamp": f"{TODAY}T12:00:00Z", **further}  # fmt: skip


def call(*resources, patient="p1", **further):
    """Return a call of the CDS Hooks service with the resources prefetched."""
    kinds = {"patient": "Patient", "conditions": "Condition", "observations": "Observation"}
    prefetch = {
        key: bundle(*(one for one in resources if one["resourceType"] == kind), type="searchset")
        for key, kind in kinds.items()
    }
    return {
        "hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"patientId": patient, "userId": "Practitioner/1"}, "prefetch": prefetch,
        **further,
    }  # fmt: skip
