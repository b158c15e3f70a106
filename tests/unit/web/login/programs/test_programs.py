"""Programs that ask with a token: which come in, to what, and what is written of it."""

from __future__ import annotations

import logging
import re
import time
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from unit.web.login.conftest import LOGIN
from unit.web.login.made_provider import ADDRESS, CLIENT
from unit.web.login.programs.made_tokens import (
    CLASSIFY,
    ONLY_SCRIPT,
    SCRIPT,
    ask,
    ask_record,
    at,
    bear,
    call,
    challenge,
    claim,
    sign,
    sign_call,
    sign_shared,
)
from unit.web.login.test_journey import read_audit

from chorall.web.gate.pace import Pace
from chorall.web.login.definition import read_login
from chorall.web.login.porter import SESSION_COOKIE
from chorall.web.login.signed import TokenError
from chorall.web.login.used import SWEPT_EVERY_SECONDS

DOCS = Path(__file__).parents[5] / "docs"
PATIENT = "61.7305"


def test_a_program_asks_and_the_audit_log_names_it(browser, provider, porter, run):
    token = sign(provider)
    assert ask(browser, token).status_code == 200
    assert ask(browser, token).status_code == 200, "an access token may come again"
    assert browser.get("/api/v1/bank", headers=bear(token)).status_code == 200
    told = [(one["event"], one.get("route"), one.get("program"), one.get("role"),
             one.get("person"), one.get("status")) for one in read_audit(porter)]  # fmt: skip
    assert told == [
        ("start", None, None, None, None, None),
        ("question", f"POST {CLASSIFY}", SCRIPT, "doctor", None, 200),
        ("question", f"POST {CLASSIFY}", SCRIPT, "doctor", None, 200),
        ("question", "GET /api/v1/bank", SCRIPT, "doctor", None, 200),
    ]
    assert run("verify-audit", porter.state.audit)[0] == 0


def test_a_health_record_calls_its_service_and_discovery(browser, porter):
    assert ask_record(browser, sign_call()).status_code == 200
    discovery = sign_call(call(aud=[f"{ADDRESS}/cds-services"]))
    assert browser.get("/cds-services", headers=bear(discovery)).status_code == 200
    told = [(one.get("program"), one.get("role"), one.get("route")) for one in read_audit(porter)]
    assert told[1:] == [
        ("ward-record", "health-record", "POST /cds-services/{service}"),
        ("ward-record", "health-record", "GET /cds-services"),
    ]


def test_a_health_record_whose_keys_are_at_an_address(browser):
    now = int(time.time())
    assert ask_record(browser, sign_shared(exp=now + 1700)).status_code == 200
    jku = "https://id.example/many/jwks"
    assert ask_record(browser, sign_shared(jku=jku)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"sub": "another"}, "sub"), ({"sub": None}, "sub"), ({"tenant": "another"}, "tenant"),
     ({"tenant": None}, "tenant"), ({"tenant": ["our-hospital"]}, "tenant"),
     ({"jku": "https://evil.example/keys"}, "jku")],
)  # fmt: skip
def test_another_hospital_of_the_same_health_record_is_refused(browser, porter, changed, reason):
    assert ask_record(browser, sign_shared(**changed)).status_code == 401
    assert read_audit(porter)[-1]["reason"] == f"token: {reason}"


def test_a_program_has_the_roles_of_its_own_claim_alone(browser, provider):
    doctor, analyst = sign(provider), sign(provider, claim(scope="chorall.pool"))
    both = sign(provider, claim(scope="chorall.ask chorall.pool", groups=["staff"]))
    pool = "/api/v1/pool"
    assert browser.get(pool, headers=bear(analyst)).status_code == 200
    assert browser.get(pool, headers=bear(both)).status_code == 200
    for token, path in ((doctor, pool), (analyst, "/api/v1/bank")):
        found = browser.get(path, headers=bear(token))
        assert found.status_code == 403
        assert challenge(found) == 'Bearer realm="chorall", error="insufficient_scope"'
        assert found.json()["status"] == 403


@pytest.mark.parametrize("scope", [None, "", "chorall", "chorall.asks", ["chorall.ask x"], 7])
def test_a_program_without_a_role_is_refused_by_name(browser, provider, porter, scope):
    assert ask(browser, sign(provider, claim(scope=scope))).status_code == 403
    line = read_audit(porter)[-1]
    assert (line["event"], line["program"], line["status"]) == ("refused", SCRIPT, 403)


def test_roles_of_people_count_where_programs_have_none_of_their_own(
    login_file, open_browser, provider
):
    text = (LOGIN + ONLY_SCRIPT).split("roles_claim")[0]
    login_file.write_text(text)
    rules = read_login(login_file)
    assert rules.find_program_roles({"groups": ["statisticians"]}) == {"analyst"}
    assert rules.find_program_roles({"scope": "chorall.ask"}) == set()


@pytest.mark.parametrize("path", ["/", "/doctor", "/analyst", "/patients/en", "/health", "/login"])
def test_a_token_opens_no_page_for_people(browser, provider, path):
    found = browser.get(path, headers=bear(sign(provider)))
    assert found.status_code == 403
    assert "set-cookie" not in found.headers


def test_a_health_record_opens_nothing_but_its_services(browser, provider):
    for path in ("/api/v1/bank", "/api/v1/pool", "/api/v1/openapi.json", "/doctor", "/"):
        token = sign_call(call(aud=ADDRESS + path))
        assert browser.get(path, headers=bear(token)).status_code == 403, path


def test_without_a_token_a_program_is_told_what_to_bring(browser):
    found = browser.post(CLASSIFY, json={"patient": {}})
    assert (found.status_code, challenge(found)) == (401, 'Bearer realm="chorall"')
    assert browser.get("/doctor").status_code == 401
    basic = browser.get("/api/v1/bank", headers={"authorization": "Basic YTpi"})
    assert (basic.status_code, challenge(basic)) == (401, 'Bearer realm="chorall"')


def test_where_no_program_is_listed_no_token_is_looked_at(login_file, provider, request):
    login_file.write_text(LOGIN)
    found = ask(request.getfixturevalue("browser"), sign(provider))
    assert (found.status_code, challenge(found)) == (401, "")
    assert provider.keys_asked == 0


def test_a_token_as_entra_writes_it(login_file, provider, request):
    """As its documentation shows one: `typ` JWT, no `client_id`, no `jti`, roles in a list."""
    api, client = "6e0d81b8-0000-4000-8000-000000000001", "6e0d81b8-0000-4000-8000-000000000002"
    login_file.write_text(f'''{LOGIN}
[programs]
audience = "{api}"
clients = ["{client}"]
client_claim = "azp"
token_types = ["JWT"]
roles_claim = "roles"
roles = {{ doctor = ["Chorall.Ask"] }}
''')
    browser = request.getfixturevalue("browser")
    claims = claim(aud=api, azp=client, azpacr="1", roles=["Chorall.Ask"], nbf=at(0), ver="2.0",
                   client_id=None, jti=None, scope=None)  # fmt: skip
    assert ask(browser, sign(provider, claims, typ="JWT")).status_code == 200
    other = {**claims, "azp": CLIENT}
    assert ask(browser, sign(provider, other, typ="JWT")).status_code == 401


# ---- once, and alone ------------------------------------------------------------------------


def test_a_token_of_a_health_record_comes_once(browser, porter, clock):
    token = sign_call(call(iat=int(clock[0]), exp=int(clock[0]) + 300))
    assert ask_record(browser, token).status_code == 200
    assert ask_record(browser, token).status_code == 401
    assert read_audit(porter)[-1]["reason"] == "token: used"
    clock[0] += 300 + 59
    assert ask_record(browser, token).status_code == 401, "as long as it would hold"
    assert read_audit(porter)[-1]["reason"] == "token: used"
    clock[0] += 1
    assert ask_record(browser, token).status_code == 401
    assert read_audit(porter)[-1]["reason"] == "token: exp"


def test_a_name_of_a_token_is_used_by_its_issuer_alone(browser):
    assert ask_record(browser, sign_call(call(jti="7"))).status_code == 200
    assert ask_record(browser, sign_shared(jti="7")).status_code == 200
    assert ask_record(browser, sign_call(call(jti="7"))).status_code == 401


def test_a_token_that_did_not_hold_uses_up_no_name(browser):
    """Nobody keeps a health record out by sending its names first."""
    forged = sign_call(call(jti="7"), key=ECKey.generate_key("P-384"))
    assert ask_record(browser, forged).status_code == 401
    elsewhere = sign_call(call(jti="7", aud=f"{ADDRESS}/cds-services"))
    assert ask_record(browser, elsewhere).status_code == 401
    assert ask_record(browser, sign_call(call(jti="7"))).status_code == 200


def test_used_names_are_forgotten_when_they_would_hold_no_more(porter, clock):
    used = porter.programs.used
    for number in range(120):
        used.take("a", str(number), clock[0] + number)
    clock[0] += SWEPT_EVERY_SECONDS
    used.take("a", "new", clock[0] + 1)
    assert len(used.until["a"]) == 120 - 61 + 1
    with pytest.raises(TokenError, match="used"):
        used.take("a", "119", clock[0] + 1)


def test_a_health_record_gone_wild_is_refused_and_fills_no_memory(monkeypatch, browser, porter):
    monkeypatch.setattr("chorall.web.login.used.MOST_OF_ISSUER", 2)
    found = [ask_record(browser, sign_call()).status_code for _ in range(3)]
    assert found == [200, 200, 401]
    assert read_audit(porter)[-1]["reason"] == "token: too many"
    assert ask_record(browser, sign_shared()).status_code == 200, "the others may ask"


def test_a_cookie_and_a_token_are_refused_together(browser, provider, sign_in, porter):
    sign_in(browser)
    assert browser.get("/api/v1/bank").status_code == 200
    found = ask(browser, sign(provider))
    assert found.status_code == 400
    assert challenge(found) == 'Bearer realm="chorall", error="invalid_request"'
    assert read_audit(porter)[-1]["reason"] == "token: not alone"
    session = browser.cookies[SESSION_COOKIE]
    browser.cookies.clear()
    hidden = [("cookie", f"{SESSION_COOKIE}={session}"), ("cookie", "a=b"),
              ("authorization", f"Bearer {sign(provider)}")]  # fmt: skip
    assert browser.get("/api/v1/bank", headers=hidden).status_code == 400
    browser.cookies.set("balancer", "7", domain="chorall.example")
    assert ask(browser, sign(provider)).status_code == 200, "that is none of ours"


def test_two_tokens_are_refused(browser, provider):
    token = sign(provider)
    two = [("authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    found = browser.get("/api/v1/bank", headers=two)
    assert (found.status_code, "invalid_request" in challenge(found)) == (400, True)
    other = [("authorization", "Basic YTpi"), ("authorization", f"Bearer {token}")]
    assert browser.get("/api/v1/bank", headers=other).status_code == 400


@pytest.mark.parametrize("name", ["access_token", "access%5Ftoken"])
def test_a_token_in_an_address_is_refused(browser, provider, sign_in, caplog, porter, name):
    token = sign(provider)
    path = f"/api/v1/bank?{name}={token}"
    with caplog.at_level(logging.INFO, logger="chorall.web"):
        found = browser.get(path)
        assert (found.status_code, "invalid_request" in challenge(found)) == (400, True)
        assert browser.get(path, headers=bear(token)).status_code == 400
    own = "".join(one.getMessage() for one in caplog.records if one.name == "chorall.web")
    assert token not in own + porter.state.audit.read_text()


def test_a_token_in_a_form_lets_nobody_in(browser, provider):
    token = sign(provider)
    assert browser.post(CLASSIFY, data={"access_token": token}).status_code == 415
    assert browser.post("/doctor", data={"access_token": token}).status_code == 401
    assert browser.post(CLASSIFY, json={"access_token": token, "patient": {}}).status_code == 401


def test_a_page_of_another_site_cannot_send_a_token(browser, provider):
    headers = {**bear(sign(provider)), "origin": "https://evil.example"}
    assert browser.post(CLASSIFY, json={"patient": {}}, headers=headers).status_code == 403


def test_a_token_counts_through_tls_and_at_our_address_alone(browser, provider):
    token = bear(sign(provider))
    assert browser.get("http://chorall.example/api/v1/bank", headers=token).status_code == 400
    assert browser.get("/api/v1/bank", headers={**token, "host": "evil.example"}).status_code == 400


# ---- pace and logs --------------------------------------------------------------------------


def test_each_program_has_a_pace_of_its_own(browser, provider, monkeypatch):
    monkeypatch.setattr("chorall.web.gate.guard.Pace", lambda: Pace(most=2))
    one, other = sign(provider), sign(provider, claim(client_id="nightly"))
    found = [browser.get("/api/v1/bank", headers=bear(token)) for token in (one, one, one, other)]
    assert [answer.status_code for answer in found] == [200, 200, 429, 200], "reading counts too"
    assert 0 < int(found[2].headers["retry-after"]) <= 60
    assert ask_record(browser, sign_call()).status_code == 200


def test_no_log_holds_a_token_or_a_value(browser, provider, porter, caplog):
    with caplog.at_level(logging.INFO):
        token, called = sign(provider), sign_call(call(tenant="tenant-4711"))
        question = {"patient": {"age_years": float(PATIENT)}}
        browser.post("/api/v1/predict", json=question, headers=bear(token))
        ask_record(browser, called)
        ask_record(browser, called)
        ask(browser, sign(provider, claim(client_id=f"client {PATIENT}")))
    own = "\n".join(one.getMessage() for one in caplog.records if one.name == "chorall.web")
    written = own + porter.state.audit.read_text()
    assert "POST /api/v1/predict" in written
    for word in (PATIENT, token, token[-20:], called[-20:], "tenant-4711", "service-account"):
        assert word not in written


# ---- the pages ------------------------------------------------------------------------------


def list_files(page: str) -> list[str]:
    """Return what the page says that a login file may hold."""
    return re.findall(r"```toml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)


def test_the_login_file_of_the_pages_is_sound(login_file):
    text = "\n".join(list_files("web.md") + list_files("fhir.md"))
    login_file.write_text(text)
    found = read_login(login_file)
    assert found.programs.clients == (SCRIPT,)
    assert [one.name for one in found.cds_clients] == ["ward-record"]
    uncommented = re.sub(r"(?m)^# (?=\w+ = )", "", text)
    login_file.write_text(uncommented)
    assert read_login(login_file).cds_clients[0].tenants == ("our-hospital",)


def test_the_example_of_a_program_works(login_file, provider, request):
    login_file.write_text(LOGIN + "\n" + list_files("web.md")[-1])
    rules = read_login(login_file).programs
    page = (DOCS / "web.md").read_text("utf-8")
    asked = re.search(r"(?m)^curl .*Bearer \$TOKEN.*hospital.example(/\S+)'$", page)
    token = sign(provider, claim(aud=rules.audience, scope="chorall.pool"))
    found = request.getfixturevalue("browser").get(asked[1], headers=bear(token))
    assert found.status_code == 200
    assert found.json()["rows"]
