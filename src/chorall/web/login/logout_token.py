"""The word of the provider that a person has signed out there (OIDC Back-Channel Logout)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chorall.web.login.discovery import LEEWAY_SECONDS
from chorall.web.login.signed import TokenError, check_claims, check_signature, find_name

if TYPE_CHECKING:
    from chorall.web.login.definition import LoginDefinition
    from chorall.web.login.keys import Keys
    from chorall.web.login.signed import SignedToken
    from chorall.web.login.used import UsedTokens

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
"""A name, which is not asked for."""

KINDS: Final = ("logout+jwt", "jwt", "")
"""The first is recommended; some providers say no more than `JWT`, or nothing."""

OLDEST_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class SignedOut:
    """Who has signed out at the provider.

    Attributes
    ----------
    subject : str
        Of the person; empty where only the session is named.
    session : str
        Name of the session at the provider; empty: all of the person.
    """

    subject: str
    session: str


async def judge_logout(
    token: SignedToken, definition: LoginDefinition, keys: Keys, used: UsedTokens, now: float
) -> SignedOut:
    """Return who has signed out, if the token holds (section 2.6).

    Parameters
    ----------
    token : SignedToken
        As it came.
    definition : LoginDefinition
        Which provider, and how it knows this app.
    keys : Keys
        Of the provider.
    used : UsedTokens
        Which have come: none signs anybody out twice.
    now : float
        Seconds since 1970.

    Raises
    ------
    TokenError
        If it does not hold.
    NoKeysError
        If the keys of the provider cannot be had.
    """
    if token.kind not in KINDS:
        raise TokenError("typ")
    await check_signature(token, keys)
    check_claims(
        token, now, issuer=definition.issuer, audience=definition.client_id, needed=("jti",)
    )
    if now - token.claims["iat"] > OLDEST_SECONDS + LEEWAY_SECONDS:
        raise TokenError("iat")
    _check_event(token.claims)
    found = SignedOut(*(_find_if_there(token, claim) for claim in ("sub", "sid")))
    if not found.subject and not found.session:
        raise TokenError("sub")
    until = token.claims["iat"] + OLDEST_SECONDS + LEEWAY_SECONDS
    used.take(definition.issuer, find_name(token, "jti"), until)
    return found


def _check_event(claims: dict[str, Any]) -> None:
    """Refuse an ID token and any other token of the provider that is not meant for this."""
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise TokenError("events")
    if "nonce" in claims:
        raise TokenError("nonce")


def _find_if_there(token: SignedToken, claim: str) -> str:
    return find_name(token, claim) if claim in token.claims else ""
