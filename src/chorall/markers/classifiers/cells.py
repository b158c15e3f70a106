"""The values of an item cut where a classifier looks: finitely many cells, and sets of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from chorall.errors import DefinitionError
from chorall.knowledge.classifier_expressions import ItemTest
from chorall.knowledge.classifier_items import REPORT_WORDS, ItemKind, find_item
from chorall.markers.classifiers.columns import (
    Column,
    MarkerColumn,
    NumberColumn,
    WordColumn,
)
from chorall.markers.mrd_threshold import (
    ADEQUATE_SENSITIVITY,
    assess_mrd_response,
)
from chorall.tables.mrd_result import MrdResult

Cut: TypeAlias = tuple[float, int]
"""A place where values are cut: (v, 0) before v, for `< v` and `>= v`; (v, 1) just above v."""
Masks: TypeAlias = NDArray[np.uint32]
MOST_CELLS = 32
KNOWN_CELLS = (0b01, 0b10, 0b11)
MARKER_CELLS = np.array(KNOWN_CELLS, np.uint32)
"""By code of a marker: absent, present, either."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one item in one classifier; a set of cells is a bit mask.

    Attributes
    ----------
    item : str
        Name of the item.
    kind : str
        Kind of the item. marker: cell 0 absent, cell 1 present. number: the intervals between the
        cuts. word: one cell for each word asked for, the last for all others. mrd: the intervals
        below 1e-4 for a negative result, then all intervals for a positive one.
    cuts : tuple of Cut
        Of numbers and MRD.
    words : tuple of str
        Of words.
    everything : int
        The set of all cells: nothing is known.
    """

    item: str
    kind: ItemKind
    cuts: tuple[Cut, ...] = ()
    words: tuple[str, ...] = ()
    everything: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "everything", (1 << self.n_cells) - 1)

    @property
    def n_negative(self) -> int:
        """Number of cells for a negative MRD result."""
        return self.cuts.index((ADEQUATE_SENSITIVITY, 0)) + 1 if self.kind == "mrd" else 0

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        if self.kind == "marker":
            return 2
        if self.kind in ("word", "mrd_report"):
            return len(self.words) + (self.kind == "word")
        return self.n_negative + len(self.cuts) + 1

    def find_true_cells(self, test: ItemTest) -> int:
        """Return the cells in which a test is true."""
        if test.relation == "present":
            return 0b10
        if test.relation == "is" and self.kind == "mrd":
            return (1 << self.n_negative) - 1
        if test.relation == "is":
            return sum(1 << self.words.index(word) for word in test.words)
        n_below = self.cuts.index(cut_of(test)) + 1
        below = self._spread(range(n_below))
        return below if test.relation in ("<", "<=") else self.everything & ~below

    def observe(self, column: Column | None, n: int) -> Masks:
        """Return the set of cells in which each of n patients may be: uint32, (n,)."""
        if column is None:
            return np.full(n, self.everything, np.uint32)
        if isinstance(column, MarkerColumn):
            return MARKER_CELLS[column.codes]
        if isinstance(column, NumberColumn):
            return self._observe_numbers(column.values)
        if isinstance(column, WordColumn):
            masks = np.array([self._observe_word(word) for word in column.words], np.uint32)
        elif self.kind == "mrd_report":
            masks = np.array([self._observe_report(report) for report in column.reports], np.uint32)
        else:
            return self._observe_mrd(column.ranges)[column.codes]
        return np.append(masks, np.uint32(self.everything))[column.codes]

    def observe_one(self, column: Column | None) -> int:
        """Return the set of cells in which the patient of a column of one may be, as `observe`."""
        if column is None:
            return self.everything
        if isinstance(column, MarkerColumn):
            return KNOWN_CELLS[column.codes.item()]
        if isinstance(column, NumberColumn):
            value = column.values.item()
            if math.isnan(value):
                return self.everything
            return 1 << sum(value > at if above else value >= at for at, above in self.cuts)
        if isinstance(column, WordColumn):
            code = column.codes.item()
            return self.everything if code < 0 else self._observe_word(column.words[code])
        return int(self.observe(column, 1)[0])

    def _observe_numbers(self, values: NDArray[np.float64]) -> Masks:
        masks = np.uint32(1) << self._find_intervals(values).astype(np.uint32)
        return np.where(np.isnan(values), np.uint32(self.everything), masks).astype(np.uint32)

    def _observe_word(self, word: str) -> int:
        return 1 << (self.words.index(word) if word in self.words else len(self.words))

    def _observe_report(self, report: MrdResult) -> int:
        return sum(1 << self.words.index(word) for word in assess_mrd_response(report))

    def _observe_mrd(self, ranges: NDArray[np.float64]) -> Masks:
        """Return the cells of every report: its levels, negative or positive or either."""
        low, high, is_included, may_be_negative, may_be_positive = ranges
        first, last = self._find_intervals(low), self._find_intervals(high)
        ends_at_cut = np.isin(high, [at for at, above in self.cuts if not above])
        last = np.where((is_included == 0) & ends_at_cut, last - 1, last)
        masks = np.zeros(len(low), np.uint32)
        for place in range(len(self.cuts) + 1):
            inside = (first <= place) & (place <= last)
            if place < self.n_negative:
                masks |= np.where(inside & (may_be_negative == 1), _bit(place), _bit(None))
            positive = _bit(self.n_negative + place)
            masks |= np.where(inside & (may_be_positive == 1), positive, _bit(None))
        return masks

    def _find_intervals(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        above_cuts = [(values > at) if above else (values >= at) for at, above in self.cuts]
        places: NDArray[np.int64] = np.sum(above_cuts, axis=0, dtype=np.int64)
        return places

    def _spread(self, intervals: Iterable[int]) -> int:
        """Return the cells of these intervals, negative and positive ones."""
        return sum(
            (1 << (self.n_negative + place)) | (1 << place if place < self.n_negative else 0)
            for place in intervals
        )


def _bit(place: int | None) -> np.uint32:
    return np.uint32(0 if place is None else 1 << place)


def cut_of(test: ItemTest) -> Cut:
    """Return where a comparison cuts the values."""
    return (test.value, 0 if test.relation in ("<", ">=") else 1)


def cut_items(tests: Iterable[ItemTest]) -> dict[str, Cells]:
    """Return the cells of every item that is asked, in the order in which they are asked.

    Raises
    ------
    DefinitionError
        If an item is cut into more than 32 cells.
    """
    by_item: dict[str, list[ItemTest]] = {}
    for test in tests:
        by_item.setdefault(test.item, []).append(test)
    cells = {name: _cut(name, asked) for name, asked in by_item.items()}
    for name, found in cells.items():
        if found.n_cells > MOST_CELLS:
            raise DefinitionError(f"`{name}` is cut into {found.n_cells} cells; at most 32 can be.")
    return cells


def _cut(name: str, tests: list[ItemTest]) -> Cells:
    kind = find_item(name).kind
    if kind == "mrd_report":
        return Cells(name, kind, words=REPORT_WORDS)
    if kind == "word":
        words = dict.fromkeys(word for test in tests for word in test.words)
        return Cells(name, kind, words=tuple(words))
    cuts = {cut_of(test) for test in tests if test.relation not in ("present", "is")}
    if kind == "mrd":
        cuts.add((ADEQUATE_SENSITIVITY, 0))
    return Cells(name, kind, cuts=tuple(sorted(cuts)))
