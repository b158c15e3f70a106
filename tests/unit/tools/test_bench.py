"""The benchmark counts a time only when the answers agree, and gives all tools the same data."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "tools"))

from bench.data import read_data, simulate_start_stop, write_data
from bench.measure import Measured, compare, find_difference
from bench.page import judge
from bench.rows import ROWS, Peer

US = Measured(Peer("chorall", "cox", "chorall"), seconds=0.01, best=0.009)
OURS = {"coefficient": np.array([0.5, -0.25]), "standard_error": np.array([0.1, 0.2])}


def measure_peer(seconds: float, answer: dict[str, np.ndarray], best: float = 0.0) -> Measured:
    peer = Peer("r", "cox", "R", aim=6, tolerance=1e-6)
    return Measured(peer, seconds=seconds, best=best or seconds, answer=answer)


@pytest.mark.parametrize(
    ("seconds", "best", "verdict"),
    [(0.08, 0.05, "met"), (0.05, 0.06, "met by best"), (0.05, 0.05, "**missed**")],
)
def test_the_verdict_compares_with_the_aim(seconds: float, best: float, verdict: str) -> None:
    assert judge(measure_peer(seconds, OURS, best), US) == verdict


@pytest.mark.parametrize(
    "answer",
    [
        {"coefficient": np.array([0.5, -0.2501])},
        {"coefficient": np.array([-0.5, 0.25])},
        {"coefficient": np.array([0.5, np.nan])},
        {"something_else": np.array([1.0])},
    ],
)
def test_a_time_with_another_answer_does_not_count(answer: dict[str, np.ndarray]) -> None:
    peer = measure_peer(9.0, answer)
    compare(peer, {("cox", 0): OURS}, ROWS[0], {}, Path())
    assert judge(peer, US).startswith("disagrees")


def test_a_part_of_the_answer_is_compared_with_the_first_part_of_ours() -> None:
    assert find_difference(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0])) == 0
    assert find_difference(np.array([1.0]), np.array([1.0, 2.0])) == float("inf")
    assert find_difference(np.array([1.0, 2.1]), np.array([1.0, 2.0])) == pytest.approx(0.05)


def test_all_tools_read_what_was_written(tmp_path: Path) -> None:
    data = simulate_start_stop(30)
    write_data(tmp_path, data)
    found = read_data(tmp_path)
    assert found.keys() == data.keys()
    for name, values in data.items():
        np.testing.assert_array_equal(found[name], values)
    assert (data["entry_time"] < data["time"]).all()


def test_make_bench_times_the_classifiers_too() -> None:
    makefile = (Path(__file__).parents[3] / "Makefile").read_text("utf-8")
    recipe = makefile.split("\nbench: ")[1].split("\n\n")[0]
    assert "tools/bench_classify.py" in recipe
    assert "-m bench" in recipe
