"""What a login file says: provider, public address, which groups have which role, programs."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from chorall.knowledge.definition_file import read_definition
from chorall.web.gate.house import House
from chorall.web.login.addresses import is_safe_address
from chorall.web.login.program_definition import CdsClient, ProgramRules, find_clashes
from chorall.web.login.roles import Claim, Role, find_roles


class LoginDefinition(BaseModel):
    """A login file.

    Attributes
    ----------
    address : str
        Under which people open the app, such as https://chorall.hospital.example.
    issuer : str
        Of the provider, exactly as its discovery document states it.
    client_id : str
        By which the provider knows this app.
    client_secret_env, client_secret_file : str
        Where the secret is found, one of the two: a variable of the environment, or a file.
    scopes : tuple of str
        Asked for; some providers tell the groups only with a further one.
    roles_claim : str or tuple of str
        Of the ID token; names one within another where it is nested.
    roles : dict of str to tuple of str
        For each role the values of that claim that give it.
    state : str
        Folder of sessions, key of the pseudonyms and audit log.
    idle_minutes, longest_hours : int
        After which a session ends: without a request, and in any case.
    programs : ProgramRules or None
        Which programs may ask with a token of the provider; None: none may.
    cds_clients : tuple of CdsClient
        Which health records may call CDS Hooks with a token of their own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str
    issuer: str
    client_id: str = Field(min_length=1)
    client_secret_env: str = ""
    client_secret_file: str = ""
    scopes: tuple[str, ...] = ("openid",)
    roles_claim: Claim = "groups"
    roles: dict[Role, tuple[str, ...]] = Field(min_length=1)
    state: str = "chorall-state"
    idle_minutes: int = Field(default=30, ge=1, le=60)
    longest_hours: int = Field(default=8, ge=1, le=24)
    programs: ProgramRules | None = None
    cds_clients: tuple[CdsClient, ...] = ()

    @field_validator("address")
    @classmethod
    def _check_address(cls, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme != "https" or not parts.hostname or address != f"https://{parts.netloc}":
            raise ValueError("must be https:// and a host, without anything behind it")
        if "@" in parts.netloc or address != address.lower():
            raise ValueError("must be in small letters and hold no user")
        return address

    @field_validator("issuer")
    @classmethod
    def _check_issuer(cls, issuer: str) -> str:
        if not is_safe_address(issuer):
            raise ValueError("must be an https:// address (http:// on this machine alone)")
        return issuer

    @field_validator("scopes")
    @classmethod
    def _check_scopes(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in scopes:
            raise ValueError("must hold `openid`")
        return scopes

    @model_validator(mode="after")
    def _check_whole(self) -> LoginDefinition:
        problems = find_clashes(self.issuer, self.client_id, self.programs, self.cds_clients)
        if bool(self.client_secret_env) == bool(self.client_secret_file):
            problems.append("either `client_secret_env` or `client_secret_file` is needed")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def house(self) -> House:
        """The public address as the guard knows it."""
        return House(self.address, (str(urlsplit(self.address).hostname),))

    def find_roles(self, claims: dict[str, object]) -> frozenset[str]:
        """Return the roles that the claims of an ID token give; none where they give none."""
        return find_roles(claims, self.roles_claim, self.roles)

    def find_program_roles(self, claims: dict[str, object]) -> frozenset[str]:
        """Return the same for the claims of an access token of a program."""
        assert self.programs is not None  # without [programs] no access token is read
        claim = self.programs.roles_claim or self.roles_claim
        return find_roles(claims, claim, self.programs.roles or self.roles)


def read_login(path: Path) -> LoginDefinition:
    """Read and check a login file.

    Raises
    ------
    InputError
        If there is no such file.
    DefinitionError
        If it is not TOML, or not sound; the message lists every problem with its line.
    """
    return read_definition(path, LoginDefinition)[0]
