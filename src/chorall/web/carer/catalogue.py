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


class SummaryWords(_Frozen):
    """All words of the summary for one patient; names in braces are filled in.

    Attributes
    ----------
    fates : dict of str to str
        As in `reports.icon_array.FATES`.
    quantities : dict of str to str
        As in `models.bank.prediction.QUANTITIES`.
    evidence : dict of str to str
        How two treatments were compared, as `Contrast.evidence` says it.
    items, values : dict of str to str
        Items of a patient that are no marker, and the words that they may be.
    treatments : dict of str to str
        Levels of `knowledge/strategies` and the words for transplantation.
    """

    button: str
    title: str
    lead: str
    asked: str
    asked_text: str
    at_diagnosis: str
    in_remission: str
    rest: str
    outcome: str
    treatment: str
    alive: str
    open_range: str
    icons_title: str
    fates: dict[str, str]
    compare: str
    cannot_tell: str
    better: str
    difference: str
    no_difference: str
    range_both: str
    range_one: str
    evidence: dict[str, str]
    not_known: str
    not_known_text: str
    comparable: str
    comparable_few: str
    comparable_hidden: str
    refused: str
    too_few: str
    infant: str
    only_with: str
    hardly_with: str
    not_known_yet: str
    missing: str
    missing_text: str
    missing_more: str
    missing_none: str
    to_come: str
    questions_heading: str
    questions: tuple[str, ...]
    more: str
    more_text: str
    when: str
    one_year: str
    years: str
    quantities: dict[str, str]
    date: str
    decimal: str
    link_button: str
    link_general: str
    link_opening: str
    link_no_script: str
    link_wrong: str
    link_failed: str
    link_other_bank: str
    items: dict[str, str]
    values: dict[str, str]
    treatments: dict[str, str]


class Catalogue(_Frozen):
    """All words of a language for patients; `source` and `confidence` say what they rest on."""

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
    summary: SummaryWords


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
