"""What one known item says about another: KMT2A::AFF1 present means that KMT2A is rearranged."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from chorall.knowledge.classifier_items import REPORT_PREFIX, ClassifierItem, classifier_items
from chorall.markers.classifiers.columns import (
    ABSENT,
    PRESENT,
    UNKNOWN,
    Column,
    MarkerColumn,
    MrdColumn,
    WordColumn,
)

Codes = NDArray[np.int8]
PCR = "pcr"


def complete_items(columns: Mapping[str, Column], n: int) -> dict[str, Column]:
    """Add to the items of n patients what follows from them.

    A marker is present where a lesion is present that implies it, another name of it is present, or
    the subtype that it defines was found. It is absent where it, or another name of it, is absent
    and nothing implies it. A fusion of a gene that is not rearranged is absent; one of two markers
    is present where either is and absent where both are (Kleene). Nothing else
    follows: not tested stays unknown, and a subtype never rules out another lesion.

    Parameters
    ----------
    columns : mapping of str to Column
        Item or marker to its values.
    n : int
        Number of patients.

    Returns
    -------
    dict of str to Column
        The same with what follows; the reports of MRD are added under their own names.
    """
    completed = dict(columns)
    for _ in range(2):  # a subtype implies a fusion, which implies a rearrangement
        names = tuple(completed)
        found = {item.name: _conclude(item, completed, names, n) for item in _list_linked()}
        is_same = all((codes == _codes(completed, name, n)).all() for name, codes in found.items())
        completed |= {name: MarkerColumn(codes) for name, codes in found.items()}
        if is_same:
            break
    for item in _list_linked():
        for name in _list_special_cases(item):
            rearranged = completed[item.name]
            assert isinstance(rearranged, MarkerColumn)
            completed[name] = MarkerColumn(
                np.where(rearranged.codes == ABSENT, ABSENT, _codes(completed, name, n))
            )
    for name, column in columns.items():
        if isinstance(column, MrdColumn):
            completed[REPORT_PREFIX + name] = column
    return _deny_missing_pcr(completed, n)


def _codes(columns: Mapping[str, Column], name: str, n: int) -> Codes:
    column = columns.get(name)
    return column.codes if isinstance(column, MarkerColumn) else np.full(n, UNKNOWN, np.int8)


def _conclude(
    item: ClassifierItem, columns: Mapping[str, Column], markers: tuple[str, ...], n: int
) -> Codes:
    own = [item.name, *item.same_as]
    named = [*own, *_list_implying(item.name, markers)]
    codes = np.array([_codes(columns, name, n) for name in named])
    is_present = (codes == PRESENT).any(axis=0) | _find_subtype(item, columns, n)
    is_absent = (codes[: len(own)] == ABSENT).any(axis=0)
    if item.either_of:
        parts = np.array([_codes(columns, name, n) for name in item.either_of])
        is_absent |= (parts == ABSENT).all(axis=0)
    found = np.where(is_absent, np.int8(ABSENT), np.int8(UNKNOWN))
    found[is_present] = PRESENT
    return found


@lru_cache(maxsize=1 << 12)
def _list_implying(name: str, markers: tuple[str, ...]) -> tuple[str, ...]:
    item = classifier_items()[name]
    return tuple(marker for marker in markers if item.is_implied_by(marker))


def _find_subtype(item: ClassifierItem, columns: Mapping[str, Column], n: int) -> NDArray[np.bool_]:
    subtype = columns.get("subtype")
    if not isinstance(subtype, WordColumn) or item.subtype not in subtype.words:
        return np.zeros(n, bool)
    found: NDArray[np.bool_] = subtype.codes == subtype.words.index(item.subtype)
    return found


@cache
def _list_linked() -> tuple[ClassifierItem, ...]:
    """Return the markers about which another item may say something."""
    return tuple(
        item
        for item in classifier_items().values()
        if item.same_as or item.follows_from or item.either_of or item.subtype
    )


@cache
def _list_special_cases(item: ClassifierItem) -> tuple[str, ...]:
    """Return the items that are special cases of this one, such as KMT2A::AFF1 of KMT2A-r."""
    return tuple(
        name
        for name, other in classifier_items().items()
        if other.kind == "marker" and item.is_implied_by(name)
    )


def _deny_missing_pcr(columns: dict[str, Column], n: int) -> dict[str, Column]:
    """Deny that no PCR marker was available for a patient who has a result of PCR."""
    available = np.zeros(n, bool)
    for name in ("mrd_end_of_induction", "mrd_end_of_consolidation"):
        column = columns.get(name)
        if isinstance(column, MrdColumn):
            by_pcr = [PCR in (report.method or "").lower() for report in column.reports]
            available |= np.array([*by_pcr, False])[column.codes]
    said = _codes(columns, "pcr_mrd_not_available", n)
    denied = np.where(available, ABSENT, said).astype(np.int8)
    return columns | {"pcr_mrd_not_available": MarkerColumn(denied)}
