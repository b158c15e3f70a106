"""`chorall risk`: what is printed and written, exit codes, the words that a doctor reads."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from unit.analyses.risk.drawn_pool import RULE, draw, make_pool
from unit.cli.command_runner import Run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("risk")
    (path / "own.toml").write_text(RULE, "utf-8")
    make_pool(path / "pool", draw(300))
    return path


def test_groups_waiting_and_finder_are_printed_and_written(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    file, out = tmp_path / "r.json", tmp_path / "out"
    code, text, error = run(
        "risk", folder / "pool", "--rule", folder / "own.toml", "-c", "own_mrd", "-c", "nci",
        "--json", file, "--out", out,
    )  # fmt: skip
    assert (code, error) == (0, "")
    plain = " ".join(text.split())
    for words in ("Research use only", "not assessable (not tested)", "What waiting", "finder"):
        assert words in plain
    written = json.loads(file.read_text("utf-8"))
    assert written["analysis"] == "risk"
    assert {"waiting", "reclassification", "decision", "finder", "intensity"} <= set(written)
    assert "svg" in (out / "risk-figure-1.svg").read_text("utf-8")
    assert pl.read_csv(out / "risk-decision.csv").height == 4 * 60


def test_a_rule_that_is_no_rule_says_what_is_wrong(run: Run, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(RULE.replace("IKZF1_del", "IKZF1_dell"), "utf-8")
    code, _, error = run("risk", folder / "pool", "--rule", file)
    assert code == 12
    assert "IKZF1_dell" in error
    assert run("risk", folder / "pool", "--target", "cure")[0] == 10


def test_a_rule_is_built_written_and_asked_again(run: Run, folder: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "rule.json", tmp_path / "rule"
    items = [word for name in ("mrd_end_of_induction", "IKZF1_del") for word in ("-i", name)]
    code, text, error = run(
        "risk-rule", folder / "pool", *items, "--target-risk", 0.4, "--test", "C",
        "--json", file, "--out", out,
    )  # fmt: skip
    assert (code, error) == (0, "")
    assert "Research use only" in text
    written = json.loads(file.read_text("utf-8"))
    assert len(written["cut_points"]["all tests"]) == 1
    assert {"performance", "optimism", "weights", "tests"} <= set(written)
    built = out / "risk-rule-all-tests.toml"
    code, text, error = run("risk", folder / "pool", "--rule", built, "-c", "built_all_tests")
    assert (code, error) == (0, "")
    assert "optimistic" in " ".join(text.split())


def test_training_and_test_on_one_trial_is_called_optimistic(run: Run, folder: Path) -> None:
    code, text, _ = run(
        "risk-rule", folder / "pool", "-i", "mrd_end_of_induction", "--target-risk", 0.4,
        "--train", "A", "--train", "B", "--test", "B",
    )  # fmt: skip
    assert code == 0
    assert "OPTIMISM" in text
