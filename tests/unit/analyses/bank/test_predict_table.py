"""A table of patients: the same answers as one by one, and every bad row told."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import chorall as ch
from chorall.analyses.bank.patient_table import read_patient_table
from chorall.cli.app import app
from chorall.errors import DataError, InputError
from chorall.models.bank.bank import HardlyGiven

STRATEGIES = ["anti_cd20", "anti_cd20_none"]
PATIENTS = [
    {"patient_id": "a", "age_years": 30, "sex": "female", "lineage": "B", "wbc_10e9_per_l": 40},
    {"patient_id": "b", "age_years": 42, "lineage": "B", "IKZF1_del": "present", "TP53": "absent"},
    {"patient_id": "c", "age_years": 25, "sex": "male", "lineage": "B", "trial": "SYN-ADULT-1",
     "course": {"state": "remission", "day": 40, "since_day": 30},
     "mrd_end_of_induction": "undetected"},
    {"patient_id": "d", "age_years": 95},
]  # fmt: skip
CSV = """patient_id,age_years,sex,lineage,wbc_10e9_per_l,IKZF1_del,TP53,trial,course_state,\
course_day,course_since_day,mrd_end_of_induction
a,30,female,B,40,,,,,,,
b,42,,B,,present,absent,,,,,
c,25,male,B,,,,SYN-ADULT-1,remission,40,30,undetected
d,95,,,,,,,,,,
"""


@pytest.fixture
def table(tmp_path):
    (tmp_path / "patients.csv").write_text(CSV)
    return tmp_path / "patients.csv"


def test_every_row_is_the_answer_about_one_patient(bank, table):
    found = ch.predict_table(bank, read_patient_table(table), STRATEGIES, draws=200, n_jobs=1)
    assert found.height == 8
    rows = {(row["patient_id"], row["strategy"]): row for row in found.iter_rows(named=True)}
    for patient in PATIENTS:
        one = ch.predict(bank, patient, STRATEGIES, draws=200, widen_intervals=False)
        for strategy in STRATEGIES:
            row = rows[patient["patient_id"], strategy]
            assert row["refused"] == one.refused.get(strategy)
            assert row["comparable_patients"] == one.comparable[strategy]
        for outcome in one.to_dict()["outcomes"]:
            row = rows[patient["patient_id"], outcome["strategy"]]
            name = f"{outcome['quantity']}_{outcome['years']:g}y"
            got = [row[name], row[f"{name}_lower"], row[f"{name}_upper"]]
            expected = [outcome["estimate"], outcome["lower"], outcome["upper"]]
            np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12)
        for contrast in one.to_dict()["contrasts"]:
            row = rows[patient["patient_id"], contrast["second"]]
            name = f"{contrast['quantity']}_{contrast['years']:g}y"
            assert row[f"{name}_difference"] == pytest.approx(contrast["estimate"], abs=1e-12)
            assert row[f"{name}_share_better"] == pytest.approx(contrast["share_better"])
    assert rows["d", "anti_cd20"]["relapse_5y"] is None
    assert "lies outside" in rows["d", "anti_cd20"]["refused"]


def test_one_core_and_two_say_the_same(bank):
    random = np.random.default_rng(3)
    table = pl.DataFrame(
        {"age_years": random.uniform(20, 60, 600), "lineage": ["B"] * 600,
         "TP53": random.choice(["present", "absent", "not_tested"], 600)}
    )  # fmt: skip
    done = []
    one, two = (
        ch.predict_table(
            bank, table, ["as_observed"], n_jobs=jobs, years=(3,),
            progress=lambda *numbers: done.append(numbers),
        )
        for jobs in (1, 2)
    )  # fmt: skip
    assert one.equals(two)
    assert done[-1] == (600, 600)


def test_all_bad_rows_are_told_at_once_without_their_values(bank):
    table = pl.DataFrame(
        {
            "age_years": ["30", "300", "x", "40", "12"],
            "sex": ["male", "m", None, "", "female"],
            "TP53": ["present", "1", "absent", "not_tested", "absent"],
            "mrd_end_of_induction": ["0.001", "", "", "", ""],
            "course_state": ["", "", "", "cured", ""],
        }
    )
    with pytest.raises(DataError) as caught:
        ch.predict_table(bank, table, ["as_observed"])
    said = str(caught.value)
    assert said.startswith("4 of 5 patients cannot be read")
    for part in (
        "row 1: mrd_end_of_induction is given, but",
        "row 2: `age_years` must be a number from 0 to 110",
        "row 2: `sex` must be one of",
        "row 2: `TP53` is a marker",
        "row 3: `age_years` must be a number",
        "row 4: the patient's course cannot be used",
    ):
        assert part in said
    assert "300" not in said
    kept = ch.predict_table(bank, table, ["as_observed"], keep_going=True)
    assert kept["error"].is_null().to_list() == [False, False, False, False, True]
    assert kept["relapse_1y"].is_null().to_list() == [True, True, True, True, False]


def test_a_thousand_bad_rows_are_counted_and_twenty_shown(bank):
    table = pl.DataFrame({"age_years": [300] * 1000})
    with pytest.raises(DataError, match=r"1000 of 1000 patients.*\n(.*\n){20}.*and 980 more"):
        ch.predict_table(bank, table, ["as_observed"])


def test_an_unknown_column_and_an_unknown_trial_are_refused(bank):
    with pytest.raises(InputError, match="`age`"):
        ch.predict_table(bank, pl.DataFrame({"age": [30]}), ["as_observed"])
    with pytest.raises(DataError, match="`trial` is none of the bank's: SYN-ADULT-1"):
        ch.predict_table(bank, pl.DataFrame({"trial": ["NOWHERE"]}), ["as_observed"])


def test_an_empty_table_has_an_empty_answer(bank):
    table = pl.DataFrame({"age_years": pl.Series([], dtype=pl.Float64)})
    found = ch.predict_table(bank, table, ["as_observed"])
    assert found.height == 0
    assert "overall_survival_5y" in found.columns


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_command_writes_a_table_whole_or_not_at_all(bank_folder, table, tmp_path, suffix):
    runner, out = CliRunner(), tmp_path / f"answers{suffix}"
    if suffix == ".parquet":
        read_patient_table(table).write_parquet(tmp_path / "patients.parquet")
    given = str(tmp_path / f"patients{suffix}")
    asked = ["predict", str(bank_folder), given, "-s", "anti_cd20", "--years", "5", "--jobs", "1"]
    done = runner.invoke(app, [*asked, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "4 patients, 1 strategies: 4 answers; 1 refused" in done.output
    assert "Research use only" in done.output
    read = pl.read_csv(out) if suffix == ".csv" else pl.read_parquet(out)
    assert read["overall_survival_5y"].is_not_null().to_list() == [True, True, True, False]
    (tmp_path / "patients.csv").write_text("age_years\n30\n300\n")
    read.write_parquet(tmp_path / "patients.parquet")
    before = out.read_bytes()
    done = runner.invoke(app, [*asked, "--out", str(out)])
    assert done.exit_code != 0
    assert out.read_bytes() == before


def test_options_of_the_other_kind_of_file_are_refused(bank_folder, table, tmp_path):
    runner, file = CliRunner(), tmp_path / "patient.json"
    file.write_text(json.dumps(PATIENTS[0]))
    for given, option, said in (
        (table, [], "--out FILE"),
        (table, ["--out", "answers.txt"], "--out FILE"),
        (file, ["--out", "answers.csv"], "use --json"),
    ):
        done = runner.invoke(app, ["predict", str(bank_folder), str(given), *option])
        assert done.exit_code == 2
        assert said in done.output


def test_what_was_hardly_ever_given_is_refused_or_noted_by_row_as_one_by_one(bank):
    """Rows alike but for the marker: each has its own answer."""
    rules = (HardlyGiven("anti_cd20", "TP53", "absent"),)
    ruled = replace(bank, hardly_given=rules)
    words = ["present", "absent", "not_tested", "absent", None]
    table = pl.DataFrame({"age_years": [30] * 5, "lineage": ["B"] * 5, "TP53": words})
    found = ch.predict_table(ruled, table, STRATEGIES, draws=100, n_jobs=1).filter(
        strategy="anti_cd20"
    )
    one_by_one = [
        ch.predict(ruled, {"age_years": 30, "lineage": "B", "TP53": word}, STRATEGIES, draws=100)
        for word in words
    ]
    assert found["refused"].to_list() == [one.refused.get("anti_cd20") for one in one_by_one]
    assert found["refused"].is_null().to_list() == [True, False, True, False, True]
    notes = found["note"].to_list()
    assert notes[:2] == [None, None]
    assert notes[2] == notes[4] == one_by_one[2].notes[0]
    assert notes[2].startswith("TP53 is not known and should be tested first: ")
    assert found["relapse_5y"].is_null().to_list() == [False, True, False, True, False]
