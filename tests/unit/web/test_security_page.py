"""docs/security.md names only tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_test_that_the_page_names_exists():
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text("utf-8")))
    assert len(named) > 25
    files = [*ROOT.glob("tests/unit/**/test_*.py"), *ROOT.glob("tests/browser/test_*.py")]
    there = {
        name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text("utf-8"))
    }
    assert named <= there
