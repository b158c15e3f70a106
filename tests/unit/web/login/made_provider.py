"""A provider for tests, in this process: it checks what it is asked, and can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

ISSUER = "https://id.example/realm"
CLIENT = "chorall-on-the-ward"
SECRET = "a secret: of the client/%"
ADDRESS = "https://chorall.example"
ROLES = {"doctor": "haematologists", "analyst": "statisticians", "reader": "staff"}


def encode(part: bytes) -> str:
    """Return a part of a token as it is written down."""
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def sign_by_secret(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """Sign with HS256, whatever the secret is: the library would take no public key for one."""
    text = f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}"
    return f"{text}.{encode(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


class MadeProvider:
    """Answers as OpenID Connect Core says; `discovery`, `claims` and `sign` may be spoilt."""

    def __init__(self, issuer: str = ISSUER, address: str = ADDRESS) -> None:
        self.address = address
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.discovery: dict[str, Any] = {
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256", "ES256"],
            "code_challenge_methods_supported": ["plain", "S256"],
        }
        self.move(issuer)
        self.sign: Callable[[dict[str, Any]], str] = self.sign_as_agreed
        self.waiting: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.keys_asked = 0
        self.signed_out: list[str] = []
        self.down = False
        self.app = Starlette(
            routes=[
                Route("/realm/.well-known/openid-configuration", self.show_discovery),
                Route("/realm/authorize", self.show_form),
                Route("/realm/jwks", self.show_keys),
                Route("/realm/logout", self.show_end),
                Route("/realm/token", self.give_token, methods=["POST"]),
            ]
        )
        self.transport = httpx2.ASGITransport(app=self.app)

    def move(self, issuer: str) -> None:
        """Be found under another address."""
        self.issuer = issuer
        self.discovery |= {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "end_session_endpoint": f"{issuer}/logout?ui=ward",
        }

    def sign_as_agreed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, self.key)

    def approve(self, url: str, **claims: Any) -> str:
        """Do what the person does at the provider, and return where the browser is sent."""
        address, query = url.split("?")
        assert address == self.discovery["authorization_endpoint"]
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["redirect_uri"] == f"{self.address}/login/back"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        assert len(asked["state"]) >= 22
        assert len(asked["nonce"]) >= 20
        code = secrets.token_urlsafe(16)
        now = int(time.time())
        told = {
            "iss": self.issuer,
            "sub": "subject-4711",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "groups": list(ROLES.values()),
            **claims,
        }
        self.waiting[code] = (asked, {name: one for name, one in told.items() if one is not None})
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode(back)}"

    def sign_out(self, url: str) -> str:
        """Do what the person agrees to at the provider, and return where the browser is sent."""
        address, query = url.split("?", 1)
        assert address == f"{self.issuer}/logout"
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        assert asked["ui"] == "ward", "what the address held is kept"
        assert asked["client_id"] == CLIENT
        assert asked["post_logout_redirect_uri"] == f"{self.address}/logout/back"
        self.signed_out.append(asked.get("id_token_hint", ""))
        back = urlsplit(asked["post_logout_redirect_uri"]).path
        return f"{back}?{urlencode({'state': asked['state']})}"

    async def show_end(self, request: Request) -> HTMLResponse:
        """Show what a person sees in a browser who signs out here."""
        back = self.address + self.sign_out(str(request.url))
        return HTMLResponse(f'<!doctype html><title>Out</title><a href="{escape(back)}">Back</a>')

    async def show_discovery(self, _: Request) -> JSONResponse:
        self.asked.append("discovery")
        return JSONResponse(self.discovery, 503 if self.down else 200)

    async def show_form(self, request: Request) -> HTMLResponse:
        """Show what a person sees in a browser; the link does what the person agrees to."""
        back = self.address + self.approve(str(request.url))
        return HTMLResponse(
            f'<!doctype html><title>Provider</title><a href="{escape(back)}">Agree</a>'
        )

    async def show_keys(self, _: Request) -> JSONResponse:
        self.keys_asked += 1
        found = {"keys": [self.key.as_dict(private=False)]}
        return JSONResponse(found, 503 if self.down else 200)

    async def give_token(self, request: Request) -> JSONResponse:
        self.asked.append("token")
        given = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        kind, _, told = request.headers["authorization"].partition(" ")
        assert kind == "Basic"
        assert base64.b64decode(told).decode() == f"{CLIENT}:{SECRET}"
        asked, claims = self.waiting.pop(given["code"], (None, {}))
        if (
            asked is None
            or given["grant_type"] != "authorization_code"
            or given["redirect_uri"] != asked["redirect_uri"]
            or create_s256_code_challenge(given["code_verifier"]) != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer"}
        signed = self.sign(claims)
        return JSONResponse({**token, "id_token": signed} if signed else token)
