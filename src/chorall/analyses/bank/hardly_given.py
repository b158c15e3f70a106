"""Strategies that were hardly ever given with a marker present, or absent, though they might be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.bank.support import NO_REMISSION
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.models.bank.bank import ABSENT, PRESENT, HardlyGiven, name_cell
from chorall.models.bank.features import Feature

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

LEAST_EXPECTED: Final = 10
"""So many should have had the status: twice as many as are needed for an answer."""
LEAST_KNOWN: Final = 0.75
"""Of the patients treated: where only what was found is told, whoever is known has the marker."""
RAREST_CHANCE: Final = 1e-4
"""Some hundred pairs per bank are looked at: few banks in a hundred name one by chance."""


def find_hardly_given(
    features: Sequence[Feature],
    values: Floats,
    cells: Sequence[str],
    given: Mapping[str, Booleans],
) -> tuple[HardlyGiven, ...]:
    """Find strategies of which the patients hardly ever had a marker present, or absent.

    Parameters
    ----------
    features : sequence of Feature, length f
        Those of kind `marker` are looked at.
    values : ndarray of shape (n, f)
        1 present, 0 absent, NaN not known: such a patient counts on neither side.
    cells : sequence of str, length n
        Age group and lineage; like is compared with like.
    given : mapping of str to ndarray of bool, shape (n,)
        Who had each strategy.

    Returns
    -------
    tuple of HardlyGiven
        By strategy and item, where all of this holds. Of the patients who had the strategy, at
        least the part `LEAST_KNOWN` was tested, and fewer than `FEWEST_SHOWN` of those had the
        status. If they shared it as those of the same age group and lineage did who had other
        strategies, at least `LEAST_EXPECTED` would have had it. So few or fewer by chance alone,
        all margins fixed (Fisher's exact test, stratified by cell), is rarer than `RAREST_CHANCE`.

    See Also
    --------
    R : stats::phyper of each cell, convolved.
    """
    markers = np.array([one.kind == "marker" for one in features], bool)
    items = [one.item for one in features if one.kind == "marker"]
    names = list(given)
    if not items or not names:
        return ()
    own = values[:, markers]
    flags = np.column_stack([given[name] for name in names]).astype(np.int64)
    found = [
        HardlyGiven(names[place], items[column], status)
        for status, code in ((PRESENT, 1.0), (ABSENT, 0.0))
        for place, column in _list_rare(_count(own, code, np.asarray(cells), flags))
    ]
    return tuple(sorted(found, key=lambda one: (one.strategy, one.item, one.status)))


@dataclass(frozen=True, slots=True)
class _Counts:
    """Per cell, strategy and marker, each of shape (c, s, m); tested patients, but in `treated`.

    `given` had the strategy, `others` had not; `given_with`, `others_with` had the status, too.
    `treated` had the strategy, tested or not.
    """

    given: Integers
    given_with: Integers
    others: Integers
    others_with: Integers
    treated: Integers


def _count(values: Floats, code: float, cells: NDArray[np.str_], flags: Integers) -> _Counts:
    tested = np.isfinite(values).astype(np.int64)
    having = (values == code).astype(np.int64)
    parts = []
    for cell in np.unique(cells):
        inside = cells == cell
        sums = [flags[inside].T @ one[inside] for one in (tested, having)]
        rest = [(1 - flags[inside]).T @ one[inside] for one in (tested, having)]
        treated = np.broadcast_to(flags[inside].sum(axis=0)[:, None], sums[0].shape)
        parts.append((*sums, *rest, treated))
    return _Counts(*(np.stack(one) for one in zip(*parts, strict=True)))


def _list_rare(counts: _Counts) -> list[tuple[int, int]]:
    """Return strategies and markers, by place, of which the status hardly met."""
    share = counts.others_with / np.maximum(counts.others, 1)
    expected = (counts.given * share).sum(axis=0)
    few = counts.given_with.sum(axis=0) < FEWEST_SHOWN
    few &= counts.given.sum(axis=0) >= LEAST_KNOWN * counts.treated.sum(axis=0)
    return [
        (place, column)
        for place, column in np.argwhere(few & (expected >= LEAST_EXPECTED)).tolist()
        if _find_chance(counts, place, column) < RAREST_CHANCE
    ]


def _find_chance(counts: _Counts, place: int, column: int) -> float:
    """Return the chance of so few or fewer with the status among those given the strategy."""
    from scipy.stats import hypergeom  # late: it takes half a second, and whoever asks a bank waits

    seen = int(counts.given_with[:, place, column].sum())
    at = np.arange(seen + 1)
    chance = np.eye(1, seen + 1)[0]
    for cell in range(len(counts.given)):
        given, others, having = (
            int(one[cell, place, column])
            for one in (counts.given, counts.others, counts.given_with + counts.others_with)
        )
        if given:
            own = hypergeom.pmf(at, given + others, having, given)
            chance = np.convolve(chance, own)[: seen + 1]
    return float(chance.sum())


def read_hardly_given(
    patients: pl.DataFrame,
    given: Sequence[Set[str]],
    features: Sequence[Feature],
    values: Floats,
) -> tuple[HardlyGiven, ...]:
    """Find the same in a pool: `given` are the strategies of each row of the table patient."""
    columns = patients.select("age_years", pl.col("lineage").cast(pl.String)).iter_rows(named=True)
    names = sorted(set().union(*given) - {NO_REMISSION})
    flags = {name: np.array([name in own for own in given], bool) for name in names}
    return find_hardly_given(features, values, [name_cell(one) for one in columns], flags)
