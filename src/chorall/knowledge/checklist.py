"""A checklist for reporting a study: its items, and what a run can say of each."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from chorall.knowledge.fact_source import FactSource

Number = TypeVar("Number", int, str)


class ChecklistItem(BaseModel, Generic[Number]):
    """One item.

    Attributes
    ----------
    number : int or str
        As in the checklist, with its letter where there is one, e.g. `12c`.
    topic : str
        What is to be reported.
    knows : str
        Key of what a run can say of it; empty where it can say nothing.
    to_fill : str
        What a person must add; empty where the run knows all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Number
    topic: str
    knows: str
    to_fill: str


class Checklist(BaseModel, Generic[Number]):
    """All items, with their source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: FactSource
    items: tuple[ChecklistItem[Number], ...]
