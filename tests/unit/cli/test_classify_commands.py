"""`chorall classify` and `chorall classifiers`: what is printed, what is written, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool
from unit.cli.command_runner import Run


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    patients = pl.DataFrame({
        "patient_id": ["P0", "P1"], "trial_id": "A", "lineage": "B", "age_years": [4.0, 12.0],
        "wbc_10e9_per_l": [10.0, None],
    })  # fmt: skip
    return build_pool(tmp_path / "pool", patients=patients).path


def test_the_summary_is_printed_and_the_lines_are_written(
    run: Run, pool: Path, tmp_path: Path
) -> None:
    out, file = tmp_path / "out", tmp_path / "classify.json"
    code, text, error = run("classify", pool, "-c", "nci", "--out", out, "--json", file)
    assert (code, error) == (0, "")
    assert "SYNTHETIC DATA" in text
    assert "standard" in text
    lines = pl.read_csv(out / "classify.csv")
    assert lines["patient_id"].to_list() == ["P0", "P1"]
    assert lines["result"].to_list() == ["standard", "high"]
    assert pl.read_csv(out / "classify-summary.csv")["n_patients"].to_list() == [1, 1]
    read = json.loads(file.read_text("utf-8"))
    assert set(read) == {"analysis", "pool", "rows", "warnings"}
    assert [row["result"] for row in read["rows"]] == ["standard", "high"]


def test_unverified_is_said_and_can_be_left_out(run: Run, pool: Path) -> None:
    _, text, _ = run("classify", pool)
    assert "ukall_heh (unverified)" in " ".join(text.split())
    code, text, _ = run("classify", pool, "--verified-only")
    assert code == 0
    assert "unverified" not in text


def test_a_score_that_was_not_obtained_ends_with_one_message(run: Run, pool: Path) -> None:
    code, _, error = run("classify", pool, "-c", "picog")
    assert code == 12
    assert error.startswith("DefinitionError: ")
    assert "coefficients and cut-points were not obtained" in error
    assert "Traceback" not in error


def test_every_classifier_is_listed_with_source_and_confidence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    code, text, _ = run("classifiers", "--json", file)
    assert code == 0
    assert "picog" in text
    rows = {row["id"]: row for row in json.loads(file.read_text("utf-8"))["rows"]}
    assert rows["nci"]["source"].startswith("S28, S32: ")
    assert rows["nci"]["population"] == "B lineage; age of 1 year or more; age below 22 years"
    assert rows["picog"]["completeness"] == "NONE"
    assert rows["picog"]["missing"]


def test_subtypes_are_counted_and_those_from_memory_can_be_left_out(
    run: Run, tmp_path: Path
) -> None:
    patients = pl.DataFrame({"patient_id": ["P0", "P1"], "trial_id": "A", "lineage": "B"})
    found = patients.select("patient_id", "trial_id").with_columns(
        scheme=pl.lit("ICC-2022"), basis=pl.lit("lesion"),
        subtype=pl.Series(["bcr_abl1", "bcr_abl1_like"]),
        confidence=pl.Series(["seen", "unverified"]),
    )  # fmt: skip
    pool = build_pool(tmp_path / "pool", patients=patients, others={"subtype": found}).path
    file = tmp_path / "subtypes.json"
    code, text, error = run("subtypes", pool, "--json", file, "--out", tmp_path / "out")
    assert (code, error) == (0, "")
    assert "bcr_abl1_like (unverified)" in text
    rows = json.loads(file.read_text("utf-8"))["rows"]
    assert [(row["subtype"], row["n_patients"]) for row in rows] == [
        ("bcr_abl1", 1),
        ("bcr_abl1_like", 1),
    ]
    assert (tmp_path / "out" / "subtypes.csv").is_file()
    _, text, _ = run("subtypes", pool, "--seen")
    assert "bcr_abl1_like (unverified)" not in text
    assert "1 patients of them are counted as open" in " ".join(text.split())
    assert run("subtypes", pool, "--scheme", "WHO")[0] == 10
