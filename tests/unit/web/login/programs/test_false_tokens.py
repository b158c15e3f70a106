"""Every token that lets nobody in: claims, signatures, and what is no token at all."""

from __future__ import annotations

import base64
import json

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from unit.web.login.conftest import LOGIN
from unit.web.login.made_provider import ADDRESS, CLIENT, encode, sign_by_secret
from unit.web.login.programs.made_tokens import (
    AUDIENCE,
    PROGRAMS,
    RECORD_KEY,
    SCRIPT,
    SERVICE,
    ask,
    ask_record,
    at,
    call,
    challenge,
    claim,
    sign,
    sign_call,
)
from unit.web.login.test_journey import read_audit

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
