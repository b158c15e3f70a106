"""What a token of a program must say: of a client of the provider, and of a health record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chorall.web.gate.access import RECORD
from chorall.web.gate.visit import Visitor
from chorall.web.login.discovery import LEEWAY_SECONDS
from chorall.web.login.signed import TokenError, check_claims, check_signature, find_name

if TYPE_CHECKING:
    from chorall.web.login.definition import LoginDefinition
    from chorall.web.login.keys import Keys
    from chorall.web.login.program_definition import CdsClient
    from chorall.web.login.signed import SignedToken
    from chorall.web.login.used import UsedTokens

LONGEST_ACCESS_SECONDS: Final = 24 * 3600.0


async def judge_client(
    token: SignedToken, definition: LoginDefinition, keys: Keys, now: float
) -> Visitor:
    """Return the program of an access token of the provider (RFC 9068, section 4).

    Raises
    ------
    TokenError
        If the token does not hold, or is one of a client that is not listed.
    NoKeysError
        If the keys of the provider cannot be had.
    """
    rules = definition.programs
    assert rules is not None  # without [programs] no access token is read
    if token.kind not in {one.lower() for one in rules.token_types}:
        raise TokenError("typ")
    await check_signature(token, keys)
    check_claims(
        token,
        now,
        issuer=definition.issuer,
        audience=rules.audience,
        needed=("exp", "sub", rules.client_claim),
        longest_seconds=LONGEST_ACCESS_SECONDS,
    )
    client = find_name(token, rules.client_claim)
    if client not in rules.clients:
        raise TokenError(rules.client_claim)
    return Visitor(roles=definition.find_program_roles(token.claims), program=client)


async def judge_record(
    token: SignedToken, record: CdsClient, keys: Keys, used: UsedTokens, service: str, now: float
) -> Visitor:
    """Return the health record of a token that is for one call of one service (CDS Hooks).

    Parameters
    ----------
    token : SignedToken
        Whose issuer is that of `record`.
    record : CdsClient
        What is known of it.
    keys : Keys
        Of the issuer.
    used : UsedTokens
        Which have come.
    service : str
        Address that is called.
    now : float
        Seconds since 1970.

    Raises
    ------
    TokenError
        If the token does not hold, is for another service, or was used.
    NoKeysError
        If the keys of the issuer cannot be had.
    """
    if token.kind != "jwt":
        raise TokenError("typ")
    if record.jwks_url and token.header.get("jku", record.jwks_url) != record.jwks_url:
        raise TokenError("jku")
    await check_signature(token, keys)
    check_claims(
        token,
        now,
        issuer=record.issuer,
        audience=service,
        needed=("exp", "jti"),
        longest_seconds=60.0 * record.longest_minutes,
    )
    if record.subject and token.claims.get("sub") != record.subject:
        raise TokenError("sub")
    if record.tenants and token.claims.get("tenant") not in record.tenants:
        raise TokenError("tenant")
    if token.claims["iat"] < used.began:  # whether it came before is not known any more
        raise TokenError("iat")
    used.take(record.issuer, find_name(token, "jti"), token.claims["exp"] + LEEWAY_SECONDS)
    return Visitor(roles=frozenset({RECORD}), program=record.name)
