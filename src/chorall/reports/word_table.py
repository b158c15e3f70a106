"""A printed table in a Word document: a head that is repeated on every page, notes below."""

from __future__ import annotations

from typing import Any, Final
from xml.sax.saxutils import escape

from chorall.reports.printed_table import PrintedTable

_SPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RULE: Final = '<w:{0} w:val="single" w:sz="{1}" w:space="0" w:color="1A1A1A"/>'
_HALF_POINTS: Final = 16
_INDENT: Final = 200
_LINE: Final = 15000


def add_table(document: Any, table: PrintedTable) -> None:
    """Add caption, table and notes at the end of a document."""
    from docx.oxml import parse_xml

    caption = document.add_paragraph(table.caption, style="Caption")
    caption.paragraph_format.keep_with_next = True
    last = document.element.body.sectPr
    last.addprevious(parse_xml(_write_table(table)))
    for mark, note in table.notes:
        paragraph = document.add_paragraph()
        paragraph.add_run(mark).font.superscript = True
        paragraph.add_run(f" {note}")
        _shrink(paragraph)
    if not table.notes:
        document.add_paragraph()


def _shrink(paragraph: Any) -> None:
    from docx.shared import Pt

    paragraph.paragraph_format.space_after = Pt(2)
    for run in paragraph.runs:
        run.font.size = Pt(_HALF_POINTS / 2)


def _write_table(table: PrintedTable) -> str:
    """Write the whole element: cell by cell through the library takes minutes for long tables."""
    borders = _RULE.format("top", 8) + _RULE.format("bottom", 8)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in _share_width(len(table.headers)))
    rows = "".join(
        _write_row(table, cells, kind) for cells, kind in zip(table.rows, table.kinds, strict=True)
    )
    return (
        f'<w:tbl xmlns:w="{_SPACE}"><w:tblPr><w:tblW w:w="5000" w:type="pct"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        '<w:tblLook w:firstRow="1" w:firstColumn="1" w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{escape(table.caption, {chr(34): "&quot;"})}"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{_write_head(table)}{rows}</w:tbl>"
    )


def _share_width(n_columns: int) -> list[int]:
    """Divide the line: the first column has twice the width of the others."""
    unit = _LINE // (n_columns + 1)
    return [2 * unit, *[unit] * (n_columns - 1)]


def _write_head(table: PrintedTable) -> str:
    cells = "".join(
        _write_cell(header, right=right, bold=True, mark=mark, ruled=True)
        for header, right, mark in zip(table.headers, table.to_right, table.marks, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _write_row(table: PrintedTable, cells: tuple[str, ...], kind: str) -> str:
    first = _write_cell(cells[0], bold=kind == "all", indent=_INDENT if kind == "part" else 0)
    rest = "".join(
        _write_cell(cell, right=right)
        for cell, right in zip(cells[1:], table.to_right[1:], strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{first}{rest}</w:tr>"


def _write_cell(
    text: str,
    *,
    right: bool = False,
    bold: bool = False,
    mark: str = "",
    ruled: bool = False,
    indent: int = 0,
) -> str:
    rule = f"<w:tcBorders>{_RULE.format('bottom', 4)}</w:tcBorders>" if ruled else ""
    look = "<w:b/>" if bold else ""
    size = f'<w:sz w:val="{_HALF_POINTS}"/>'
    runs = f'<w:r><w:rPr>{look}{size}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    if mark:
        raised = '<w:vertAlign w:val="superscript"/>'
        runs += f"<w:r><w:rPr>{look}{size}{raised}</w:rPr><w:t>{escape(mark)}</w:t></w:r>"
    return (
        f'<w:tc><w:tcPr>{rule}</w:tcPr><w:p><w:pPr><w:spacing w:after="20"/>'
        f'<w:ind w:left="{indent}"/><w:jc w:val="{"right" if right else "left"}"/></w:pPr>'
        f"{runs}</w:p></w:tc>"
    )
