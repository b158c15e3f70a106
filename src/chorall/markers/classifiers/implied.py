"""What one known item says about another: KMT2A::AFF1 present means that KMT2A is rearranged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    markers = tuple(name for name, one in columns.items() if isinstance(one, MarkerColumn))
    links = _lay_links(markers)
    codes = np.array([_codes(columns, name, n) for name in links.names], np.int8)
    is_subtype = _find_subtypes(columns, n)
    for _ in range(2):  # a subtype implies a fusion, which implies a rearrangement
        codes[: links.n_linked] = _conclude(links, codes, is_subtype)
    for rearranged, special in links.special_cases:
        codes[special, codes[rearranged] == ABSENT] = ABSENT
    completed = dict(columns)
    concluded = links.names[: links.n_concluded]
    completed |= {name: MarkerColumn(own) for name, own in zip(concluded, codes, strict=False)}
    for name, column in columns.items():
        if isinstance(column, MrdColumn):
            completed[REPORT_PREFIX + name] = column
    return _deny_missing_pcr(completed, n)


def _codes(columns: Mapping[str, Column], name: str, n: int) -> Codes:
    column = columns.get(name)
    return column.codes if isinstance(column, MarkerColumn) else np.full(n, UNKNOWN, np.int8)


@dataclass(frozen=True, slots=True)
class _Links:
    """What says something about what, as places of markers in a table of codes.

    Attributes
    ----------
    names : tuple of str
        Markers, one row of codes each: first those that others imply or deny, then the other
        special cases, then all about which nothing follows.
    n_linked, n_concluded : int
        How many the first are, and the first two together.
    saying, saying_from : int
        Places of the markers whose presence makes each of these present, one after the other, and
        where those of each begin.
    own, own_from : int
        The same for the markers whose absence makes it absent: itself and its other names.
    either : tuple of (int, tuple of int)
        A marker that says that at least one of others is present, and these.
    special_cases : tuple of (int, int)
        A rearrangement and a fusion that is a case of it.
    """

    names: tuple[str, ...]
    n_linked: int
    n_concluded: int
    saying: NDArray[np.int64]
    saying_from: NDArray[np.int64]
    own: NDArray[np.int64]
    own_from: NDArray[np.int64]
    either: tuple[tuple[int, tuple[int, ...]], ...]
    special_cases: tuple[tuple[int, int], ...]


@lru_cache(maxsize=1 << 10)
def _lay_links(markers: tuple[str, ...]) -> _Links:
    """Lay out the links among markers that patients have."""
    linked = _list_linked()
    others = [name for item in linked for name in (*item.same_as, *item.either_of)]
    cases = [(item.name, name) for item in linked for name in _list_special_cases(item)]
    concluded = dict.fromkeys([*(one.name for one in linked), *(special for _, special in cases)])
    names = tuple(dict.fromkeys([*concluded, *markers, *others]))
    place = {name: at for at, name in enumerate(names)}
    implying: dict[str, list[int]] = {item.name: [] for item in linked}
    for name in names:
        for implied in _list_implied(name):
            implying[implied].append(place[name])
    own = [[place[name] for name in (item.name, *item.same_as)] for item in linked]
    saying = [[*mine, *implying[item.name]] for mine, item in zip(own, linked, strict=True)]
    return _Links(
        names,
        len(linked),
        len(concluded),
        *_chain(saying),
        *_chain(own),
        tuple(
            (at, tuple(place[name] for name in item.either_of))
            for at, item in enumerate(linked)
            if item.either_of
        ),
        tuple((place[a], place[b]) for a, b in cases),
    )


def _chain(lists: list[list[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lists one after the other, and where each begins."""
    begins = np.cumsum([0, *(len(one) for one in lists[:-1])])
    return np.array([at for one in lists for at in one], np.int64), begins.astype(np.int64)


def _conclude(links: _Links, codes: Codes, is_subtype: NDArray[np.bool_]) -> Codes:
    """Return what follows for the markers about which others say something, one row each."""
    says_present = codes[links.saying] == PRESENT
    is_present = np.logical_or.reduceat(says_present, links.saying_from, axis=0) | is_subtype
    says_absent = codes[links.own] == ABSENT
    is_absent = np.logical_or.reduceat(says_absent, links.own_from, axis=0)
    for place, parts in links.either:
        is_absent[place] |= (codes[list(parts)] == ABSENT).all(axis=0)
    found = np.where(is_absent, np.int8(ABSENT), np.int8(UNKNOWN))
    found[is_present] = PRESENT
    return found


@lru_cache(maxsize=1 << 14)
def _list_implied(marker: str) -> tuple[str, ...]:
    """Return the markers that the presence of this one implies."""
    return tuple(item.name for item in _list_linked() if item.is_implied_by(marker))


def _find_subtypes(columns: Mapping[str, Column], n: int) -> NDArray[np.bool_]:
    """Return whether the subtype of each patient defines each marker, one row each."""
    found = np.zeros((len(_list_linked()), n), bool)
    subtype = columns.get("subtype")
    if isinstance(subtype, WordColumn):
        for place, item in enumerate(_list_linked()):
            if item.subtype in subtype.words:
                found[place] = subtype.codes == subtype.words.index(item.subtype)
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
