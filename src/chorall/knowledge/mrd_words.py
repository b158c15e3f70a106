"""What laboratories write for residual disease: words to their meaning."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chorall.errors import DefinitionError, raise_gathered
from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.fact_source import FactSource

MRD_WORDS_TOML = Path(__file__).parent / "mrd_words.toml"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Texts(_Frozen):
    label: str = ""
    texts: tuple[str, ...]


class _WordsFile(_Frozen):
    meanings: dict[str, _Texts]
    ambiguous: _Texts
    found: _Texts
    sensitivity: _Texts
    methods: dict[str, tuple[str, ...]]
    source: FactSource


@dataclass(frozen=True, slots=True)
class MrdWords:
    """The words, each as `write_key` writes it.

    Attributes
    ----------
    meanings : dict of str to str
        Word to `undetected`, `detected_not_quantifiable` or a reason for a missing value.
    labels : dict of str to str
        Meaning to one sentence about it.
    ambiguous : frozenset of str
        Words that mean different things in different laboratories.
    found : frozenset of str
        Words that say, beside a number, that cells were found.
    sensitivity : tuple of str
        Words before a sensitivity.
    methods : dict of str to str
        Word to the method as the pool writes it.
    source : FactSource
        Of the whole list.
    """

    meanings: dict[str, str]
    labels: dict[str, str]
    ambiguous: frozenset[str]
    found: frozenset[str]
    sensitivity: tuple[str, ...]
    methods: dict[str, str]
    source: FactSource


def write_key(text: str) -> str:
    """Return a word in small letters without full stops, commas and surplus blanks."""
    plain = text.lower()
    for mark in ".,;:()[]":
        plain = plain.replace(mark, " " if mark != "." else "")
    return " ".join(plain.split())


@cache
def mrd_words() -> MrdWords:
    """Return the shipped words.

    Raises
    ------
    DefinitionError
        If a word has two meanings.
    """
    return read_mrd_words(MRD_WORDS_TOML)


def read_mrd_words(path: Path) -> MrdWords:
    """Read and check a list of words in the form of knowledge/mrd_words.toml.

    Raises
    ------
    DefinitionError
        If the file is not sound or a word has two meanings; the message lists every problem.
    """
    read, _ = read_definition(path, _WordsFile)
    meanings: dict[str, str] = {}
    problems = []
    for meaning, listed in (*read.meanings.items(), ("ambiguous", read.ambiguous)):
        for text in listed.texts:
            if meanings.setdefault(write_key(text), meaning) != meaning:
                problems.append(f"`{text}`: {meanings[write_key(text)]} and {meaning}")
    advice = "Leave the word under one meaning, or under [ambiguous]."
    raise_gathered(DefinitionError, f"{path.name}: words with two meanings", problems, advice)
    methods = {word: name for name, words in read.methods.items() for word in words}
    return MrdWords(
        {word: meaning for word, meaning in meanings.items() if meaning != "ambiguous"},
        {meaning: listed.label for meaning, listed in read.meanings.items()},
        frozenset(word for word, meaning in meanings.items() if meaning == "ambiguous"),
        frozenset(write_key(text) for text in read.found.texts),
        read.sensitivity.texts,
        methods,
        read.source,
    )
