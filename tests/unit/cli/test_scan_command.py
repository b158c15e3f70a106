"""`chorall scan`: the table, the files it writes, and what it refuses."""

from __future__ import annotations

import json

import polars as pl
import pytest
from unit.analyses.scan_pool import build_scan_pool, draw_scan_tables

from chorall.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return build_scan_pool(tmp_path_factory.mktemp("scan"), draw_scan_tables()).path


@pytest.fixture
def run(monkeypatch, capsys):
    def run_command(*arguments):
        monkeypatch.setattr("sys.argv", ["chorall", "scan", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run_command


def test_the_strongest_lines_are_shown_and_all_are_written(run, folder, tmp_path):
    code, out, _ = run(
        folder, "-e", "OS", "-e", "CIR", "--pairs", "--subtypes", "--out", tmp_path,
        "--json", tmp_path / "all.json",
    )  # fmt: skip
    assert code == 0
    assert "Strongest 80 of" in out
    written = json.loads((tmp_path / "all.json").read_text())
    assert written["analysis"] == "scan"
    table = pl.read_csv(tmp_path / "scan.csv", infer_schema_length=None)
    assert table.height == len(written["rows"])
    single = pl.read_csv(tmp_path / "scan-by-trial.csv", infer_schema_length=None)
    assert sorted(single["trial"].unique()) == ["A", "B", "C"]
    drawn = {file.stem for file in tmp_path.glob("scan-figure-*.svg")}
    assert len(drawn) >= 6
    assert {file.stem for file in tmp_path.glob("scan-figure-*.png")} == drawn
    assert {file.stem for file in tmp_path.glob("scan-figure-*.csv")} == drawn


def test_rules_of_rarity_are_options(run, folder):
    code, out, _ = run(folder, "-e", "OS", "-m", "M13", "--minimum-carriers", "8", "-a", "none")
    assert code == 0
    assert "not assessable" in out
    code, _, error = run(folder, "-e", "OS", "--minimum-carriers", "0")
    assert code == 10
    assert "`minimum_carriers` is 0" in error


def test_an_unknown_endpoint_is_10(run, folder):
    code, _, error = run(folder, "-e", "PFS9")
    assert code == 10
    assert error.count("Error: ") == 1
