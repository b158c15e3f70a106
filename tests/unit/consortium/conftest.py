"""A sound little consortium of two trials, and its pool."""

from __future__ import annotations

from pathlib import Path

import pytest
from properties.delivery_maker import fixed_consortium

from chorall.consortium.build import build_pool
from chorall.tables.store import Pool


@pytest.fixture
def consortium(tmp_path: Path) -> Path:
    """Return the consortium.toml of a consortium that may be changed."""
    return fixed_consortium().write(tmp_path / "in")


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    """Return a pool that no test changes."""
    folder = tmp_path_factory.mktemp("sound")
    made = fixed_consortium()
    relapsed, other = made.files["A"].rows[1], made.files["A"].rows[2]
    relapsed[8] = "01.02.2003"
    other[2], other[5] = "?", ""
    made.files["M"].rows += [
        [other[0], "MLL", "mutation", "?", ""],
        [other[0], "TP 53", "mutation", "sure", ""],
        [other[0], "NRAS", "mutation", "sure", ""],
        ["nobody", "TP53", "mutation", "sure", ""],
    ]
    return build_pool(made.write(folder / "in"), folder / "pool")
