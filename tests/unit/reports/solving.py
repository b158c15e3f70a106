"""What follows from numbers that are shown: plain linear algebra over all sums."""

from __future__ import annotations

import numpy as np


def find_told(sums, shown):
    """Return what is not shown and yet has one value only.

    Parameters
    ----------
    sums : list of (whole, list of parts)
        Cells by any name.
    shown : set
        Cells that are known.
    """
    cells = {cell for whole, parts in sums for cell in (whole, *parts)}
    unknown = sorted(cells - set(shown), key=repr)
    if not unknown:
        return set()
    place = {cell: number for number, cell in enumerate(unknown)}
    rows = np.zeros((len(sums), len(unknown)))
    for row, (whole, parts) in zip(rows, sums, strict=True):
        for cell, sign in [(whole, -1.0), *((part, 1.0) for part in parts)]:
            if cell in place:
                row[place[cell]] += sign
    _, spread, right = np.linalg.svd(rows)
    free = right[(spread > 1e-9).sum() :]
    if not len(free):
        return set(unknown)
    return {cell for cell, number in place.items() if np.abs(free[:, number]).max() < 1e-9}
