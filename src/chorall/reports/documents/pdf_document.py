"""A report as PDF."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import Any, Final

from chorall.reports.documents.blocks import (
    Document,
    Grid,
    Heading,
    Paragraph,
    Picture,
    Points,
    Words,
)
from chorall.reports.documents.grid_table import split_grid
from chorall.reports.documents.typesetter import typeset_report

_TALL: Final = 1.3
_NARROWEST_HEAD: Final = 11
_LONG_CELL: Final = 30
_VIEW: Final = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')


def render_pdf(document: Document) -> bytes:
    """Return a tagged PDF/UA-1; the same document gives the same bytes.

    Raises
    ------
    InputError
        If typst is not installed.
    """
    drawings: dict[str, str] = {}
    blocks: list[dict[str, Any]] = []
    for block in document.blocks:
        if isinstance(block, Paragraph) and block.small and blocks[-1]["kind"] == "grid":
            blocks[-1]["notes"] = _list_words(block.words)
        elif isinstance(block, Grid):
            blocks += map(_describe_grid, split_grid(block))
        else:
            blocks.append(_describe(block, drawings))
    data = {"title": document.title, "status": document.status, "blocks": blocks}
    return typeset_report(data, drawings)


def _describe(
    block: Heading | Paragraph | Points | Picture, drawings: dict[str, str]
) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "text": block.text}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "small": block.small, "words": _list_words(block.words)}
    if isinstance(block, Points):
        return {"kind": "points", "points": [_list_words(point) for point in block.points]}
    return _describe_picture(block, drawings)


def _list_words(words: tuple[Words, ...]) -> list[dict[str, str]]:
    return [{"text": piece.text, "style": piece.style} for piece in words]


def _describe_picture(picture: Picture, drawings: dict[str, str]) -> dict[str, Any]:
    name = f"figure-{len(drawings) + 1}.svg"
    drawings[name] = picture.svg
    size = _VIEW.search(picture.svg)
    tall = size is not None and float(size.group(2)) > _TALL * float(size.group(1))
    return {
        "kind": "picture",
        "file": name,
        "caption": picture.caption,
        "alt": picture.alt,
        "tall": tall,
    }


def _describe_grid(grid: Grid) -> dict[str, Any]:
    longest = [max((len(row[at]) for row in grid.rows), default=0) for at in range(len(grid.head))]
    return {
        "kind": "grid",
        "caption": grid.caption,
        "head": [
            [{"text": _break(piece, room), "style": piece.style} for piece in cell]
            for cell, room in zip(grid.head, longest, strict=True)
        ],
        "rows": [list(row) for row in grid.rows],
        "right": list(grid.to_right),
        "kinds": list(grid.kinds),
        "long": [at > 0 and room > _LONG_CELL for at, room in enumerate(longest)],
        "notes": [],
    }


def _break(piece: Words, room: int) -> str:
    """Break the words of a head so that it makes its column no wider than the cells do."""
    return "\n".join(wrap(piece.text, max(room, _NARROWEST_HEAD), break_long_words=False))
