"""A file that is missing, of another kind or damaged is met with one clear message."""

from __future__ import annotations

from pathlib import Path

import pytest

from chorall.errors import InputError
from chorall.ingest import read_delivery


def test_a_missing_file_names_similar_ones(tmp_path: Path) -> None:
    (tmp_path / "Patients_2024.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"Did you mean Patients_2024\.csv\?"):
        read_delivery(tmp_path / "patients_2023.csv")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nor the folder"):
        read_delivery(tmp_path / "nowhere" / "patients.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="cannot be opened"):
        read_delivery(tmp_path / "folder.csv")


@pytest.mark.parametrize("name", ["patients.pdf", "patients", "patients.json"])
def test_an_unknown_ending_lists_the_known_ones(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"Known endings: \.csv.*\.sas7bdat"):
        read_delivery(tmp_path / name)


def test_a_portable_spss_file_is_refused_because_it_would_lose_values(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Save the file as \.sav"):
        read_delivery(tmp_path / "patients.por")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"PK\x03\x04rest", "holds an Excel workbook"),
        ("a.csv", b"$FL2@(#) SPSS", "holds an SPSS file"),
        ("a.sav", b"PK\x03\x04rest", "holds an Excel workbook"),
        ("a.xls", b"<html><table>", "holds a web page"),
        ("a.xlsx", b"$FL2@(#) SPSS", "holds an SPSS file"),
        ("a.txt", b"%PDF-1.4", "holds a PDF"),
        ("a.xlsx", b"a;b\n1;2\n", "could not be read as Excel"),
        ("a.xlsx", b"PK\x03\x04rest", "could not be read as Excel"),
        ("a.sav", b"a;b\n1;2\n", "could not be read as SPSS"),
        ("a.sav", b"$FL2@(#) SPSS", "could not be read as SPSS"),
        ("a.dta", b"a;b\n1;2\n", "could not be read as Stata"),
        ("a.xpt", b"a;b\n1;2\n", "could not be read as SAS transport"),
        ("a.sas7bdat", b"a;b\n1;2\n", "could not be read as SAS"),
        ("a.sas7bdat", b"", "empty"),
    ],
)
def test_content_that_is_not_what_the_ending_says_is_refused(
    tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=words) as caught:
        read_delivery(tmp_path / name)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("a.csv", {"sheet": "Patients"}, "`sheet`"),
        ("a.xlsx", {"delimiter": ";", "encoding": "cp1252"}, "`delimiter` and `encoding`"),
        ("a.sav", {"delimiter": ";"}, "`delimiter`"),
    ],
)
def test_options_of_another_format_are_refused(
    tmp_path: Path, name: str, options: dict[str, str], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        read_delivery(tmp_path / name, **options)
