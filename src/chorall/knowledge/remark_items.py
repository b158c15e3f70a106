"""The items of the REMARK checklist."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chorall.knowledge.fact_source import FactSource

REMARK_TOML = Path(__file__).parent / "remark.toml"


class RemarkItem(BaseModel):
    """One item.

    Attributes
    ----------
    number : int
        As in the checklist.
    topic : str
        What is to be reported.
    knows : str
        Key of what a run can say of it; empty where it can say nothing.
    to_fill : str
        What a person must add; empty where the run knows all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    topic: str
    knows: str
    to_fill: str


class RemarkChecklist(BaseModel):
    """All items, with their source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: FactSource
    items: tuple[RemarkItem, ...]


@cache
def remark_checklist() -> RemarkChecklist:
    """Return the checklist."""
    return RemarkChecklist.model_validate(tomllib.loads(REMARK_TOML.read_text(encoding="utf-8")))
