"""Who and what is not let in, and what every answer carries."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from contextlib import closing

import anyio
import pytest
from fastapi.testclient import TestClient

from chorall.web.analyst import questions as analyst_questions
from chorall.web.app import create_app
from chorall.web.assets import FOLDER, locate_asset
from chorall.web.desk import Desk
from chorall.web.gate.audit import open_audit
from chorall.web.gate.pace import Pace
from chorall.web.settings import Settings

BASE = "http://127.0.0.1:8765"
PAGES = ("/", "/doctor", "/doctor/card", "/analyst", "/analyst/marker?marker=TP53",
         "/analyst/quality", "/analyst/prognosis", "/analyst/treatment", "/analyst/transplant",
         "/analyst/not-randomised", "/analyst/risk", "/analyst/deescalation",
         "/patients/en", "/patients/de", "/patients/de/summary")  # fmt: skip
PREDICT = "/api/v1/predict"
SECRET = "61.7305"
EXPECTED = {
    "content-security-policy": "default-src 'none'; object-src 'none'; script-src 'self'; "
    "style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
}


@pytest.mark.parametrize(
    "path", [*PAGES, "/nothing", "/api/v1/nothing", "/api/v1/openapi.json", "/health"]
)
def test_every_answer_carries_all_headers(client, path):
    found = client.get(path).headers
    assert {name: found.get(name) for name in EXPECTED} == EXPECTED
    assert found["cache-control"] == "no-store"
    assert "server" not in found


def test_assets_carry_them_too_and_may_be_kept(client):
    found = client.get(locate_asset("htmx.min.js"))
    assert {name: found.headers.get(name) for name in EXPECTED} == EXPECTED
    assert "immutable" in found.headers["cache-control"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_nothing_from_elsewhere_and_hold_nothing_inline(client, path):
    text = client.get(path).text
    addresses = set(re.findall(r"(?:https?:)?//[^\s\"'<)]+", text))
    assert not {one for one in addresses if "//www.w3.org/" not in one}
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert "Research use only" in text or "Nur für die Forschung" in text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "127.0.0.1:80@evil.example",
        "[::1]evil.example", "localhost:evil.example", "localhost:80:80", "127.0.0.1/",
    ],
)  # fmt: skip
def test_other_hosts_are_refused(client, host):
    found = client.get("/doctor", headers={"host": host})
    assert found.status_code == 400
    assert host not in found.text or not host


@pytest.mark.parametrize("host", ["localhost:8765", "[::1]:8765", "127.0.0.1"])
def test_names_of_this_machine_are_answered(client, host):
    assert client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/doctor", PREDICT])
def test_other_pages_cannot_post(client, headers, path):
    kind = "application/json" if path == PREDICT else "application/x-www-form-urlencoded"
    found = client.post(path, content=b"{}", headers={"content-type": kind, **headers})
    assert found.status_code == 403


@pytest.mark.parametrize("token", [None, "", "0" * 64, "ä"])
def test_a_form_without_its_token_is_refused(client, token):
    client.get("/doctor")
    data = {} if token is None else {"token": token}
    found = client.post("/doctor", data={**data, "age_years": SECRET})
    assert found.status_code == 403
    assert SECRET not in found.text


def test_the_token_of_another_browser_is_refused(settings):
    app = create_app(settings)
    one, other = (TestClient(app, base_url=BASE) for _ in range(2))
    token = re.search(r'name="token" value="(\w+)"', one.get("/doctor").text)[1]
    other.get("/doctor")
    assert other.post("/doctor", data={"token": token}).status_code == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client):
    cookie = client.get("/doctor").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", ["/doctor", PREDICT])
def test_large_bodies_are_refused(client, path, chunked):
    body = b'{"x": "' + b"a" * 10_000_000 + b'"}'
    content = iter([body[:5_000_000], body[5_000_000:]]) if chunked else body
    kind = "application/json" if path == PREDICT else "application/x-www-form-urlencoded"
    found = client.post(path, content=content, headers={"content-type": kind})
    assert found.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff\xfe", b'{"patient": {"age_years": NaN}}', b'{"a": "\\ud800"}',
        b'{"patient": {"age_years": ' + b"9" * 5000 + b"}}", b"[" * 20_000 + b"]" * 20_000,
        b'{"patient": {"age_years": Infinity}}',
    ],
)  # fmt: skip
def test_what_is_no_json_gets_one_clear_answer(client, body):
    found = client.post(PREDICT, content=body, headers={"content-type": "application/json"})
    assert found.status_code == 400
    assert found.headers["content-type"] == "application/problem+json"
    assert set(found.json()) == {"type", "title", "status", "detail"}


@pytest.mark.parametrize(
    "question",
    [
        None, [], {}, "a", {"patient": []}, {"patient": {}, "strategies": []},
        {"patient": {"age_years": 1e308}}, {"patient": {"age_years": "34"}},
        {"patient": {"age_years": True}}, {"patient": {"nobody_knows": 1}},
        {"patient": {"TP53": {"a": 1}}}, {"patient": {}, "strategies": ["x"]},
        {"patient": {}, "years": [0]}, {"patient": {}, "draws": 10**9},
        {"patient": {}, "draws": 1}, {"patient": {}, "conf_level": 1},
        {"patient": {}, "further": 1}, {"patient": {"course": "today"}},
        {"patient": {"course": {"state": [], "day": 0}}},
        {"patient": {"sex": ["male"]}},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_gets_one_clear_answer(client, question):
    kind = {"content-type": "application/json"}
    found = client.post(PREDICT, content=json.dumps(question), headers=kind)
    assert found.status_code == 422
    assert found.json()["status"] == 422
    assert found.json()["detail"]


def test_a_refused_value_is_not_sent_back(client):
    question = {"patient": {"age_years": SECRET}, "draws": SECRET}
    assert SECRET not in client.post(PREDICT, json=question).text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(client, method):
    assert client.request(method, "/doctor").status_code == 405


def test_a_method_that_somebody_made_up_is_in_no_log(settings, tmp_path, caplog):
    file = tmp_path / "audit.jsonl"
    with closing(open_audit(file, {})) as audit, caplog.at_level(logging.INFO, "chorall.web"):
        client = TestClient(create_app(settings, audit=audit), base_url=BASE)
        assert client.request("PATIENT-SMITH", "/doctor").status_code == 405
    own = "".join(one.getMessage() for one in caplog.records if one.name == "chorall.web")
    for text in (own, file.read_text("utf-8")):
        assert "(other) " in text
        assert "SMITH" not in text


def test_two_lengths_of_one_body_are_refused(client):
    kind = {
        "content-type": "application/json",
        "content-length": "2",
        "transfer-encoding": "chunked",
    }
    assert client.post(PREDICT, content=b"{}", headers=kind).status_code == 400


def test_a_form_is_no_json_and_json_no_form(client):
    assert client.post(PREDICT, data={"a": "b"}).status_code == 415
    assert client.post("/doctor", json={}).status_code == 415


@pytest.mark.parametrize("body", ["a=%ff", "&".join(f"f{n}=1" for n in range(500)), "a=1&a=2"])
def test_strange_forms_are_refused(client, body):
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/doctor", content=body, headers=kind).status_code == 400


def test_a_bug_says_nothing_of_the_patient(settings, monkeypatch, caplog):
    def fail(*_, **__):
        raise ValueError(f"age {SECRET}")

    monkeypatch.setattr("chorall.analyses.bank.predict", fail)
    client = TestClient(create_app(settings), base_url=BASE)
    with caplog.at_level(logging.DEBUG):
        found = client.post(PREDICT, json={"patient": {"age_years": float(SECRET)}})
    assert found.status_code == 500
    assert found.headers["x-frame-options"] == "DENY"
    assert SECRET not in found.text + caplog.text
    assert "bug: ValueError in fail" in caplog.text


def test_values_are_in_no_log_and_no_address(ask, caplog):
    with caplog.at_level(logging.DEBUG):
        found = ask(age_years=SECRET, **{"m:TP53": "present"})
        refused = ask(age_years="613.05", karyotype="nonsense-613.05")
    assert found.status_code == 200
    assert refused.status_code == 422
    assert found.headers["cache-control"] == "no-store"
    assert "POST /doctor 200" in caplog.text
    assert not re.search(r"61\.73|613\.05|nonsense|TP53", caplog.text)
    assert found.url.query == b""


def test_what_is_typed_into_an_address_is_not_logged(client, caplog):
    with caplog.at_level(logging.INFO, logger="chorall.web"):
        client.get(f"/patients/{SECRET}?age={SECRET}")
    own = "".join(one.getMessage() for one in caplog.records if one.name == "chorall.web")
    assert "GET /patients/{language} 404" in own
    assert SECRET not in own


def test_a_full_desk_says_when_to_come_again():
    async def fill() -> int:
        from chorall.web.problems import ProblemError

        desk = Desk(at_work=1, in_line=1)
        release = anyio.Event()
        refused: list[int] = []

        async def one() -> None:
            try:
                await desk.ask(lambda: anyio.from_thread.run(release.wait))
            except ProblemError as error:
                refused.append(error.problem.retry_seconds)
                release.set()

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(one)
        assert desk.here == 0
        return refused

    assert anyio.run(fill) == [5]


def test_busy_is_said_with_retry_after(settings):
    app = create_app(settings)
    app.state.desk = Desk(at_work=1, in_line=-1)
    found = TestClient(app, base_url=BASE).post(PREDICT, json={"patient": {}})
    assert (found.status_code, found.headers["retry-after"]) == (503, "5")


def test_too_many_questions_are_told_when_to_come_again(settings, monkeypatch):
    monkeypatch.setattr("chorall.web.gate.guard.Pace", lambda: Pace(most=2))
    client = TestClient(create_app(settings), base_url=BASE)
    found = [client.post("/api/v1/classify", json={"patient": {}}) for _ in range(3)]
    assert [one.status_code for one in found] == [200, 200, 429]
    assert 0 < int(found[2].headers["retry-after"]) <= 60
    assert client.get("/doctor").status_code == 200, "reading goes on"


def test_the_pace_forgets_after_a_minute():
    now = [0.0]
    pace = Pace(most=2, clock=lambda: now[0])
    waits = []
    for seconds in (0.0, 10.0, 20.5, 59.9, 60.0, 60.0):
        now[0] = seconds
        waits.append(pace.find_wait())
    assert waits == [0, 0, 40, 1, 0, 10]


def test_without_pool_and_bank_the_pages_say_so():
    client = TestClient(create_app(Settings()), base_url=BASE)
    assert client.get("/").status_code == 200
    assert "chorall bank fit" in client.get("/doctor").text
    assert client.get("/doctor").status_code == 404
    assert client.get("/analyst").status_code == 404
    assert client.get("/api/v1/incidence").json()["status"] == 404
    assert client.get("/patients/en").status_code == 200


def test_vendored_files_are_those_that_are_listed():
    listed = (FOLDER / "VENDORED.md").read_text("utf-8")
    found = hashlib.sha256((FOLDER / "htmx.min.js").read_bytes()).hexdigest()
    assert "| htmx.min.js | htmx.org (npm) | 4.0.1 |" in listed
    assert found in listed
    assert "Zero-Clause BSD" in (FOLDER / "htmx-LICENSE.txt").read_text("utf-8")


def test_static_names_lead_nowhere_else(client):
    for name in ("..%2fsettings.py", "VENDORED.md", "%2e%2e/settings.py"):
        assert client.get(f"/static/0/{name}").status_code == 404


def test_the_description_has_no_page_of_another_host(client):
    assert client.get("/docs").status_code == 404
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    wanted = {"bank", "predict", "missing-tests", "classify", "fhir/risk-assessment", "pool",
              "incidence", "prognosis", "marker", "treatment", "risk", "deescalation"}  # fmt: skip
    services = {"/cds-services", "/cds-services/{service}"}
    assert set(paths) == {f"/api/v1/{name}" for name in wanted} | services
    json.dumps(paths)


def test_questions_of_the_pool_are_remembered_by_server_not_by_reader(settings):
    before = analyst_questions._count_all.cache_info().currsize
    analyst_questions.ask_incidence(settings, markers=["TP53"])
    assert analyst_questions._count_all.cache_info().currsize <= before + 1
