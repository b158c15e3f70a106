"""Tokens in forms: what is posted must come from a page that this server gave to this browser."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

COOKIE: Final = "chorall_visit"
FIELD: Final = "token"


def make_visit() -> str:
    """Return a new name for one browser; it says nothing about anybody."""
    return secrets.token_urlsafe(24)


def make_token(key: bytes, visit: str) -> str:
    """Return the token that belongs to a visit."""
    return hmac.new(key, visit.encode(), hashlib.sha256).hexdigest()


def is_token(key: bytes, visit: str | None, token: str | None) -> bool:
    """Return True where the token belongs to the visit."""
    if not visit or not token:
        return False
    return hmac.compare_digest(make_token(key, visit).encode(), token.encode())
