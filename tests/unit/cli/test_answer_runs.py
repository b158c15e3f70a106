"""`predict` and `endpoints` write run folders, which verify and report take as any other."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from unit.cli.command_runner import Run
from unit.cli.small_pool import write_pool_of
from unit.models.bank.made_bank import PATIENT, make_bank

import chorall as ch
from chorall.analyses.bank.tripod_known import NOT_VALIDATED
from chorall.reports.documents.blocks import Grid
from chorall.reports.documents.page_reader import read_page
from chorall.reports.runs import read_run


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ch.write_bank(make_bank(), tmp_path_factory.mktemp("bank") / "BANK")


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(PATIENT))
    return file


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    file = tmp_path / "patients.csv"
    file.write_text("patient_id,age_years,sex,TP53\nA,30,female,absent\nB,12,male,\n")
    return file


def test_an_answer_is_kept_verified_and_reported(
    run: Run, bank: Path, patient: Path, tmp_path: Path
) -> None:
    folder, page = tmp_path / "run", tmp_path / "answer.html"
    asked = ("predict", bank, patient, "-s", "new", "-s", "old", "--years", "3")
    code, _, error = run(*asked, "--run", folder, "--json", tmp_path / "answer.json")
    assert (code, error) == (0, "")
    kept, plain = (
        json.loads(file.read_text()) for file in (folder / "predict.json", tmp_path / "answer.json")
    )
    assert {name: kept[name] for name in plain} == plain
    rows = pl.read_parquet(folder / "tables" / "predict.parquet")
    assert rows.height == 2 * 4
    assert rows["estimate"].to_list() == [one["estimate"] for one in plain["outcomes"]]
    occupancy = pl.read_parquet(folder / "tables" / "predict-occupancy.parquet")
    sums = occupancy.group_by("strategy", "month").agg(pl.col("probability").sum())
    assert (sums["probability"] - 1).abs().max() < 1e-9
    assert {one.kind for one in read_run(folder).inputs} == {"folder", "file"}
    code, printed, error = run("verify", folder)
    assert (code, error) == (0, "")
    assert "same, byte for byte" in printed
    assert run("report", folder, "-o", page)[0] == 0
    grids = {
        one.caption: one for one in read_page(page.read_text()).blocks if isinstance(one, Grid)
    }
    assert len(grids["Predict"].rows) == rows.height
    drawing = (folder / "figures" / "predict-figure-1.svg").read_text("utf-8")
    assert "100 patients like this one, 3 years from today" in drawing
    assert drawing in page.read_text("utf-8")
    performance = next(row for row in grids["TRIPOD+AI, item by item"].rows if row[0] == "23a")
    assert performance[2] == "nothing is known here"
    assert performance[3].startswith(NOT_VALIDATED.replace("`", ""))


def test_another_bank_or_patient_is_not_verified(
    run: Run, bank: Path, patient: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    assert run("predict", bank, patient, "-s", "new", "--run", folder)[0] == 0
    patient.write_text(json.dumps(PATIENT | {"age_years": 31.0}))
    code, _, error = run("verify", folder)
    assert code == 11
    assert "patient.json is not the file the run was made from" in error


def test_a_table_of_patients_needs_no_further_file(
    run: Run, bank: Path, patients: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    asked = ("predict", bank, patients, "-s", "new", "--years", "3", "--years", "5", "--jobs", "1")
    code, printed, error = run(*asked, "--run", folder)
    assert (code, error) == (0, "")
    assert "2 patients, 1 strategies: 2 answers" in printed
    assert run(*asked, "--out", tmp_path / "answers.csv")[0] == 0
    assert (folder / "tables" / "predict.csv").read_text() == (tmp_path / "answers.csv").read_text()
    table = (folder / "tables" / "predict-table.md").read_text()
    assert "Overall survival, 5 years" in table
    assert run("verify", folder)[0] == 0


def test_a_key_is_named_and_never_hashed(run: Run, patient: Path, tmp_path: Path) -> None:
    key = tmp_path / "signing.key"
    key.write_bytes(b"k" * 32)
    signed = ch.write_bank(make_bank(), tmp_path / "SIGNED", key=b"k" * 32)
    folder = tmp_path / "run"
    code, _, error = run("predict", signed, patient, "-s", "new", "--key", key, "--run", folder)
    assert (code, error) == (0, "")
    about = read_run(folder).about
    assert about["arguments"]["key"] == str(key)
    assert {one["argument"] for one in about["inputs"]} == {"bank", "patient"}
    assert run("verify", folder)[0] == 0


@pytest.mark.parametrize("with_pool", [True, False])
def test_endpoints_are_kept_with_and_without_a_pool(
    run: Run, tmp_path: Path, with_pool: bool
) -> None:
    folder, page = tmp_path / "run", tmp_path / "r.html"
    pool = [write_pool_of(tmp_path / "pool", 1)] if with_pool else []
    code, _, error = run("endpoints", *pool, "--out", tmp_path / "out", "--run", folder)
    assert (code, error) == (0, "")
    found = json.loads((folder / "endpoints.json").read_text())
    assert (found["pool"] is None) is not with_pool
    assert (tmp_path / "out" / "endpoints.csv").is_file()
    assert (folder / "tables" / "endpoints-follow-up-table.md").is_file() is with_pool
    assert run("verify", folder)[0] == 0
    assert run("report", folder, "-o", page)[0] == 0
    assert ("This run speaks of no pool." in page.read_text()) is not with_pool
