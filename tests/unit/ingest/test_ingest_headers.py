"""Headers that do not stand in the first row, and names that take several."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter

from chorall.errors import DataError, InputError
from chorall.ingest import read_delivery
from chorall.ingest.headers import HeaderPlace, join_header_rows

CLINICAL = (
    "#Patient Identifier\tAge\n#Identifier\tAge, years\n#STRING\tNUMBER\n#1\t1\n"
    "PATIENT_ID\tAGE\nP1\t34\n\nP2\t51\n"
)


def write_sheet(path: Path, rows: list[list[str | float | None]]) -> Path:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("patients")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, column, cell)
        if rows:
            sheet.merge_range(1, 1, 1, 2, "Diagnostic")
    path.write_bytes(content.getvalue())
    return path


def test_lines_above_the_header_are_left_out_and_row_numbers_stay(tmp_path: Path) -> None:
    file = tmp_path / "data_clinical_patient.txt"
    file.write_text(CLINICAL)
    frame = read_delivery(file, header=HeaderPlace(5)).frame
    assert frame.columns[1:] == ["PATIENT_ID", "AGE"]
    assert frame.rows() == [(6, "P1", "34"), (8, "P2", "51")]


def test_a_wide_line_above_the_header_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "variants.maf"
    file = file.with_suffix(".txt")
    file.write_text("#version 2.4; a, b, c\nGENE\tID\nTP53\tP1\n")
    delivery = read_delivery(file, header=HeaderPlace(2))
    assert delivery.delimiter == "\t"
    assert delivery.frame["GENE"].to_list() == ["TP53"]


def test_merged_names_hold_for_the_columns_to_their_right(tmp_path: Path) -> None:
    file = write_sheet(
        tmp_path / "mini.xlsx",
        [
            ["Étude MINI"],
            ["Patient", "Diagnostic", None, "Suivi", None],
            ["N°", "Date", "GB (/mm3)", "Date", "État"],
            ["M1", "05/01/2010", 12000, "06/01/2015", "vivant"],
        ],
    )
    frame = read_delivery(file, header=HeaderPlace(2, 2)).frame
    assert frame.columns[1:] == [
        "Patient / N°", "Diagnostic / Date", "Diagnostic / GB (/mm3)", "Suivi / Date",
        "Suivi / État",
    ]  # fmt: skip
    assert frame.rows() == [(4, "M1", "05/01/2010", "12000", "06/01/2015", "vivant")]


def test_names_are_joined_once() -> None:
    rows = [["A", None, "B"], ["x", "y", ""], ["A", "z", "B"]]
    assert join_header_rows(rows) == ["A / x", "A / y / z", "B / y"]


def test_a_header_below_the_end_is_refused(tmp_path: Path) -> None:
    file = write_sheet(tmp_path / "short.xlsx", [["a", "b", "c"], ["1"]])
    with pytest.raises(InputError, match="should end in row 6"):
        read_delivery(file, header=HeaderPlace(5, 2))
    text = tmp_path / "short.csv"
    text.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="empty"):
        read_delivery(text, header=HeaderPlace(9))


@pytest.mark.parametrize(
    ("name", "place", "message"),
    [
        ("x.csv", HeaderPlace(0), "counted from 1"),
        ("x.csv", HeaderPlace(1, 2), "`header_rows` is 2"),
    ],
)
def test_impossible_headers_are_refused(
    tmp_path: Path, name: str, place: HeaderPlace, message: str
) -> None:
    (tmp_path / name).write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=message):
        read_delivery(tmp_path / name, header=place)


def test_a_row_that_is_too_long_is_named_by_its_place_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("#note\na,b\n1,2\n1,2,3\n")
    with pytest.raises(DataError, match="4"):
        read_delivery(file, header=HeaderPlace(2))
