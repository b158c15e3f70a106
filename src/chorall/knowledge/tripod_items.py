"""The items of the TRIPOD+AI checklist."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chorall.knowledge.fact_source import FactSource

TRIPOD_TOML = Path(__file__).parent / "tripod.toml"


class TripodItem(BaseModel):
    """One item.

    Attributes
    ----------
    number : str
        As in the checklist, with its letter, e.g. `12c`.
    topic : str
        What is to be reported.
    knows : str
        Key of what a run can say of it; empty where it can say nothing.
    to_fill : str
        What a person must add; empty where the run knows all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    topic: str
    knows: str
    to_fill: str


class TripodChecklist(BaseModel):
    """All items, with their source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: FactSource
    items: tuple[TripodItem, ...]


@cache
def tripod_checklist() -> TripodChecklist:
    """Return the checklist."""
    return TripodChecklist.model_validate(tomllib.loads(TRIPOD_TOML.read_text(encoding="utf-8")))
