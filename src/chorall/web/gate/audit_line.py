"""A line of the audit log, the head that counts them, and the check of a whole chain."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from chorall.errors import InputError

FIRST: Final = "0" * 64
"""Stands for the hash of the line before the first one."""

SEAM: Final = b', "hash": "'
LONGEST_LINE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class ChainLine:
    """A line whose hash fits its text.

    Attributes
    ----------
    n : int
        Its number, from 1.
    previous, hash : str
        SHA-256 of the line before, and of this one up to its own hash.
    text : bytes
        As it stands in the file, without line feed.
    time : str
        When it was written (UTC).
    """

    n: int
    previous: str
    hash: str
    text: bytes
    time: str

    @classmethod
    def close(cls, fields: Mapping[str, Any]) -> ChainLine:
        """Return the line of `fields`, which hold n, time and previous, with its hash added."""
        body = json.dumps(fields, ensure_ascii=True).encode()[:-1]
        found = hashlib.sha256(body).hexdigest()
        text = body + SEAM + found.encode() + b'"}'
        return cls(fields["n"], fields["previous"], found, text, fields["time"])


def read_line(raw: bytes) -> ChainLine | None:
    """Return a line of the file; None where it is not whole or its hash does not fit its text."""
    if not raw.endswith(b"\n"):
        return None
    text = raw[:-1]
    body, seam, end = text.rpartition(SEAM)
    if not seam or end != hashlib.sha256(body).hexdigest().encode() + b'"}':
        return None
    try:
        fields = json.loads(text)
        return ChainLine(
            int(fields["n"]),
            str(fields["previous"]),
            str(fields["hash"]),
            text,
            str(fields["time"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of a line: what all lines up to it are held against."""

    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"

    def write(self, path: Path) -> None:
        """Put it beside the audit log at `path`, on the disk, in one step."""
        draft = locate_head(path).with_suffix(".draft")
        with draft.open("w", encoding="ascii") as file:
            file.write(f"{self}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(locate_head(path))


def locate_head(path: Path) -> Path:
    """Return where the head of the audit log at `path` is kept."""
    return path.with_name(f"{path.name}.head")


def read_head(path: Path) -> Head | None:
    """Return the head of the audit log at `path`; None where there is none."""
    file = locate_head(path)
    return parse_head(file.read_text("ascii", "replace").strip()) if file.is_file() else None


def parse_head(text: str) -> Head:
    """Read `N:HASH`.

    Raises
    ------
    InputError
        If it is something else.
    """
    n, colon, found = text.partition(":")
    if not colon or not n.isdecimal() or len(found) != 64 or set(found) - set("0123456789abcdef"):
        raise InputError(
            f"`{text[:80]}` is not number and hash of a line of an audit log.\n"
            "  Expected: N:HASH as `chorall verify-audit FILE` prints it."
        )
    return Head(int(n), found)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a chain found.

    Attributes
    ----------
    last : Head
        The last line up to which the chain holds; number 0 where there is none.
    first_time, last_time : str
        When the first and that line were written.
    problem : str
        The first thing that is wrong, with the number of its line; empty: nothing is.
    """

    last: Head
    first_time: str = ""
    last_time: str = ""
    problem: str = ""


def check_chain(file: IO[bytes], heads: tuple[Head, ...]) -> Checked:
    """Follow the chain from its first line, and hold it against heads that were kept.

    Parameters
    ----------
    file : binary file
        The audit log.
    heads : tuple of Head
        The one beside the file, and any that was written down elsewhere.
    """
    last, first_time, last_time = Head(0, FIRST), "", ""
    for raw in iter(lambda: file.readline(LONGEST_LINE), b""):
        line = read_line(raw)
        problem = _judge(line, raw, last, heads)
        if problem or line is None:
            return Checked(last, first_time, last_time, f"line {last.n + 1} {problem}")
        last, last_time = Head(line.n, line.hash), line.time
        first_time = first_time or line.time
    most = max((head.n for head in heads), default=0)
    cut = f"lines {last.n + 1} to {most} are missing: the end was cut off" if most > last.n else ""
    return Checked(last, first_time, last_time, cut)


def _judge(line: ChainLine | None, raw: bytes, last: Head, heads: tuple[Head, ...]) -> str:
    """Return what is wrong with the line after `last`; empty: nothing."""
    if line is None:
        return "was changed" if raw.endswith(b"\n") else "is not whole"
    if line.n != last.n + 1:
        return f"is missing, or stands elsewhere: number {line.n} stands in its place"
    if line.previous != last.hash:
        return f"does not follow from line {last.n}: one of them was changed"
    if any(head.n == line.n and head.hash != line.hash for head in heads):
        return "is not the one that was kept: it, or lines before it, were written anew"
    return ""
