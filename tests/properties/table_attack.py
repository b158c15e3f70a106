"""Somebody who tries every table that agrees with what is shown of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np


def list_columns(total: int, shown: list[int | None]) -> Iterator[tuple[int, ...]]:
    """Every column with that total that agrees with what is shown."""
    first, *rest = shown
    if not rest:
        if first in (None, total):
            yield (total,)
        return
    for value in range(total + 1) if first is None else [first]:
        if value <= total:
            for others in list_columns(total - value, rest):
                yield (value, *others)


def attack(counts: np.ndarray, hidden: np.ndarray) -> dict[tuple[int, int], set[int]]:
    """Return the values that each hidden cell can have, to one who knows all the rest."""
    n_levels, n_groups = counts.shape
    totals = counts.sum(axis=1)
    columns = [
        list(
            list_columns(
                int(counts[:, group].sum()),
                [None if hidden[i, group] else int(counts[i, group]) for i in range(n_levels)],
            )
        )
        for group in range(n_groups)
    ]
    possible: dict[tuple[int, int], set[int]] = {
        (int(i), int(j)): set() for i, j in zip(*np.nonzero(hidden), strict=True)
    }
    for table in product(*columns):
        sums = [sum(column[i] for column in table) for i in range(n_levels)]
        if any(not hidden[i, n_groups] and sums[i] != totals[i] for i in range(n_levels)):
            continue
        for i, j in possible:
            possible[i, j].add(sums[i] if j == n_groups else table[j][i])
    return possible
