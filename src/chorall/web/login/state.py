"""The state folder: sessions, key of the pseudonyms, audit log; and the secret of the client."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chorall.errors import InputError
from chorall.web.login.definition import read_login

if TYPE_CHECKING:
    from chorall.web.login.definition import LoginDefinition

KEY: Final = "person.key"
SESSIONS: Final = "sessions.sqlite"
AUDIT: Final = "audit.jsonl"
KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class LoginState:
    """A login file with its folder.

    Attributes
    ----------
    file : Path
        The login file; what it names lies beside it.
    definition : LoginDefinition
        What the file says.
    folder : Path
        Which nobody else may enter.
    key : bytes
        Of the pseudonyms of persons; the same at every start.
    """

    file: Path
    definition: LoginDefinition
    folder: Path
    key: bytes = field(repr=False)

    @property
    def sessions(self) -> Path:
        """Where the sessions are."""
        return self.folder / SESSIONS

    @property
    def audit(self) -> Path:
        """Where the audit log is, unless told otherwise."""
        return self.folder / AUDIT

    def name_person(self, subject: str) -> str:
        """Return how a person is called in sessions and logs.

        Without the key nobody finds the subject from it. The issuer counts: subjects of two
        providers are two persons.
        """
        return self._name(subject)[:16]

    def name_provider_session(self, session: str) -> str:
        """Return how a session at the provider is called beside one of ours."""
        return self._name("session", session)

    def _name(self, *words: str) -> str:
        text = json.dumps([self.definition.issuer, *words]).encode()
        return hmac.new(self.key, text, hashlib.sha256).hexdigest()


def open_state(path: Path, *, make: bool = True) -> LoginState:
    """Read a login file and open its state folder.

    Parameters
    ----------
    path : Path
        The login file.
    make : bool
        Make the folder and the key where they are not there: the server does.

    Raises
    ------
    InputError
        If a file is missing, the folder cannot be used, or others may enter it.
    DefinitionError
        If the login file is not sound.
    """
    definition = read_login(path)
    folder = path.parent / definition.state
    if not make and not (folder / KEY).is_file():
        raise InputError(f"there is no {folder / KEY}: this server has not been started yet.")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_closed(folder)
        return LoginState(path, definition, folder, _open_key(folder / KEY))
    except OSError as error:
        raise InputError(
            f"the folder {folder} cannot be used: {error.strerror}.\n"
            "  Use the account of the server, to which it belongs."
        ) from None


def _check_closed(folder: Path) -> None:
    if folder.stat().st_mode & 0o077:
        raise InputError(
            f"others may enter {folder}, which holds sessions and keys.\n"
            f"  Let nobody else in: chmod 700 {folder}"
        )


def _open_key(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
    else:
        key = secrets.token_bytes(KEY_BYTES)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
    if len(key) != KEY_BYTES:
        raise InputError(f"{path} is not a key of {KEY_BYTES} bytes: bring the right one back.")
    return key


def read_secret(path: Path, definition: LoginDefinition) -> str:
    """Return the secret of the client from where the login file `path` says that it is.

    Raises
    ------
    InputError
        If it is not there.
    """
    if definition.client_secret_env:
        secret, where = os.environ.get(definition.client_secret_env, ""), "the environment"
    else:
        file = path.parent / definition.client_secret_file
        secret, where = file.read_text("utf-8") if file.is_file() else "", str(file)
    if not secret.strip():
        name = definition.client_secret_env or definition.client_secret_file
        raise InputError(f"{path} says that the secret is in {name}, but {where} does not hold it.")
    return secret.strip()
