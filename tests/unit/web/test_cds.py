"""The CDS Hooks service and the RiskAssessment: information only, the bank's own numbers."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.riskassessment import RiskAssessment
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from unit.web import made_record as made

import chorall as ch
from chorall.errors import DefinitionError, InputError
from chorall.knowledge.fhir_codes import FHIR_CODES_TOML, fhir_codes, read_fhir_codes
from chorall.web.health_record.parts import list_resources
from chorall.web.health_record.record import read_record
from chorall.web.health_record.risk import ESTIMATE, STRATEGY, UCUM, add_years

ROOT = Path(__file__).parents[3]
SERVICE = "/cds-services/all-outcome"
RISK = "/api/v1/fhir/risk-assessment"
ALLOWED = {"summary", "indicator", "detail", "source", "extension"}
TODAY = date.fromisoformat(made.TODAY)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("chorall.web.health_record.routes.find_today", lambda: TODAY)


def ask(client, *resources, **further):
    found = client.post(SERVICE, json=made.call(*resources, **further))
    assert found.status_code == 200, found.text
    return found.json()["cards"]


def test_the_discovery_says_what_the_standard_asks(client):
    (service,) = client.get("/cds-services").json()["services"]
    assert set(service) == {"hook", "title", "description", "id", "prefetch"}
    assert service["hook"] == "patient-view"
    assert f"/cds-services/{service['id']}" == SERVICE
    for template in service["prefetch"].values():
        assert re.findall(r"{{(.*?)}}", template) == ["context.patientId"]


def test_a_whole_record_gets_one_card_with_the_numbers_of_the_library(client, settings):
    (card,) = ask(client, *made.WHOLE)
    assert set(card) == ALLOWED
    assert card["indicator"] == "info"
    assert len(card["summary"]) < 140
    patient = read_record(made.WHOLE, settings.bank, TODAY).patient
    assert patient["course"] == {"state": "remission", "day": 41, "since_day": 33}
    one = ch.predict(settings.bank, patient, ["as_observed"]).outcomes["as_observed"][
        "overall_survival"
    ][5.0]
    numbers = [100, *(round(100 * value) for value in (one.estimate, one.lower, one.upper)), 5]
    said = [int(number) for number in re.findall(r"\d+", card["summary"])]
    assert sorted(said) == sorted(numbers)
    assert settings.bank_hash in card["source"]["label"]
    assert "Research use only." in card["detail"]
    assert "SYNTHETIC DATA" in card["detail"]
    RiskAssessment.model_validate(card["extension"]["chorall.risk-assessment"])


def test_what_is_missing_is_said_and_widens_the_range(client):
    whole = ask(client, *made.WHOLE)
    without = [one for one in made.WHOLE if one["id"] not in ("tp53", "ikzf1")]
    outlook, missing = ask(client, *without)
    assert missing["summary"] == "2 items of this patient are not known"
    assert "TP53: not in the record" in missing["detail"]
    assert "never as normal or absent" in missing["detail"]
    assert set(missing) == ALLOWED - {"extension"}

    def width(card):
        low, high = re.search(r"\((\d+) to (\d+)\)", card["summary"]).groups()
        return int(high) - int(low)

    assert width(outlook) >= width(whole[0])


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ([made.changed(made.PATIENT, birthDate=None), made.CONDITION], "age at diagnosis"),
        ([made.PATIENT, made.changed(made.CONDITION, onsetDateTime=None)], "day of diagnosis"),
        ([made.PATIENT, made.changed(made.CONDITION, code=made.concept(made.SNOMED, "91857003"))],
         "lineage (B or T)"),
    ],
)  # fmt: skip
def test_without_what_is_needed_no_number_is_given(client, resources, words):
    (card,) = ask(client, *resources)
    assert card["summary"].startswith("No outlook without: ")
    assert words in card["summary"]
    assert "of 100" not in card["detail"]
    assert "extension" not in card


def test_long_ago_without_a_remission_is_not_taken_as_induction(client):
    (card,) = ask(client, made.PATIENT, made.changed(made.CONDITION, onsetDateTime="2023-05-10"))
    assert card["summary"] == "No outlook without: where the patient is today"


def test_outside_of_the_data_no_number_is_given(client):
    old = made.changed(made.PATIENT, birthDate="1940-01-01")
    refusal, _ = ask(client, old, made.CONDITION)
    assert refusal["summary"] == "No outlook: the data hold too few patients like this"
    assert "extension" not in refusal


def test_other_patients_get_no_card(client):
    other = made.changed(made.CONDITION, code=made.concept(made.SNOMED, "91861009"))
    assert ask(client, made.PATIENT, other) == []
    assert ask(client, made.changed(made.PATIENT, deceasedBoolean=True), made.CONDITION) == []
    assert ask(client, made.changed(made.PATIENT, deceasedDateTime="2024"), made.CONDITION) == []
    dead = made.bundle(made.changed(made.PATIENT, deceasedBoolean=True), made.CONDITION)
    found = client.post(RISK, json=dead)
    assert found.status_code == 422
    assert "died" in found.text


def test_without_the_prefetch_of_conditions_the_diagnosis_is_missing(client):
    question = made.call(made.PATIENT)
    question["prefetch"].pop("conditions")
    (card,) = client.post(SERVICE, json=question).json()["cards"]
    assert "day of diagnosis" in card["summary"]
    assert client.post(SERVICE, json=made.call() | {"prefetch": {"conditions": None}}).json()[
        "cards"
    ], "null says that nothing was found under this key, not that there is no leukaemia"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"hook": "order-sign"}, 422),
        ({"hookInstance": None}, 422),
        ({"context": {}}, 422),
        ({"context": {"patientId": "p2"}}, 422),
        ({"prefetch": []}, 422),
        ({"prefetch": {"patient": "p"}}, 422),
    ],
)
def test_what_is_no_call_is_one_clear_problem(client, change, status):
    found = client.post(SERVICE, json=made.call(*made.WHOLE) | change)
    assert found.status_code == status
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json()["detail"]


def test_only_the_service_is_there_and_other_pages_cannot_call_it(client):
    body = made.call(*made.WHOLE)
    assert client.post("/cds-services/other", json=body).status_code == 404
    elsewhere = {"origin": "https://evil.example"}
    assert client.post(SERVICE, json=body, headers=elsewhere).status_code == 403
    assert client.post(SERVICE, data={"a": "b"}).status_code == 415
    assert client.post(SERVICE, json=body | {"x": "a" * 2_000_000}).status_code == 413
    assert client.post(SERVICE, json=body | {"x": "a" * 200_000}).status_code == 200


def test_a_record_may_send_the_content_type_of_fhir_and_nobody_else(client):
    sent = made.bundle(*made.WHOLE)
    kind = {"content-type": "application/fhir+json; charset=utf-8"}
    found = client.post(RISK, content=json.dumps(sent), headers=kind)
    assert found.json() == client.post(RISK, json=sent).json()
    assert found.status_code == 200
    assert client.post(RISK, content="{NaN", headers=kind).status_code == 400
    assert client.post("/api/v1/classify", content="{}", headers=kind).status_code == 415
    assert client.post("/doctor", content="{}", headers=kind).status_code == 415


def test_a_token_for_the_record_is_not_used_nor_sent_back(client):
    further = {"fhirServer": "https://ehr.example", "fhirAuthorization": {"access_token": "SECRET"}}
    found = client.post(SERVICE, json=made.call(*made.WHOLE, **further))
    assert found.status_code == 200
    assert "SECRET" not in found.text
    assert "ehr.example" not in found.text


def test_the_risk_assessment_is_fhir_and_the_numbers_are_those_of_predict(client, settings):
    sent = made.bundle(*made.WHOLE)
    found = client.post(RISK, params={"strategy": ["new", "old"]}, json=sent)
    assert found.status_code == 200
    assert found.headers["content-type"] == "application/fhir+json"
    RiskAssessment.model_validate(found.json())
    patient = read_record(list_resources([sent]), settings.bank, TODAY).patient
    library = ch.predict(settings.bank, patient, ["new", "old"])
    rows = {
        (one["extension"][1]["valueString"], one["outcome"]["coding"][0]["code"],
         one["whenPeriod"]["end"]): one
        for one in found.json()["prediction"]
    }  # fmt: skip
    assert len(rows) == 2 * 4 * 3
    for strategy, quantities in library.outcomes.items():
        for quantity, by_year in quantities.items():
            for years, one in by_year.items():
                row = rows[strategy, quantity, f"{2024 + int(years)}-06-20"]
                low, high = (row["probabilityRange"][end] for end in ("low", "high"))
                assert (low["value"], high["value"]) == (
                    round(100 * one.lower, 2), round(100 * one.upper, 2),
                )  # fmt: skip
                assert {low["code"], high["code"]} == {"%"}
                assert {low["system"], high["system"]} == {UCUM}
                assert row["extension"][0] == {
                    "url": ESTIMATE, "valueDecimal": round(one.estimate, 4),
                }  # fmt: skip
                assert row["extension"][1]["url"] == STRATEGY
                assert "probabilityDecimal" not in row, "a range and a number exclude each other"


def test_it_says_from_what_and_of_whom(client):
    found = client.post(RISK, json=made.bundle(*made.WHOLE)).json()
    assert found["subject"] == {"reference": "Patient/p1"}
    assert found["condition"] == {"reference": "Condition/c1"}
    assert found["occurrenceDateTime"] == made.TODAY
    assert {one["reference"] for one in found["basis"]} == {
        "Patient/p1", "Condition/c1", "Observation/tp53", "Observation/ikzf1",
        "Observation/remission", "Observation/mrd",
    }  # fmt: skip
    notes = " ".join(one["text"] for one in found["note"])
    assert "Research use only" in notes
    open_one = client.post(RISK, json=made.bundle(*made.WHOLE[:2])).json()
    notes = " ".join(one["text"] for one in open_one["note"])
    assert "Not known: TP53 (not in the record)." in notes


def test_a_strategy_without_support_has_no_prediction_and_a_reason(client):
    old = made.changed(made.PATIENT, birthDate="1940-01-01")
    found = client.post(RISK, json=made.bundle(old, made.CONDITION))
    assert found.status_code == 200
    RiskAssessment.model_validate(found.json())
    assert "prediction" not in found.json()
    assert any(one["text"].startswith("No answer on ") for one in found.json()["note"])


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (made.bundle(), "no Condition with a code"),
        (made.bundle(made.PATIENT, made.changed(made.CONDITION, onsetDateTime=None)),
         "no risk can be told without: day of diagnosis"),
        (made.bundle(made.PATIENT, made.PATIENT), "more than one patient"),
        ({"resourceType": "Patient"}, "literal_error"),
        ({"resourceType": "Bundle", "entry": {}}, "list_type"),
    ],
)  # fmt: skip
def test_a_bundle_that_says_too_little_is_one_clear_problem(client, sent, words):
    found = client.post(RISK, json=sent)
    assert found.status_code == 422
    assert words in found.json()["detail"]
    unknown = client.post(RISK, params={"strategy": "x"}, json=made.bundle(*made.WHOLE))
    assert "the bank does not know x" in unknown.json()["detail"]


def test_the_page_names_every_code_with_its_confidence():
    page = (ROOT / "docs" / "fhir.md").read_text("utf-8")
    for one in fhir_codes().codes:
        assert f"| `{one.code}` | {one.display} | {one.means} | {one.confidence} |" in page, one
    for unit in fhir_codes().units:
        assert f"`{unit.code}`" in page


def test_a_code_that_stands_twice_is_refused(tmp_path):
    text = FHIR_CODES_TOML.read_text("utf-8")
    first = text[text.index("[[codes]]") : text.index("[[codes]]", text.index("[[codes]]") + 1)]
    file = tmp_path / "codes.toml"
    file.write_text(text.replace(first, first * 2), "utf-8")
    with pytest.raises(DefinitionError, match=r"`91857003` of .* stands twice for `diagnosis`"):
        read_fhir_codes(file)


def test_the_made_up_record_is_itself_fhir():
    Bundle.model_validate(made.bundle(*made.WHOLE))


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2024-08-31", 0.5, "2025-02-28"),
        ("2024-12-15", 1.5, "2026-06-15"),
    ],
)
def test_years_are_added_by_the_calendar(day, years, expected):
    assert str(add_years(date.fromisoformat(day), years)) == expected


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(["2024-05-10", "Patient/p1", "%", "final", made.OWN, made.LOINC, "69548-6",
                       "TP53", "91857003", "remission", 10**400])
)  # fmt: skip
NAMES = st.sampled_from([
    "resourceType", "code", "coding", "system", "subject", "reference", "component", "status",
    "valueQuantity", "value", "effectiveDateTime", "onsetDateTime", "birthDate", "id", "entry",
])  # fmt: skip
ANYTHING = st.recursive(
    LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(NAMES, one, max_size=3)
)
WHERE = st.sampled_from([(place, name) for place, one in enumerate(made.WHOLE) for name in one])


@examples(
    max_examples=60, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(where=WHERE, value=ANYTHING)
def test_a_record_with_anything_in_any_place_gets_an_answer_or_a_problem(settings, where, value):
    """Whatever stands where something else was expected is not there; nothing breaks."""
    place, name = where
    resources = list(made.WHOLE)
    resources[place] = made.changed(resources[place]) | {name: value}
    try:
        record = read_record(list_resources([made.bundle(*resources)]), settings.bank, TODAY)
    except InputError:
        return
    if not record.lacking:
        ch.predict(settings.bank, record.patient, ["as_observed"], draws=100)
    assert not set(record.open_items) & set(record.patient)
