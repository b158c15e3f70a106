"""Cells that a spreadsheet changed or might run are told, not touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from chorall.ingest import Remark, read_delivery


def remarks_on(folder: Path, cells: list[str]) -> dict[str, Remark]:
    path = folder / "findings.tsv"
    path.write_text("id\tcell\n" + "".join(f"{n}\t{cell}\n" for n, cell in enumerate(cells)))
    delivery = read_delivery(path)
    assert delivery.frame["cell"].fill_null("").to_list() == cells
    return {remark.kind: remark for remark in delivery.remarks}


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "=HYPERLINK(A1)"])
def test_a_formula_is_read_as_text_and_told(tmp_path: Path, cell: str) -> None:
    remark = remarks_on(tmp_path, ["x", cell, "y"])["formula_like"]
    assert (remark.column, remark.rows, remark.n_rows) == ("cell", (3,), 1)
    assert cell not in remark.message


@pytest.mark.parametrize("cell", ["+1", "-1", "+", "++", "+1.5", "+21", "a=b", "-x", ">=5"])
def test_a_sign_alone_makes_no_formula(tmp_path: Path, cell: str) -> None:
    assert remarks_on(tmp_path, ["x", cell]) == {}


def test_a_long_cell_is_kept_and_told(tmp_path: Path) -> None:
    remark = remarks_on(tmp_path, ["x", "long" * 2501, "y" * 10_000])["long_cell"]
    assert remark.rows == (3,)


@pytest.mark.parametrize("cell", ["1-Mar", "2-Sep", "02-SEP", "Mar-01", "1-Dec", "9-Sept"])
def test_a_day_and_month_alone_is_told_in_any_column(tmp_path: Path, cell: str) -> None:
    remark = remarks_on(tmp_path, ["yes", "no", cell])["spreadsheet_mangled"]
    assert (remark.column, remark.rows) == ("cell", (4,))
    assert cell not in remark.message


@pytest.mark.parametrize("cell", ["01/03/2021", "2021-03-01", "1-Mar-2021", "2.31E+13"])
def test_a_date_among_gene_symbols_is_told(tmp_path: Path, cell: str) -> None:
    genes = ["TP53", "KRAS", "IKZF1", "NOTCH1"] * 5
    remark = remarks_on(tmp_path, [*genes, cell, cell])["spreadsheet_mangled"]
    assert (remark.rows, remark.n_rows) == ((22, 23), 2)


@pytest.mark.parametrize("cell", ["01/03/2021", "2021-03-01", "1-Mar-2021", "2.31E+13"])
def test_a_date_among_dates_is_no_oddity(tmp_path: Path, cell: str) -> None:
    others = [f"0{n}/04/2020" for n in range(1, 9)]
    assert remarks_on(tmp_path, [*others, "NA", "UNK", "NONE", cell]) == {}


def test_ten_rows_are_named_and_all_are_counted(tmp_path: Path) -> None:
    remark = remarks_on(tmp_path, ["=A1"] * 25)["formula_like"]
    assert remark.rows == tuple(range(2, 12))
    assert remark.n_rows == 25
    assert remark.message.endswith("and 15 more)")
