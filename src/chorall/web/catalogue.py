"""Texts for patients and carers: one catalogue per language, all with the same parts."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from chorall.errors import DefinitionError

FOLDER: Final = Path(__file__).parent / "catalogues"
LANGUAGES: Final = ("en", "de")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Section(_Frozen):
    """One part of the page.

    Attributes
    ----------
    id : str
        The same in every language.
    heading : str
        A question that a reader has.
    text : tuple of str
        Paragraphs.
    questions : tuple of str
        A list of questions to ask.
    """

    id: str
    heading: str
    text: tuple[str, ...]
    questions: tuple[str, ...] = ()


class Catalogue(_Frozen):
    """All words of the page in one language; `source` and `confidence` say what they rest on."""

    language: str
    name: str
    title: str
    lead: str
    contents: str
    skip: str
    banner: str
    synthetic: str
    footer: str
    home: str
    other: str
    source: str
    confidence: Literal["seen", "unverified", "computed"]
    sections: tuple[Section, ...]


@cache
def read_catalogue(language: str) -> Catalogue:
    """Return the texts of a language.

    Raises
    ------
    DefinitionError
        If there is none in this language.
    """
    if language not in LANGUAGES:
        raise DefinitionError(f"there is no text in `{language}`. Known: {', '.join(LANGUAGES)}")
    text = (FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    return Catalogue.model_validate(tomllib.loads(text))
