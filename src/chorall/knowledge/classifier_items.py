"""What the rules of classifiers may ask: items, their kinds, and what follows from a lesion."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal

from chorall.errors import DefinitionError

ITEMS_TOML = Path(__file__).parent / "classifier_items.toml"
REPORT_PREFIX = "report_of_"
"""`report_of_mrd_day_15` is the EuroMRD reading of the report, not of the true level."""

ItemKind = Literal["number", "word", "mrd", "mrd_report", "marker"]
REPORT_WORDS = ("complete", "intermediate", "failure")


@dataclass(frozen=True, slots=True)
class ClassifierItem:
    """One thing that a rule may ask.

    Attributes
    ----------
    name : str
        As in rules and, for markers, in the pool.
    kind : {"number", "word", "mrd", "mrd_report", "marker"}
        How it is compared.
    label : str
        For people.
    minimum, maximum : float
        Inclusive range of a number; an unknown number may be anything in it.
    values : tuple of str
        Words of a word item.
    is_open : bool
        True where a word that is not listed is allowed.
    follows_from : tuple of str
        Patterns of markers that imply this one.
    same_as : tuple of str
        Other names of the same lesion.
    either_of : tuple of str
        Markers of which this one says that at least one is present.
    subtype : str
        Subtype that implies this marker, or empty.
    """

    name: str
    kind: ItemKind
    label: str = ""
    minimum: float = 0.0
    maximum: float = 0.0
    values: tuple[str, ...] = ()
    is_open: bool = False
    follows_from: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    either_of: tuple[str, ...] = ()
    subtype: str = ""

    def is_implied_by(self, marker: str) -> bool:
        """Return True where the presence of `marker` implies this one."""
        if marker == self.name:
            return False
        if marker in self.either_of:
            return True
        return any(fnmatchcase(marker, pattern) for pattern in self.follows_from)


@cache
def classifier_items() -> dict[str, ClassifierItem]:
    """Return every item by name, in file order; shared, do not change it."""
    facts = tomllib.loads(ITEMS_TOML.read_text(encoding="utf-8"))
    items = [*_read_plain(facts), *_read_markers(facts["markers"])]
    return {item.name: item for item in items}


def _read_plain(facts: dict[str, Any]) -> list[ClassifierItem]:
    numbers = [
        ClassifierItem(entry["name"], "number", entry["label"], entry["minimum"], entry["maximum"])
        for entry in facts["numbers"]
    ]
    words = [
        ClassifierItem(
            entry["name"],
            "word",
            entry["label"],
            values=tuple(entry["values"]),
            is_open=entry.get("open", False),
        )
        for entry in facts["words"]
    ]
    mrd = [ClassifierItem(entry["name"], "mrd", entry["label"]) for entry in facts["mrd"]]
    reports = [
        ClassifierItem(
            REPORT_PREFIX + item.name, "mrd_report", f"report of {item.label}", values=REPORT_WORDS
        )
        for item in mrd
    ]
    return [*numbers, *words, *mrd, *reports]


def _read_markers(entries: list[dict[str, Any]]) -> list[ClassifierItem]:
    return [
        ClassifierItem(
            name,
            "marker",
            name.replace("_", " "),
            follows_from=tuple(entry.get("follows_from", ())),
            same_as=tuple(entry.get("same_as", ())),
            either_of=tuple(entry.get("either_of", ())),
            subtype=entry.get("subtype", ""),
        )
        for entry in entries
        for name in entry["names"]
    ]


def find_item(name: str) -> ClassifierItem:
    """Return one item.

    Raises
    ------
    DefinitionError
        If there is no such item; the message lists the known ones.
    """
    items = classifier_items()
    if name not in items:
        raise DefinitionError(
            f"`{name}` is no item of a classifier.\n  Known: {', '.join(items)}\n"
            "  Add it to knowledge/classifier_items.toml, or correct the rule."
        )
    return items[name]
