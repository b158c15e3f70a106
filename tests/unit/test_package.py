"""The package as a whole: one version, the promised names, a light import, working README links."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import chorall as ch

ROOT = Path(__file__).parents[2]


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    meson = (ROOT / "meson.build").read_text("utf-8")
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert project["version"] == ch.__version__
    assert f"version: '{ch.__version__}'" in meson
    assert f"version: {ch.__version__}" in citation


@pytest.mark.parametrize("name", [n for n in ch.__all__ if n != "__version__"])
def test_every_promised_name_is_there_and_documented(name: str) -> None:
    assert callable(getattr(ch, name))
    assert getattr(ch, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        ch.no_such_thing  # noqa: B018


@pytest.mark.parametrize("module", ["chorall", "chorall.cli.app"])
def test_importing_loads_no_heavy_library(module: str) -> None:
    heavy = {"polars", "numpy", "scipy", "matplotlib", "duckdb", "pydantic", "jinja2"}
    code = f"import sys, {module}; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_who_asks_a_bank_waits_for_no_library_that_only_a_fit_needs() -> None:
    code = (
        "import sys, chorall.web.serving, chorall.web.doctor.page, chorall.analyses.bank; "
        "print(*sorted({'scipy.stats', 'matplotlib', 'pandas', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("page", ["README.md", "DEVELOPERS.md", "CHANGELOG.md", "docs/mapping.md"])
def test_links_between_pages_lead_somewhere(page: str) -> None:
    file = ROOT / page
    links = re.findall(r"\]\(([^)#]+)\)", file.read_text("utf-8"))
    missing = [link for link in links if not (file.parent / link).exists()]
    assert missing == []


def test_the_locks_hold_hashes_and_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text("utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
