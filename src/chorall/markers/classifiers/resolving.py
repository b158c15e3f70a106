"""Which unknown items could still change an answer, exactly, from the decision diagram."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chorall.markers.classifiers.cells import Masks
from chorall.markers.classifiers.diagram import Diagram, Flags, has_cell


def find_resolving(diagram: Diagram, masks: Sequence[Masks], n: int) -> Flags:
    """Return which items could still change the outcome.

    Parameters
    ----------
    diagram, masks, n
        As in `find_possible`.

    Returns
    -------
    ndarray of bool, (n, n_items)
        True where two values that the item may still have give different outcomes, for some
        completion of the other items.
    """
    resolving = np.zeros((n, len(masks)), bool)
    visited = _find_visited(diagram, masks, n)
    differences = _Differences(diagram, masks, n)
    for place, (item, children) in enumerate(zip(diagram.items, diagram.children, strict=True)):
        here = visited[diagram.n_outcomes + place]
        if not here.any():
            continue
        for cell, child in enumerate(children):
            for other in range(cell):
                both = has_cell(masks[item], cell) & has_cell(masks[item], other) & here
                if children[other] != child and both.any():
                    resolving[:, item] |= both & differences.find(child, children[other])
    return resolving


def _find_visited(diagram: Diagram, masks: Sequence[Masks], n: int) -> list[Flags]:
    visited = [np.zeros(n, bool) for _ in range(diagram.n_outcomes + len(diagram.items))]
    visited[diagram.root] = np.ones(n, bool)
    for place in reversed(range(len(diagram.items))):
        item, here = diagram.items[place], visited[diagram.n_outcomes + place]
        for cell, child in enumerate(diagram.children[place]):
            visited[child] = visited[child] | (here & has_cell(masks[item], cell))
    return visited


class _Differences:
    """Whether two nodes can end differently with one and the same completion."""

    def __init__(self, diagram: Diagram, masks: Sequence[Masks], n: int) -> None:
        self._diagram, self._masks, self._n = diagram, masks, n
        self._known: dict[tuple[int, int], Flags] = {}

    def find(self, a: int, b: int) -> Flags:
        if a == b:
            return np.zeros(self._n, bool)
        if max(a, b) < self._diagram.n_outcomes:
            return np.ones(self._n, bool)
        pair = (min(a, b), max(a, b))
        if pair not in self._known:
            item = min(self._item(a), self._item(b))
            found = np.zeros(self._n, bool)
            for cell in range(self._count_cells(item, pair)):
                step = self.find(self._step(a, item, cell), self._step(b, item, cell))
                found |= has_cell(self._masks[item], cell) & step
            self._known[pair] = found
        return self._known[pair]

    def _place(self, node: int) -> int:
        return node - self._diagram.n_outcomes

    def _item(self, node: int) -> int:
        outcome = node < self._diagram.n_outcomes
        return len(self._masks) if outcome else self._diagram.items[self._place(node)]

    def _count_cells(self, item: int, pair: tuple[int, int]) -> int:
        asks = next(node for node in pair if self._item(node) == item)
        return len(self._diagram.children[self._place(asks)])

    def _step(self, node: int, item: int, cell: int) -> int:
        if self._item(node) != item:
            return node
        return self._diagram.children[self._place(node)][cell]
