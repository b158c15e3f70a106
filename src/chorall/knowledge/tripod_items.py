"""The items of the TRIPOD+AI checklist."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from chorall.knowledge.checklist import Checklist

TRIPOD_TOML = Path(__file__).parent / "tripod.toml"


@cache
def tripod_checklist() -> Checklist[str]:
    """Return the checklist."""
    return Checklist[str].model_validate(tomllib.loads(TRIPOD_TOML.read_text(encoding="utf-8")))
