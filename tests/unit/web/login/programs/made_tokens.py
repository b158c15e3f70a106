"""Tokens of programs for tests: what a login file says of them, and how they are signed."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from unit.web.login.made_provider import ADDRESS, ISSUER

AUDIENCE = "urn:chorall:interface"
SCRIPT = "trial-office-script"
RECORD = "https://record.example/"
SERVICE = "/cds-services/all-outcome"
CLASSIFY = "/api/v1/classify"
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


def sign_shared(**changed) -> str:
    given = {"iss": "https://many.example", "sub": "us", "tenant": "our-hospital", **changed}
    header = {"jku": given.pop("jku")} if "jku" in given else {}
    return sign_call(call(**given), key=MANY_KEY, alg="RS384", kid="m1", **header)
