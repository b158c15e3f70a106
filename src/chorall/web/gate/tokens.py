"""Tokens in forms: what is posted must come from a page that this server gave to this browser."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

COOKIE: Final = "chorall_visit"
SECURE_COOKIE: Final = "__Host-chorall_visit"
"""Where everything goes through TLS: no other host and no plain connection can set it."""

FIELD: Final = "token"


def make_visit() -> str:
    """Return a new name for one browser; it says nothing about anybody."""
    return secrets.token_urlsafe(24)


def read_visit(request: Request) -> str | None:
    """Return the visit of the browser that asks."""
    return request.cookies.get(_name_cookie(request))


def place_visit(request: Request, response: Response, visit: str, under: str = "/doctor") -> None:
    """Let the browser keep its visit under a path; no script and no other site gets it."""
    secure = _is_secure(request)
    response.set_cookie(
        _name_cookie(request),
        visit,
        secure=secure,
        httponly=True,
        samesite="strict",
        path="/" if secure else under,
    )


def _is_secure(request: Request) -> bool:
    return request.app.state.porter is not None


def _name_cookie(request: Request) -> str:
    return SECURE_COOKIE if _is_secure(request) else COOKIE


def make_token(key: bytes, visit: str) -> str:
    """Return the token that belongs to a visit."""
    return hmac.new(key, visit.encode(), hashlib.sha256).hexdigest()


def is_token(key: bytes, visit: str | None, token: str | None) -> bool:
    """Return True where the token belongs to the visit."""
    if not visit or not token:
        return False
    return hmac.compare_digest(make_token(key, visit).encode(), token.encode())
