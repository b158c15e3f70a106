"""The commands about missing values print, write the same numbers, and refuse with one message."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool

import chorall as ch
from chorall.cli import main


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    """Every fourth patient was not tested; deaths within 90 days never were."""
    rng = np.random.default_rng(4)
    n = 300
    ids = [f"P{i:03d}" for i in range(n)]
    time = rng.integers(1, 2000, n)
    time[:30] = rng.integers(1, 90, 30)
    words = np.where(rng.random(n) < 0.3, "present", "absent")
    gap = (np.arange(n) < 30) | (np.arange(n) % 4 == 0)
    build_pool(
        tmp_path / "pool",
        patients=pl.DataFrame({"patient_id": ids, "trial_id": ["A", "B"] * 150, "age_years": 40.0}),
        statuses=pl.DataFrame(
            {"patient_id": ids, "marker": "TP53", "status": np.where(gap, "not_tested", words)}
        ),
        outcomes=pl.DataFrame({
            "patient_id": ids, "endpoint": "OS", "time": time,
            "cause": np.where(np.arange(n) < 30, 1, rng.integers(0, 2, n)),
        }),
    )  # fmt: skip
    return tmp_path / "pool"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def run_command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["chorall", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err.strip()

    return run_command


def test_imputing_prints_both_answers_and_writes_the_same(run, pool: Path, tmp_path: Path) -> None:
    file, folder = tmp_path / "impute.json", tmp_path / "out"
    code, out, error = run(
        "impute", pool, "-m", "TP53", "-e", "OS", "-a", "none", "--imputations", 3,
        "--iterations", 2, "--seed", 5, "--json", file, "--out", folder,
    )  # fmt: skip
    assert (code, error) == (0, "")
    assert "Those tested beside 3 imputed data sets" in out
    assert "missing at random" in out
    written = json.loads(file.read_text("utf-8"))
    assert written["analysis"] == "impute"
    expected = ch.impute_prognosis(
        ch.read_pool(pool), ["TP53"], endpoints=["OS"], adjust=[], n_imputations=3, n_iterations=2,
        seed=5,
    )  # fmt: skip
    assert written["rows"] == expected.to_dict()["rows"]
    names = {path.name for path in folder.iterdir()}
    assert {"impute.csv", "impute.json", "impute-figure-1.svg"} <= names
    assert "TP53: imputed" in expected.plot().svg()
    assert "Imputed: hazard ratio" in expected._repr_html_()


def test_missingness_is_said_and_every_trial_is_written(run, pool: Path, tmp_path: Path) -> None:
    file = tmp_path / "missingness.json"
    code, out, error = run("missingness", pool, "--json", file)
    assert (code, error) == (0, "")
    assert "MISSING MORE OFTEN IN EARLY DEATHS" in out
    rows = json.loads(file.read_text("utf-8"))["rows"]
    assert [row["trial"] for row in rows] == [None, "A", "B"]
    needed = {"marker", "trial", "n", "n_missing", "odds_ratio", "p_value", "q_value", "statement"}
    assert needed <= set(rows[0])
    code, longer, _ = run("missingness", pool, "--by-trial")
    assert code == 0
    assert len(longer.splitlines()) > len(out.splitlines())


def test_what_does_not_exist_is_one_message(run, pool: Path) -> None:
    for arguments in (
        ["impute", pool, "-m", "NOPE"],
        ["impute", pool, "-m", "TP53", "--only-in", "TP53"],
        ["missingness", pool, "-m", "NOPE"],
        ["missingness", pool, "--horizon", 0],
    ):
        code, _, error = run(*arguments)
        assert code == 10
        assert error.startswith("InputError: ")
        assert "Traceback" not in error
