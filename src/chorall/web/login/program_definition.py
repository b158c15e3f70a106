"""What a login file says of programs: clients of the provider, and health records."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from chorall.web.login.addresses import is_safe_address
from chorall.web.login.roles import Claim, Role

ClientName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]
"""Stands in the audit log."""


class ProgramRules(BaseModel):
    """Programs that bring an access token of the provider (RFC 9068), got by client credentials.

    Attributes
    ----------
    audience : str
        Whom such a token must be meant for: this app as an interface, not a client.
    clients : tuple of str
        By which the provider knows these programs; a token of another one is refused.
    client_claim : str
        In which a token names its client.
    token_types : tuple of str
        What the header of a token may say that it is; some providers say no more than `JWT`.
    roles_claim, roles
        As for people; where they are not given, those of people.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    audience: str = Field(min_length=1)
    clients: tuple[ClientName, ...] = Field(min_length=1)
    client_claim: Literal["client_id", "azp", "appid"] = "client_id"
    token_types: tuple[Literal["at+jwt", "JWT"], ...] = Field(default=("at+jwt",), min_length=1)
    roles_claim: Claim | None = None
    roles: dict[Role, tuple[str, ...]] | None = Field(default=None, min_length=1)


class CdsClient(BaseModel):
    """A health record that calls CDS Hooks with tokens that it signs itself.

    Attributes
    ----------
    name : str
        How the audit log names it.
    issuer : str
        Claim `iss` of its tokens, exactly.
    jwks_file, jwks_url : str
        Where its public keys are, one of the two: a file beside the login file, or an address.
    subject : str
        Claim `sub`, which CDS Hooks 1.0 has; empty: not looked at.
    tenants : tuple of str
        Which values of the claim `tenant` are let in; empty: not looked at.
    longest_minutes : int
        For how long a token may hold from when it was issued.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClientName
    issuer: str = Field(min_length=1)
    jwks_file: str = ""
    jwks_url: str = ""
    subject: str = ""
    tenants: tuple[str, ...] = ()
    longest_minutes: int = Field(default=5, ge=1, le=60)

    @field_validator("jwks_url")
    @classmethod
    def _check_url(cls, jwks_url: str) -> str:
        if jwks_url and not is_safe_address(jwks_url):
            raise ValueError("must be an https:// address (http:// on this machine alone)")
        return jwks_url

    @model_validator(mode="after")
    def _check_keys(self) -> CdsClient:
        if bool(self.jwks_file) == bool(self.jwks_url):
            raise ValueError("either `jwks_file` or `jwks_url` is needed")
        return self


def find_clashes(
    issuer: str, client_id: str, rules: ProgramRules | None, cds_clients: tuple[CdsClient, ...]
) -> list[str]:
    """Return what cannot be told apart: tokens for people from those for programs, and names."""
    problems = []
    if rules and rules.audience in (client_id, *rules.clients):
        problems.append(
            "`programs.audience` is the name of a client: an ID token of a person would pass for "
            "one of a program"
        )
    if any(one.issuer == issuer for one in cds_clients):
        problems.append(
            "an issuer of `cds_clients` is the provider: its tokens belong to [programs]"
        )
    names = [*(rules.clients if rules else ()), *(one.name for one in cds_clients)]
    for what, given in (("name", names), ("issuer", [one.issuer for one in cds_clients])):
        twice = sorted({one for one in given if given.count(one) > 1})
        problems += [f"two programs have the {what} {one!r}" for one in twice]
    return problems
