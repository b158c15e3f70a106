"""A Word document as bytes, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any, Final

from chorall.reports.extras import import_extra

_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)
LANGUAGE: Final = "en-GB"


def open_document(title: str) -> Any:
    """Return an empty document with a title, a language and no date of today.

    Raises
    ------
    InputError
        If python-docx is not installed.
    """
    document = import_extra("docx", "python-docx", "Word documents").Document()
    about = document.core_properties
    about.title, about.author, about.comments = title, "chorall", ""
    about.language = LANGUAGE
    about.created = about.modified = datetime(*_NO_DATE)
    about.last_modified_by, about.revision = "", 1
    return document


def turn_sideways(document: Any) -> None:
    """Let the last section of the document be A4 landscape with narrow margins."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section = document.sections[-1]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(18)


def save_document(document: Any) -> bytes:
    """Return the document as bytes that hold no time of writing."""
    written, plain = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(plain, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return plain.getvalue()
