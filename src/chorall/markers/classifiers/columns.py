"""Items of many patients as arrays: what the engine of the classifiers reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered
from chorall.knowledge.classifier_items import ClassifierItem, classifier_items
from chorall.knowledge.definition_problems import name_choices
from chorall.markers.known_names import is_marker_name
from chorall.markers.mrd_threshold import read_mrd_range
from chorall.tables.mrd_result import MrdResult
from chorall.tables.words import MARKER_STATUSES, MISSING_REASONS

PRESENT, ABSENT, UNKNOWN = 1, 0, -1


@dataclass(frozen=True, slots=True)
class MarkerColumn:
    """Marker of n patients: int8, (n,): PRESENT, ABSENT or UNKNOWN."""

    codes: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """Number of n patients: float64, (n,): NaN where it is not known."""

    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WordColumn:
    """Word of n patients: codes int, (n,), places in `words`; -1 where it is not known."""

    codes: NDArray[np.int64]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MrdColumn:
    """MRD of n patients.

    Attributes
    ----------
    codes : int, (n,)
        Places in `reports`; -1 where there is none.
    reports : tuple of MrdResult, m
        The distinct reports.
    ranges : float64, (5, m + 1)
        The fields of `MrdRange` of every report; the last column is that of no report.
    """

    codes: NDArray[np.int64]
    reports: tuple[MrdResult, ...]
    ranges: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        ranges = [read_mrd_range(report) for report in (*self.reports, None)]
        rows = [
            (one.low, one.high, one.is_high_included, one.may_be_negative, one.may_be_positive)
            for one in ranges
        ]
        object.__setattr__(self, "ranges", np.array(rows, float).T)


Column: TypeAlias = MarkerColumn | NumberColumn | WordColumn | MrdColumn


def read_patient(items: Mapping[str, object]) -> dict[str, Column]:
    """Turn the items of one patient into columns of length 1.

    Parameters
    ----------
    items : mapping of str to object
        Item to its value: a number; a word; for a marker True, False or one of the six words; for
        MRD an `MrdResult`. A missing reason, one of the four marker words that do not count as
        tested, or None means not known.

    Raises
    ------
    InputError
        If an item is not known or its value is of the wrong kind; all problems are told at once.
    """
    known = classifier_items()
    problems = [_find_problem(name, value) for name, value in items.items()]
    raise_gathered(
        InputError,
        "the items of the patient cannot be used",
        [problem for problem in problems if problem],
        "Leave out what is not known, or give a missing reason.",
    )
    return {
        name: _read_value(known[name], value)
        for name, value in items.items()
        if name in known and not _is_unknown(known[name], value)
    } | {name: MarkerColumn(_code(value)) for name, value in items.items() if name not in known}


def _code(value: object) -> NDArray[np.int8]:
    words: dict[object, int] = {
        True: PRESENT,
        False: ABSENT,
        "present": PRESENT,
        "absent": ABSENT,
    }
    return np.array([words.get(value, UNKNOWN)], np.int8)


def _is_unknown(item: ClassifierItem, value: object) -> bool:
    if item.kind == "marker":
        return value not in (True, False, "present", "absent")
    return value is None or value in MISSING_REASONS or value in MARKER_STATUSES[2:]


def _find_problem(name: str, value: object) -> str:
    item = classifier_items().get(name)
    if item is None and not is_marker_name(name):
        return f"`{name}` is no item: {name_choices(name, classifier_items())}"
    if item is None or item.kind == "marker":
        allowed = (True, False, None, *MARKER_STATUSES, *MISSING_REASONS)
        return "" if value in allowed else f"`{name}` is a marker: give one of its six words"
    if _is_unknown(item, value):
        return ""
    return _find_value_problem(item, value)


def _find_value_problem(item: ClassifierItem, value: object) -> str:
    if item.kind == "mrd_report":
        return f"`{item.name}` is read from its MRD report; give that one"
    if item.kind == "mrd":
        return "" if isinstance(value, MrdResult) else f"`{item.name}` must be an MrdResult"
    if item.kind == "word":
        fits = isinstance(value, str) and (item.is_open or value in item.values)
        return "" if fits else f"`{item.name}` must be one of: {', '.join(item.values)}"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and item.minimum <= float(value) <= item.maximum:  # type: ignore[arg-type]
        return ""
    return f"`{item.name}` must be a number from {item.minimum:g} to {item.maximum:g}"


def _read_value(item: ClassifierItem, value: object) -> Column:
    if item.kind == "marker":
        return MarkerColumn(_code(value))
    first = np.zeros(1, np.int64)
    if isinstance(value, MrdResult):
        return MrdColumn(first, (value,))
    if item.kind == "word":
        return WordColumn(first, (str(value),))
    return NumberColumn(np.array([float(value)]))  # type: ignore[arg-type]
