"""The audit log: one JSON line per event, each with the hash of the line before; no value in it."""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from chorall.errors import DataError, InputError
from chorall.web.gate.audit_line import FIRST, ChainLine, Head, locate_head, read_head, read_line
from chorall.web.gate.pace import Pace

EVENTS_KEPT_LATER: Final = ("question",)
"""All others are forced to the disk before the answer goes out."""

LATE_SECONDS: Final = 1.0
LATE_LINES: Final = 32
ANNOUNCED_EVERY: Final = 100
STRANGERS_PER_MINUTE: Final = 60

log = logging.getLogger("chorall.web")


class AuditLog:
    """Writes the chain; one process at a time.

    A line is handed to the operating system before its request is answered. It is forced to the
    disk with the head at once where it is no mere question; questions follow after `LATE_SECONDS`
    with the next event, after `LATE_LINES` of them, and at the end: a power cut may cost these.
    """

    def __init__(
        self,
        file: IO[bytes],
        path: Path,
        head: Head,
        about: Mapping[str, str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.file = file
        self.path = path
        self.head = head
        self.about = dict(about)
        self.clock = clock
        self.kept = head.n
        self.kept_at = clock()
        self.strangers = Pace(STRANGERS_PER_MINUTE)
        self.left_out = 0

    def write(self, event: str, **said: str | int) -> None:
        """Write one line; what is empty is left out.

        Raises
        ------
        OSError
            If it cannot be written: what is not recorded must not be answered. Of the line nothing
            is left in the file.
        """
        at = self.clock()
        fields: dict[str, str | int] = {
            "n": self.head.n + 1,
            "time": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds"),
            "event": event,
            **{name: value for name, value in said.items() if value != ""},
            **self.about,
            "previous": self.head.hash,
        }
        line = ChainLine.close(fields)
        self._append(line.text + b"\n")
        self.head = Head(line.n, line.hash)
        late = at - self.kept_at >= LATE_SECONDS or self.head.n - self.kept >= LATE_LINES
        if late or event not in EVENTS_KEPT_LATER:
            self.keep()
        if self.head.n % ANNOUNCED_EVERY == 0:
            self.announce()

    def _append(self, whole: bytes) -> None:
        """Write all of a line or nothing: what is left of one would break the chain later."""
        size = self.file.seek(0, os.SEEK_END)
        try:
            if self.file.write(whole) < len(whole):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            self.file.truncate(size)
            raise

    def write_of_stranger(self, event: str, **said: str | int) -> None:
        """Write of somebody who has not signed in: so many lines a minute, the others counted."""
        if self.strangers.find_wait():
            self.left_out += 1
            return
        counted, self.left_out = self.left_out, 0
        self.write(event, **said, **({"left_out": counted} if counted else {}))

    def keep(self) -> None:
        """Force what was written to the disk, then the head that counts it."""
        os.fsync(self.file.fileno())
        self.head.write(self.path)
        self.kept, self.kept_at = self.head.n, self.clock()

    def announce(self) -> None:
        """Say number and hash of the last line where the log of the server goes."""
        log.info("audit log at %s", self.head)

    def close(self) -> None:
        """Write the last line and let another process have the file."""
        self.write("stop")
        self.announce()
        self.file.close()


def open_audit(
    path: Path, about: Mapping[str, str], clock: Callable[[], float] = time.time
) -> AuditLog:
    """Open a new audit log, or go on with one that ends as its head says.

    Parameters
    ----------
    path : Path
        The file; its head is kept beside it.
    about : mapping
        Written into every line: hashes of pool and bank.
    clock : callable
        Seconds since 1970.

    Raises
    ------
    InputError
        If the file cannot be written or another process writes it.
    DataError
        If the end of the file is not what the head says, or not whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise InputError(f"the audit log {path} cannot be written: {error.strerror}.") from None
    file = os.fdopen(descriptor, "ab+", buffering=0)
    try:
        _lock(file, path)
        head = _find_end(file, path)
        opened = AuditLog(file, path, head, about, clock)
        opened.write("start")
    except BaseException:
        file.close()
        raise
    opened.announce()
    return opened


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        import fcntl
    except ImportError:
        raise InputError("an audit log needs locks of files as Linux and macOS have.") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise InputError(
            f"another process writes the audit log {path}.\n"
            "  Stop it, or name another file: --audit FILE."
        ) from None


def _find_end(file: IO[bytes], path: Path) -> Head:
    """Return number and hash of the last line, held against the head."""
    last = _read_last_line(file)
    head = read_head(path)
    if not last and head is None:
        return Head(0, FIRST)
    found = read_line(last)
    if found is None or head is None or found.n < head.n or (found.n == head.n) != (
        found.hash == head.hash
    ):  # fmt: skip
        raise DataError(
            f"{path}: the audit log does not end as {locate_head(path).name} says.\n"
            f"  See what is wrong with `chorall verify-audit {path}`, keep both files, and start "
            "with another one: --audit FILE."
        )
    return Head(found.n, found.hash)


def _read_last_line(file: IO[bytes], block: int = 1 << 16) -> bytes:
    """Return the last line with its line feed; without it where it is not whole."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - block))
    lines = file.read().splitlines(keepends=True)
    return lines[-1] if lines else b""
