"""A classifier as a decision diagram: what is possible over all completions, without listing them.

Each node asks one item and has one child per cell; equal subproblems are one node. So the groups
that a patient with unknown items can still reach are a union over the children that are possible,
computed once per node for all patients together: exact, and linear in the size of the diagram.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from chorall.errors import DefinitionError
from chorall.markers.classifiers.cells import Masks
from chorall.markers.classifiers.conditions import Condition, list_items, narrow

Rules: TypeAlias = tuple[tuple[Condition, int], ...]
Flags: TypeAlias = NDArray[np.bool_]
MOST_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Diagram:
    """Nodes from the leaves to the root.

    Attributes
    ----------
    n_outcomes : int
        Nodes 0 to n_outcomes - 1 are the outcomes.
    items : tuple of int
        The item that node n_outcomes + i asks.
    children : tuple of tuple of int
        Its children, one per cell; each has a smaller number than the node.
    root : int
        Where to begin.
    """

    n_outcomes: int
    items: tuple[int, ...]
    children: tuple[tuple[int, ...], ...]
    root: int


def build_diagram(rules: Rules, n_cells: Sequence[int], n_outcomes: int) -> Diagram:
    """Build the diagram of an ordered list of rules.

    Parameters
    ----------
    rules : tuple of (condition, outcome)
        The first condition that is true decides; the last one must be True.
    n_cells : sequence of int
        Cells of each item.
    n_outcomes : int
        Outcomes are numbered from 0.

    Raises
    ------
    DefinitionError
        If the diagram grows beyond 20,000 nodes.
    """
    builder = _Builder(n_cells, n_outcomes)
    root = builder.build(_cut_off(rules))
    return Diagram(n_outcomes, tuple(builder.items), tuple(builder.children), root)


@dataclass(slots=True)
class _Builder:
    n_cells: Sequence[int]
    n_outcomes: int
    items: list[int] = field(default_factory=list)
    children: list[tuple[int, ...]] = field(default_factory=list)
    _known: dict[Rules, int] = field(default_factory=dict)
    _unique: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)

    def build(self, rules: Rules) -> int:
        if rules[0][0] is True:
            return rules[0][1]
        if rules not in self._known:
            item = min(number for condition, _ in rules for number in list_items(condition))
            below = tuple(
                self.build(_narrow_rules(rules, item, cell)) for cell in range(self.n_cells[item])
            )
            self._known[rules] = below[0] if len(set(below)) == 1 else self._share(item, below)
        return self._known[rules]

    def _share(self, item: int, below: tuple[int, ...]) -> int:
        if (item, below) not in self._unique:
            self._unique[item, below] = self.n_outcomes + len(self.items)
            self.items.append(item)
            self.children.append(below)
            if len(self.items) > MOST_NODES:
                raise DefinitionError("the rules are too entangled to be evaluated exactly.")
        return self._unique[item, below]


def _narrow_rules(rules: Rules, item: int, cell: int) -> Rules:
    return _cut_off(tuple((narrow(condition, item, cell), outcome) for condition, outcome in rules))


def _cut_off(rules: Rules) -> Rules:
    """Drop rules that cannot hold, and all behind one that does."""
    kept = []
    for condition, outcome in rules:
        if condition is False:
            continue
        kept.append((condition, outcome))
        if condition is True:
            break
    return tuple(kept)


def find_possible(diagram: Diagram, masks: Sequence[Masks], n: int) -> Masks:
    """Return the outcomes that each of n patients can still reach.

    Parameters
    ----------
    diagram : Diagram
        Of the classifier.
    masks : sequence of uint32 arrays, (n,)
        Set of cells of each item.
    n : int
        Number of patients.

    Returns
    -------
    ndarray of uint32, (n,)
        Bit k is set where outcome k is reached by some completion of the unknown items.
    """
    reached = [np.full(n, 1 << outcome, np.uint32) for outcome in range(diagram.n_outcomes)]
    for item, children in zip(diagram.items, diagram.children, strict=True):
        found = np.zeros(n, np.uint32)
        for cell, child in enumerate(children):
            found |= np.where(has_cell(masks[item], cell), reached[child], np.uint32(0))
        reached.append(found)
    return reached[diagram.root]


def has_cell(masks: Masks, cell: int) -> Flags:
    """Return True where a set of cells holds `cell`."""
    has: Flags = (masks >> np.uint32(cell) & np.uint32(1)).astype(bool)
    return has
