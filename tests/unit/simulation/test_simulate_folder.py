"""Where a simulated consortium may be written, and what becomes of what was there."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from chorall.errors import InputError
from chorall.simulation import simulate
from chorall.simulation.folder import MARKER_FILE


def test_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results.txt").write_text("mine")
    with pytest.raises(InputError, match="was not written by the simulator"):
        simulate(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["results.txt"]


def test_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        simulate(tmp_path / "taken")


def test_empty_folder_is_used(tmp_path: Path) -> None:
    made = simulate(tmp_path, patients=160)
    assert made.consortium_toml == tmp_path / "consortium.toml"
    consortium = tomllib.loads(made.consortium_toml.read_text())
    assert consortium["synthetic"] is True
    assert all((tmp_path / mapping).is_file() for mapping in consortium["mappings"])
    assert json.loads((tmp_path / "truth" / "truth.json").read_text()) == made.truth
    assert len((tmp_path / consortium["pseudonym_key"]).read_bytes()) >= 16


def test_next_run_replaces_the_simulation_and_keeps_what_was_added(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    simulate(folder, patients=320, trials=8)
    (folder / "pool").mkdir()
    (folder / "pool" / "manifest.json").write_text("{}")
    simulate(folder, patients=160, trials=1)
    names = {entry.name for entry in folder.iterdir()}
    assert names == {
        "consortium.toml", "pseudonym.key", "truth", "syn-paed-1", MARKER_FILE, "pool",
    }  # fmt: skip
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo"]


def test_failing_run_leaves_the_earlier_one_alone(tmp_path: Path) -> None:
    simulate(tmp_path / "demo", patients=160)
    before = (tmp_path / "demo" / "truth" / "truth.json").read_bytes()
    with pytest.raises(InputError, match="expected 47 to"):
        simulate(tmp_path / "demo", patients=160, markers=3)
    assert (tmp_path / "demo" / "truth" / "truth.json").read_bytes() == before


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"trials": 0}, "trials = 0"),
        ({"patients": 159}, "4 trials need at least 160"),
        ({"seed": -1}, "seed = -1"),
    ],
)
def test_impossible_numbers_are_refused(
    tmp_path: Path, numbers: dict[str, int], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        simulate(tmp_path / "demo", **numbers)
    assert not (tmp_path / "demo").exists()


def test_styles_repeat_with_numbered_trials(tmp_path: Path) -> None:
    made = simulate(tmp_path / "ten", patients=800, trials=10)
    styles = {name: trial["style"] for name, trial in made.truth["trials"].items()}
    assert list(styles) == [
        "SYN-PAED-1", "SYN-AYA-1", "SYN-ADULT-1", "SYN-OLDER-1", "SYN-KIDS-1", "SYN-GRAND-1",
        "SYN-PH-1", "SYN-MINI-1", "SYN-PAED-2", "SYN-AYA-2",
    ]  # fmt: skip
    assert styles["SYN-PAED-2"] == "paediatric"
