"""Read our own HTML page back into blocks."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Final

from chorall.reports.documents.blocks import (
    Block,
    Document,
    Grid,
    Heading,
    Paragraph,
    Picture,
    Points,
    Style,
    Words,
)

_SVG: Final = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_DESCRIPTION: Final = re.compile(r"<desc\b[^>]*>(.*?)</desc>", re.DOTALL)
_STYLES: Final[dict[str, Style]] = {
    "strong": "strong", "b": "strong", "em": "em", "i": "em", "code": "code", "sup": "sup",
}  # fmt: skip
_HEADINGS: Final = {"h2": 1, "h3": 2, "h4": 3, "h5": 3}
_LEFT_OUT: Final = ("head", "nav", "style", "footer")
_INLINE: Final = ("span", "a")
_VOID: Final = ("meta", "link", "br", "img", "hr", "input")
_PLACE: Final = "drawing"


def read_page(page: str) -> Document:
    """Return the blocks of a page that `page.render_report` has made.

    Parameters
    ----------
    page : str
        The whole page.

    Returns
    -------
    Document
        Everything in it but contents list and footer. Text that stands in no element known here
        becomes a paragraph: nothing is lost.
    """
    drawings: list[str] = []

    def take_out(found: re.Match[str]) -> str:
        drawings.append(found.group(0))
        return f"<{_PLACE}></{_PLACE}>"

    # The parser would turn the names of SVG into small letters.
    reader = _Reader(drawings)
    reader.feed(_SVG.sub(take_out, page))
    reader.close()
    reader.end_text()
    return Document(reader.title, reader.status, tuple(reader.blocks))


def _tidy(words: list[Words]) -> tuple[Words, ...]:
    """Join pieces of one style, with one space where HTML has any number."""
    joined: list[Words] = []
    for piece in words:
        text = re.sub(r"[ \t\r\n]+", " ", piece.text)
        if joined and joined[-1].style == piece.style:
            text = joined.pop().text + text
        joined.append(Words(re.sub(" +", " ", text), piece.style))
    if joined:
        joined[0] = Words(joined[0].text.lstrip(" "), joined[0].style)
        joined[-1] = Words(joined[-1].text.rstrip(" "), joined[-1].style)
    return tuple(piece for piece in joined if piece.text)


def say(words: tuple[Words, ...]) -> str:
    """Return words without their styles."""
    return "".join(piece.text for piece in words)


class _Reader(HTMLParser):
    def __init__(self, drawings: list[str]) -> None:
        super().__init__()
        self.title, self.status = "", ""
        self.blocks: list[Block] = []
        self._drawings = iter(drawings)
        self._words: list[Words] = []
        self._styles: list[Style] = []
        self._left_out: list[str] = []
        self._small = False
        self._points: list[tuple[Words, ...]] = []
        self._term = ""
        self._caption = ""
        self._svg = ""
        self._rows: list[list[tuple[Words, ...]]] = []
        self._kinds: list[str] = []
        self._to_right: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if self._left_out or tag in _LEFT_OUT or "skip" in classes:
            self._left_out += [tag] if tag not in _VOID else []
        elif tag in _STYLES:
            self._styles.append(_STYLES[tag])
        elif tag == "br":
            self._words.append(Words(" "))
        elif tag not in _INLINE:
            self.end_text()
            self._begin(tag, classes)

    def _begin(self, tag: str, classes: list[str]) -> None:
        if tag == "p":
            self._small = "footnotes" in classes
        elif tag == "table":
            self._caption, self._rows, self._kinds, self._to_right = "", [], [], []
        elif tag == "tr":
            self._rows.append([])
            self._kinds.append(next((one for one in classes if one in ("all", "part")), ""))
        elif tag in ("th", "td") and len(self._rows) == 1:
            self._to_right.append("right" in classes)
        elif tag == _PLACE:
            self._svg = next(self._drawings)

    def handle_endtag(self, tag: str) -> None:
        if self._left_out:
            if self._left_out[-1] == tag:
                self._left_out.pop()
            return
        if tag in _STYLES:
            self._styles.pop()
            return
        if tag in _INLINE:
            return
        words = _tidy(self._words)
        if tag in ("th", "td"):
            self._words = []
            self._rows[-1].append(words)
        elif tag == "div" and not self.title and words:
            self._words = []
            self.status = ". ".join(piece.text.strip() for piece in words)
        elif tag in ("h1", *_HEADINGS, "li", "dt", "dd", "caption", "figcaption"):
            self._words = []
            self._end_named(tag, words)
        else:
            self.end_text()
            self._end_group(tag)

    def _end_named(self, tag: str, words: tuple[Words, ...]) -> None:
        if tag == "h1":
            self.title = say(words)
        elif tag in _HEADINGS:
            self.blocks.append(Heading(_HEADINGS[tag], say(words)))
        elif tag == "li":
            self._points.append(words)
        elif tag == "dt":
            self._term = say(words)
        elif tag == "dd":
            self._points.append((Words(f"{self._term}: ", "strong"), *words))
        else:
            self._caption = say(words)

    def _end_group(self, tag: str) -> None:
        if tag in ("ul", "ol", "dl"):
            self.blocks.append(Points(tuple(self._points)))
            self._points = []
        elif tag == "figure":
            told = _DESCRIPTION.search(self._svg)
            alt = unescape(told.group(1)) if told else self._caption
            self.blocks.append(Picture(self._svg, self._caption, alt))
        elif tag == "table":
            head, *rows = self._rows
            width = len(head)
            cells = [tuple(say(cell) for cell in row) for row in rows]
            padded = tuple((*row, *[""] * (width - len(row))) for row in cells)
            kinds = tuple(self._kinds[1:])
            right = tuple(self._to_right)
            self.blocks.append(Grid(self._caption, tuple(head), padded, right, kinds))

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self._words.append(Words(data, self._styles[-1] if self._styles else ""))

    def end_text(self) -> None:
        """Make a paragraph of what has been read since the last block."""
        words = _tidy(self._words)
        self._words = []
        if words:
            self.blocks.append(Paragraph(words, self._small))
        self._small = False
