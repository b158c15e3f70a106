"""What `chorall prognosis` writes, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from golden.golden_consortium import write_golden_consortium

from chorall.cli import main


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from chorall.consortium.build import build_pool

    folder = tmp_path_factory.mktemp("prognosis")
    build_pool(write_golden_consortium(folder / "in"), folder / "pool")
    return folder / "pool"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["chorall", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_out_holds_rows_summary_trials_methods_and_checklist(
    pool: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    chosen = ["-m", "TP53", "-m", "wbc", "-e", "OS", "--detail", "estimates", "--out", out]
    assert run(monkeypatch, "prognosis", pool, *chosen) == 0
    printed = capsys.readouterr().out
    assert "Continuous markers: hazard ratio per unit, no cut-point" in printed
    assert [line for line in printed.splitlines() if line.strip().startswith("wbc")]
    names = {file.name for file in out.iterdir()}
    wanted = {"json", "csv", "summary.csv", "by-trial.csv", "remark.csv"}
    assert {f"prognosis{'.' if '.' not in x else '-'}{x}" for x in wanted} <= names
    assert "Hartung and Knapp" in (out / "prognosis-methods.txt").read_text("utf-8")
    with (out / "prognosis.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["marker"] for row in rows} == {"TP53", "wbc"}
    assert len(rows) == len(json.loads((out / "prognosis.json").read_text("utf-8"))["rows"])
    with (out / "prognosis-remark.csv").open(encoding="utf-8") as stream:
        assert len(list(csv.DictReader(stream))) == 20


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-m", "wbc>50"], 10, "Continuous markers stay continuous"),
        (["--transplant", "time_dependent"], 11, "no transplantation in first remission"),
        (["--transplant", "sometimes"], 10, "ignore, time_dependent, landmark"),
        (["--detail", "some"], 10, "full, estimates"),
        (["--cut", "0"], 10, "`cut_years` is 0.0"),
        (["-m", "vaf:TP53"], 10, "no allele fraction of `TP53`"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    pool: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    assert run(monkeypatch, "prognosis", pool, *arguments) == code
    error = capsys.readouterr().err
    assert message in " ".join(error.split())
    assert "Traceback" not in error
