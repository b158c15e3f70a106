"""Sign in, ask, sign out; and every way in which somebody could come in who does not belong."""

from __future__ import annotations

import json
import logging
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from unit.web.login.made_provider import ADDRESS, ISSUER, ROLES, SECRET, sign_by_secret

from chorall.web.gate.access import ACCESS, NOBODY
from chorall.web.gate.guard import MOST_PACES, Guard
from chorall.web.gate.pace import Pace
from chorall.web.gate.visit import Visit
from chorall.web.login.porter import ATTEMPT_COOKIE, SESSION_COOKIE, find_landing

HOST = "chorall.example"
PATIENT = "61.7305"
TOKEN = r'action="/logout".*?name="token" value="(\w+)"'


def find_token(page) -> str:
    found = re.search(TOKEN, page.text, re.DOTALL)
    assert found
    return found[1]


def read_audit(porter) -> list[dict]:
    return [json.loads(line) for line in porter.state.audit.read_text().splitlines()]


def test_sign_in_ask_sign_out_refused(browser, sign_in, porter, run):
    refused = browser.get("/doctor")
    assert refused.status_code == 401
    assert 'href="/login?to=/doctor"' in refused.text
    back = sign_in(browser, "/doctor")
    assert (back.status_code, back.headers["location"]) == (303, "/doctor")
    page = browser.get("/doctor")
    assert "Signed in as analyst, doctor, reader" in page.text
    token = re.search(r'id="patient-form".*?name="token" value="(\w+)"', page.text, re.DOTALL)[1]
    filled = {"token": token, "a_treatment": "new", "b_treatment": "old"}
    assert browser.post("/doctor", data={**filled, "age_years": PATIENT}).status_code == 200
    out = browser.post("/logout", data={"token": find_token(page)})
    assert out.status_code == 200
    assert "You are signed out" in out.text
    assert browser.get("/doctor").status_code == 401
    person = porter.state.name_person("subject-4711")
    told = [(one["event"], one.get("route"), one.get("person"), one.get("role"), one.get("status"))
            for one in read_audit(porter)]  # fmt: skip
    assert told == [
        ("start", None, None, None, None),
        ("refused", "GET /doctor", None, None, 401),
        ("sign-in", "GET /login/back", person, "analyst+doctor+reader", 303),
        ("question", "GET /doctor", person, "doctor", 200),
        ("question", "POST /doctor", person, "doctor", 200),
        ("sign-out", "POST /logout", person, "analyst+doctor+reader", 200),
        ("refused", "GET /doctor", None, None, 401),
    ]
    assert run("verify-audit", porter.state.audit)[0] == 0


def test_no_log_holds_a_value_a_subject_a_code_or_a_secret(browser, sign_in, porter, caplog):
    with caplog.at_level(logging.INFO):
        sign_in(browser, name="Dr Ada Example", email="ada@hospital.example")
        session = browser.cookies[SESSION_COOKIE]
        browser.post("/api/v1/predict", json={"patient": {"age_years": float(PATIENT)}})
        browser.get(f"/patients/{PATIENT}?code={PATIENT}")
        browser.get("/login/back?code=one-off-code&state=5tate")
    own = "\n".join(one.getMessage() for one in caplog.records if one.name == "chorall.web")
    written = own + porter.state.audit.read_text()
    assert "POST /api/v1/predict" in written
    for word in (PATIENT, "61.73", "subject-4711", "Ada", "hospital.example", session, SECRET,
                 "one-off-code", "5tate"):  # fmt: skip
        assert word not in written
    stored = porter.state.sessions.read_bytes()
    assert session.encode() not in stored
    assert b"subject-4711" not in stored


def test_sign_in_and_come_back_need_no_page_in_between(browser, sign_in, provider):
    sign_in(browser)
    assert provider.asked == ["discovery", "token"]


# ---- who may ask for what -------------------------------------------------------------------


def ask(browser, path):
    path = path.replace("{language}", "en").replace("{digest}/{name}", "0/chorall.css")
    return browser.get(path).status_code


@pytest.mark.parametrize("roles", [("doctor",), ("analyst",), ("reader",), ("doctor", "analyst")])
def test_every_route_asks_for_its_role(browser, sign_in, roles):
    sign_in(browser, groups=[ROLES[role] for role in roles])
    for path, open_to in ACCESS.items():
        found = ask(browser, path)
        if open_to & set(roles):
            assert found not in (401, 403) or path.startswith("/login"), path
        else:
            assert found == 403, path


def test_a_reader_opens_the_summary_of_a_link_and_asks_nothing_else(browser, sign_in, porter):
    path = "/patients/en/summary"
    refused = browser.get(path)
    assert refused.status_code == 401
    assert 'href="/login?to=/patients"' in refused.text
    assert "<script" not in refused.text, "nothing there reads what stands after the hash"
    sign_in(browser, groups=[ROLES["reader"]])
    page = browser.get(path)
    token = re.search(r'id="shared".*?name="token" value="(\w+)"', page.text, re.DOTALL)[1]
    filled = {"token": token, "a_treatment": "new", "age_years": "30", "lineage": "B"}
    found = browser.post(path, data=filled)
    assert found.status_code == 200
    assert "Of 100 people like this" in found.text
    assert browser.post("/doctor/summary", data={**filled, "summary": "en"}).status_code == 403
    assert browser.post("/doctor", data=filled).status_code == 403
    last = [(one["route"], one.get("role", ""), one["status"]) for one in read_audit(porter)[-3:]]
    assert last == [
        ("POST /patients/{language}/summary", "reader", 200),
        ("POST /doctor/summary", "", 403),
        ("POST /doctor", "", 403),
    ]


def test_without_a_session_every_route_that_holds_something_is_closed(browser):
    for path, open_to in ACCESS.items():
        found = ask(browser, path)
        assert (found == 401) == (NOBODY not in open_to), path


@pytest.mark.parametrize("path", ["/docs", "/doctor/", "/analyst/rows", "/patients/en/x"])
def test_a_path_without_a_rule_is_closed_to_everybody(browser, sign_in, path):
    assert browser.get(path).status_code in (401, 404)
    sign_in(browser)
    assert browser.get(path).status_code == 404


def test_a_route_without_a_line_is_closed_at_run_time(open_browser, sign_in):
    browser = open_browser()
    browser.app.add_api_route("/new", lambda: {"rows": 1})
    assert browser.get("/new").status_code == 401
    sign_in(browser)
    assert browser.get("/new").status_code == 404


def test_programs_get_a_problem_document(browser):
    found = browser.post("/api/v1/predict", json={"patient": {}})
    assert (found.status_code, found.json()["status"]) == (401, 401)


@pytest.mark.parametrize("groups", [None, [], ["visitors"], "visitors", {"a": "staff"}, 7, [7]])
def test_without_a_role_nobody_comes_in(browser, sign_in, porter, groups):
    found = sign_in(browser, groups=groups)
    assert found.status_code == 403
    assert "You have no role here" in found.text
    assert SESSION_COOKIE not in browser.cookies
    assert browser.get("/").status_code == 401
    line = read_audit(porter)[-2]
    assert (line["event"], line["reason"]) == ("refused", "no role")
    assert line["person"] == porter.state.name_person("subject-4711")


# ---- what comes back from the provider ------------------------------------------------------

LONG_AGO = int(time.time()) - 4000


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://id.example/other"}, "InvalidClaimError"),
        ({"aud": "another-client"}, "InvalidClaimError"),
        ({"aud": ["another-client"], "azp": "chorall-on-the-ward"}, "InvalidClaimError"),
        ({"aud": ["chorall-on-the-ward", "x"], "azp": "x"}, "InvalidClaimError"),
        ({"nonce": "another"}, "InvalidClaimError"),
        ({"exp": LONG_AGO}, "ExpiredTokenError"),
        ({"iat": LONG_AGO + 90_000}, "InvalidClaimError"),
        ({"nbf": LONG_AGO + 90_000}, "InvalidClaimError"),
        ({"sub": ""}, "InvalidClaimError"),
        *(({name: None}, "MissingClaimError")
          for name in ("sub", "aud", "iss", "exp", "nonce", "iat")),
    ],
)  # fmt: skip
def test_claims_that_do_not_hold_let_nobody_in(browser, sign_in, porter, claims, reason):
    found = sign_in(browser, **claims)
    assert found.status_code == 403
    assert "You were not signed in" in found.text
    assert SESSION_COOKIE not in browser.cookies
    assert read_audit(porter)[-1]["reason"] == reason
    assert browser.get("/doctor").status_code == 401


def sign_with_none(provider, claims):
    return jwt.encode({"alg": "none"}, claims, OctKey.generate_key(), algorithms=["none"])


def sign_with_public_key(provider, claims):
    """Let a reader who does not look take the public key for a shared secret."""
    public = provider.key.as_pem(private=False)
    return sign_by_secret({"alg": "HS256", "kid": "one"}, claims, public)


def sign_with_secret_of_client(provider, claims):
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


def sign_with_another_key(provider, claims):
    other = ECKey.generate_key("P-256", {"kid": "one"})
    return jwt.encode({"alg": "ES256", "kid": "one"}, claims, other)


def sign_with_a_key_that_comes_along(provider, claims):
    other = ECKey.generate_key("P-256")
    head = {"alg": "ES256", "kid": "one", "jwk": other.as_dict(private=False),
            "jku": "https://evil.example/keys"}  # fmt: skip
    return jwt.encode(head, claims, other)


def change_after_signing(provider, claims):
    head, _, seal = provider.sign_as_agreed(claims).split(".")
    forged = provider.sign_as_agreed(claims | {"sub": "another"}).split(".")[1]
    return ".".join((head, forged, seal))


def give_none(provider, claims):
    return ""


@pytest.mark.filterwarnings("ignore:.*:joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    "sign",
    [sign_with_none, sign_with_public_key, sign_with_secret_of_client, sign_with_another_key,
     sign_with_a_key_that_comes_along, change_after_signing, give_none],
)  # fmt: skip
def test_signatures_that_do_not_hold_let_nobody_in(browser, sign_in, provider, sign):
    signed = []
    provider.sign = lambda claims: signed.append(sign(provider, claims)) or signed[0]
    assert sign_in(browser).status_code == 403
    assert len(signed) == 1, "the token came as it was meant to"
    assert browser.get("/doctor").status_code == 401


def test_a_new_key_of_the_provider_is_fetched(open_browser, sign_in, provider):
    assert sign_in(open_browser()).status_code == 303
    provider.key = ECKey.generate_key("P-256", {"kid": "two"})
    provider.sign = lambda claims: jwt.encode({"alg": "ES256", "kid": "two"}, claims, provider.key)
    assert sign_in(open_browser()).status_code == 303


def begin(browser, provider) -> dict[str, str]:
    back = provider.approve(browser.get("/login").headers["location"])
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


@pytest.mark.parametrize(
    "changed",
    [{"state": "another"}, {"state": None}, {"state": "ä"}, {"code": None}, {"code": ""},
     {"error": "access_denied"}, {"iss": "https://evil.example"}, {"code": "another"},
     {"state": "a" * 3000}],
)  # fmt: skip
def test_what_the_browser_brings_back_must_fit(browser, provider, changed):
    given = {
        name: one for name, one in (begin(browser, provider) | changed).items() if one is not None
    }
    assert browser.get("/login/back", params=given).status_code in (403, 422)
    assert SESSION_COOKIE not in browser.cookies


def test_a_code_is_taken_once(browser, provider):
    given = begin(browser, provider)
    kept = browser.cookies[ATTEMPT_COOKIE]
    assert browser.get("/login/back", params=given).status_code == 303
    browser.cookies.clear()
    browser.cookies.set(ATTEMPT_COOKIE, kept, domain=HOST)
    assert browser.get("/login/back", params=given).status_code == 403
    assert provider.asked.count("token") == 1, "the provider was not even asked"


def test_a_used_code_with_a_new_state_is_refused_by_the_provider(browser, provider):
    used = begin(browser, provider)
    browser.get("/login/back", params=used)
    browser.cookies.clear()
    fresh = begin(browser, provider)
    assert browser.get("/login/back", params={**fresh, "code": used["code"]}).status_code == 403


def test_a_code_of_another_is_of_no_use(open_browser, provider):
    """Let somebody bring a code into a browser that did not ask for it, and the other way round."""
    one, other, third = open_browser(), open_browser(), open_browser()
    stolen, own = begin(one, provider), begin(other, provider)
    assert third.get("/login/back", params=stolen).status_code == 403
    assert other.get("/login/back", params=stolen).status_code == 403
    found = other.get("/login/back", params={**own, "code": stolen["code"]})
    assert found.status_code == 403, "the verifier of the other browser is missing"
    assert SESSION_COOKIE not in other.cookies


def test_a_sign_in_does_not_wait_for_ever(browser, provider, clock):
    given = begin(browser, provider)
    clock[0] += 601
    assert browser.get("/login/back", params=given).status_code == 403


@pytest.mark.parametrize("sealed", ["", "x", "e30=.00", "ä.ä", "." * 9])
def test_an_attempt_that_we_did_not_seal_is_none(porter, sealed):
    assert porter.attempts.open(sealed, "state") is None


def test_a_changed_attempt_is_none(porter, browser, provider):
    begin(browser, provider)
    text, seal = browser.cookies[ATTEMPT_COOKIE].split(".")
    changed = text[:-6] + ("AAAA" if text[-6:-2] != "AAAA" else "BBBB") + text[-2:]
    assert porter.attempts.open(f"{changed}.{seal}", "state") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://id.example/realm/"},
        {"issuer": None},
        {"token_endpoint": "http://id.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"code_challenge_methods_supported": ["plain"]},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
    ],
)
def test_a_provider_that_is_another_one_is_not_asked(browser, provider, changed, caplog):
    kept = dict(provider.discovery)
    provider.discovery.update(changed)
    with caplog.at_level(logging.ERROR, logger="chorall.web"):
        found = browser.get("/login")
    assert (found.status_code, found.headers["retry-after"]) == (503, "30")
    assert "provider: " in caplog.text
    provider.discovery = kept
    assert browser.get("/login").status_code == 303, "it is asked anew"


def test_a_provider_that_is_down_is_said(browser, provider):
    provider.down = True
    assert browser.get("/login").status_code == 503
    assert browser.get("/health").status_code == 200
    provider.down = False
    assert browser.get("/login").status_code == 303


@pytest.mark.parametrize(
    "to",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/doctor@evil.example",
     "/%2f%2fevil.example", "javascript:alert(1)", "/doctor\r\nx: y", "/doctor?x", "", "/nothing"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(browser, sign_in, to):
    assert sign_in(browser, to).headers["location"] == "/"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_page_signs_anybody_in(browser, provider, site):
    found = browser.get("/login", headers={"sec-fetch-site": site})
    assert found.status_code == 403
    assert 'href="/login"' in found.text
    assert "set-cookie" not in found.headers
    assert browser.get("/login", headers={"sec-fetch-site": "same-origin"}).status_code == 303


@pytest.mark.parametrize(
    ("path", "landing"),
    [("/doctor", "/doctor"), ("/doctor/card", "/doctor"), ("/analyst/marker", "/analyst"),
     ("/patients/de", "/patients"), ("/", "/"), ("/doctors", "/"), ("//evil.example", "/")],
)  # fmt: skip
def test_one_goes_on_where_one_wanted_to(path, landing):
    assert find_landing(path) == landing


# ---- sessions -------------------------------------------------------------------------------


def test_a_session_is_new_at_every_sign_in(browser, sign_in, porter):
    browser.cookies.set(SESSION_COOKIE, "chosen-by-another", domain=HOST)
    sign_in(browser)
    first = browser.cookies[SESSION_COOKIE]
    assert first != "chosen-by-another"
    assert len(first) >= 43
    sign_in(browser)
    assert browser.cookies[SESSION_COOKIE] != first
    assert porter.sessions.find(first) is None, "the old one has ended"
    assert porter.sessions.find("chosen-by-another") is None


def test_a_session_that_was_ended_elsewhere_is_over_at_once(
    browser, sign_in, porter, run, login_file
):
    sign_in(browser)
    person = porter.state.name_person("subject-4711")
    code, out, _ = run("sessions", "list", login_file)
    assert code == 0
    assert "1 sessions." in out
    assert f"{person}  analyst, doctor, reader" in out
    assert run("sessions", "end", login_file, "--subject", "another")[1].startswith("0 sessions")
    assert browser.get("/doctor").status_code == 200
    assert (
        f"1 sessions of {person} ended"
        in run("sessions", "end", login_file, "--subject", "subject-4711")[1]
    )
    assert browser.get("/doctor").status_code == 401
    sign_in(browser)
    assert run("sessions", "end", login_file, "--person", person)[1].startswith("1 sessions")
    assert browser.get("/doctor").status_code == 401
    sign_in(browser)
    assert run("sessions", "end", login_file, "--all")[1].startswith("1 sessions ended")
    assert browser.get("/doctor").status_code == 401


@pytest.mark.parametrize("words", [[], ["--all", "--person", "a"]])
def test_whose_sessions_shall_end_must_be_said(login_file, run, words):
    code, _, said = run("sessions", "end", login_file, *words)
    assert code == 10
    assert "--person, --subject, or --all" in said


def test_a_session_ends_when_idle(browser, sign_in, clock):
    sign_in(browser)
    for _ in range(3):
        clock[0] += 29 * 60
        assert browser.get("/doctor").status_code == 200
    clock[0] += 30 * 60
    assert browser.get("/doctor").status_code == 401
    clock[0] -= 30 * 60
    assert browser.get("/doctor").status_code == 401, "it does not come back"


def test_a_session_ends_after_its_longest_time(browser, sign_in, clock):
    sign_in(browser)
    for _ in range(8 * 60 // 20 - 1):
        clock[0] += 20 * 60
        assert browser.get("/health").status_code == 200
        assert browser.get("/patients/en").status_code == 200
    clock[0] += 20 * 60
    assert browser.get("/patients/en").status_code == 401


def test_the_oldest_of_too_many_sessions_ends(open_browser, sign_in):
    browsers = [open_browser() for _ in range(6)]
    for one in browsers:
        sign_in(one)
    assert [one.get("/").status_code for one in browsers] == [401, 200, 200, 200, 200, 200]


def test_sign_out_everywhere(open_browser, sign_in):
    one, other, stranger = open_browser(), open_browser(), open_browser()
    sign_in(one)
    sign_in(other)
    sign_in(stranger, sub="subject-2")
    token = find_token(one.get("/"))
    assert one.post("/logout", data={"token": token, "everywhere": "yes"}).status_code == 200
    assert [one.get("/").status_code for one in (one, other, stranger)] == [401, 401, 200]


def test_a_session_that_was_signed_out_cannot_be_brought_back(browser, sign_in):
    sign_in(browser)
    kept = browser.cookies[SESSION_COOKIE]
    browser.post("/logout", data={"token": find_token(browser.get("/"))})
    assert SESSION_COOKIE not in browser.cookies
    browser.cookies.set(SESSION_COOKIE, kept, domain=HOST)
    assert browser.get("/").status_code == 401


@pytest.mark.parametrize("token", [None, "", "0" * 64, "ä"])
def test_nobody_is_signed_out_by_another_page(browser, sign_in, token):
    sign_in(browser)
    data = {"everywhere": "yes"} if token is None else {"token": token}
    assert browser.post("/logout", data=data).status_code == 403
    elsewhere = {"origin": "https://evil.example"}
    right = {"token": find_token(browser.get("/"))}
    assert browser.post("/logout", data=right, headers=elsewhere).status_code == 403
    assert browser.get("/logout").status_code == 405
    assert browser.get("/").status_code == 200


def test_the_token_of_another_session_signs_nobody_out(open_browser, sign_in):
    one, other = open_browser(), open_browser()
    sign_in(one)
    sign_in(other)
    assert one.post("/logout", data={"token": find_token(other.get("/"))}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://chorall.example"},
        {"origin": "https://chorall.example:8443"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_other_pages_cannot_ask_in_the_name_of_who_is_signed_in(browser, sign_in, headers):
    sign_in(browser)
    assert (
        browser.post("/api/v1/classify", json={"patient": {}}, headers=headers).status_code == 403
    )
    own = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}
    assert browser.post("/api/v1/classify", json={"patient": {}}, headers=own).status_code == 200


def test_cookies_are_kept_from_scripts_from_other_sites_and_from_plain_connections(
    browser, provider
):
    begun = browser.get("/login")
    cookies = [begun.headers["set-cookie"]]
    back = browser.get(provider.approve(begun.headers["location"]))
    cookies += back.headers.get_list("set-cookie")
    cookies += browser.get("/doctor").headers.get_list("set-cookie")
    assert len(cookies) == 4
    for cookie in cookies:
        assert cookie.startswith("__Host-chorall_")
        words = {word.strip().lower() for word in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/"} <= words
        assert words & {"samesite=lax", "samesite=strict"}
        assert not any(word.startswith("domain") for word in words)


# ---- the house ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/doctor", "/login", "/login/back", "/nothing", "/health"])
def test_every_answer_asks_for_tls_and_carries_all_headers(browser, path):
    from unit.web.test_guard import EXPECTED

    found = browser.get(path).headers
    assert {name: found.get(name) for name in EXPECTED} == EXPECTED
    assert found["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert found["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost", "chorall.example.evil"])
def test_the_public_address_alone_is_served(browser, host):
    assert browser.get("/health", headers={"host": host}).status_code == 400


def test_what_does_not_come_through_tls_is_refused(browser):
    found = browser.get("http://chorall.example/login")
    assert found.status_code == 400
    assert "not encrypted" in found.text
    assert "set-cookie" not in found.headers


def test_each_reader_has_a_pace_of_their_own(open_browser, sign_in, monkeypatch):
    monkeypatch.setattr("chorall.web.gate.guard.Pace", lambda: Pace(most=2))
    one, same, other = open_browser(), open_browser(), open_browser()
    monkeypatch.setattr("chorall.web.gate.guard.BACK", "/none")
    for browser, subject in ((one, "a"), (same, "a"), (other, "b")):
        sign_in(browser, sub=subject)
    question = {"patient": {}}
    found = [browser.post("/api/v1/classify", json=question)
             for browser in (one, same, one, other)]  # fmt: skip
    assert [answer.status_code for answer in found] == [200, 200, 429, 200]
    assert 0 < int(found[2].headers["retry-after"]) <= 60


def test_sign_ins_have_a_pace_too(browser, provider, monkeypatch):
    monkeypatch.setattr("chorall.web.gate.guard.Pace", lambda: Pace(most=2))
    found = [browser.get("/login/back?code=a&state=b").status_code for _ in range(3)]
    assert found == [403, 403, 429]
    assert provider.asked == []


def test_a_stranger_in_haste_keeps_nobody_else_out(open_browser, sign_in, monkeypatch):
    monkeypatch.setattr("chorall.web.gate.guard.Pace", lambda: Pace(most=2))
    hasty, other = (open_browser(client=(f"192.0.2.{n}", 1)) for n in (1, 2))
    found = [hasty.get("/login/back?code=a&state=b").status_code for _ in range(3)]
    assert found == [403, 403, 429]
    assert sign_in(other).status_code == 303


def test_strangers_who_went_away_are_forgotten(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("chorall.web.gate.guard.Pace", lambda: Pace(clock=lambda: now[0]))
    guard = Guard(lambda *_: None)
    for number in range(MOST_PACES):
        guard._find_haste(Visit("0"), {"client": (f"10.0.{number}", 1)})
    assert len(guard.paces) == MOST_PACES
    now[0] = 30.0
    guard._find_haste(Visit("0"), {"client": ("10.0.0", 1)})
    now[0] = 60.0
    guard._find_haste(Visit("0"), {"client": ("192.0.2.1", 1)})
    assert set(guard.paces) == {"10.0.0", "192.0.2.1"}


def test_two_persons_have_two_names_and_a_person_one(porter):
    one, other = porter.state.name_person("a"), porter.state.name_person("b")
    assert one != other
    assert porter.state.name_person("a") == one
    assert ISSUER not in one
    assert re.fullmatch("[0-9a-f]{16}", one)
