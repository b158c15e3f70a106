"""A signed token (JWT): read, then held against the keys of its issuer and what it must claim."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Final

from chorall.web.login.discovery import ALGORITHMS, LEEWAY_SECONDS
from chorall.web.login.keys import KeyProblem, NoKeysError

if TYPE_CHECKING:
    from joserfc.jws import CompactSignature, JWSRegistry
    from joserfc.jwt import ClaimsOption

    from chorall.web.login.keys import Keys

LONGEST: Final = 8192
LONGEST_HEADER: Final = 2048
LONGEST_NAME: Final = 255
PREFIX: Final = "application/"


class TokenError(Exception):
    """A token does not hold; the message says where, in a word of ours."""


@dataclass(frozen=True, slots=True)
class SignedToken:
    """What a token says; until `check_signature` has passed, anybody may have written it.

    Attributes
    ----------
    header, claims : dict
        Its two parts.
    signed : CompactSignature
        The same with its signature.
    """

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: CompactSignature = field(repr=False)

    @property
    def kind(self) -> str:
        """What the header says that it is, without the prefix that it may have."""
        return str(self.header.get("typ", "")).lower().removeprefix(PREFIX)


def _open_registry() -> JWSRegistry:
    from joserfc.jws import JWSRegistry

    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    registry.max_header_length = LONGEST_HEADER
    return registry


def read_token(text: str) -> SignedToken:
    """Read a token without judging it.

    Raises
    ------
    TokenError
        If it is too long, or no signed token.
    """
    from joserfc.errors import JoseError
    from joserfc.jws import extract_compact

    if len(text) > LONGEST:
        raise TokenError("length")
    try:
        found = extract_compact(text.encode(), registry=_open_registry())
        claims = json.loads(found.payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise TokenError("form") from None
    if not isinstance(claims, dict):
        raise TokenError("form")
    return SignedToken(found.headers(), claims, found)


async def check_signature(token: SignedToken, keys: Keys) -> None:
    """Hold the signature against a key that the issuer itself publishes under its name.

    Keys and addresses of keys that the token brings along are not looked at.

    Raises
    ------
    TokenError
        If it does not hold, or is made with a shared secret or not at all.
    NoKeysError
        If the keys of the issuer cannot be had.
    """
    from joserfc.errors import JoseError
    from joserfc.jws import validate_compact

    kid, algorithm = token.header.get("kid"), token.header.get("alg")
    if algorithm not in ALGORITHMS:
        raise TokenError("alg")
    if not isinstance(kid, str) or not kid:
        raise TokenError("kid")
    try:
        holds = validate_compact(
            token.signed, await keys.find(kid, algorithm), registry=_open_registry()
        )
    except NoKeysError:
        raise
    except KeyProblem as error:
        raise TokenError(str(error)) from None
    except (JoseError, ValueError, TypeError):
        holds = False
    if not holds:
        raise TokenError("signature")


def check_claims(
    token: SignedToken,
    now: float,
    *,
    issuer: str,
    audience: str,
    needed: Collection[str],
    longest_seconds: float = inf,
) -> None:
    """Hold issuer, audience and times of a token against what must be.

    Parameters
    ----------
    token : SignedToken
        One whose signature holds.
    now : float
        Seconds since 1970; clocks may differ by `LEEWAY_SECONDS`.
    issuer, audience : str
        What `iss` must be, and `aud` be or hold.
    needed : collection of str
        Further claims that must be there, such as `exp`.
    longest_seconds : float
        For how long it may hold from when it was issued.

    Raises
    ------
    TokenError
        Naming the claim that does not hold.
    """
    from joserfc.errors import ClaimError
    from joserfc.jwt import JWTClaimsRegistry

    options: dict[str, ClaimsOption] = {
        **{name: {"essential": True} for name in ("iat", *needed)},
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": audience},
    }
    try:
        JWTClaimsRegistry(int(now), LEEWAY_SECONDS, **options).validate(token.claims)
    except ClaimError as error:
        raise TokenError(error.claim) from None
    if token.claims.get("exp", now) > token.claims["iat"] + longest_seconds:
        raise TokenError("life")


def find_name(token: SignedToken, claim: str) -> str:
    """Return a claim that is a name.

    Raises
    ------
    TokenError
        If it is none.
    """
    found = token.claims.get(claim)
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_NAME:
        raise TokenError(claim)
    return found
