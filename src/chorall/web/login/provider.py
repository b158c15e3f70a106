"""The provider at which people sign in: code flow with PKCE; the library judges the ID token."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chorall.errors import InputError
from chorall.web.gate.access import BACK, SIGNED_OUT
from chorall.web.login.addresses import is_safe_address
from chorall.web.login.discovery import DISCOVERY, LEEWAY_SECONDS, find_problem, list_algorithms
from chorall.web.login.keys import TIMEOUT_SECONDS, fetch_json

if TYPE_CHECKING:
    from chorall.web.login.definition import LoginDefinition

log = logging.getLogger("chorall.web")


class ProviderError(Exception):
    """The provider cannot be asked, or its answer does not hold; the message is a word of ours."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that has begun.

    Attributes
    ----------
    url : str
        Where the browser goes.
    state, nonce, verifier : str
        What must come back, stand in the ID token, and be shown for the code.
    """

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the provider says of who has signed in.

    Attributes
    ----------
    claims : dict
        Of the ID token, judged.
    id_token : str
        As it came.
    """

    claims: dict[str, Any]
    id_token: str = field(repr=False)


class Provider:
    """Asks the provider, by way of Authlib."""

    def __init__(self, definition: LoginDefinition, secret: str, transport: Any = None) -> None:
        from authlib.integrations.starlette_client import OAuth

        self.definition = definition
        self.transport = transport
        further = {} if transport is None else {"transport": transport}
        self.client = OAuth().register(
            "provider",
            client_id=definition.client_id,
            client_secret=secret,
            server_metadata_url=definition.issuer.rstrip("/") + DISCOVERY,
            client_kwargs={
                "scope": " ".join(definition.scopes),
                "code_challenge_method": "S256",
                "timeout": TIMEOUT_SECONDS,
                **further,
            },
        )

    async def begin(self) -> Begun:
        """Return where to send the browser.

        Raises
        ------
        ProviderError
            If the provider does not answer, or is not the one that was configured.
        """
        await self._check_metadata()
        found = await self.client.create_authorization_url(self.definition.address + BACK)
        return Begun(found["url"], found["state"], found["nonce"], found["code_verifier"])

    async def finish(self, code: str, *, nonce: str, verifier: str) -> SignedIn:
        """Return the ID token that the provider gives for the code.

        Parameters
        ----------
        code : str
            As the browser brought it.
        nonce, verifier : str
            Of the sign-in that this browser began.

        Raises
        ------
        ProviderError
            If it gives none, or signature, issuer, audience, time or nonce do not hold.
        """
        from authlib.common.errors import AuthlibBaseError
        from httpx2 import HTTPError
        from joserfc.errors import JoseError

        await self._check_metadata()
        try:
            token = await self.client.fetch_access_token(
                redirect_uri=self.definition.address + BACK,
                code=code,
                code_verifier=verifier,
            )
            claims = await self.client.parse_id_token(
                token,
                nonce=nonce,
                claims_options=self._wanted_claims(),
                leeway=LEEWAY_SECONDS,
            )
        except (AuthlibBaseError, JoseError, HTTPError, ValueError, KeyError, TypeError) as error:
            raise ProviderError(type(error).__name__) from None
        if not claims or not claims["sub"]:
            raise ProviderError("no ID token")
        return SignedIn(dict(claims), str(token["id_token"]))

    async def find_logout(self, id_token: str, state: str) -> str:
        """Return where a browser signs out at the provider; empty where it does not offer that.

        Parameters
        ----------
        id_token : str
            By which the provider knows whom; empty: it asks the person.
        state : str
            What must come back.
        """
        from authlib.common.urls import add_params_to_uri

        try:
            metadata = await self._check_metadata()
        except ProviderError as error:
            log.error("provider: %s", error)
            return ""
        address = metadata.get("end_session_endpoint")
        if not is_safe_address(address):
            return ""
        asked = {
            "id_token_hint": id_token,
            "client_id": self.definition.client_id,
            "post_logout_redirect_uri": self.definition.address + SIGNED_OUT,
            "state": state,
        }
        found: str = add_params_to_uri(address, [one for one in asked.items() if one[1]])
        return found

    async def load_keys(self) -> object:
        """Return the JWK set that the provider publishes now.

        Raises
        ------
        ProviderError
            If the provider is not the one that was configured, or does not answer.
        HTTPError, ValueError
            If the keys do not come.
        """
        metadata = await self._check_metadata()
        return await fetch_json(metadata["jwks_uri"], self.transport)

    def _wanted_claims(self) -> dict[str, dict[str, object]]:
        wanted: dict[str, dict[str, object]] = {
            name: {"essential": True} for name in ("sub", "exp", "iat", "nonce")
        }
        return {
            **wanted,
            "iss": {"essential": True, "value": self.definition.issuer},
            "aud": {"essential": True, "value": self.definition.client_id},
        }

    async def _check_metadata(self) -> dict[str, Any]:
        """Return the discovery document, loaded once and held against what was configured."""
        from httpx2 import HTTPError

        try:
            found: dict[str, Any] = await self.client.load_server_metadata()
        except (HTTPError, ValueError, TypeError) as error:
            raise ProviderError(type(error).__name__) from None
        problem = find_problem(found, self.definition.issuer)
        if problem:
            found.clear()  # asked anew next time
            raise ProviderError(problem)
        found["id_token_signing_alg_values_supported"] = list_algorithms(found)
        return found


def check_installed() -> None:
    """Say what is missing where the extra `login` was not installed.

    Raises
    ------
    InputError
        If Authlib or its client cannot be imported.
    """
    from importlib.util import find_spec

    missing = [name for name in ("authlib", "httpx2") if find_spec(name) is None]
    if missing:
        raise InputError(
            f"`chorall serve --login` needs {' and '.join(missing)}, which are not installed.\n"
            "  Install what is needed with: pip install 'chorall[web,login]'"
        )
