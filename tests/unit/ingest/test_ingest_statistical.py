"""SPSS, Stata and SAS files keep their codes, their user-missing values and their labels."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from chorall.errors import DataError, InputError
from chorall.ingest import ROW, read_delivery

FRAME = pl.DataFrame(
    {
        "id": ["A", "B", "", " d"],
        "wbc": [1.0, 2.5, None, 1e-6],
        "cns": [1.0, 2.0, 9.0, None],
        "born": [dt.date(2010, 1, 5), None, dt.date(1950, 1, 1), dt.date(2021, 2, 3)],
        "seen": [dt.datetime(2020, 1, 5, 1, 2, 3), None, None, dt.datetime(2020, 1, 5)],
    }
)
EXPECTED = [
    (2, "A", "1", "1", "2010-01-05", "2020-01-05 01:02:03"),
    (3, "B", "2.5", "2", None, None),
    (4, None, None, "9", "1950-01-01", None),
    (5, " d", "1e-06", None, "2021-02-03", "2020-01-05"),
]
LABELS = {"cns": {1: "CNS1", 2: "CNS2", 9: "not done"}}


def write(folder: Path, ending: str) -> Path:
    path = folder / f"patients{ending}"
    if ending in (".sav", ".zsav"):
        pyreadstat.write_sav(
            FRAME,
            path,
            compress=ending == ".zsav",
            missing_ranges={"cns": [9]},
            variable_value_labels=LABELS,
            column_labels=["Pseudonym", "", "CNS status", "", ""],
        )
    elif ending == ".dta":
        pyreadstat.write_dta(FRAME, path, variable_value_labels=LABELS)
    else:
        pyreadstat.write_xport(FRAME, path, file_format_version=8)
    return path


@pytest.mark.parametrize(
    ("ending", "kind"),
    [(".sav", "spss"), (".zsav", "spss"), (".dta", "stata"), (".xpt", "sas_xport")],
)
def test_every_cell_is_text_and_user_missing_values_stay(
    tmp_path: Path, ending: str, kind: str
) -> None:
    delivery = read_delivery(write(tmp_path, ending))
    assert delivery.frame.rows() == EXPECTED
    assert delivery.frame.dtypes == [pl.UInt32] + [pl.String] * 5
    assert (delivery.format, delivery.encoding, delivery.line_ends) == (kind, "", "")


@pytest.mark.parametrize("ending", [".sav", ".dta"])
def test_labels_are_kept_beside_the_codes(tmp_path: Path, ending: str) -> None:
    delivery = read_delivery(write(tmp_path, ending))
    assert delivery.value_labels == {"cns": {"1": "CNS1", "2": "CNS2", "9": "not done"}}
    assert set(delivery.frame["cns"].drop_nulls()) <= set(delivery.value_labels["cns"])
    if ending == ".sav":
        assert delivery.column_labels == {"id": "Pseudonym", "cns": "CNS status"}


def test_stata_extended_missing_values_are_not_null(tmp_path: Path) -> None:
    path = tmp_path / "patients.dta"
    column = pl.Series([1, "a", 3, "z"], dtype=pl.Object)
    pyreadstat.write_dta(
        pl.DataFrame({"id": ["A", "B", "C", "D"], "mrd": column}),
        path,
        missing_user_values={"mrd": ["a", "z"]},
        variable_value_labels={"mrd": {1: "low", "a": "not done"}},
    )
    delivery = read_delivery(path)
    assert delivery.frame["mrd"].to_list() == ["1", ".a", "3", ".z"]
    assert delivery.value_labels == {"mrd": {"1": "low", ".a": "not done"}}


def test_a_time_of_day_is_iso(tmp_path: Path) -> None:
    path = tmp_path / "patients.sav"
    pyreadstat.write_sav(pl.DataFrame({"id": ["A", "B"], "at": [dt.time(13, 30), None]}), path)
    assert read_delivery(path).frame["at"].to_list() == ["13:30:00", None]


@pytest.mark.parametrize("ending", [".sav", ".dta", ".xpt"])
def test_only_the_columns_asked_for_are_read(tmp_path: Path, ending: str) -> None:
    delivery = read_delivery(write(tmp_path, ending), columns=["cns", "id"])
    assert delivery.frame.columns == [ROW, "id", "cns"]
    assert delivery.frame["cns"].to_list() == ["1", "2", "9", None]
    assert read_delivery(write(tmp_path, ending), columns=[]).frame.rows() == [
        (2,),
        (3,),
        (4,),
        (5,),
    ]


def test_missing_columns_are_listed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="`CNS`   did you mean `cns`"):
        read_delivery(write(tmp_path, ".sav"), columns=["CNS"])


def test_a_sas_transport_file_tells_what_its_reader_cannot_see(tmp_path: Path) -> None:
    kinds = [remark.kind for remark in read_delivery(write(tmp_path, ".xpt")).remarks]
    assert kinds == ["special_missing_unseen"]


@pytest.mark.parametrize("ending", [".sav", ".zsav", ".dta", ".xpt"])
@pytest.mark.parametrize("kept", [0.2, 0.6, 0.98, 0.999])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, ending: str, kept: float) -> None:
    path = write(tmp_path, ending)
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(InputError, match=r"could not be read as|cut off"):
        read_delivery(path)


def test_a_file_without_rows_has_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "patients.sav"
    pyreadstat.write_sav(FRAME.head(0), path)
    frame = read_delivery(path).frame
    assert (frame.columns[1:], frame.height) == (FRAME.columns, 0)
