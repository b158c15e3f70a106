"""The JSON interface: any JSON gets an answer or a problem, and the document says what can come."""

from __future__ import annotations

import json
import re
import shlex
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from unit.models.bank.made_bank import PATIENT

from chorall.analyses.bank.published import ask_published
from chorall.web.desk import Desk

NO_PATIENTS = ("n_trials", "n_pooled", "n_events")
"""Counts of trials, and events of all trials together."""
LONG = ("treatment", "risk", "deescalation")
DOCS = Path(__file__).parents[3] / "docs"
KIND = {"content-type": "application/json"}
ITEMS = st.sampled_from([*PATIENT, "wbc_10e9_per_l", "lineage", "BCR::ABL1", "subtype", "trial",
                         "cns_status", "mrd_day_15", "patient_id", "nobody"])  # fmt: skip
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["present", "absent", "not_tested", "undetected", "male", "B", "remission"])
)  # fmt: skip
VALUES = st.recursive(
    PLAIN,
    lambda one: (
        st.lists(one, max_size=3)
        | st.dictionaries(st.sampled_from(["state", "day", "since_day", "x"]), one, max_size=3)
    ),
    max_leaves=5,
)
PATIENTS = st.dictionaries(ITEMS, VALUES, max_size=4)
QUESTIONS = st.fixed_dictionaries(
    {"patient": PATIENTS},
    optional={
        "strategies": st.lists(st.sampled_from(["new", "old", "as_observed", "x", "+"]) | VALUES,
                               max_size=2),
        "years": st.lists(PLAIN, max_size=2),
        "draws": st.sampled_from([100, 99, 1e9, "a", None]),
        "conf_level": PLAIN,
    },
)  # fmt: skip


@examples(
    max_examples=60, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    path=st.sampled_from(["predict", "classify"]),
    question=QUESTIONS | VALUES,
)
def test_any_json_gets_an_answer_or_a_problem(client, path, question):
    found = client.post(f"/api/v1/{path}", content=json.dumps(question).encode(), headers=KIND)
    assert found.status_code in (200, 400, 422), found.text
    if found.status_code != 200:
        assert found.headers["content-type"] == "application/problem+json"
        assert found.json()["status"] == found.status_code


@pytest.mark.parametrize("value", ["abc", "", [1e-3], {"x": 1}, True, 1.5, -1e-9])
@pytest.mark.parametrize("path", ["predict", "classify"])
def test_residual_disease_that_no_bank_uses_is_checked_too(client, path, value):
    """Found by the test above: a classifier's time point was computed with unchecked."""
    found = client.post(f"/api/v1/{path}", json={"patient": {"mrd_day_15": value}})
    assert found.status_code == 422
    assert "`mrd_day_15` must be a number from 0 to 1" in found.json()["detail"]


def test_a_name_that_nobody_knows_is_refused_not_passed_over(client):
    """Found by schemathesis: a misspelt marker was taken as not known, and nobody was told."""
    known = {"lineage": "B", "haemoglobin_g_per_l": 90, "CRLF2-r": "present", "course": None}
    found = client.post("/api/v1/classify", json={"patient": {**known, "BCR-ABL1": "present"}})
    assert found.status_code == 422
    assert "`BCR-ABL1`" in found.json()["detail"]
    assert "`lineage`" not in found.json()["detail"]
    assert client.post("/api/v1/classify", json={"patient": known}).status_code == 200


def test_classifiers_are_those_of_the_library(client):
    patient = {"age_years": 34.0, "lineage": "B", "BCR::ABL1": "present", "wbc_10e9_per_l": 40.0}
    found = client.post("/api/v1/classify", json={"patient": patient}).json()
    assert found["research_use_only"] is True
    assert found["classifiers"] == json.loads(json.dumps(ask_published(patient)))
    assert found["classifiers"]


def test_every_answer_that_can_come_is_described(client):
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for path, methods in described["paths"].items():
        for one in methods.values():
            assert {"200", "400", "403", "404", "413", "415", "422", "429", "503"} <= set(
                one["responses"]
            ), path
            problem = one["responses"]["422"]["content"]["application/problem+json"]
            assert set(problem["schema"]["required"]) == {"type", "title", "status", "detail"}
    known = set(described["components"]["schemas"])
    assert set(re.findall(r"#/components/schemas/(\w+)", json.dumps(described))) <= known


def list_curls(page):
    """Return address, headers and body of every curl command of a page."""
    text = (DOCS / page).read_text("utf-8")
    found = []
    for block in re.findall(r"```\n(curl .*?)```", text, flags=re.DOTALL):
        for command in re.split(r"\n(?=curl )", block.replace("\\\n", " ")):
            words = shlex.split(command)[1:]
            take = {words[at]: words[at + 1] for at in range(len(words) - 1)}
            address = next(one for one in words if one.startswith("http://127.0.0.1:8765/"))
            found.append((address.removeprefix("http://127.0.0.1:8765"), take.get("-d")))
    return found


@pytest.mark.parametrize(
    ("address", "body"), [one for page in ("web.md", "fhir.md") for one in list_curls(page)]
)
def test_the_examples_of_the_pages_work(client, address, body):
    found = (
        client.get(address) if body is None else client.post(address, content=body, headers=KIND)
    )
    assert found.status_code == 200, found.text
    assert found.json()


def test_every_route_has_an_example_on_a_page(client):
    described = client.get("/api/v1/openapi.json").json()["paths"]
    shown = {one.split("?")[0] for page in ("web.md", "fhir.md") for one, _ in list_curls(page)}
    assert {one.replace("{service}", "all-outcome") for one in described} == shown


def test_every_example_of_the_description_is_answered(client):
    described = client.get("/api/v1/openapi.json").json()
    asked = 0
    for path, methods in described["paths"].items():
        body = methods.get("post", {}).get("requestBody")
        if body and "{" not in path:
            name = body["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
            for example in described["components"]["schemas"][name].get("examples", []):
                assert client.post(path, json=example).status_code == 200, path
                asked += 1
    assert asked >= 4


def test_every_answer_has_a_type(client):
    described = client.get("/api/v1/openapi.json").json()
    for path, methods in described["paths"].items():
        for one in methods.values():
            (content,) = one["responses"]["200"]["content"].values()
            assert "$ref" in content["schema"] or path.startswith("/api/v1/fhir/"), path


def test_the_bank_says_all_that_it_can_be_asked(client, settings):
    found = client.get("/api/v1/bank").json()
    items = {one["item"]: one for one in found["items"]}
    assert list(items) == [feature.item for feature in settings.bank.design.features]
    assert (items["age_years"]["low"], items["age_years"]["supported_high"]) == (0, 70)
    assert items["sex"]["words"] == ["female", "male"]
    assert items["TP53"] == {
        "item": "TP53", "label": "TP53", "kind": "marker", "words": [], "low": None, "high": None,
        "supported_low": None, "supported_high": None,
    }  # fmt: skip
    assert found["bank"] == settings.bank_hash
    for one in found["strategies"]:
        answer = client.post(
            "/api/v1/predict", json={"patient": PATIENT, "strategies": [one["strategy"]]}
        )
        assert answer.status_code == 200 or "no trial of the bank dates" in answer.text
    assert {"old", "new", "as_observed"} <= {one["strategy"] for one in found["strategies"]}


def test_missing_tests_are_those_of_the_prediction(client):
    known = {name: value for name, value in PATIENT.items() if name not in ("TP53", "IKZF1_del")}
    question = {"patient": {**known, "TP53": "not_tested"}, "strategies": ["new", "old"]}
    predicted = client.post("/api/v1/predict", json=question).json()
    found = client.post("/api/v1/missing-tests", json=question).json()
    assert {one["item"] for one in found["missing"]} == {"TP53", "IKZF1_del"}
    assert not any(one["is_to_come"] for one in found["missing"])
    told = [one for one in found["missing"] if one["share_of_variance"] is not None]
    assert [{k: one[k] for k in ("item", "share_of_variance", "decides")} for one in told] == (
        predicted["next_tests"]
    )
    assert {"of": found["of"], **found["interval_split"]} == predicted["interval_split"]
    whole = client.post("/api/v1/missing-tests", json={"patient": PATIENT}).json()
    assert whole["missing"] == []
    early = {"age_years": 30, "lineage": "B", "sex": None, "TP53": "failed", "IKZF1_del": "absent"}
    told = client.post("/api/v1/missing-tests", json={"patient": early}).json()["missing"]
    assert {one["item"]: one["is_to_come"] for one in told} == {
        "sex": False, "TP53": False, "mrd_end_of_induction": True,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["pool", "incidence", "prognosis?marker=TP53", *LONG])
def test_no_small_count_is_sent_by_the_interface(client, settings, name):
    found = client.get(f"/api/v1/{name}").json()
    counts = [
        (key, value) for row in found["rows"] for key, value in row.items()
        if key.startswith("n_") and key not in NO_PATIENTS and value is not None
    ]  # fmt: skip
    assert counts or name == "deescalation"
    assert not [one for one in counts if 0 < one[1] < settings.fewest_shown]
    assert found["pool"] == settings.pool.hash
    assert found["research_use_only"] is True


@pytest.mark.parametrize("part", ["treatment", "waiting", "groups"])
def test_rows_are_those_of_the_page(client, part):
    """The interface and the file of the page are the same rows."""
    rows = client.get(f"/api/v1/risk?part={part}").json()["rows"]
    file = client.get(f"/analyst/risk.csv?part={part}").text.splitlines()
    assert len(rows) == len(file) - 1
    assert not rows or list(rows[0]) == file[0].split(",")


def test_one_marker_is_incidence_and_prognosis(client):
    found = client.get("/api/v1/marker?marker=TP53").json()
    assert found["rows"] == client.get("/api/v1/prognosis?marker=TP53").json()["rows"]
    assert found["incidence"] == client.get("/api/v1/incidence?marker=TP53").json()["rows"]
    unknown = client.get("/api/v1/marker?marker=NOBODY")
    assert unknown.status_code == 422
    assert "TP53" in unknown.json()["detail"], "the message lists the known ones"


def test_a_long_answer_that_is_not_ready_says_when_to_come_again(client):
    desk = client.app.state.desk = Desk(patience=0.0)
    desk.kept["ask_risks"] = Future()
    found = client.get("/api/v1/risk")
    assert found.status_code == 503
    assert int(found.headers["retry-after"]) > 0
