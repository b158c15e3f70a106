"""Printed tables in every format, read back."""

from __future__ import annotations

import csv
import io
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import docx
import pytest
from unit.reports.built_results import built_incidence, built_overview, built_prognosis
from unit.reports.made_results import simulated_pool

import chorall as ch
from chorall.errors import InputError
from chorall.reports.printed_table import PrintedTable
from chorall.reports.result_tables import print_tables
from chorall.reports.table_files import FORMATS, render_table, write_tables

TABLE = PrintedTable(
    name="table1",
    caption="Patients | by arm",
    headers=("Characteristic", "A_1 & B, n = 10", "=SUM(A1)"),
    marks=("", "a", ""),
    to_right=(False, True, True),
    rows=(
        ("TP53 <50 %", "", "0.20"),
        ("present", "12 / 80 (15 %)", "-"),
        ("≥ 65 years", "5.8 (3.2\N{EN DASH}10.2)", "@home"),
    ),
    kinds=("all", "part", "part"),
    notes=(("a", "100 % of those tested & known."),),
    status="SYNTHETIC DATA. Research use only.",
)


class Cells(HTMLParser):
    """The text of every cell, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def test_html_holds_every_cell_and_its_status() -> None:
    page = render_table(TABLE, "html").decode()
    reader = Cells()
    reader.feed(page)
    assert [tuple(row) for row in reader.rows[1:]] == list(TABLE.rows)
    assert reader.rows[0][1] == "A_1 & B, n = 10a"
    assert TABLE.status in page
    assert "100 % of those tested &amp; known." in page
    assert "http" not in page.replace("http-equiv", "")


def test_csv_holds_every_cell_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(render_table(TABLE, "csv").decode())))
    assert rows[0] == ["Characteristic", "A_1 & B, n = 10", "'=SUM(A1)"]
    assert rows[2] == ["present", "12 / 80 (15 %)", "'-"]
    assert rows[3][2] == "'@home"


def test_word_holds_every_cell_a_repeated_head_and_notes() -> None:
    document = docx.Document(io.BytesIO(render_table(TABLE, "docx")))
    (table,) = document.tables
    found = [tuple(cell.text for cell in row.cells) for row in table.rows]
    assert found[1:] == list(TABLE.rows)
    assert found[0][1] == "A_1 & B, n = 10a"
    assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[:2] == [TABLE.status, TABLE.caption]
    assert "a 100 % of those tested & known." in texts
    assert document.core_properties.title == TABLE.caption


def test_markdown_has_as_many_cells_in_every_line() -> None:
    text = render_table(TABLE, "md").decode()
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {4}
    assert len(lines) == 5
    assert r"A\_1 & B" in lines[0]
    assert r"**TP53 \<50 %**" in lines[2]


def test_latex_is_balanced_escaped_and_complete() -> None:
    text = render_table(TABLE, "tex").decode()
    opened = re.findall(r"\\begin\{(\w+)\}", text)
    assert opened == re.findall(r"\\end\{(\w+)\}", text) == ["longtable"]
    body = text[text.index(r"\endfoot") : text.index(r"\end{longtable}")]
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 3
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {2}
    assert r"\textbf{TP53 \textless{}50 \%}" in rows[0]
    assert r"$\geq$ 65 years" in rows[2]
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert text.isascii()


@pytest.mark.parametrize("ending", list(FORMATS))
def test_the_same_table_gives_the_same_bytes(ending: str) -> None:
    assert render_table(TABLE, ending) == render_table(TABLE, ending)


def test_a_paper_finds_univariable_beside_multivariable(tmp_path: Path) -> None:
    result = built_prognosis()
    names = [table.name for table in print_tables(result)]
    assert names == ["prognosis", "prognosis-side-by-side", "prognosis-by-trial"]
    files = write_tables(result, tmp_path, ["csv"])
    assert [file.name for file in files] == [f"{name}-table.csv" for name in names]
    rows = list(csv.reader(io.StringIO(files[1].read_text("utf-8"))))
    assert {"Univariable hazard ratio", "Multivariable hazard ratio", "Not tested"} <= set(rows[0])
    assert len(rows) == result.summary.height + 1


def test_other_results_have_tables_too() -> None:
    incidence = [table.name for table in print_tables(built_incidence())]
    assert incidence[0] == "incidence"
    (trials,) = print_tables(built_overview())
    assert [row[0] for row in trials.rows] == built_overview().rows["trial_id"].to_list()


def test_every_line_of_a_frequency_says_of_whom_it_is() -> None:
    result = ch.incidence(simulated_pool(3), markers=["TP53"], by=["trial", "age_band"])
    assert result.rows.filter(trial="SYN-AYA-1").height > 1, "also of strata within the trial"
    table = print_tables(result)[0]
    place = table.headers.index("Patients")
    named = [(row[0], row[place]) for row in table.rows]
    assert len(named) == len(set(named))
    assert ("TP53", "SYN-AYA-1") in named


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="html, csv, tex, md, docx"):
        write_tables(built_overview(), tmp_path / "out", ["csv", "doc"])
    assert not (tmp_path / "out").exists()


def test_without_python_docx_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(InputError, match=r"(?s)python-docx.*chorall\[report\]"):
        write_tables(built_overview(), tmp_path / "out", ["csv", "docx"])
    assert not (tmp_path / "out").exists()
