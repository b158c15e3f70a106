"""The JSON interface: any JSON gets an answer or a problem, and the document says what can come."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from unit.models.bank.made_bank import PATIENT

from chorall.analyses.bank.published import ask_published

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


@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
