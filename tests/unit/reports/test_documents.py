"""The report as PDF and Word: nothing is lost, and the same page gives the same bytes."""

from __future__ import annotations

import io
import re
import sys
import zlib
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import docx
import pytest
from unit.reports.built_results import built_incidence, built_overview, built_prognosis

from chorall.errors import InputError
from chorall.reports.documents import choose_formats, write_documents
from chorall.reports.documents.blocks import Grid, Heading, Paragraph, Picture, Points, Words
from chorall.reports.documents.grid_table import split_grid
from chorall.reports.documents.page_reader import read_page, say
from chorall.reports.documents.pdf_document import render_pdf
from chorall.reports.documents.word_document import render_word_report
from chorall.reports.page import render_report

SMALL = """<!doctype html><html><head><title>x</title><style>p { color: red }</style></head>
<body><a class="skip" href="#c">Skip</a><div class="banner"><strong>SYNTHETIC</strong><span>Research
use only</span></div><header><h1>A &amp; B</h1></header>
<nav><ol><li><a href="#t">T</a></li></ol></nav>
<main><section><h2>1. T</h2><p>Not <em>tested</em> is <strong>never #negative</strong> $x$ *y*.</p>
<ul><li>one</li><li>two</li></ul><dl><dt>grade</dt><dd>what it means</dd></dl>
<figure><div class="drawing"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">
<title>t</title><desc>Two bars &lt; 5</desc><rect width="50" height="20"/></svg></div>
<figcaption>Figure 1. Bars</figcaption></figure>
<table><caption>Trials</caption><thead><tr><th>Trial</th><th class="right">n<sup>a</sup></th></tr>
</thead><tbody><tr class="all"><th>A_1 [x]</th><td class="right">5</td></tr>
<tr class="part"><th>&lt;b&gt;</th><td class="right">hidden</td></tr></tbody></table>
<p class="footnotes"><sup>a</sup> Counted.</p>Loose text</section></main>
<footer><p>Footer</p></footer></body></html>"""


@cache
def page() -> str:
    return render_report(built_overview(), built_incidence(), built_prognosis())


@cache
def small_pdf() -> bytes:
    return render_pdf(read_page(SMALL))


def test_every_element_becomes_its_block() -> None:
    found = read_page(SMALL)
    assert (found.title, found.status) == ("A & B", "SYNTHETIC. Research use only")
    heading, text, points, terms, picture, grid, notes, loose = found.blocks
    assert heading == Heading(1, "1. T")
    assert isinstance(text, Paragraph)
    assert say(text.words) == "Not tested is never #negative $x$ *y*."
    assert [piece.style for piece in text.words] == ["", "em", "", "strong", ""]
    assert isinstance(points, Points)
    assert [say(point) for point in points.points] == ["one", "two"]
    assert isinstance(terms, Points)
    assert say(terms.points[0]) == "grade: what it means"
    assert isinstance(picture, Picture)
    assert (picture.caption, picture.alt) == ("Figure 1. Bars", "Two bars < 5")
    assert 'viewBox="0 0 100 50"' in picture.svg
    assert isinstance(grid, Grid)
    assert (grid.caption, grid.rows) == ("Trials", (("A_1 [x]", "5"), ("<b>", "hidden")))
    assert (grid.kinds, grid.to_right) == (("all", "part"), (False, True))
    assert isinstance(notes, Paragraph)
    assert notes.small
    assert isinstance(loose, Paragraph)
    assert say(loose.words) == "Loose text"


class Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def all_words(blocks: tuple[object, ...]) -> list[str]:
    """Every word of the blocks, in order."""
    words: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            words += block.text.split()
        elif isinstance(block, Paragraph):
            words += say(block.words).split()
        elif isinstance(block, Points):
            words += [word for point in block.points for word in say(point).split()]
        elif isinstance(block, Picture):
            words += block.caption.split()
        elif isinstance(block, Grid):
            cells = [
                block.caption,
                *map(say, block.head),
                *(cell for row in block.rows for cell in row),
            ]
            words += [word for cell in cells for word in cell.split()]
    return words


def test_no_word_of_the_real_page_is_lost() -> None:
    main = page()[page().index("<main") : page().index("</main>")]
    parser = Text()
    parser.feed(re.sub(r"<svg\b.*?</svg>", "", main, flags=re.DOTALL))
    blocks = read_page(page()).blocks
    # a term and a mark are joined to what they belong to: compare letters, not gaps
    expected = "".join(parser.words)
    found = "".join(all_words(blocks)).replace(":", "")
    assert expected.replace(":", "") in found
    assert sum(isinstance(block, Picture) for block in blocks) == page().count("<figure")
    assert sum(isinstance(block, Grid) for block in blocks) == page().count("<table")


def read_streams(pdf: bytes) -> bytes:
    """Return the PDF with its compressed parts unpacked."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(found.group(1)))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_the_pdf_is_tagged_and_says_that_it_keeps_pdf_ua() -> None:
    plain = read_streams(small_pdf())
    assert small_pdf().startswith(b"%PDF-1.7")
    assert re.search(rb"<pdfuaid:part>1</pdfuaid:part>", plain)
    assert b"/StructTreeRoot" in plain
    assert re.search(rb"/Marked true", plain)
    assert re.search(rb"/Lang ?\(en-GB\)", plain)
    assert re.search(rb"/DisplayDocTitle true", plain)
    tags = set(re.findall(rb"/S ?/(\w+)", plain))
    assert {b"H1", b"P", b"L", b"LI", b"Table", b"TR", b"TH", b"TD", b"Figure"} <= tags
    assert b"Two bars < 5" in plain, "what the figure shows is told"
    assert b"CreationDate" not in plain


def test_the_same_page_gives_the_same_bytes() -> None:
    assert render_pdf(read_page(SMALL)) == small_pdf()
    assert render_word_report(read_page(SMALL)) == render_word_report(read_page(SMALL))


def test_word_holds_headings_tables_and_pictures_that_are_told() -> None:
    document = docx.Document(io.BytesIO(render_word_report(read_page(SMALL))))
    styles = [(p.style.name, p.text) for p in document.paragraphs]
    assert ("Title", "A & B") in styles
    assert ("Heading 1", "1. T") in styles
    assert ("List Bullet", "two") in styles
    assert ("Caption", "Figure 1. Bars") in styles
    (table,) = document.tables
    assert [[c.text for c in row.cells] for row in table.rows] == [
        ["Trial", "na"], ["A_1 [x]", "5"], ["<b>", "hidden"],
    ]  # fmt: skip
    (shape,) = document.inline_shapes
    assert shape._inline.docPr.get("descr") == "Two bars < 5"
    assert document.sections[0].header.paragraphs[0].text == "SYNTHETIC. Research use only"


def test_the_real_page_can_be_set(tmp_path: Path) -> None:
    (file,) = write_documents(page(), tmp_path / "report.pdf", ["pdf"])
    assert file.read_bytes().startswith(b"%PDF")
    assert len(re.findall(rb"/Type ?/Page\b", read_streams(file.read_bytes()))) > 5


def test_several_formats_share_a_name(tmp_path: Path) -> None:
    files = write_documents(SMALL, tmp_path / "report.html", ["html", "pdf", "docx"])
    assert [file.name for file in files] == ["report.html", "report.pdf", "report.docx"]
    assert files[0].read_text("utf-8") == SMALL


@pytest.mark.parametrize(
    ("name", "formats", "expected"),
    [
        ("report.html", None, ("html",)),
        ("report.PDF", None, ("pdf",)),
        ("report", None, ("html",)),
        ("report.html", ["docx", "pdf"], ("docx", "pdf")),
    ],
)
def test_the_ending_decides_where_no_format_is_named(
    name: str, formats: list[str] | None, expected: tuple[str, ...]
) -> None:
    assert choose_formats(Path(name), formats) == expected


@pytest.mark.parametrize(("module", "package", "ending"), [
    ("typst", "typst", "pdf"), ("typst", "typst", "docx"), ("docx", "python-docx", "docx"),
])  # fmt: skip
def test_a_missing_package_is_named_before_the_work(
    monkeypatch: pytest.MonkeyPatch, module: str, package: str, ending: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=rf"(?s)need the package {package}.*chorall\[report\]"):
        choose_formats(Path("report.html"), ["html", ending])


def test_an_unknown_format_names_those_known() -> None:
    with pytest.raises(InputError, match="html, pdf, docx"):
        choose_formats(Path("report.html"), ["odt"])


def test_a_table_too_wide_for_a_sheet_comes_in_parts_with_its_first_column() -> None:
    head = tuple((Words(f"h{at}"),) for at in range(8))
    rows = tuple(tuple(f"{row}-{at}" for at in range(8)) for row in range(2))
    to_right = (False, *(True,) * 7)
    grid = Grid("Wide", head, rows, to_right, ("", "part"))
    assert split_grid(grid, 8) == [grid]
    parts = split_grid(grid, 4)
    assert [part.caption for part in parts] == [f"Wide ({n} of 3)" for n in (1, 2, 3)]
    assert [part.rows[1] for part in parts] == [
        ("1-0", "1-1", "1-2", "1-3"), ("1-0", "1-4", "1-5", "1-6"), ("1-0", "1-7"),
    ]  # fmt: skip
    assert [part.to_right[0] for part in parts] == [False] * 3
    assert all(part.kinds == grid.kinds for part in parts)
