"""A table that breaks the data model is refused with every break."""

from __future__ import annotations

import polars as pl
import pytest

from chorall.errors import DataError, InputError
from chorall.tables.checks import check_table
from chorall.tables.schema import ASSAY_COVERAGE, PATIENT, TABLES, table_named

ROW = {
    name: {"patient_id": "1", "trial_id": "T", "eligible": True, "eligible_missing": None}.get(
        name, "not_reported" if name.endswith("_missing") else None
    )
    for name in PATIENT.schema
}


def patients(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([ROW | row for row in rows], schema=PATIENT.schema)


def test_a_sound_table_comes_back_in_schema_order() -> None:
    frame = patients({}, {"patient_id": "2"})
    assert check_table(PATIENT, frame[frame.columns[::-1]]).equals(frame)


def test_an_empty_table_is_sound() -> None:
    for table in TABLES.values():
        assert check_table(table, table.empty()).is_empty()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"sex": "male"}, "`sex`: 1 rows need either a value or a reason in `sex_missing`"),
        ({"sex_missing": None}, "`sex`: 1 rows need either a value or a reason"),
        ({"trial_id": None}, "`trial_id`: 1 rows have no value"),
    ],
)
def test_a_value_needs_no_reason_and_a_gap_needs_one(row: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=r"table `patient` breaks the data model") as caught:
        check_table(PATIENT, patients({"patient_id": "2"}, row))
    assert message in str(caught.value)


def test_all_breaks_come_together_with_repeated_keys() -> None:
    with pytest.raises(DataError) as caught:
        check_table(PATIENT, patients({"sex": "male"}, {"trial_id": None}, {}))
    message = str(caught.value)
    assert "`sex`" in message
    assert "`trial_id`" in message
    assert "key (patient_id): 2 rows repeat an earlier one" in message


def test_a_key_of_several_columns_is_compared_exactly() -> None:
    rows = pl.DataFrame(
        {
            "assay_id": ["a", "a", "a|b"],
            "target": ["b|c", "b", "c"],
            "alteration_class": ["mutation"] * 3,
            "marker": ["x"] * 3,
            "scope": ["complete"] * 3,
            "negative_capable": [True] * 3,
        }
    )
    assert check_table(ASSAY_COVERAGE, rows).height == 3
    with pytest.raises(DataError, match="2 rows repeat an earlier one"):
        check_table(ASSAY_COVERAGE, pl.concat([rows, rows.head(2)]))


def test_columns_that_lack_or_are_unknown_are_named() -> None:
    with pytest.raises(DataError, match="lacking: sex; unknown: gender"):
        check_table(PATIENT, patients({}).rename({"sex": "gender"}))


def test_values_that_a_column_cannot_hold_are_named_without_showing_them() -> None:
    wrong = patients({}).with_columns(sex=pl.lit("CANARY"), age_years=pl.lit("CANARY"))
    with pytest.raises(DataError, match="cannot hold: sex, age_years") as caught:
        check_table(PATIENT, wrong)
    assert "CANARY" not in str(caught.value)


def test_unknown_tables_and_columns_are_told_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no table `patients`.\n  It has: trial, arm, patient"):
        table_named("patients")
    with pytest.raises(InputError, match=r"no column `gender`.\n  It has: patient_id"):
        PATIENT.column("gender")


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_data_model_is_sound(table: object) -> None:
    assert set(table.key) <= set(table.column_names)  # type: ignore[attr-defined]
    for column in table.columns:  # type: ignore[attr-defined]
        assert column.meaning.endswith(".")
        assert (column.kind == "word") == bool(column.words)
        if column.minimum is not None:
            assert column.minimum < column.maximum
