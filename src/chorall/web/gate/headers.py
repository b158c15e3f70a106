"""The headers that every answer carries."""

from __future__ import annotations

from typing import Final

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No inline script or style, nothing from another host, nobody frames the page."""

PERMISSIONS: Final = ", ".join(
    f"{name}=()"
    for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)

HEADERS: Final = {
    "content-security-policy": POLICY,
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": PERMISSIONS,
    # not no-referrer: with it browsers send `Origin: null` from our own forms
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
}
"""On everything."""

TRANSPORT: Final = "max-age=31536000; includeSubDomains"
"""Where everything goes through TLS, browsers shall ask for nothing else for a year."""

NO_STORE: Final = "no-store"
UNCHANGING: Final = "public, max-age=31536000, immutable"
"""For assets, whose address holds their hash."""


def complete_headers(
    given: list[tuple[bytes, bytes]], secure: bool = False
) -> list[tuple[bytes, bytes]]:
    """Return `given` with ours laid over them; no-store where nothing is said."""
    wanted = HEADERS | ({"strict-transport-security": TRANSPORT} if secure else {})
    own = {name.encode(): value.encode() for name, value in wanted.items()}
    names = {name.lower() for name, _ in given}
    kept = [(name, value) for name, value in given if name.lower() not in own]
    if b"cache-control" not in names:
        kept.append((b"cache-control", NO_STORE.encode()))
    return [*kept, *own.items()]
