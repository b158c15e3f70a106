"""What each analysis asks, how it answers and where it ends, in words for a report."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

METHODS_TOML: Final = Path(__file__).parent / "methods.toml"


class MethodWords(BaseModel):
    """One analysis in words.

    Attributes
    ----------
    title : str
        Heading of its report.
    asks : str
        What was asked.
    methods, limits : tuple of str
        How it answers, and what the answer is not.
    page : str
        Where formulas, sources and R calls stand.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    asks: str
    methods: tuple[str, ...]
    limits: tuple[str, ...]
    page: str


@cache
def method_words() -> dict[str, MethodWords]:
    """Return analysis to its words."""
    adapter = TypeAdapter(dict[str, MethodWords])
    return adapter.validate_python(tomllib.loads(METHODS_TOML.read_text("utf-8")))
