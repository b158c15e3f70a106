"""The page of rungs names every kernel, and at least two kinds of tests that use it."""

import re
from pathlib import Path

import pytest

from chorall import stats

ROOT = Path(__file__).parents[2]
FOLDERS = ["unit/stats", "oracle", "properties", "simulation", "real"]


def read_rungs():
    """Return the test files in each column, by function."""
    page = (ROOT / "docs/methods/two_rungs.md").read_text(encoding="utf-8")
    rungs = {}
    for line in re.findall(r"^\| `.*$", page, flags=re.MULTILINE):
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        rungs[name.strip("`")] = [[file for file in cell.split(", ") if file] for cell in cells]
    return rungs


RUNGS = read_rungs()


def test_every_public_function_is_listed():
    assert set(RUNGS) == {name for name in stats.__all__ if name[0].islower()}


@pytest.mark.parametrize("name", RUNGS)
def test_a_function_stands_on_two_rungs(name):
    columns = RUNGS[name]
    assert len(columns) == len(FOLDERS)
    assert sum(map(bool, columns)) >= 2
    for folder, files in zip(FOLDERS, columns, strict=True):
        for file in files:
            text = (ROOT / "tests" / folder / f"test_{file}.py").read_text(encoding="utf-8")
            assert re.search(rf"\b{name}\b", text), f"{folder}/test_{file}.py"
