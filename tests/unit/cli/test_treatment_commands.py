"""`chorall treatment` and `chorall strategies`: printed, written, graded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from unit.analyses.transplants.test_transplant import draw as draw_transplants
from unit.analyses.transplants.test_transplant import make_pool as make_transplant_pool
from unit.analyses.treatments.randomised_pool import STEROIDS, draw_trial, make_pool
from unit.analyses.treatments.test_response import draw as draw_responses
from unit.analyses.treatments.test_response import make_pool as make_response_pool
from unit.cli.command_runner import Run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(1)
    drawn = [draw_trial(rng, name, 300, with_marker=0.5) for name in "AB"]
    path = tmp_path_factory.mktemp("treatment") / "pool"
    return make_pool(path, drawn, dict.fromkeys("AB", STEROIDS)).path


def test_one_marker_is_printed_and_written_with_its_grade(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    file, out = tmp_path / "t.json", tmp_path / "out"
    code, printed, error = run(
        "treatment", folder, "-m", "IKZF1_del", "-s", "steroid", "-e", "OS", "--json", file,
        "--out", out,
    )  # fmt: skip
    assert (code, error) == (0, "")
    assert "randomised" in printed
    written = json.loads(file.read_text("utf-8"))
    assert [row["trial"] for row in written["rows"]] == [None, "A", "B"]
    assert {row["evidence"] for row in written["rows"]} == {"randomised"}
    assert "svg" in (out / "treatment-figure-1.svg").read_text("utf-8")
    assert (out / "treatment-figure-1.csv").read_text("utf-8").count("randomised") == 5


def test_without_a_marker_all_are_scanned(run: Run, folder: Path) -> None:
    code, printed, error = run("treatment", folder, "-e", "OS")
    assert (code, error) == (0, "")
    assert "the first 1 of 1 lines" in printed


def test_strategies_say_who_can_be_compared(run: Run, folder: Path) -> None:
    code, printed, _ = run("strategies", folder)
    assert code == 0
    assert "steroid type" in printed


def test_a_strategy_nobody_randomised_is_one_message(run: Run, folder: Path) -> None:
    code, _, error = run("treatment", folder, "-m", "IKZF1_del", "-s", "anti_cd22", "-e", "OS")
    assert code == 11
    assert error.startswith("DataError: no randomised question")
    code, _, error = run("treatment", folder, "--modifier", "IKZF1_del")
    assert code == 10
    assert "--modifier needs --marker" in error


def test_transplantation_and_response_are_asked_on_the_command_line(
    run: Run, tmp_path: Path
) -> None:
    pool = make_transplant_pool(tmp_path / "t", draw_transplants()).path
    file, out = tmp_path / "t.json", tmp_path / "out"
    code, printed, error = run(
        "transplant", pool, "-e", "OS", "-a", "none", "--json", file, "--out", out
    )
    assert (code, error) == (0, "")
    assert "that is immortal time, not an effect" in printed.replace("\n", " ")
    rows = json.loads(file.read_text("utf-8"))["rows"]
    assert {row["evidence"] for row in rows} == {"observational", "natural"}
    assert "svg" in (out / "transplant-figure-1.svg").read_text("utf-8")
    code, _, error = run("transplant", pool, "--method", "clone-censor-weight")
    assert code == 12
    assert "chorall target-trial POOL FILE" in error
    code, _, error = run(
        "transplant", pool, "-e", "OS", "-a", "none", "--negative-outcome", "magic"
    )
    assert code == 10
    assert "name an outcome that transplantation cannot change" in error
    answers = make_response_pool(tmp_path / "r", draw_responses()).path
    code, _, error = run("response", answers, "--outcome", "remission", "--json", file)
    assert (code, error) == (0, "")
    groups = [row["group"] for row in json.loads(file.read_text("utf-8"))["rows"]]
    assert groups == ["all", "absent", "present", "interaction"]
