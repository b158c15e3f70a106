"""Programs that ask: known by a token in their header, of the provider or of a health record."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from chorall.errors import InputError, raise_gathered
from chorall.web.login.keys import Keys, NoKeysError, check_file, fetch_json, read_json
from chorall.web.login.program_tokens import judge_client, judge_record
from chorall.web.login.signed import SignedToken, TokenError, read_token
from chorall.web.login.used import UsedTokens
from chorall.web.problems import Problem, is_for_programs

if TYPE_CHECKING:
    from starlette.types import Scope

    from chorall.web.gate.visit import Visitor
    from chorall.web.login.definition import LoginDefinition
    from chorall.web.login.program_definition import CdsClient

BEARER: Final = "bearer "
OWN_COOKIES: Final = b"__host-chorall_"
QUERY_FIELD: Final = "access_token"
CHALLENGE: Final = 'Bearer realm="chorall"'
"""What is said where nothing was brought along (RFC 6750, section 3)."""

FORBIDDEN: Final = f'{CHALLENGE}, error="insufficient_scope"'
NOT_CLEAR: Final = Problem(
    400,
    "This is not clear",
    "Send one token, in the header Authorization, without a cookie, and in no address.",
    challenge=f'{CHALLENGE}, error="invalid_request"',
)
NOT_HELD: Final = Problem(
    401,
    "This token does not hold",
    "Get a new one. Who runs this server finds the reason in the audit log.",
    challenge=f'{CHALLENGE}, error="invalid_token"',
)
NO_KEYS: Final = Problem(
    503, "The keys of the issuer are not there", "Ask again in a minute.", retry_seconds=60
)
NOT_FOR_PROGRAMS: Final = Problem(
    403,
    "This is not open to programs",
    "They ask under /api/v1 and /cds-services.",
    challenge=FORBIDDEN,
)


class RefusedError(Exception):
    """A program is not let in: the answer, and the reason for the audit log in words of ours."""

    def __init__(self, problem: Problem, reason: str) -> None:
        super().__init__(reason)
        self.problem = problem
        self.reason = reason


class Programs:
    """Knows programs by their tokens.

    Parameters
    ----------
    definition : LoginDefinition
        Which programs are known.
    provider_keys : Keys
        Of the provider.
    record_keys : dict of str to Keys
        Of each health record, by its issuer.
    clock : callable
        Seconds since 1970.
    """

    def __init__(
        self,
        definition: LoginDefinition,
        provider_keys: Keys,
        record_keys: dict[str, Keys],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.definition = definition
        self.provider_keys = provider_keys
        self.record_keys = record_keys
        self.records = {one.issuer: one for one in definition.cds_clients}
        self.clock = clock
        self.used = UsedTokens(clock)

    @property
    def are_known(self) -> bool:
        """True where the login file names any; otherwise no token is looked at."""
        return bool(self.definition.programs or self.records)

    def bring_token(self, scope: Scope, headers: dict[str, str]) -> bool:
        """Return True where a request comes as one of a program, whether its token holds or not."""
        bearer = headers.get("authorization", "").lower().startswith(BEARER)
        return self.are_known and (bearer or _has_token_in_address(scope))

    async def recognise(self, scope: Scope, headers: dict[str, str]) -> Visitor:
        """Return which program asks.

        Raises
        ------
        RefusedError
            If its token does not hold or does not come alone, or programs may not ask for the path.
        """
        if not _comes_alone(scope):
            raise RefusedError(NOT_CLEAR, "token: not alone")
        try:
            token = read_token(headers["authorization"][len(BEARER) :])
            visitor = await self._judge(token, str(scope["path"]))
        except TokenError as error:
            raise RefusedError(NOT_HELD, f"token: {error}") from None
        except NoKeysError:
            raise RefusedError(NO_KEYS, "token: no keys") from None
        if not is_for_programs(scope["path"]):
            raise RefusedError(NOT_FOR_PROGRAMS, "token: path")
        return visitor

    async def _judge(self, token: SignedToken, path: str) -> Visitor:
        issuer, now = token.claims.get("iss"), self.clock()
        if isinstance(issuer, str) and issuer in self.records:
            keys, service = self.record_keys[issuer], self.definition.address + path
            record = self.records[issuer]
            return await judge_record(token, record, keys, self.used, service, now)
        if self.definition.programs and issuer == self.definition.issuer:
            return await judge_client(token, self.definition, self.provider_keys, now)
        raise TokenError("iss")


def _has_token_in_address(scope: Scope) -> bool:
    given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return is_for_programs(scope["path"]) and any(name == QUERY_FIELD for name, _ in given)


def _comes_alone(scope: Scope) -> bool:
    """Return True where there is one token, in the header, and no cookie of a browser of ours."""
    given = [(name.lower(), value) for name, value in scope["headers"]]
    n_tokens = sum(name == b"authorization" for name, _ in given)
    cookie = any(name == b"cookie" and OWN_COOKIES in value.lower() for name, value in given)
    return n_tokens == 1 and not cookie and not _has_token_in_address(scope)


def open_programs(
    folder: Path,
    definition: LoginDefinition,
    provider_keys: Keys,
    transport: Any = None,
    clock: Callable[[], float] = time.time,
) -> Programs:
    """Open what a login file says of programs; files of keys lie in `folder`.

    Raises
    ------
    InputError
        If a file of keys is missing or holds none, with all that are.
    """
    files = {one.issuer: folder / one.jwks_file for one in definition.cds_clients if one.jwks_file}
    problems = [said for said in map(check_file, files.values()) if said]
    heading = "the keys of health records cannot be read"
    raise_gathered(InputError, heading, problems, "Ask who runs the health record for its JWK set.")
    record_keys = {
        one.issuer: Keys(one.name, _name_load(one, files, transport), clock)
        for one in definition.cds_clients
    }
    return Programs(definition, provider_keys, record_keys, clock)


def _name_load(record: CdsClient, files: dict[str, Path], transport: Any) -> Any:
    if record.jwks_file:
        return partial(read_json, files[record.issuer])
    return partial(fetch_json, record.jwks_url, transport)
