"""The discovery document of the provider, held against the login file; which signatures hold."""

from __future__ import annotations

from typing import Any, Final

from chorall.web.login.addresses import is_safe_address

DISCOVERY: Final = "/.well-known/openid-configuration"
LEEWAY_SECONDS: Final = 60
"""By which the clocks of two machines may differ."""

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""Signatures with a public key; neither `none` nor a shared secret, whatever the provider says."""

ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def find_problem(found: dict[str, Any], issuer: str) -> str:
    """Return why a discovery document cannot be that of `issuer`; empty: it can."""
    if found.get("issuer") != issuer:
        return "another issuer"
    if not all(is_safe_address(found.get(name)) for name in ENDPOINTS):
        return "endpoints without TLS"
    if "S256" not in found.get("code_challenge_methods_supported", ("S256",)):
        return "no PKCE with S256"
    return "" if list_algorithms(found) else "no signature with a public key"


def list_algorithms(found: dict[str, Any]) -> list[str]:
    """Return by which signatures ID tokens of the provider may hold."""
    stated = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    return [name for name in ALGORITHMS if name in stated]
