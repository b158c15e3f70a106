"""Sessions on the server: a table that can be read, and in which any of them can be ended."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chorall.errors import InputError

if TYPE_CHECKING:
    from chorall.web.login.state import LoginState

MOST_PER_PERSON: Final = 5
"""A further sign-in ends the oldest session of the person."""

ID_BYTES: Final = 32
TABLE: Final = """
CREATE TABLE IF NOT EXISTS session (
    id_hash TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    roles TEXT NOT NULL,
    begun REAL NOT NULL,
    seen REAL NOT NULL,
    provider_session TEXT NOT NULL DEFAULT ''
) STRICT
"""
NEWER: Final = "ALTER TABLE session ADD COLUMN provider_session TEXT NOT NULL DEFAULT ''"
"""For a table from before a session was held against the one at the provider."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session.

    Attributes
    ----------
    person : str
        Pseudonym.
    roles : frozenset of str
        As the provider said when it began.
    begun, seen : float
        Seconds since 1970: its beginning, and its last request.
    """

    person: str
    roles: frozenset[str]
    begun: float
    seen: float


class Sessions:
    """The table of sessions in one file; ids are kept as hashes, so that the file opens none."""

    def __init__(
        self,
        path: Path,
        idle_seconds: float,
        longest_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self.database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self.database.execute(TABLE)
            if "provider_session" not in self._list_columns():
                self.database.execute(NEWER)
        except sqlite3.Error:
            self.database.close()
            raise
        self.idle_seconds = idle_seconds
        self.longest_seconds = longest_seconds
        self.clock = clock

    def _list_columns(self) -> set[str]:
        rows = self.database.execute("SELECT name FROM pragma_table_info('session')")
        return {name for (name,) in rows}

    def begin(self, person: str, roles: frozenset[str], provider_session: str = "") -> str:
        """Begin a session and return its id, which is told to that browser alone.

        Parameters
        ----------
        person : str
            Pseudonym.
        roles : frozenset of str
            As the provider said.
        provider_session : str
            Pseudonym of the session at the provider; empty where it named none.
        """
        made, now = secrets.token_urlsafe(ID_BYTES), self.clock()
        self._sweep(now)
        self.database.execute(
            "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)",
            (_hash(made), person, " ".join(sorted(roles)), now, now, provider_session),
        )
        self.database.execute(
            "DELETE FROM session WHERE person = ? AND id_hash NOT IN (SELECT id_hash FROM session "
            "WHERE person = ? ORDER BY begun DESC, rowid DESC LIMIT ?)",
            (person, person, MOST_PER_PERSON),
        )
        return made

    def find(self, session_id: str) -> Session | None:
        """Return a session that has not ended, and note that it was used."""
        now = self.clock()
        row = self.database.execute(
            "SELECT person, roles, begun, seen FROM session WHERE id_hash = ?", (_hash(session_id),)
        ).fetchone()
        if row is None:
            return None
        found = Session(row[0], frozenset(row[1].split()), row[2], row[3])
        if self._has_ended(found, now):
            self.end(session_id)
            return None
        if now - found.seen >= self.idle_seconds / 60:  # not a write for every request
            self.database.execute(
                "UPDATE session SET seen = ? WHERE id_hash = ?", (now, _hash(session_id))
            )
        return found

    def _has_ended(self, session: Session, now: float) -> bool:
        idle, old = now - session.seen, now - session.begun
        return idle >= self.idle_seconds or old >= self.longest_seconds or old < 0

    def end(self, session_id: str) -> None:
        """End one session."""
        self.database.execute("DELETE FROM session WHERE id_hash = ?", (_hash(session_id),))

    def end_person(self, person: str) -> int:
        """End all sessions of a person and return how many there were."""
        return self.database.execute("DELETE FROM session WHERE person = ?", (person,)).rowcount

    def end_provider_session(self, provider_session: str, person: str = "") -> str:
        """End what belongs to a session at the provider, and return whose it was.

        Parameters
        ----------
        provider_session : str
            Pseudonym.
        person : str
            Whose it must be, where that is known; then those of the person for which the provider
            named no session end too.
        """
        if person:
            self.database.execute(
                "DELETE FROM session WHERE person = ? AND provider_session IN (?, '')",
                (person, provider_session),
            )
            return person
        rows = self.database.execute(
            "DELETE FROM session WHERE provider_session = ? AND provider_session <> '' "
            "RETURNING person",
            (provider_session,),
        ).fetchall()
        return str(rows[0][0]) if rows else ""

    def end_all(self) -> int:
        """End all sessions and return how many there were."""
        return self.database.execute("DELETE FROM session").rowcount

    def list_open(self) -> list[Session]:
        """Return all sessions that have not ended, the oldest first."""
        self._sweep(self.clock())
        rows = self.database.execute(
            "SELECT person, roles, begun, seen FROM session ORDER BY begun, rowid"
        )
        return [Session(row[0], frozenset(row[1].split()), row[2], row[3]) for row in rows]

    def _sweep(self, now: float) -> None:
        self.database.execute(
            "DELETE FROM session WHERE seen <= ? OR begun <= ? OR begun > ?",
            (now - self.idle_seconds, now - self.longest_seconds, now),
        )

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()


def _hash(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


def open_sessions(state: LoginState, clock: Callable[[], float] = time.time) -> Sessions:
    """Open the sessions of a login file.

    Raises
    ------
    InputError
        If the file cannot be used, or is not one of sessions.
    """
    about = state.definition
    idle, longest = 60.0 * about.idle_minutes, 3600.0 * about.longest_hours
    try:
        return Sessions(state.sessions, idle, longest, clock)
    except (OSError, sqlite3.Error):
        raise InputError(
            f"{state.sessions} cannot be used as the table of sessions.\n"
            "  Use the account of the server; a broken file may be removed: all must sign in again."
        ) from None
