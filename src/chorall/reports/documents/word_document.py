"""A report as a Word document."""

from __future__ import annotations

import io
from typing import Any, Final

from chorall.reports.documents.blocks import (
    Block,
    Document,
    Heading,
    Paragraph,
    Picture,
    Points,
    Words,
)
from chorall.reports.documents.grid_table import print_grid, split_grid
from chorall.reports.documents.typesetter import draw_picture
from chorall.reports.word_package import open_document, save_document, turn_sideways
from chorall.reports.word_table import add_table

_PICTURE_MM: Final = 240
_SMALL_POINTS: Final = 8


def render_word_report(document: Document) -> bytes:
    """Return the report, lying on its side because of its tables; figures are pictures.

    Raises
    ------
    InputError
        If python-docx or typst is not installed.
    """
    word = open_document(document.title)
    turn_sideways(word)
    header = word.sections[0].header.paragraphs[0]
    header.add_run(document.status).bold = True
    word.add_heading(document.title, level=0)
    for block in document.blocks:
        _add_block(word, block)
    return save_document(word)


def _add_block(word: Any, block: Block) -> None:
    if isinstance(block, Heading):
        word.add_heading(block.text, level=block.level)
    elif isinstance(block, Paragraph):
        _add_words(word.add_paragraph(), block.words, small=block.small)
    elif isinstance(block, Points):
        for point in block.points:
            _add_words(word.add_paragraph(style="List Bullet"), point)
    elif isinstance(block, Picture):
        _add_picture(word, block)
    else:
        for part in split_grid(block):
            add_table(word, print_grid(part))


def _add_words(paragraph: Any, words: tuple[Words, ...], *, small: bool = False) -> None:
    from docx.shared import Pt

    for piece in words:
        run = paragraph.add_run(piece.text)
        run.bold = piece.style == "strong" or None
        run.italic = piece.style == "em" or None
        run.font.superscript = piece.style == "sup" or None
        if piece.style == "code":
            run.font.name = "Consolas"
        if small or piece.style == "code":
            run.font.size = Pt(_SMALL_POINTS)


def _add_picture(word: Any, picture: Picture) -> None:
    from docx.shared import Mm

    paragraph = word.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    stream = io.BytesIO(draw_picture(picture.svg))
    drawing = paragraph.add_run().add_picture(stream)
    limit = min(Mm(_PICTURE_MM) / drawing.width, Mm(_HIGHEST_MM) / drawing.height)
    drawing.width, drawing.height = int(drawing.width * limit), int(drawing.height * limit)
    drawing._inline.docPr.set("descr", picture.alt)
    word.add_paragraph(picture.caption, style="Caption")


_HIGHEST_MM: Final = 150
