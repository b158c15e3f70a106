"""Real data beside the repository: found or skipped with the reason, never in the repository."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from chorall.consortium.build import build_pool
from chorall.tables.store import Pool

HERE = Path(__file__).parent
DATA = HERE.parents[1].parent / "shared" / "data"


def _require(folder: str) -> Path:
    if not (DATA / folder).is_dir():
        pytest.skip(f"the real data ../shared/data/{folder} are not on this machine")
    return DATA / folder


def _read_reference(folder: str) -> dict[tuple[str, str], float]:
    """Return the estimates of R by analysis and term."""
    with (_require(folder) / "reference_R.csv").open(encoding="utf-8") as stream:
        return {
            (row["analysis"], row["term"]): float(row["estimate"])
            for row in csv.DictReader(stream)
            if row["estimate"]
        }


@pytest.fixture(scope="session")
def amlsg_reference() -> dict[tuple[str, str], float]:
    return _read_reference("aml-multistage")


@pytest.fixture(scope="session")
def ebmt_reference() -> dict[tuple[str, str], float]:
    return _read_reference("ebmt")


@pytest.fixture(scope="session")
def amlsg_pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    _require("aml-multistage")
    out = tmp_path_factory.mktemp("amlsg") / "pool"
    return build_pool(HERE / "amlsg" / "consortium.toml", out)


@pytest.fixture(scope="session")
def ebmt_pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    _require("ebmt")
    return build_pool(HERE / "ebmt4" / "consortium.toml", tmp_path_factory.mktemp("ebmt") / "pool")
