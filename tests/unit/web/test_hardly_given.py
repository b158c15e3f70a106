"""A treatment hardly ever given with a result: the same words wherever an answer is read."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from unit.models.bank.made_bank import PATIENT
from unit.web import made_record as made
from unit.web.conftest import BASE

import chorall as ch
from chorall.models.bank.bank import HardlyGiven
from chorall.web.app import create_app
from chorall.web.carer.catalogue import read_catalogue
from chorall.web.carer.summary_view import view_summary
from chorall.web.health_record.cards import write_cards
from chorall.web.health_record.known import FhirRecord

RULES = (HardlyGiven("new", "TP53", "absent"),)
REFUSAL = "fewer than 5 patients in whom TP53 was tested and absent were given new"
CONDITION = (
    "TP53 is not known and should be tested first: new was seen almost only in patients in whom it "
    "was present, and in fewer than 5 patients in whom it was tested and absent. If it is absent, "
    "the answer on this treatment does not apply."
)
DECIDES = "decides whether the answer on new applies"
KNOWN = {"age_years": "30", "lineage": "B", "sex": "male"}


@pytest.fixture(scope="module")
def bank(settings):
    return replace(settings.bank, hardly_given=RULES)


@pytest.fixture
def client(settings, bank, desk):
    app = create_app(replace(settings, bank=bank))
    app.state.desk = desk
    return TestClient(app, base_url=BASE)


def read(response):
    """Return the text of a page without tags, spaces as single ones."""
    text = re.sub(r"(?s)<(script|style|svg).*?</\1>|<[^>]+>", " ", response.text)
    return re.sub(r"\s+", " ", html.unescape(text))


@pytest.mark.parametrize("path", ["/doctor", "/doctor/print"])
def test_page_and_sheet_to_print_refuse_or_say_which_test_decides(ask, path):
    refused = read(ask(path, **KNOWN, **{"m:TP53": "absent"}))
    assert f"No answer on new: {REFUSAL}." in refused
    assert "should be tested first" not in refused
    unknown = read(ask(path, **KNOWN))
    assert unknown.count(CONDITION) == 1
    assert f"TP53 {'(' if 'print' in path else ': '}{DECIDES}".replace(" :", ":") in unknown
    assert "No answer on" not in unknown
    given = read(ask(path, **KNOWN, **{"m:TP53": "present"}))
    assert not any(said in given for said in ("No answer on", "should be tested first", DECIDES))


def test_on_the_page_the_condition_stands_beside_the_count_before_any_number(ask):
    page = read(ask(**KNOWN))
    places = [page.index(said) for said in ("55 (30 in A", CONDITION, "of 100 patients like this")]
    assert places == sorted(places)
    first = page[page.index("Tests that would help most") :]
    assert first.split("): ", 1)[-1].lstrip().startswith(f"TP53: {DECIDES}")


def test_the_model_card_lists_them(client):
    card = read(client.get("/doctor/card"))
    assert "Hardly ever given" in card
    assert "new: TP53 absent" in card


def test_the_interface_for_programs_says_the_same(client):
    patient = {key: value for key, value in PATIENT.items() if key != "TP53"}
    question = {"patient": patient, "strategies": ["new", "old"], "draws": 100}
    found = client.post("/api/v1/predict", json=question).json()
    assert found["notes"][0] == CONDITION
    assert found["restrictions"] == [
        {"strategy": "new", "treatment": "new", "item": "TP53", "status": "absent",
         "is_met": False, "because_of": ""}
    ]  # fmt: skip
    missing = client.post("/api/v1/missing-tests", json=question).json()["missing"]
    assert (missing[0]["item"], missing[0]["decides"]) == ("TP53", ["new"])
    absent = {**question, "patient": {**patient, "TP53": "absent"}}
    refused = client.post("/api/v1/predict", json=absent).json()
    assert refused["refused"] == {"new": REFUSAL}
    assert refused["restrictions"][0]["is_met"] is True
    assert client.get("/api/v1/bank").json()["hardly_given"] == [
        {"strategy": "new", "item": "TP53", "status": "absent"}
    ]


def test_a_risk_assessment_says_it_in_its_notes(client):
    untested = [one for one in made.WHOLE if one is not made.TP53]
    path, asked = "/api/v1/fhir/risk-assessment", {"strategy": ["new"]}
    found = client.post(path, params=asked, json=made.bundle(*untested)).json()
    assert CONDITION in [note["text"] for note in found["note"]]


def test_cards_say_it_with_the_answer_and_at_the_missing_test(settings, bank):
    record = FhirRecord(open_items={"IKZF1_del": "no result", "TP53": "no result"})
    patient = {key: PATIENT[key] for key in PATIENT if key not in ("TP53", "IKZF1_del")}
    found = ch.predict(bank, patient, ["new"], draws=100)
    outlook, missing = write_cards(settings, record, found, {})
    assert CONDITION in outlook["detail"]
    lines = [line for line in missing["detail"].splitlines() if line.startswith("- ")]
    assert lines[0].startswith(f"- TP53: no result; {DECIDES} (")
    assert lines[1] == "- IKZF1 del: no result"
    refused = ch.predict(bank, patient | {"TP53": "absent"}, ["new"], draws=100)
    card, _ = write_cards(settings, record, refused, {})
    assert f"new: {REFUSAL}." in card["detail"]


@pytest.mark.parametrize(
    ("language", "only_with", "hardly_with"),
    [
        ("en", "It was given almost only to people with TP53.",
         "It was hardly ever given to people with TP53."),
        ("de", "Fast nur Menschen mit TP53 bekamen sie.",
         "Menschen mit TP53 bekamen sie fast nie."),
    ],
)  # fmt: skip
def test_the_summary_for_the_patient_says_it_in_plain_words(
    settings, language, only_with, hardly_with
):
    words = read_catalogue(language).summary
    for status, other, said in (
        ("absent", "present", only_with),
        ("present", "absent", hardly_with),
    ):
        bank = replace(settings.bank, hardly_given=(HardlyGiven("new", "TP53", status),))

        def view(word, bank=bank):
            patient = PATIENT | {"TP53": word}
            found = ch.predict(bank, patient, ["new", "old"], draws=100)
            return view_summary(found, patient, bank, words, 5)

        (refused,) = view(status).refused
        assert refused == f"{words.refused.format(name='new')} {said}"
        new, old = view("not_tested").sides
        assert new.conditions == (f"{said} {words.not_known_yet}",)
        assert old.conditions == ()
        assert view("not_tested").missing[0] == "TP53"
        assert view(other).refused == view(other).sides[0].conditions == ()


def test_the_page_of_the_summary_shows_the_condition_before_the_number(ask):
    page = read(ask("/doctor/summary", **KNOWN, summary="en"))
    said = "It was given almost only to people with TP53. We do not know yet if you have it."
    assert page.count(said) == 1
    assert page.index(said) < page.index("Of 100 people like this")
