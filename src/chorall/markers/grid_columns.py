"""A grid taken apart into the columns of its markers, to which derived ones are added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from chorall.markers.grid import ABSENT, DERIVED, NO_BASIS, NOT_REPORTED, Codes, Numbers, Truths
from chorall.markers.truths import partners_of


@dataclass(slots=True)
class Columns:
    """The columns of a grid by marker, to which derived ones are added.

    Attributes
    ----------
    status, basis, evidence, rules_out : dict of str to array, (n_samples,)
        As in the grid.
    texts : list of str or None
        Texts of evidence by their number.
    """

    n_samples: int
    status: dict[str, Codes] = field(default_factory=dict)
    basis: dict[str, Codes] = field(default_factory=dict)
    evidence: dict[str, Numbers] = field(default_factory=dict)
    rules_out: dict[str, Truths] = field(default_factory=dict)
    texts: list[str | None] = field(default_factory=list)

    def fusions_of(self, gene: str) -> list[str]:
        """Return the fusion markers of a gene."""
        return [marker for marker in self.status if gene in partners_of(marker)]

    def lay(
        self, marker: str, status: Codes, rules_out: Truths, where: Truths, evidence: Sequence[str]
    ) -> None:
        """Write a derived status where `where` is True; a new marker begins as not reported."""
        if marker not in self.status:
            self.status[marker] = np.full(self.n_samples, NOT_REPORTED, np.uint8)
            self.basis[marker] = np.full(self.n_samples, NO_BASIS, np.uint8)
            self.evidence[marker] = np.zeros(self.n_samples, np.int64)
            self.rules_out[marker] = np.zeros(self.n_samples, np.bool_)
        where = where & (status != NOT_REPORTED)
        self.texts.append(";".join(evidence))
        self.status[marker] = np.where(where, status, self.status[marker]).astype(np.uint8)
        self.basis[marker] = np.where(where, DERIVED, self.basis[marker]).astype(np.uint8)
        self.evidence[marker] = np.where(where, len(self.texts) - 1, self.evidence[marker])
        self.rules_out[marker] = np.where(where, rules_out, self.rules_out[marker])

    def is_open(self, marker: str) -> Truths:
        """Return True where the marker itself is neither present nor absent."""
        if marker not in self.status:
            return np.ones(self.n_samples, np.bool_)
        return self.status[marker] > ABSENT
