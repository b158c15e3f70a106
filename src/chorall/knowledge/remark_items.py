"""The items of the REMARK checklist."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from chorall.knowledge.checklist import Checklist

REMARK_TOML = Path(__file__).parent / "remark.toml"


@cache
def remark_checklist() -> Checklist[int]:
    """Return the checklist."""
    return Checklist[int].model_validate(tomllib.loads(REMARK_TOML.read_text(encoding="utf-8")))
