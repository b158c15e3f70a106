"""The public keys of an issuer: kept, fetched anew from time to time and where one is not known."""

from __future__ import annotations

import json
import logging
import time
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anyio

if TYPE_CHECKING:
    from joserfc.jwk import Key, KeySet

FRESH_SECONDS: Final = 600.0
"""Then keys are fetched anew, so that one that the issuer gave up counts no more."""

OLDEST_SECONDS: Final = 3600.0
"""Older ones do not count where the issuer cannot be asked."""

PAUSE_SECONDS: Final = 60.0
"""Between two fetches, whatever tokens come in."""

TIMEOUT_SECONDS: Final = 10.0
KINDS: Final = ("RSA", "EC", "OKP")
RSA_BYTES: Final = 256
"""Shorter keys than of 2048 bits are none."""

Load = Callable[[], Awaitable[object]]
log = logging.getLogger("chorall.web")


class KeyProblem(Exception):
    """There is no such key, or the issuer cannot be asked; the message is a word of ours."""


class NoKeysError(KeyProblem):
    """The issuer cannot be asked for its keys."""


class Keys:
    """The keys of one issuer.

    Parameters
    ----------
    name : str
        Of the issuer, for the log of the server.
    load : callable
        Gives its JWK set.
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, name: str, load: Load, clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self.load = load
        self.clock = clock
        self.known: KeySet | None = None
        self.fetched = self.tried = -OLDEST_SECONDS
        self.fetching = anyio.Lock()

    async def find(self, kid: str, algorithm: str) -> Key:
        """Return the key of this name, if it is one for signatures by `algorithm`.

        Raises
        ------
        KeyProblem
            If the issuer has no such key.
        NoKeysError
            If it cannot be asked.
        """
        found = self._look_up(kid, algorithm)
        if found is None or self.clock() - self.fetched >= FRESH_SECONDS:
            async with self.fetching:  # those who waited find that it was just done
                await self._fetch()
            found = self._look_up(kid, algorithm)
        if self.known is None or self.clock() - self.fetched >= OLDEST_SECONDS:
            raise NoKeysError("no keys")
        if found is None:
            raise KeyProblem("kid")
        return found

    def _look_up(self, kid: str, algorithm: str) -> Key | None:
        from joserfc.errors import InvalidKeyIdError

        if self.known is None:
            return None
        try:
            return self.known.get_by_kid(kid, {"alg": algorithm, "use": "sig"})
        except InvalidKeyIdError:
            return None

    async def _fetch(self) -> None:
        """Fetch them, unless that was tried a moment ago; where it fails, the old ones stay."""
        if self.clock() - self.tried < PAUSE_SECONDS:
            return
        self.tried = self.clock()
        try:
            self.known = import_keys(await self.load())
        except Exception as error:  # of a network, a file, or what came from there
            log.error("keys of %s: %s", self.name, type(error).__name__)
        else:
            self.fetched = self.tried


def import_keys(found: object) -> KeySet:
    """Return the public keys of a JWK set; what is none, or too short, is left out.

    Raises
    ------
    ValueError
        If it is no JWK set, or holds no public key.
    """
    from joserfc.jwk import KeySet

    given = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(given, list):
        raise ValueError("no JWK set")
    keys = [key for key in map(_import_key, given) if key is not None]
    if not keys:
        raise ValueError("no public key")
    return KeySet(keys)


def _import_key(given: Any) -> Key | None:
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry

    try:
        if given["kty"] not in KINDS or "d" in given:  # a secret, or a private key
            return None
        if given["kty"] == "RSA" and len(urlsafe_b64decode(f"{given['n']}==")) < RSA_BYTES:
            return None
        return JWKRegistry.import_key(given)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        return None


async def fetch_json(address: str, transport: Any = None) -> object:
    """Return the JSON at an address of a login file or of the provider; no redirect is followed."""
    import httpx2

    async with httpx2.AsyncClient(transport=transport, timeout=TIMEOUT_SECONDS) as client:
        answer = await client.get(address)
        answer.raise_for_status()
        found: object = answer.json()
        return found


async def read_json(path: Path) -> object:
    """Return the JSON in a file, which is read again as an address is asked again."""
    found: object = json.loads(await anyio.Path(path).read_text("utf-8"))
    return found


def check_file(path: Path) -> str:
    """Return what is wrong with a file of public keys; empty: nothing."""
    try:
        found = json.loads(path.read_text("utf-8"))
        if _holds_secret(found):
            return f"{path} holds a private key or a secret: only public keys belong there"
        import_keys(found)
    except OSError:
        return f"{path} cannot be read"
    except (ValueError, RecursionError):
        return f"{path} holds no public key: a JWK set is expected, {{'keys': […]}}"
    return ""


def _holds_secret(found: object) -> bool:
    given = found.get("keys") if isinstance(found, dict) else None
    keys = [key for key in given if isinstance(key, dict)] if isinstance(given, list) else []
    return any("d" in key or key.get("kty") == "oct" for key in keys)
