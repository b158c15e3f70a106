"""A sheet is read as the text that a spreadsheet shows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from chorall.errors import DataError, InputError
from chorall.ingest import ROW, read_delivery

DATE = "dd/mm/yyyy"
TIME = "dd/mm/yyyy hh:mm:ss.000"


def write(folder: Path, sheets: dict[str, dict[tuple[int, int], object]]) -> Path:
    path = folder / "patients.xlsx"
    book = xlsxwriter.Workbook(path)
    formats = {name: book.add_format({"num_format": name}) for name in (DATE, TIME, "hh:mm")}
    for name, cells in sheets.items():
        sheet = book.add_worksheet(name)
        for (row, column), value in cells.items():
            if isinstance(value, dt.datetime):
                sheet.write_datetime(row, column, value, formats[TIME])
            elif isinstance(value, dt.date):
                sheet.write_datetime(row, column, value, formats[DATE])
            elif isinstance(value, dt.time):
                sheet.write_datetime(row, column, value, formats["hh:mm"])
            elif isinstance(value, str) and value.startswith("#"):
                sheet.write_formula(row, column, "=NA()", None, value)
            elif isinstance(value, str):
                sheet.write_string(row, column, value)
            else:
                sheet.write(row, column, value)
    book.close()
    return path


@pytest.mark.parametrize("among_words", [False, True], ids=["alone", "mixed column"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, "5"),
        (5.25, "5.25"),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333333333"),
        (1e-6, "0.000001"),
        (1e-12, "1e-12"),
        (123456789012, "123456789012"),
        (-0.0000123456789, "-1.23456789e-05"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("true", "true"),
        ("5.0", "5.0"),
        ("007", "007"),
        ("0.33333333333333333333", "0.33333333333333333333"),
        (" blank ", " blank "),
        ("=1+1", "=1+1"),
        (dt.date(2020, 1, 5), "2020-01-05"),
        (dt.date(1950, 12, 31), "1950-12-31"),
        (dt.datetime(2020, 1, 5), "2020-01-05"),
        (dt.datetime(2020, 1, 5, 13, 30), "2020-01-05 13:30:00"),
        (dt.time(13, 30), "13:30:00"),
        ("#N/A", None),
        ("", None),
    ],
)
def test_a_cell_is_the_text_that_the_sheet_shows(
    tmp_path: Path, value: object, expected: str | None, among_words: bool
) -> None:
    cells: dict[tuple[int, int], object] = {(0, 0): "id", (0, 1): "x", (1, 0): "A", (1, 1): value}
    if among_words:
        cells |= {(2, 0): "B", (2, 1): "unknown", (3, 0): "C", (3, 1): 7, (4, 0): "D", (4, 1): True}
    delivery = read_delivery(write(tmp_path, {"Data": cells}))
    assert delivery.frame["x"].to_list()[0] == expected
    if among_words:
        assert delivery.frame["x"].to_list()[1:] == ["unknown", "7", "TRUE"]


def test_a_sheet_is_text_with_the_row_numbers_of_the_sheet(tmp_path: Path) -> None:
    cells = {(2, 1): " id", (2, 2): "wbc", (3, 1): "A", (3, 2): 5, (5, 1): "B"}
    delivery = read_delivery(write(tmp_path, {"Data": cells}))
    assert delivery.frame.rows() == [(4, "A", "5"), (6, "B", None)]
    assert delivery.frame.schema == {ROW: pl.UInt32, "id": pl.String, "wbc": pl.String}
    assert [(remark.kind, remark.rows) for remark in delivery.remarks] == [
        ("trimmed_name", ()),
        ("blank_row", (5,)),
    ]
    assert (delivery.format, delivery.encoding, delivery.delimiter) == ("excel", "", "")
    assert (delivery.name, len(delivery.sha256)) == ("patients.xlsx", 64)


TWO = {"Patients": {(0, 0): "id", (1, 0): "A"}, "Codes": {(0, 0): "code"}, "Nothing": {}}


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    delivery = read_delivery(write(tmp_path, TWO), sheet="Patients")
    assert delivery.frame.rows() == [(2, "A")]
    assert delivery.name == "patients.xlsx#Patients"


def test_a_header_alone_is_a_sheet_without_rows(tmp_path: Path) -> None:
    frame = read_delivery(write(tmp_path, TWO), sheet="Codes").frame
    assert (frame.columns, frame.height) == ([ROW, "code"], 0)


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (None, '3 sheets and none was named: "Patients", "Codes", "Nothing"'),
        ("patients", 'no sheet "patients".\n.*"Patients", "Codes"'),
        ("Nothing", 'sheet "Nothing" is empty'),
    ],
)
def test_a_sheet_that_cannot_be_chosen_lists_the_others(
    tmp_path: Path, sheet: str | None, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        read_delivery(write(tmp_path, TWO), sheet=sheet)


def test_columns_are_chosen_and_checked_as_in_text(tmp_path: Path) -> None:
    path = write(tmp_path, {"D": {(0, 0): "a", (0, 1): "b", (0, 2): "c", (1, 0): 1, (1, 2): 3}})
    assert read_delivery(path, columns=["c", "b"]).frame.rows() == [(2, None, "3")]
    with pytest.raises(DataError, match="`d`"):
        read_delivery(path, columns=["d"])


def test_a_nameless_column_is_left_out_only_when_it_is_empty(tmp_path: Path) -> None:
    cells: dict[tuple[int, int], object] = {(0, 0): "a", (0, 1): " ", (0, 2): "c", (1, 0): 1}
    delivery = read_delivery(write(tmp_path, {"D": cells}))
    assert delivery.frame.rows() == [(2, "1", None)]
    assert [remark.kind for remark in delivery.remarks] == ["empty_column"]
    with pytest.raises(DataError, match="column 2 of 3 has no name"):
        read_delivery(write(tmp_path, {"D": cells | {(1, 1): "x"}}))


def test_a_workbook_that_was_cut_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, TWO)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="could not be read as Excel"):
        read_delivery(path)
