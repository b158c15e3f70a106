"""Everything is asked once with values that stand out; then all logs are searched for them."""

from __future__ import annotations

import json
import logging
import re
from contextlib import closing

import pytest
from fastapi.testclient import TestClient
from unit.web import made_record as made

from chorall.web.app import create_app
from chorall.web.gate.audit import open_audit

BASE = "http://127.0.0.1:8765"
PLANTED = {
    "age": "61.7305", "count": "73.2519", "share": "0.0417", "born": "1962-07-19",
    "diagnosed": "2024-03-27", "person": "planted-person-7731", "token": "planted-token-5512",
    "text": "planted words 9924", "karyotype": "46,XX,t(4;11)(q21;q23)[17]",
}  # fmt: skip
FORM = {
    "age_years": PLANTED["age"], "wbc_10e9_per_l": PLANTED["count"], "state": "remission",
    "day": "33", "since_day": "33", "mrd_end_of_induction": PLANTED["share"],
    "mrd_unit": "fraction", "karyotype": PLANTED["karyotype"], "a_treatment": "new",
    "b_treatment": "old",
}  # fmt: skip


def list_questions():
    """Return path and body: answered, refused, not understood, and broken, for every route."""
    patient = {"age_years": float(PLANTED["age"]), "wbc_10e9_per_l": float(PLANTED["count"]),
               "lineage": "B", "TP53": "present"}  # fmt: skip
    record = json.loads(
        json.dumps(made.WHOLE).replace("p1", PLANTED["person"]).replace(made.BORN, PLANTED["born"])
        .replace(made.DIAGNOSED, PLANTED["diagnosed"]).replace("2024-06-12", "2024-04-29")
        .replace('"value": 0.1', f'"value": {PLANTED["share"]}')
    )  # fmt: skip
    record[3] = made.changed(record[3], note=[{"text": PLANTED["text"]}])
    token = {"fhirAuthorization": {"access_token": PLANTED["token"]}}
    call = made.call(*record, patient=PLANTED["person"], **token)
    for name in ("predict", "missing-tests", "classify"):
        yield f"/api/v1/{name}", {"patient": patient}
        yield f"/api/v1/{name}", {"patient": {**patient, PLANTED["text"]: 1}}
        yield f"/api/v1/{name}", {"patient": patient, "draws": PLANTED["text"]}
        yield f"/api/v1/{name}", {"patient": {**patient, "TP53": PLANTED["text"]}}
    yield "/api/v1/fhir/risk-assessment", made.bundle(*record)
    yield "/api/v1/fhir/risk-assessment", made.bundle(*record[:1])
    yield "/api/v1/fhir/risk-assessment", {"resourceType": PLANTED["text"]}
    yield "/cds-services/all-outcome", call
    yield "/cds-services/all-outcome", call | {"context": {"patientId": PLANTED["text"]}}
    yield "/cds-services/all-outcome", call | {"hook": PLANTED["text"]}


@pytest.fixture
def asked(settings, desk, tmp_path, caplog):
    """Ask everything; return the texts of all logs, by name, and the statuses."""
    statuses, file = [], tmp_path / "audit.jsonl"
    with caplog.at_level(logging.DEBUG), closing(open_audit(file, {})) as audit:
        app = create_app(settings, audit=audit)
        app.state.desk = desk
        client = TestClient(app, base_url=BASE)
        for path in ("/doctor", "/doctor/print", "/doctor/summary", "/patients/de/summary"):
            page = path if path.startswith("/patients") else "/doctor"
            token = re.search(r'name="token" value="(\w+)"', client.get(page).text)[1]
            for given in (FORM, FORM | {"age_years": f"9{PLANTED['age']}"}, {"x": PLANTED["text"]}):
                data = {"token": token, "summary": "de", **given}
                statuses.append(client.post(path, data=data).status_code)
        for path, body in list_questions():
            statuses.append(client.post(path, json=body).status_code)
        statuses.append(client.get(f"/patients/{PLANTED['person']}").status_code)
    own = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    return {
        "server": "\n".join(logging.Formatter().format(one) for one in own),
        "audit": file.read_text("utf-8"),
    }, statuses


@pytest.mark.parametrize("name", ["server", "audit"])
def test_no_log_holds_a_value_after_all_has_been_asked(asked, name):
    logs, statuses = asked
    assert {200, 404, 422} <= set(statuses)
    assert not [one for one in statuses if one >= 500]
    text = logs[name]
    assert "/cds-services/{service}" in text, "the log is that of these questions"
    assert text.count("\n") >= len(statuses) - 1
    for what, value in PLANTED.items():
        assert value not in text, what
    assert not re.search(r"TP53|IKZF1|t\(4;11\)|age_years", text)
