"""A printed table as Markdown (a pipe table)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from chorall.reports.printed_table import PrintedTable

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~])")
_INDENT: Final = "\N{EM SPACE}"


def render_markdown(table: PrintedTable) -> str:
    """Return caption, status, table and notes."""
    heads = [
        f"{_escape(header)}{f' ({mark})' if mark else ''}"
        for header, mark in zip(table.headers, table.marks, strict=True)
    ]
    rule = ["---:" if right else ":---" for right in table.to_right]
    lines = [f"**{_escape(table.caption)}**", "", _escape(table.status), ""]
    lines += [_join(heads), _join(rule)]
    lines += [_join(_write_row(*row)) for row in zip(table.rows, table.kinds, strict=True)]
    lines += ["", *(f"({letter}) {_escape(note)}  " for letter, note in table.notes)]
    return "\n".join(lines).rstrip() + "\n"


def _write_row(cells: tuple[str, ...], kind: str) -> list[str]:
    first, *rest = (_escape(cell) for cell in cells)
    if kind == "all":
        return [f"**{first}**", *rest]
    return [f"{_INDENT}{first}" if kind == "part" else first, *rest]


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def _join(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
