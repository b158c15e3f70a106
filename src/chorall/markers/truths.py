"""What is known of many markers in many patients at once, and rules over it by Kleene's logic.

Truth is a number so that logic is arithmetic: false 0, unknown 1, true 2. AND is the least, OR the
greatest, NOT the distance from 2. Unknown can then never turn into false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.knowledge.derived_markers import derived_markers
from chorall.knowledge.marker_expressions import Atom, Expression
from chorall.knowledge.taxonomy_schemes import taxonomy_schemes
from chorall.markers.names import JOIN, SUFFIXES
from chorall.tables.words import MARKER_STATUSES

FALSE: Final = 0
UNKNOWN: Final = 1
TRUE: Final = 2
TRUTH_OF_STATUS: Final = {
    status: {"present": TRUE, "absent": FALSE}.get(status, UNKNOWN) for status in MARKER_STATUSES
}

Truth = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Truths:
    """Truth of markers in samples.

    Attributes
    ----------
    markers : tuple of str
        Names of the columns.
    values : uint8, (n_samples, n_markers)
        FALSE, UNKNOWN or TRUE.
    """

    markers: tuple[str, ...]
    values: Truth

    @property
    def n_samples(self) -> int:
        """Number of rows."""
        return int(self.values.shape[0])

    def column(self, marker: str) -> Truth:
        """Return what is known of one marker, shape (n_samples,); unknown where it has no column.

        A marker `X-r` is true where any fusion of X is. A fusion is false where `X-r` is, for the
        genes whose tests with any partner see every fusion; one mutation of a gene is false where
        the gene has none. Nothing else follows: that no known partner of X was found does not make
        `X-r` false, and that one was found does not name it.
        """
        own = self._own(marker)
        gene = marker.removesuffix(SUFFIXES["rearrangement"])
        if gene != marker:
            for place in self._fusions_of(gene):
                own = np.where(self.values[:, place] == TRUE, np.uint8(TRUE), own)
        for parent in _parents_of(marker):
            without = (own == UNKNOWN) & (self._own(parent) == FALSE)
            own = np.where(without, np.uint8(FALSE), own)
        return own

    def _own(self, marker: str) -> Truth:
        if marker in self.markers:
            return self.values[:, self.markers.index(marker)]
        return np.full(self.n_samples, UNKNOWN, np.uint8)

    def _fusions_of(self, gene: str) -> list[int]:
        return [at for at, name in enumerate(self.markers) if gene in partners_of(name)]


@cache
def _parents_of(marker: str) -> tuple[str, ...]:
    """Return the markers whose absence makes a marker absent."""
    known = derived_markers()
    tested_whole = {one.gene for one in known.rearranged if one.excludes}
    fused = [g + SUFFIXES["rearrangement"] for g in partners_of(marker) if g in tested_whole]
    return (*(one.gene for one in known.specific if one.marker == marker), *fused)


def partners_of(marker: str) -> tuple[str, ...]:
    """Return the genes of a fusion marker; none for other markers."""
    return tuple(marker.split(JOIN)) if JOIN in marker else ()


def read_truths(statuses: Mapping[str, str]) -> Truths:
    """Return the truths of one sample from its statuses.

    Raises
    ------
    KeyError
        If a status is none of the six words.
    """
    values = [[TRUTH_OF_STATUS[status] for status in statuses.values()]]
    return Truths(tuple(statuses), np.array(values, np.uint8).reshape(1, len(statuses)))


def evaluate(expression: Expression, truths: Truths) -> Truth:
    """Return the truth of a rule in every sample, shape (n_samples,)."""
    if isinstance(expression, Atom):
        return truths.column(expression.marker)
    parts = [evaluate(part, truths) for part in expression.parts]
    if expression.operator == "NOT":
        return (TRUE - parts[0]).astype(np.uint8)
    joined = np.stack(parts)
    least = expression.operator == "AND"
    return np.asarray(joined.min(axis=0) if least else joined.max(axis=0), np.uint8)


def first_known(parts: Sequence[Truth]) -> Truth:
    """Return, for each sample, the truth of several tellers of one fact, shape (n_samples,).

    True where any says so, false where one says so and none contradicts, else unknown.
    """
    said = np.stack(parts)
    found = np.where((said == FALSE).any(axis=0), FALSE, UNKNOWN)
    return np.where((said == TRUE).any(axis=0), TRUE, found).astype(np.uint8)


def list_deciding_markers(known: Sequence[str]) -> list[str]:
    """Return those of the known markers that any subtype of any taxonomy depends on."""
    wanted = {
        marker
        for scheme in taxonomy_schemes().values()
        for entities in scheme.entities.values()
        for entity in entities
        for marker in entity.markers
    }
    suffix = SUFFIXES["rearrangement"]
    genes = {name.removesuffix(suffix) for name in wanted if name.endswith(suffix)}
    wanted |= {parent for name in wanted for parent in _parents_of(name)}
    return [name for name in known if name in wanted or genes.intersection(partners_of(name))]
