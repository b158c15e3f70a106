"""Which addresses may be asked for keys and tokens."""

from __future__ import annotations

from urllib.parse import urlsplit

from chorall.web.gate.house import LOOPBACK


def is_safe_address(address: object) -> bool:
    """Return True where an address goes through TLS, or does not leave this machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    )
