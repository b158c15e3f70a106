"""The items that a new rule may use: tests, transforms, and what is known of every patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered
from chorall.knowledge.classifier_definitions import ClassifierDefinition
from chorall.knowledge.classifier_items import ClassifierItem, classifier_items
from chorall.knowledge.classifier_parts import ClassifierSource, Score, ScoreTerm
from chorall.knowledge.definition_problems import name_choices
from chorall.knowledge.item_moments import DIAGNOSIS, LATER, find_moment
from chorall.markers.classifiers.columns import Column
from chorall.markers.classifiers.scores import compute_scores

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

MRD: Final = "mrd_end_of_induction"
MRD_FLOOR: Final = 1e-5
"""Undetected MRD stands here, a tenth of the sensitivity that a negative result needs."""
LEAST_KNOWN: Final = 0.5
LEAST_CARRIERS: Final = 20
NO_TEST: Final = ("age_years", "wbc_10e9_per_l", "sex", "lineage", "down_syndrome")
"""Known of every patient: they cost nothing."""
NEVER: Final = ("protocol_", "complete_remission_", "induction_failure", "first_relapse", "pcr_mrd")
GROUPS: Final = {"number": "numbers", "marker": "markers", "mrd": "mrd"}


@dataclass(frozen=True, slots=True, eq=False)
class RuleDesign:
    """What is known of n patients about p items.

    Attributes
    ----------
    items : tuple of str, length p
        Names in the language of the classifiers.
    values : ndarray of shape (n, p)
        As they enter a score (ln(WBC + 1), -ln(MRD), 1 present and 0 absent); of an MRD below a
        limit the middle of its range. NaN where not tested.
    """

    items: tuple[str, ...]
    values: Floats

    def keep(self, items: Sequence[str]) -> RuleDesign:
        """Return some of the items."""
        places = [self.items.index(name) for name in items]
        return RuleDesign(tuple(items), self.values[:, places])


def make_term(name: str, coefficient: float = 1.0) -> ScoreTerm:
    """Return the term of an item: as it is, ln(WBC + 1), or -ln(MRD)."""
    if classifier_items()[name].kind == "mrd":
        return ScoreTerm(item=name, coefficient=coefficient, transform="minus_ln", floor=MRD_FLOOR)
    if name == "wbc_10e9_per_l":
        return ScoreTerm(item=name, coefficient=coefficient, transform="ln_plus_1")
    return ScoreTerm(item=name, coefficient=coefficient)


def make_score(
    items: Sequence[str], coefficients: Sequence[float], cut_points: Sequence[float] = ()
) -> Score:
    """Return a sum of terms, cut into groups."""
    pairs = zip(items, coefficients, strict=True)
    terms = tuple(make_term(name, float(value)) for name, value in pairs)
    return Score(terms=terms, cut_points=tuple(float(cut) for cut in cut_points))


def read_design(columns: Mapping[str, Column], items: Sequence[str], n: int) -> RuleDesign:
    """Lay out the items of n patients.

    Parameters
    ----------
    columns : mapping of str to Column
        From `read_items`, as known at the moment.
    items : sequence of str
        Names of numbers, markers or MRD.
    n : int
        Number of patients.
    """
    return RuleDesign(
        tuple(items), np.column_stack([_read_values(columns, name, n) for name in items])
    )


def _read_values(columns: Mapping[str, Column], name: str, n: int) -> Floats:
    alone = ClassifierDefinition(
        id="one_item", name=name, completeness="FULL", score=make_score([name], [1.0]),
        source=ClassifierSource(keys=(), cites="one item", confidence="computed"),
    )  # fmt: skip
    found, nothing = compute_scores(alone, columns, n), compute_scores(alone, {}, 1)
    if found is None or nothing is None:
        raise InputError(f"`{name}` has no value.")
    is_known = found.lower == found.upper
    if classifier_items()[name].kind == "mrd":
        # below a limit: more is known than that it was not tested
        is_known |= (found.lower > nothing.lower[0]) | (found.upper < nothing.upper[0])
    return np.where(is_known, (found.lower + found.upper) / 2, np.nan)


def check_items(asked: Sequence[str], moment: str) -> tuple[str, ...]:
    """Return the items asked for, or raise: unknown, not to be added up, or known too late.

    Raises
    ------
    InputError
        With every problem.
    """
    problems = [problem for name in asked if (problem := _find_problem(name, moment))]
    raise_gathered(
        InputError,
        "the rule cannot be built of these items",
        problems,
        "Items: knowledge/classifier_items.toml; numbers, markers and MRD can be added up.",
    )
    return tuple(dict.fromkeys(asked))


def _find_problem(name: str, moment: str) -> str:
    item = classifier_items().get(name)
    if item is None:
        return f"`{name}` is no item: {name_choices(name, classifier_items())}"
    if item.kind not in GROUPS:
        return f"`{name}` is a {item.kind}: a sum needs a number, a marker or MRD"
    known_from = find_moment([name])
    if known_from == LATER or (moment == DIAGNOSIS and known_from != DIAGNOSIS):
        return f"`{name}` is not known yet at the moment of the rule ({moment})"
    return ""


def choose_items(columns: Mapping[str, Column], moment: str, rows: Booleans) -> tuple[str, ...]:
    """Return age, white cells, every marker tested often enough, and MRD where it is known.

    Parameters
    ----------
    columns : mapping of str to Column
        From `read_items`.
    moment : str
        `diagnosis` or `end_of_induction`.
    rows : ndarray of bool, shape (n,)
        The training patients; at least half of them are tested, and 20 have the marker and 20 not.
    """
    candidates = [name for name, item in classifier_items().items() if _may_be_used(item, moment)]
    design = read_design(columns, candidates, len(rows))
    return tuple(
        name
        for place, name in enumerate(candidates)
        if _is_informative(name, design.values[rows, place])
    )


def _may_be_used(item: ClassifierItem, moment: str) -> bool:
    name = item.name
    if name in NO_TEST[:2]:
        return True
    if item.kind == "mrd":
        return name == MRD and moment != DIAGNOSIS
    is_plain = item.kind == "marker" and not item.either_of and not name.startswith(NEVER)
    return is_plain and find_moment([name]) == DIAGNOSIS


def _is_informative(name: str, values: Floats) -> bool:
    known = values[np.isfinite(values)]
    if not len(values) or len(known) < LEAST_KNOWN * len(values):
        return False
    if classifier_items()[name].kind != "marker":
        return bool(known.std() > 0)
    return bool(min(known.sum(), len(known) - known.sum()) >= LEAST_CARRIERS)
