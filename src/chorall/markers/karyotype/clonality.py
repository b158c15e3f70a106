"""Whether an abnormality is clonal: seen in enough cells to be more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chorall.markers.karyotype.model import Abnormality, Clone
from chorall.markers.karyotype.rules import KaryotypeRules


def mark_clonal(clones: Sequence[Clone], rules: KaryotypeRules) -> tuple[Clone, ...]:
    """Return the clones with `clonal` set on every abnormality.

    Parameters
    ----------
    clones : sequence of Clone
        As read.
    rules : KaryotypeRules
        How many cells a gain or structural abnormality, and a loss, must be seen in.

    Returns
    -------
    tuple of Clone
        The cells of all clones with the same abnormality are added up; where one of them has no
        count the laboratory is trusted. What a person was born with is never in question.
    """
    cells: dict[tuple[object, ...], int | None] = {}
    for clone in clones:
        for identity, one in {one.identity: one for one in clone.acquired}.items():
            here = one.cells if one.cells is not None else clone.cells
            before = cells.get(identity, 0)
            cells[identity] = None if here is None or before is None else before + here
    return tuple(
        replace(
            clone,
            abnormalities=tuple(
                replace(one, clonal=_is_clonal(one, cells.get(one.identity), rules))
                for one in clone.abnormalities
            ),
        )
        for clone in clones
    )


def _is_clonal(one: Abnormality, cells: int | None, rules: KaryotypeRules) -> bool:
    needed = rules.loss_cells if one.kind == "loss" else rules.abnormality_cells
    return not one.is_acquired or cells is None or cells >= needed
