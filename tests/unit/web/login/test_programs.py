"""Programs that ask with a token: who comes in, and every token that lets nobody in."""

from __future__ import annotations

import base64
import json
import logging
import re
import time
import uuid
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from unit.web.login.conftest import LOGIN
from unit.web.login.made_provider import ADDRESS, CLIENT, ISSUER, encode, sign_by_secret

from chorall.errors import DefinitionError, InputError
from chorall.web.gate.pace import Pace
from chorall.web.login.definition import read_login
from chorall.web.login.keys import FRESH_SECONDS, OLDEST_SECONDS, PAUSE_SECONDS, import_keys
from chorall.web.login.porter import SESSION_COOKIE
from chorall.web.login.state import open_state

DOCS = Path(__file__).parents[4] / "docs"
AUDIENCE = "urn:chorall:interface"
SCRIPT = "trial-office-script"
RECORD = "https://record.example/"
SERVICE = "/cds-services/all-outcome"
CLASSIFY = "/api/v1/classify"
PATIENT = "61.7305"
ONLY_SCRIPT = f"""
[programs]
audience = "{AUDIENCE}"
clients = ["{SCRIPT}", "nightly"]
roles_claim = "scope"

[programs.roles]
doctor = ["chorall.ask"]
analyst = ["chorall.pool"]
"""
PROGRAMS = f"""{ONLY_SCRIPT}
[[cds_clients]]
name = "ward-record"
issuer = "{RECORD}"
jwks_file = "record-keys.json"

[[cds_clients]]
name = "shared-record"
issuer = "https://many.example"
jwks_url = "https://id.example/many/jwks"
subject = "us"
tenants = ["our-hospital"]
longest_minutes = 30
"""
RECORD_KEY = ECKey.generate_key("P-384", {"kid": "r1"})
MANY_KEY = RSAKey.generate_key(2048, {"kid": "m1", "use": "sig", "alg": "RS384"})


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "record-keys.json"
    file.write_text(json.dumps({"keys": [RECORD_KEY.as_dict(private=False)]}))
    return file


@pytest.fixture
def login_file(login_file, key_file):
    login_file.write_text(LOGIN + PROGRAMS)
    return login_file


@pytest.fixture
def provider(provider):
    """Let the keys of a health record be found beside those of the provider."""
    provider.many_keys = [MANY_KEY.as_dict(private=False)]

    async def show_keys(_):
        return JSONResponse({"keys": provider.many_keys})

    provider.app.router.routes.append(Route("/many/jwks", show_keys))
    assert isinstance(provider.app, Starlette)
    return provider


def read_audit(porter) -> list[dict]:
    return [json.loads(line) for line in porter.state.audit.read_text().splitlines()]


def at(seconds: int) -> timedelta:
    """Stand for a time from now, when a token is made: tests are collected long before."""
    return timedelta(seconds=seconds)


def settle(claims: dict, now: int) -> dict:
    return {
        name: now + int(one.total_seconds()) if isinstance(one, timedelta) else one
        for name, one in claims.items()
        if one is not None
    }


def claim(**changed) -> dict:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "service-account-1", "client_id": SCRIPT,
              "iat": now, "exp": now + 300, "jti": uuid.uuid4().hex,
              "scope": "profile chorall.ask", **changed}  # fmt: skip
    return settle(claims, now)


def sign(provider, claims=None, *, key=None, **header) -> str:
    wanted = {"alg": "ES256", "kid": "one", "typ": "at+jwt", **header}
    given = {name: one for name, one in wanted.items() if one is not None}
    # joserfc would write `typ: JWT` where nothing is said
    return jwt.encode(given, claims or claim(), key or provider.key, default_type=None,
                      algorithms=[given["alg"]])  # fmt: skip


def call(**changed) -> dict:
    now = int(time.time())
    claims = {"iss": RECORD, "aud": ADDRESS + SERVICE, "iat": now, "exp": now + 300,
              "jti": uuid.uuid4().hex, **changed}  # fmt: skip
    return settle(claims, now)


def sign_call(claims=None, *, key=RECORD_KEY, **header) -> str:
    wanted = {"alg": "ES384", "kid": "r1", "typ": "JWT", **header}
    given = {name: one for name, one in wanted.items() if one is not None}
    return jwt.encode(given, claims or call(), key, default_type=None, algorithms=[given["alg"]])


def bear(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def ask(browser, token: str, path: str = CLASSIFY, **options):
    return browser.post(path, json={"patient": {}}, headers=bear(token), **options)


def ask_record(browser, token: str, path: str = SERVICE):
    question = {"hook": "patient-view", "hookInstance": str(uuid.uuid4()),
                "context": {"patientId": "p1"}, "prefetch": {}}  # fmt: skip
    return browser.post(path, json=question, headers=bear(token))


def challenge(found) -> str:
    return found.headers.get("www-authenticate", "")


# ---- who comes in ---------------------------------------------------------------------------


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


def sign_shared(**changed) -> str:
    given = {"iss": "https://many.example", "sub": "us", "tenant": "our-hospital", **changed}
    header = {"jku": given.pop("jku")} if "jku" in given else {}
    return sign_call(call(**given), key=MANY_KEY, alg="RS384", kid="m1", **header)


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


# ---- tokens that do not hold ----------------------------------------------------------------

FALSE_CLAIMS = [
    ({"iss": "https://id.example/other"}, "iss"), ({"iss": None}, "iss"),
    ({"iss": ["https://id.example/realm"]}, "iss"),
    ({"aud": CLIENT}, "aud"), ({"aud": ADDRESS}, "aud"), ({"aud": None}, "aud"),
    ({"aud": [CLIENT, "x"]}, "aud"), ({"aud": {AUDIENCE: 1}}, "aud"), ({"aud": ""}, "aud"),
    ({"exp": at(-61)}, "exp"), ({"exp": None}, "exp"), ({"exp": "1795733850"}, "exp"),
    ({"exp": True}, "exp"), ({"exp": float("nan")}, "exp"), ({"exp": float("inf")}, "exp"),
    ({"exp": at(10**9)}, "life"), ({"exp": 10**400}, "life"),
    ({"iat": at(4000)}, "iat"), ({"iat": None}, "iat"), ({"iat": "now"}, "iat"),
    ({"nbf": at(4000)}, "nbf"), ({"nbf": "x"}, "nbf"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "reason"),
    [*FALSE_CLAIMS, ({"sub": None}, "sub"), ({"client_id": "another"}, "client_id"),
     ({"client_id": None}, "client_id"), ({"client_id": [SCRIPT]}, "client_id"),
     ({"client_id": None, "azp": SCRIPT}, "client_id")],
)  # fmt: skip
def test_claims_of_a_client_that_do_not_hold(browser, provider, porter, changed, reason):
    found = ask(browser, sign(provider, claim(**changed)))
    assert found.status_code == 401
    assert challenge(found) == 'Bearer realm="chorall", error="invalid_token"'
    assert reason not in found.json()["detail"].split(), "why is not told to who asks"
    line = read_audit(porter)[-1]
    assert (line["event"], line["reason"]) == ("refused", f"token: {reason}")
    assert not {"program", "person"} & set(line), "who it was is not known"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [*((given, said) for given, said in FALSE_CLAIMS if "aud" not in given),
     ({"aud": f"{ADDRESS}/cds-services"}, "aud"), ({"aud": f"{ADDRESS}{SERVICE}/"}, "aud"),
     ({"aud": ADDRESS}, "aud"), ({"aud": f"http://chorall.example{SERVICE}"}, "aud"),
     ({"aud": f"https://evil.example{SERVICE}"}, "aud"), ({"aud": None}, "aud"),
     ({"jti": None}, "jti"), ({"jti": ""}, "jti"), ({"jti": 7}, "jti"), ({"jti": "a" * 300}, "jti"),
     ({"exp": at(3600)}, "life"), ({"iat": at(-400), "exp": at(60)}, "life"),
     ({"iat": at(-200), "exp": at(60)}, "iat")],  # from before the server was started
)  # fmt: skip
def test_claims_of_a_health_record_that_do_not_hold(browser, porter, changed, reason):
    found = ask_record(browser, sign_call(call(**changed)))
    assert found.status_code == 401
    assert challenge(found) == 'Bearer realm="chorall", error="invalid_token"'
    assert read_audit(porter)[-1]["reason"] == f"token: {reason}"


def sign_with_none(make, claims):
    return make(claims, key=OctKey.generate_key(), alg="none")


def sign_with_public_key(make, claims):
    """Let a reader who does not look take the public key for a shared secret."""
    kind, kid, key = ("JWT", "r1", RECORD_KEY) if make is sign_call else make.known
    header = {"alg": "HS256", "kid": kid, "typ": kind}
    return sign_by_secret(header, claims, key.as_pem(private=False))


def sign_with_another_key(make, claims):
    curve = "P-384" if make is sign_call else "P-256"
    return make(claims, key=ECKey.generate_key(curve))


def sign_with_a_key_that_comes_along(make, claims):
    own = ECKey.generate_key("P-384" if make is sign_call else "P-256", {"kid": "mine"})
    return make(claims, key=own, jwk=own.as_dict(private=False), jku="https://evil.example/keys")


def sign_by_another_kind_of_key(make, claims):
    return make(claims, key=RSAKey.generate_key(2048), alg="RS256")


def sign_without_kid(make, claims):
    return make(claims, kid=None)


def sign_with_an_unknown_kid(make, claims):
    return make(claims, kid="two")


def sign_with_a_strange_kid(make, claims):
    return make(claims, kid="../../etc/passwd")


def sign_as_something_else(make, claims):
    return make(claims, typ="logout+jwt")


def sign_without_saying_what(make, claims):
    return make(claims, typ=None)


def change_after_signing(make, claims):
    head, _, seal = make(claims).split(".")
    forged = {**claims, "jti": "forged", "scope": "chorall.ask chorall.pool"}
    return ".".join((head, encode(json.dumps(forged).encode()), seal))


def cut_the_signature(make, claims):
    return make(claims).rpartition(".")[0] + "."


def write_no_token(make, claims):
    return "eyJhbGciOiJFUzI1NiJ9"


def write_a_huge_token(make, claims):
    return make({**claims, "groups": ["a" * 9000]})


def write_a_deep_token(make, claims):
    head, _, seal = make(claims).split(".")
    return ".".join((head, encode(b"[" * 5000), seal))


def write_a_list(make, claims):
    head, _, seal = make(claims).split(".")
    return ".".join((head, encode(b"[1]"), seal))


def change_header(token, **changed):
    head, body, seal = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(head + "==")) | changed
    return ".".join((encode(json.dumps(said).encode()), body, seal))


def write_a_strange_algorithm(make, claims):
    return change_header(make(claims), alg=["ES256"])


def demand_what_is_not_known(make, claims):
    return change_header(make(claims), crit=["new"], new=1)


WAYS = [
    (sign_with_none, "alg"), (sign_with_public_key, "alg"), (sign_with_another_key, "signature"),
    (sign_with_a_key_that_comes_along, "signature"), (sign_by_another_kind_of_key, "signature"),
    (sign_without_kid, "kid"), (sign_with_an_unknown_kid, "kid"), (sign_with_a_strange_kid, "kid"),
    (sign_as_something_else, "typ"), (sign_without_saying_what, "typ"),
    (change_after_signing, "signature"), (cut_the_signature, "signature"),
    (write_no_token, "form"), (write_a_huge_token, "length"), (write_a_deep_token, "form"),
    (write_a_list, "form"), (write_a_strange_algorithm, "alg"),
    (demand_what_is_not_known, "signature"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*:joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(("way", "reason"), WAYS)
@pytest.mark.parametrize("whose", ["client", "record"])
def test_tokens_that_do_not_hold_let_nobody_in(browser, provider, porter, whose, way, reason):
    if whose == "client":

        def make(claims, **options):
            return sign(provider, claims, **options)

        make.known = ("at+jwt", "one", provider.key)
        found = ask(browser, way(make, claim()))
    else:
        found = ask_record(browser, way(sign_call, call()))
    assert found.status_code == 401
    assert challenge(found) == 'Bearer realm="chorall", error="invalid_token"'
    assert read_audit(porter)[-1]["reason"] == f"token: {reason}"


@pytest.mark.parametrize("text", ["", " ", "a", "a.b.c", "..", "ä", "Bearer", ".".join("abcde")])
def test_what_is_no_token_at_all(browser, text):
    found = browser.get("/api/v1/bank", headers=[("authorization", f"Bearer {text}".encode())])
    assert found.status_code == 401


def test_an_id_token_is_no_access_token(browser, provider, login_file):
    """What a person's browser brings from the provider opens nothing for programs."""
    claims = claim(aud=CLIENT, nonce="n", azp=CLIENT, client_id=None)
    assert ask(browser, sign(provider, claims, typ="JWT")).status_code == 401
    assert ask(browser, sign(provider, claims)).status_code == 401


def test_a_token_may_say_no_more_than_jwt_where_the_file_says_so(login_file, provider, request):
    widened = PROGRAMS.replace("[programs.roles]", 'token_types = ["JWT"]\n[programs.roles]')
    login_file.write_text(LOGIN + widened)
    browser = request.getfixturevalue("browser")
    assert ask(browser, sign(provider, typ="JWT")).status_code == 200
    assert ask(browser, sign(provider)).status_code == 401
    of_a_person = claim(aud=CLIENT, azp=CLIENT, nonce="n")
    assert ask(browser, sign(provider, of_a_person, typ="JWT")).status_code == 401


@pytest.mark.parametrize("kind", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_how_an_access_token_may_say_what_it_is(browser, provider, kind):
    assert ask(browser, sign(provider, typ=kind)).status_code == 200


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
    for number in range(50):
        assert used.take("a", str(number), clock[0] + number)
    clock[0] += 25
    assert used.take("a", "new", clock[0] + 1)
    assert len(used.until) == 25


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


# ---- keys -----------------------------------------------------------------------------------


def test_keys_are_fetched_once_and_a_new_one_is_found(browser, provider, clock):
    for _ in range(3):
        assert ask(browser, sign(provider)).status_code == 200
    assert provider.keys_asked == 1
    provider.key = ECKey.generate_key("P-256", {"kid": "two"})
    clock[0] += PAUSE_SECONDS
    assert ask(browser, sign(provider, claim(), kid="two")).status_code == 200
    assert provider.keys_asked == 2
    old = sign(provider, claim(), kid="one")
    assert ask(browser, old).status_code == 401, "the provider gave that key up"


def test_unknown_keys_are_asked_for_once_in_a_while(browser, provider, clock):
    """Nobody lets the provider be asked as often as they like."""
    assert ask(browser, sign(provider)).status_code == 200
    for number in range(20):
        assert ask(browser, sign(provider, kid=f"none-{number}")).status_code == 401
    assert provider.keys_asked == 1
    clock[0] += PAUSE_SECONDS
    for number in range(20):
        assert ask(browser, sign(provider, kid=f"none-{number}")).status_code == 401
    assert provider.keys_asked == 2


def claim_at(clock) -> dict:
    return claim(iat=int(clock[0]), exp=int(clock[0]) + 300)


def test_a_key_that_was_given_up_counts_no_more_after_a_while(browser, provider, clock):
    stolen, old = provider.key, sign(provider)
    assert ask(browser, old).status_code == 200
    provider.key = ECKey.generate_key("P-256", {"kid": "two"})
    clock[0] += FRESH_SECONDS
    assert ask(browser, sign(provider, claim_at(clock), key=stolen)).status_code == 401


def test_a_provider_that_is_down_closes_programs_after_an_hour(browser, provider, clock, caplog):
    assert ask(browser, sign(provider)).status_code == 200
    provider.down = True
    clock[0] += OLDEST_SECONDS - 1
    with caplog.at_level(logging.ERROR, logger="chorall.web"):
        assert ask(browser, sign(provider, claim_at(clock))).status_code == 200
        clock[0] += 1
        found = ask(browser, sign(provider, claim_at(clock)))
    assert (found.status_code, found.headers["retry-after"]) == (503, "60")
    assert "keys of the provider: " in caplog.text
    provider.down = False
    assert ask(browser, sign(provider, claim_at(clock))).status_code == 503
    clock[0] += PAUSE_SECONDS
    assert ask(browser, sign(provider, claim_at(clock))).status_code == 200


def test_a_file_of_keys_is_read_again(browser, key_file, clock):
    assert ask_record(browser, sign_call()).status_code == 200
    new = ECKey.generate_key("P-384", {"kid": "r2"})
    key_file.write_text(json.dumps({"keys": [new.as_dict(private=False)]}))
    clock[0] += PAUSE_SECONDS
    claims = call(iat=int(clock[0]), exp=int(clock[0]) + 300)
    assert ask_record(browser, sign_call(claims, key=new, kid="r2")).status_code == 200


def test_a_key_for_another_purpose_is_none(browser, provider):
    for given in ({"use": "enc"}, {"alg": "RS384"}):
        signing = ECKey.generate_key("P-256", {"kid": "one"})
        provider.key = ECKey.import_key({**signing.as_dict(private=False), **given})
        assert ask(browser, sign(provider, key=signing)).status_code == 401


@pytest.mark.filterwarnings("ignore:.*:joserfc.errors.SecurityWarning")
def test_only_public_keys_that_are_long_enough_count():
    short, secret = RSAKey.generate_key(1024, {"kid": "s"}), OctKey.generate_key()
    found = import_keys({"keys": [
        MANY_KEY.as_dict(private=False), short.as_dict(private=False), secret.as_dict(),
        RECORD_KEY.as_dict(private=True), {"kty": "new", "kid": "n"}, "text",
    ]})  # fmt: skip
    assert [key.kid for key in found] == ["m1"]
    for none in (None, [], {}, {"keys": {}}, {"keys": []}, {"keys": [secret.as_dict()]},
                 {"keys": [{"kty": "EC", "crv": "P-256"}]}):  # fmt: skip
        with pytest.raises(ValueError, match="no "):
            import_keys(none)


# ---- the login file -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f'audience = "{AUDIENCE}"', "", "audience"),
        (f'audience = "{AUDIENCE}"', f'audience = "{CLIENT}"', "ID token of a person"),
        (f'audience = "{AUDIENCE}"', f'audience = "{SCRIPT}"', "ID token of a person"),
        (f'clients = ["{SCRIPT}", "nightly"]', "clients = []", "clients"),
        (f'clients = ["{SCRIPT}", "nightly"]', 'clients = ["a b"]', "clients"),
        (f'clients = ["{SCRIPT}", "nightly"]', 'clients = ["a", "a"]', "two programs .* 'a'"),
        (f'clients = ["{SCRIPT}", "nightly"]', 'clients = ["ward-record"]', "two programs"),
        ("[programs.roles]", 'client_claim = "name"\n[programs.roles]', "client_claim"),
        ("[programs.roles]", 'token_types = ["none"]\n[programs.roles]', "token_types"),
        ('doctor = ["chorall.ask"]', 'health-record = ["chorall.ask"]', "health-record"),
        (f'issuer = "{RECORD}"', f'issuer = "{ISSUER}"', "belong to .programs."),
        (f'issuer = "{RECORD}"', 'issuer = "https://many.example"', "two programs .* issuer"),
        ('jwks_file = "record-keys.json"', "", "jwks_file"),
        ('jwks_file = "', 'jwks_url = "https://a.example"\njwks_file = "', "either"),
        ('jwks_url = "https', 'jwks_url = "http', "https"),
        ("longest_minutes = 30", "longest_minutes = 61", "longest_minutes"),
        ('name = "ward-record"', 'name = "ward\\nrecord"', "name"),
        ('name = "ward-record"', 'name = "ward-record"\nsecret = "a"', "secret"),
    ],
)
def test_what_is_wrong_about_programs_is_said(login_file, old, new, said):
    assert old in PROGRAMS
    login_file.write_text(LOGIN + PROGRAMS.replace(old, new))
    with pytest.raises(DefinitionError, match=said):
        read_login(login_file)


def test_all_that_is_wrong_is_said_at_once(login_file):
    text = LOGIN.replace('client_secret_env = "CHORALL_TEST_SECRET"', "") + PROGRAMS
    text = text.replace(f'"{AUDIENCE}"', f'"{CLIENT}"').replace('"shared-record"', '"ward-record"')
    login_file.write_text(text)
    with pytest.raises(DefinitionError) as said:
        read_login(login_file)
    for part in ("client_secret_env", "ID token of a person", "'ward-record'"):
        assert part in str(said.value)
    text = text.replace('"nightly"', '"a b"').replace("minutes = 30", "minutes = 0")
    login_file.write_text(text)
    with pytest.raises(DefinitionError, match="2 problems"):
        read_login(login_file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("no JSON", "a JWK set is expected"),
        ("{}", "a JWK set is expected"),
        (
            json.dumps(
                {"keys": [RECORD_KEY.as_dict(private=False), RECORD_KEY.as_dict(private=True)]}
            ),
            "private",
        ),
    ],
)
def test_a_file_of_keys_that_is_none_stops_the_start(login_file, key_file, provider, text, said):
    from chorall.web.login.porter import open_porter

    if text is None:
        key_file.unlink()
    else:
        key_file.write_text(text)
    with pytest.raises(InputError, match=f"the keys of health records(.|\n)*{said}"):
        open_porter(login_file, provider.transport)
    assert open_state(login_file, make=False)


def test_the_providers_of_keys_are_asked_without_following_elsewhere(provider):
    import anyio

    from chorall.web.login.keys import fetch_json

    async def send_elsewhere(scope, receive, send):
        await JSONResponse({}, 302, {"location": "https://evil.example"})(scope, receive, send)

    with pytest.raises(httpx2.HTTPStatusError):
        anyio.run(fetch_json, "https://a.example/k", httpx2.ASGITransport(app=send_elsewhere))


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
