"""The provider at which people sign in: code flow with PKCE; the library judges the ID token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chorall.errors import InputError
from chorall.web.gate.access import BACK
from chorall.web.login.addresses import is_safe_address
from chorall.web.login.keys import fetch_json

if TYPE_CHECKING:
    from chorall.web.login.definition import LoginDefinition

DISCOVERY: Final = "/.well-known/openid-configuration"
TIMEOUT_SECONDS: Final = 10.0
LEEWAY_SECONDS: Final = 60
ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""Signatures with a public key; neither `none` nor a shared secret, whatever the provider says."""

ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


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

    async def finish(self, code: str, *, nonce: str, verifier: str) -> dict[str, Any]:
        """Return the claims of the ID token that the provider gives for the code.

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
        return dict(claims)

    async def load_keys(self) -> object:
        """Return the JWK set that the provider publishes now.

        Raises
        ------
        ProviderError
            If the provider is not the one that was configured, or does not answer.
        HTTPError, ValueError
            If the keys do not come.
        """
        await self._check_metadata()
        metadata = await self.client.load_server_metadata()
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

    async def _check_metadata(self) -> None:
        """Load the discovery document once, and hold it against what was configured."""
        from httpx2 import HTTPError

        try:
            found = await self.client.load_server_metadata()
        except (HTTPError, ValueError, TypeError) as error:
            raise ProviderError(type(error).__name__) from None
        problem = self._find_problem(found)
        if problem:
            found.clear()  # asked anew next time
            raise ProviderError(problem)
        found["id_token_signing_alg_values_supported"] = _list_algorithms(found)

    def _find_problem(self, found: dict[str, Any]) -> str:
        if found.get("issuer") != self.definition.issuer:
            return "another issuer"
        if not all(is_safe_address(found.get(name)) for name in ENDPOINTS):
            return "endpoints without TLS"
        if "S256" not in found.get("code_challenge_methods_supported", ("S256",)):
            return "no PKCE with S256"
        return "" if _list_algorithms(found) else "no signature with a public key"


def _list_algorithms(found: dict[str, Any]) -> list[str]:
    stated = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    return [name for name in ALGORITHMS if name in stated]


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
