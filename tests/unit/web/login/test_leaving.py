"""Sign out at the provider too; and be signed out where the provider says so."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import time
import uuid
from html import unescape

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from unit.web.login.made_provider import CLIENT, ISSUER, SECRET, encode, sign_by_secret
from unit.web.login.test_journey import find_token, read_audit

from chorall.web.login.leaving import LOGOUT_COOKIE
from chorall.web.login.logout_token import EVENT, OLDEST_SECONDS
from chorall.web.login.porter import SESSION_COOKIE
from chorall.web.login.sessions import Sessions
from chorall.web.login.state import open_state

BACK_CHANNEL = "/logout/back-channel"


def leave(browser, **further):
    token = find_token(browser.get("/"))
    return browser.post("/logout", data={"token": token, **further})


def find_link(page) -> str:
    found = re.search(r'href="([^"]*)">Sign out at the sign-in service', page.text)
    return unescape(found[1]) if found else ""


# ---- from here to the provider --------------------------------------------------------------


def test_sign_out_here_and_at_the_provider(browser, sign_in, provider):
    sign_in(browser)
    page = leave(browser)
    assert page.status_code == 200
    assert "You are still signed in at the sign-in service" in page.text
    assert browser.get("/").status_code == 401, "here one is signed out already"
    back = browser.get(provider.sign_out(find_link(page)))
    assert back.status_code == 200
    assert "Here, and at the sign-in service" in back.text
    assert not [one for one in browser.cookies if one in (LOGOUT_COOKIE, SESSION_COOKIE)]
    (hint,) = provider.signed_out
    claims = jwt.decode(hint, provider.key).claims
    assert (claims["sub"], claims["aud"]) == ("subject-4711", CLIENT), "the own ID token"


def test_the_hint_is_that_of_the_session_that_ends(open_browser, sign_in, provider):
    one, other = open_browser(), open_browser()
    sign_in(one, sub="subject-1")
    sign_in(other, sub="subject-2")
    for browser in (other, one):
        browser.get(provider.sign_out(find_link(leave(browser, everywhere="yes"))))
    assert [jwt.decode(hint, provider.key).claims["sub"] for hint in provider.signed_out] == [
        "subject-2", "subject-1",
    ]  # fmt: skip


def test_the_id_token_is_in_memory_and_forgotten(browser, sign_in, porter, provider, clock):
    sign_in(browser)
    (kept,) = [token for _, token in porter.hints.kept.values()]
    assert kept.count(".") == 2
    for file in porter.state.folder.iterdir():
        assert kept.encode() not in file.read_bytes()
    leave(browser)
    assert porter.hints.kept == {}
    sign_in(browser)
    clock[0] += 8 * 3600
    porter.hints.keep("another", "token")
    assert len(porter.hints.kept) == 1, "a session that is over leaves none"


def test_without_the_token_the_provider_asks_the_person(browser, sign_in, porter, provider):
    sign_in(browser)
    porter.hints.kept.clear()  # as after a new start of the server
    provider.sign_out(find_link(leave(browser)))
    assert provider.signed_out == [""]


@pytest.mark.parametrize("state", [None, "", "another", "ä", "a" * 300])
def test_what_comes_back_from_signing_out_must_fit(browser, sign_in, provider, porter, state):
    sign_in(browser)
    leave(browser)
    given = {} if state is None else {"state": state}
    found = browser.get("/logout/back", params=given)
    assert found.status_code in (400, 422)
    assert "You are signed out" not in found.text
    browser.cookies.clear()
    assert browser.get("/logout/back", params={"state": ""}).status_code == 400


@pytest.mark.parametrize("address", [None, "http://id.example/logout", "javascript:alert(1)", 7])
def test_a_provider_without_a_sign_out_is_not_linked(browser, sign_in, provider, address):
    provider.discovery["end_session_endpoint"] = address
    sign_in(browser)
    page = leave(browser)
    assert page.status_code == 200
    assert "Close the browser" in page.text
    assert find_link(page) == ""
    assert LOGOUT_COOKIE not in browser.cookies
    assert browser.get("/").status_code == 401


def test_where_the_provider_is_down_one_is_signed_out_here(browser, sign_in, provider, porter):
    sign_in(browser)
    porter.provider.client.server_metadata.clear()
    provider.down = True
    page = leave(browser)
    assert (page.status_code, find_link(page)) == (200, "")
    assert browser.get("/").status_code == 401


def test_the_cookie_of_signing_out_is_kept_from_scripts_and_plain_connections(browser, sign_in):
    sign_in(browser)
    (cookie,) = [one for one in leave(browser).headers.get_list("set-cookie")
                 if one.startswith(LOGOUT_COOKIE)]  # fmt: skip
    words = {word.strip().lower() for word in cookie.split(";")[1:]}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= words


# ---- from the provider to here --------------------------------------------------------------


def say(**changed) -> dict:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": CLIENT, "iat": now, "exp": now + 120, "sub": "subject-4711",
              "jti": uuid.uuid4().hex, "events": {EVENT: {}}, **changed}  # fmt: skip
    return {name: one for name, one in claims.items() if one is not None}


def sign(provider, claims, *, key=None, **header) -> str:
    wanted = {"alg": "ES256", "kid": "one", "typ": "logout+jwt", **header}
    given = {name: one for name, one in wanted.items() if one is not None}
    return jwt.encode(given, claims, key or provider.key, default_type=None,
                      algorithms=[given["alg"]])  # fmt: skip


def send(browser, token: str):
    return browser.post(BACK_CHANNEL, data={"logout_token": token})


def test_who_signs_out_at_the_provider_is_signed_out_here(
    open_browser, sign_in, provider, porter, run
):
    one, other, stranger, op = (open_browser() for _ in range(4))
    sign_in(one, sid="s1")
    sign_in(other)
    sign_in(stranger, sub="subject-2", sid="s1-of-another")
    found = send(op, sign(provider, say()))
    assert (found.status_code, found.content) == (200, b"")
    assert found.headers["cache-control"] == "no-store"
    assert [browser.get("/").status_code for browser in (one, other, stranger)] == [401, 401, 200]
    line = next(one for one in read_audit(porter) if one["event"] == "sign-out")
    assert line["person"] == porter.state.name_person("subject-4711")
    assert (line["route"], line["reason"]) == (f"POST {BACK_CHANNEL}", "provider")
    assert run("verify-audit", porter.state.audit)[0] == 0


@pytest.mark.parametrize("claims", [{"sid": "s1"}, {"sid": "s1", "sub": None}])
def test_a_session_at_the_provider_ends_those_that_belong_to_it(
    open_browser, sign_in, provider, porter, claims
):
    one, other, stranger, op = (open_browser() for _ in range(4))
    sign_in(one, sid="s1")
    sign_in(other, sid="s2")
    sign_in(stranger, sub="subject-2", sid="s3")
    assert send(op, sign(provider, say(**claims))).status_code == 200
    assert [browser.get("/").status_code for browser in (one, other, stranger)] == [401, 200, 200]
    line = next(one for one in read_audit(porter) if one["event"] == "sign-out")
    assert line["person"] == porter.state.name_person("subject-4711")


def test_a_session_that_the_provider_did_not_name_ends_with_the_others(
    open_browser, sign_in, provider
):
    one, named, op = (open_browser() for _ in range(3))
    sign_in(one)
    sign_in(named, sid="s2")
    assert send(op, sign(provider, say(sid="s1"))).status_code == 200
    assert [browser.get("/").status_code for browser in (one, named)] == [401, 200]


def test_a_session_of_another_person_does_not_end(open_browser, sign_in, provider):
    one, op = open_browser(), open_browser()
    sign_in(one, sid="s1")
    assert send(op, sign(provider, say(sub="subject-2", sid="s1"))).status_code == 200
    assert one.get("/").status_code == 200


def test_who_is_signed_out_already_is_no_mistake(browser, provider):
    assert send(browser, sign(provider, say())).status_code == 200
    assert send(browser, sign(provider, say(sid="none", sub=None))).status_code == 200


@pytest.mark.parametrize("kind", ["logout+jwt", "application/logout+jwt", "JWT", None])
def test_how_a_logout_token_may_say_what_it_is(browser, provider, kind):
    assert send(browser, sign(provider, say(exp=None), typ=kind)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"iss": "https://id.example/other"}, "iss"), ({"iss": None}, "iss"),
        ({"aud": "another-client"}, "aud"), ({"aud": None}, "aud"), ({"aud": ["x"]}, "aud"),
        ({"iat": None}, "iat"), ({"iat": "now"}, "iat"), ({"iat": 2**40}, "iat"),
        ({"iat": 1_000_000_000}, "iat"), ({"exp": 1_000_000_000}, "exp"),
        ({"nbf": 2**40}, "nbf"),
        ({"jti": None}, "jti"), ({"jti": ""}, "jti"), ({"jti": 7}, "jti"),
        ({"events": None}, "events"), ({"events": [EVENT]}, "events"), ({"events": {}}, "events"),
        ({"events": {"https://example.org/other": {}}}, "events"),
        ({"events": {EVENT: None}}, "events"), ({"events": EVENT}, "events"),
        ({"nonce": "n"}, "nonce"), ({"nonce": ""}, "nonce"), ({"nonce": 0}, "nonce"),
        ({"sub": None}, "sub"), ({"sub": ""}, "sub"), ({"sub": 7}, "sub"),
        ({"sid": ""}, "sid"), ({"sid": ["s1"]}, "sid"),
    ],
)  # fmt: skip
def test_logout_tokens_that_do_not_hold_sign_nobody_out(
    open_browser, sign_in, provider, porter, changed, reason
):
    browser, op = open_browser(), open_browser()
    sign_in(browser, sid="s1")
    found = send(op, sign(provider, say(**changed)))
    assert (found.status_code, found.json()) == (400, {"error": "invalid_request"})
    assert found.headers["cache-control"] == "no-store"
    line = read_audit(porter)[-1]
    assert (line["event"], line["reason"]) == ("refused", f"logout token: {reason}")
    assert browser.get("/").status_code == 200


def as_none(provider):
    return sign(provider, say(), key=OctKey.generate_key(), alg="none")


def by_public_key(provider):
    header = {"alg": "HS256", "kid": "one", "typ": "logout+jwt"}
    return sign_by_secret(header, say(), provider.key.as_pem(private=False))


def by_secret_of_client(provider):
    return sign_by_secret({"alg": "HS256", "kid": "one"}, say(), SECRET.encode())


def by_another_key(provider):
    return sign(provider, say(), key=ECKey.generate_key("P-256"))


def by_an_unknown_key(provider):
    return sign(provider, say(), key=ECKey.generate_key("P-256"), kid="mine")


def changed_after_signing(provider):
    head, _, seal = sign(provider, say(sub="subject-2")).split(".")
    return ".".join((head, encode(json.dumps(say()).encode()), seal))


def as_an_access_token(provider):
    return sign(provider, say(), typ="at+jwt")


def as_an_id_token(provider):
    return sign(provider, say(events=None, nonce="n"), typ="JWT")


def as_nothing(provider):
    return ""


@pytest.mark.filterwarnings("ignore:.*:joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    "make", [as_none, by_public_key, by_secret_of_client, by_another_key, by_an_unknown_key,
             changed_after_signing, as_an_access_token, as_an_id_token, as_nothing],
)  # fmt: skip
def test_nobody_else_signs_people_out(open_browser, sign_in, provider, make):
    browser, op = open_browser(), open_browser()
    sign_in(browser)
    assert send(op, make(provider)).status_code == 400
    assert browser.get("/").status_code == 200


def test_a_logout_token_counts_once(open_browser, sign_in, provider, porter):
    browser, op = open_browser(), open_browser()
    token = sign(provider, say())
    assert send(op, token).status_code == 200
    sign_in(browser)
    assert send(op, token).status_code == 400
    assert read_audit(porter)[-1]["reason"] == "logout token: used"
    assert browser.get("/").status_code == 200


def test_an_old_logout_token_counts_no_more(browser, provider, clock):
    def token() -> str:
        return sign(provider, say(iat=int(time.time()), exp=None))

    clock[0] = int(time.time()) + OLDEST_SECONDS
    assert send(browser, token()).status_code == 200
    clock[0] = int(time.time()) + OLDEST_SECONDS + 100
    assert send(browser, token()).status_code == 400


@pytest.mark.parametrize(
    "data",
    [{"logout_token": ""}, {"logout_token": "a"}, {"logout_token": "a" * 9000}, {"token": "x"}],
)
def test_a_call_without_a_logout_token_is_refused(browser, data):
    found = browser.post(BACK_CHANNEL, data=data)
    assert (found.status_code, found.headers["cache-control"]) == (400, "no-store")
    assert browser.get(BACK_CHANNEL).status_code == 405
    assert browser.post(BACK_CHANNEL, json={"logout_token": "a"}).status_code == 415


def test_a_provider_whose_keys_cannot_be_had_signs_nobody_out(open_browser, sign_in, provider):
    browser = open_browser()
    sign_in(browser)
    provider.down = True
    assert send(open_browser(), sign(provider, say())).status_code == 400
    assert browser.get("/").status_code == 200


def test_a_browser_of_another_site_cannot_send_it(browser, provider):
    elsewhere = {"origin": "https://evil.example"}
    token = {"logout_token": sign(provider, say())}
    assert browser.post(BACK_CHANNEL, data=token, headers=elsewhere).status_code == 403


def test_no_log_and_no_file_holds_a_session_or_a_token(
    open_browser, sign_in, provider, porter, caplog
):
    browser, op = open_browser(), open_browser()
    with caplog.at_level(logging.INFO):
        sign_in(browser, sid="provider-session-99")
        token = sign(provider, say(sid="provider-session-99"))
        send(op, token)
        send(op, token)
    own = "\n".join(one.getMessage() for one in caplog.records if one.name == "chorall.web")
    written = own + porter.state.audit.read_text()
    stored = porter.state.sessions.read_bytes()
    for word in ("provider-session-99", token[-20:], "subject-4711"):
        assert word not in written
        assert word.encode() not in stored


def test_sessions_from_before_are_carried_over(login_file):
    """A table of the version before this one has no column for sessions at the provider."""
    state = open_state(login_file)
    database = sqlite3.connect(state.sessions)
    database.execute(
        "CREATE TABLE session (id_hash TEXT PRIMARY KEY, person TEXT NOT NULL, roles TEXT NOT NULL,"
        " begun REAL NOT NULL, seen REAL NOT NULL) STRICT"
    )
    now = time.time()
    database.execute("INSERT INTO session VALUES ('h', 'a', 'doctor', ?, ?)", (now, now))
    database.commit()
    database.close()
    for _ in range(2):
        table = Sessions(state.sessions, 60, 60)
        assert len(table.list_open()) == 1
        table.close()
    table = Sessions(state.sessions, 60, 60)
    table.begin("b", frozenset({"doctor"}), "s")
    assert table.end_provider_session("") == "", "this is no name"
    assert table.end_provider_session("s") == "b"
    assert [one.person for one in table.list_open()] == ["a"]
    table.close()
