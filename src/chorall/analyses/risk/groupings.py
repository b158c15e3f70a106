"""Risk groups of every patient at a moment: published classifiers and rules of the reader's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.classify import classify
from chorall.analyses.risk.moments import View, known_by
from chorall.errors import InputError, raise_gathered
from chorall.knowledge.classifier_definitions import ClassifierDefinition
from chorall.knowledge.item_moments import LATER, find_moment, list_items
from chorall.markers.classifiers import choose_classifiers
from chorall.tables.store import Pool

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

OPEN: Final = -1
"""Not assessable: a test that would decide was not done (or its result is not known)."""
NOT_APPLICABLE: Final = -3
NOT_ASSESSABLE_WORDS: Final = "not assessable (not tested)"
LEAST_PLACED: Final = 20
"""Without a choice of yours a classifier is shown where two groups have this many patients."""


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where n patients stand by what was known at one moment.

    Attributes
    ----------
    group : ndarray of int64, shape (n,)
        Place among the groups, the best 0; `OPEN` or `NOT_APPLICABLE`.
    best, worst : ndarray of int64, shape (n,)
        The same if everything that is not known turned out well, or badly.
    risk : ndarray of shape (n,), or None
        A predicted probability of the target where the grouping has one.
    """

    group: Integers
    best: Integers
    worst: Integers
    risk: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """One way to sort patients.

    Attributes
    ----------
    name, label : str
        As asked for, and in words.
    groups : tuple of str
        The best outlook first.
    in_words : dict of str to str
        What each group is.
    placed : mapping of float to Placement
        By moment (day), patients in the order of the table patient.
    confidence : str
        `seen`, `unverified` or `computed`.
    is_fitted : bool
        True where outcomes of the pool were used, each trial's groups by the other trials alone.
    warnings : tuple of str
        What the reader must know.
    by_view : mapping of str to Placement
        By name of a view, where a prediction depends on since when time counts.
    """

    name: str
    label: str
    groups: tuple[str, ...]
    in_words: dict[str, str]
    placed: Mapping[float, Placement]
    confidence: str
    is_fitted: bool = False
    warnings: tuple[str, ...] = ()
    by_view: Mapping[str, Placement] = field(default_factory=dict)

    def place(self, view: View) -> Placement:
        """Return where patients stand in a view; its own placement goes before its moment's."""
        own = self.by_view.get(view.name)
        return self.placed[view.moment] if own is None else own

    def name_group(self, place: int) -> str:
        """Return the words of a place."""
        return self.groups[place] if place >= 0 else NOT_ASSESSABLE_WORDS


def read_groupings(
    pool: Pool,
    asked: Sequence[str] | None,
    rules: Iterable[str | Path],
    moments: Sequence[float],
) -> tuple[list[Grouping], list[str]]:
    """Ask classifiers about every patient, by what was known at each moment.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    asked : sequence of str or None
        Ids of classifiers; None takes every one that places enough patients, and those of `rules`.
    rules : iterable of path
        Rules of your own, in the language of knowledge/classifiers (docs/classifiers.md).
    moments : sequence of float
        Days; what was found later is not known.

    Returns
    -------
    groupings : list of Grouping
        As asked; without a choice those that place most first.
    warnings : list of str

    Raises
    ------
    InputError
        If a classifier asked for has no groups (a score without cut points).
    DefinitionError
        If it is not known or its rule is not.
    """
    files = list(rules)
    chosen = choose_classifiers(asked, score_files=files)
    own = set(choose_classifiers(None, score_files=files)) if files else set()
    usable = {name: one for name, one in chosen.items() if len(one.groups) > 1}
    raise_gathered(
        InputError,
        "these have no groups",
        [
            f"`{name}`: a score without cut points"
            for name in chosen
            if name not in usable and asked
        ],
        "Copy the definition, add `cut_points` and groups, and name the file as a rule.",
    )
    late = [name for name, one in usable.items() if find_moment(list_items(one)) == LATER]
    if asked is None:
        usable = {name: one for name, one in usable.items() if name not in late}
    answers = {day: _ask(pool, usable, files, day) for day in moments}
    found = [
        _collect(one, {day: answers[day][name] for day in moments}) for name, one in usable.items()
    ]
    if asked is None:
        named = own - set(choose_classifiers(None))
        found = [one for one in found if one.name in named or _places_enough(one)]
        found.sort(key=lambda one: (one.name not in named, -_count_placed(one), one.name))
        return found, []
    return found, [
        f"{name} asks for results after induction: they are not known at either moment, and what "
        "they decide stays open."
        for name in late
    ]


def _ask(
    pool: Pool, chosen: Mapping[str, ClassifierDefinition], files: Sequence[str | Path], day: float
) -> dict[str, Placement]:
    if not chosen:
        return {}
    rows = classify(known_by(pool, day), list(chosen), score_files=files).rows
    return {
        str(name): _place(chosen[str(name)], part)
        for (name,), part in rows.group_by("classifier", maintain_order=True)
    }


def _place(definition: ClassifierDefinition, rows: pl.DataFrame) -> Placement:
    order = {group.id: place for place, group in enumerate(definition.groups)}

    def code(column: str) -> Integers:
        places = pl.col(column).replace_strict(order, default=OPEN, return_dtype=pl.Int64)
        found = rows.select(
            pl.when(pl.col("applicable").eq(False).fill_null(False))
            .then(NOT_APPLICABLE)
            .otherwise(places)
        )
        return found.to_series().fill_null(OPEN).to_numpy().astype(np.int64)

    return Placement(code("result"), code("best"), code("worst"))


def _collect(definition: ClassifierDefinition, placed: Mapping[float, Placement]) -> Grouping:
    warnings = {
        "unverified": (f"{definition.id}: a part of the rule is from memory.",),
        "computed": (
            f"{definition.id}: {definition.source.cites}; lines of trials that a rule was built "
            "from are optimistic.",
        ),
    }
    return Grouping(
        name=definition.id,
        label=definition.name,
        groups=tuple(group.id for group in definition.groups),
        in_words={group.id: group.in_words for group in definition.groups},
        placed=dict(placed),
        confidence=definition.confidence,
        warnings=warnings.get(definition.confidence, ()),
    )


def _places_enough(grouping: Grouping) -> bool:
    for placement in grouping.placed.values():
        counts = np.bincount(placement.group[placement.group >= 0], minlength=2)
        if (counts >= LEAST_PLACED).sum() >= 2:
            return True
    return False


def _count_placed(grouping: Grouping) -> int:
    return max(int((one.group >= 0).sum()) for one in grouping.placed.values())
