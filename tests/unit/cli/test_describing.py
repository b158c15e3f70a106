"""`chorall table1`: printed and written."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool
from unit.cli.command_runner import Run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ids = [f"P{i:02d}" for i in range(40)]
    patients = pl.DataFrame({
        "patient_id": ids, "trial_id": ["A"] * 20 + ["B"] * 20, "sex": ["female", "male"] * 20,
    })  # fmt: skip
    status = ["present"] * 3 + ["absent"] * 30 + ["not_tested"] * 7
    statuses = pl.DataFrame({"patient_id": ids, "marker": "TP53", "status": status})
    path = tmp_path_factory.mktemp("table1") / "pool"
    return build_pool(path, patients=patients, statuses=statuses).path


def test_the_table_is_printed_and_written_without_small_counts(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    code, printed, error = run(
        "table1", folder, "--json", tmp_path / "t.json", "--out", tmp_path / "out"
    )
    assert (code, error) == (0, "")
    assert "Research use only" in printed
    assert "10 (50 %)" in printed
    assert "hidden" in printed
    rows = json.loads((tmp_path / "t.json").read_text("utf-8"))["rows"]
    present = [row["n"] for row in rows if (row["variable"], row["level"]) == ("TP53", "present")]
    assert present == [None, 0, None], "neither the group nor the total of all"
    assert "hidden" in (tmp_path / "out" / "table1.csv").read_text("utf-8").splitlines()[0]


def test_everything_is_shown_on_request(run: Run, folder: Path) -> None:
    _, printed, _ = run("table1", folder, "--smallest", 1, "-m", "TP53", "--variable", "sex")
    assert "3 / 20 (15 %)" in printed
    assert "hidden" not in printed


def test_a_wrong_grouping_names_those_known(run: Run, folder: Path) -> None:
    code, _, error = run("table1", folder, "--by", "center")
    assert code == 10
    assert "age_band, lineage" in error


def test_a_table_too_wide_for_the_terminal_comes_in_parts(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chorall.cli.describing.MOST_COLUMNS", 3)
    code, printed, error = run("table1", folder, "-m", "none", "--json", tmp_path / "t.json")
    assert (code, error) == (0, "")
    assert printed.count("Characteristic") == 2
    assert "(1 of 2)" in printed
    assert "(2 of 2)" in printed
    assert printed.count("Research use only") == 1
    assert (tmp_path / "t.json").is_file()
