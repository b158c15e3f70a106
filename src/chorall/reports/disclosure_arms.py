"""Which counts of a marker and the arms of a randomised question must be hidden.

Decided once over all endpoints of a question, after the outcome of the marker in all patients
(`disclosure_outcomes`): what that shows is known here, what it hides is not told here. Comparisons
that share patients are decided one after the other in the same way: an arm may stand in several,
and those of a later question of a trial are among those of an earlier one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN, read_marker_groups
from chorall.analyses.treatments.arms import read_arm_cohort
from chorall.analyses.treatments.questions import TreatmentQuestion, find_questions
from chorall.reports.disclosure_outcomes import ALL, Outcomes, list_lost
from chorall.reports.disclosure_sets import (
    Crossed,
    Family,
    Members,
    Pair,
    cross_sets,
    find_hidden_pairs,
    find_members,
)
from chorall.tables.store import Pool

SPOTS: Final = ("present_treated", "present_control", "absent_treated", "absent_control")
ARMS: Final = ("treated", "control")
RANDOMISED: Final = "randomised"
TESTED: Final = "tested"
GROUPS: Final = {"present": PRESENT, "absent": ABSENT, "unknown": UNKNOWN}


Contrast = tuple[str, str]
"""Treatment and control."""


@dataclass(frozen=True, slots=True)
class Arms:
    """The n patients of a pool, and who of them was randomised in one comparison.

    Attributes
    ----------
    sets : dict of str to ndarray of bool, shape (n,)
        `randomised`, and `arm n OS`, `arm events OS` and so on: who is compared on an endpoint.
    treated, control : ndarray of bool, shape (n,)
        Who was randomised to which arm.
    told : frozenset of (str, str)
        Which sets of an arm may be told, whatever the marker.
    linked : tuple of (str, str)
        Other comparisons that share patients with this one, straight or through others.
    """

    sets: dict[str, Members]
    treated: Members
    control: Members
    told: frozenset[Pair] = frozenset()
    linked: tuple[Contrast, ...] = ()


def read_arms(pool: Pool, outcomes: Outcomes, fewest: int) -> dict[Contrast, Arms]:
    """Return who was randomised, by treatment and control, as the analysis of treatment does."""
    contrasts: defaultdict[Contrast, list[TreatmentQuestion]] = defaultdict(list)
    for question in find_questions(pool, pool.trials)[0]:
        contrasts[question.treatment, question.control].append(question)
    read = {key: _read_contrast(pool, own, outcomes) for key, own in contrasts.items()}
    found: dict[Contrast, Arms] = {}
    for key, own in read.items():
        linked = _find_linked(own, read)
        earlier = {one: found[one] for one in linked if one in found}
        later = [read[one].sets[RANDOMISED] for one in linked if one not in found]
        told = _find_told(own, earlier, later, outcomes, fewest)
        found[key] = replace(own, linked=linked, told=told)
    return found


def _find_linked(own: Arms, read: Mapping[Contrast, Arms]) -> tuple[Contrast, ...]:
    """Return the other comparisons that share patients with one, straight or through others."""
    linked: set[Contrast] = set()
    reached, before = own.sets[RANDOMISED], -1
    while before < len(linked):
        before = len(linked)
        for key, other in read.items():
            if (other.sets[RANDOMISED] & reached).any():
                linked.add(key)
                reached = reached | other.sets[RANDOMISED]
    return tuple(key for key, other in read.items() if key in linked and other is not own)


def _read_contrast(pool: Pool, questions: Sequence[TreatmentQuestion], outcomes: Outcomes) -> Arms:
    ids, allocation = outcomes.patient_ids, pool.table("allocation").filter("randomised")
    nobody = np.zeros(len(ids), dtype=bool)
    sets = {RANDOMISED: nobody}
    arms = dict.fromkeys(ARMS, nobody)
    for one in questions:
        own = allocation.filter(trial_id=one.trial_id, question=one.question)
        for arm, name in zip(ARMS, (one.treatment_arm, one.control_arm), strict=True):
            arms[arm] = arms[arm] | find_members(ids, own.filter(assigned_arm=name)["patient_id"])
        for endpoint in outcomes.endpoints:
            cohort = read_arm_cohort(allocation, pool.table("endpoint"), one, endpoint)
            happened = cohort.patient_ids.filter(pl.Series(cohort.cause == 1))
            for what, members in (("n", cohort.patient_ids), ("events", happened)):
                name = f"arm {what} {endpoint}"
                sets[name] = sets.get(name, nobody) | find_members(ids, members)
    sets[RANDOMISED] = arms["treated"] | arms["control"]
    return Arms(sets, arms["treated"], arms["control"])


def _mark_name(contrast: Contrast, name: str) -> str:
    """Name a set of an earlier comparison apart from those of this one."""
    return name if name in (*GROUPS, TESTED, ALL) else f"{' '.join(contrast)} {name}"


def _mark(contrast: Contrast, pair: Pair) -> Pair:
    """Name both sets of a pair of an earlier comparison."""
    return _mark_name(contrast, pair[0]), _mark_name(contrast, pair[1])


def _list_sets(earlier: Mapping[Contrast, Arms]) -> tuple[dict[str, Members], dict[str, Members]]:
    """Return what and who of earlier comparisons, by their own names."""
    what: dict[str, Members] = {}
    who: dict[str, Members] = {}
    for key, arms in earlier.items():
        what |= {_mark_name(key, name): members for name, members in arms.sets.items()}
        both = zip(ARMS, (arms.treated, arms.control), strict=True)
        who |= {_mark_name(key, arm): members for arm, members in both}
    return what, who


def _find_told(
    arms: Arms,
    earlier: Mapping[Contrast, Arms],
    later: Sequence[Members],
    outcomes: Outcomes,
    fewest: int,
) -> frozenset[Pair]:
    """Return what is told of all patients of an arm; tables say how many were randomised later."""
    what, who = _list_sets(earlier)
    what |= {f"later {place}": own for place, own in enumerate(later) if own.sum() >= fewest}
    who |= {ALL: outcomes.sets[ALL], "treated": arms.treated, "control": arms.control}
    others = _list_others(arms, outcomes)
    families = (
        ((*arms.sets, ALL), (ALL, *ARMS)),
        (tuple(others), (ALL,)),
        *_list_families(arms, earlier, outcomes, (ALL,)),
    )
    crossed = cross_sets({**outcomes.sets, **arms.sets, **others, **what}, who, families)
    shown = {pair: 2 if pair[0].startswith("arm n") else 1 for pair in _list_totals(arms)}
    own = [(ALL, ALL), (RANDOMISED, ALL)]
    large = frozenset(pair for pair in own if crossed.size(*pair) >= fewest)
    known = large | {(name, ALL) for name in what if name.startswith("later")}
    known |= {(name, ALL) for name in outcomes.told}
    secret = set()
    for key, one in earlier.items():
        pairs = _list_totals(one)
        known |= {_mark(key, pair) for pair in one.told}
        secret |= {_mark(key, pair) for pair in pairs if pair not in one.told}
    hidden = find_hidden_pairs(crossed, shown, fewest, known=known, secret=secret)
    return (large | shown.keys()) - hidden


def _list_others(arms: Arms, outcomes: Outcomes) -> dict[str, Members]:
    """Return who has an endpoint and is not compared on it."""
    return {
        name.replace("arm", "other"): outcomes.sets[name.removeprefix("arm ")] & ~members
        for name, members in arms.sets.items() if name != RANDOMISED
    }  # fmt: skip


def _list_totals(arms: Arms) -> list[Pair]:
    return [(name, arm) for name in arms.sets if name != RANDOMISED for arm in ARMS]


def _list_families(
    arms: Arms, earlier: Mapping[Contrast, Arms], outcomes: Outcomes, who: tuple[str, ...]
) -> list[Family]:
    """Return who is compared on an endpoint here and who in earlier comparisons: who left."""
    return [
        (tuple(name for one in ("n", "events") for name in (
            f"arm {one} {endpoint}", _mark_name(key, f"arm {one} {endpoint}")
        )), who)
        for key in earlier
        for endpoint in outcomes.endpoints
    ]  # fmt: skip


def find_hidden_arms(
    comparisons: Mapping[Contrast, Arms],
    outcomes: Outcomes,
    results: pl.DataFrame,
    marker: str,
    hidden: Collection[Pair],
    fewest: int,
) -> dict[Contrast, frozenset[Pair]]:
    """Return which counts of one marker must not be shown, of each comparison.

    Parameters
    ----------
    comparisons : mapping of (str, str) to Arms
        All of the pool, as `read_arms` returns them: the first is decided first.
    outcomes : Outcomes
        Of the pool.
    results : DataFrame
        The table marker_result.
    marker : str
        Its name.
    hidden : collection of (str, str)
        What `find_hidden_outcomes` returns of the marker.
    fewest : int
        The smallest count shown.

    Returns
    -------
    dict of (str, str) to frozenset of (str, str)
        `arm n OS` or `arm events OS` and so on, and of whom: marker and arm, tested, or unknown.
    """
    groups = read_marker_groups(results, outcomes.patient_ids, [marker])[:, 0]
    own = {name: groups == code for name, code in GROUPS.items()}
    found: dict[Contrast, frozenset[Pair]] = {}
    for key, arms in comparisons.items():
        linked = {one: comparisons[one] for one in arms.linked}
        crossed = _cross(arms, linked, outcomes, own)
        found[key] = _decide(arms, linked, crossed, outcomes, hidden, found, fewest)
    return found


def _decide(
    arms: Arms,
    linked: Mapping[Contrast, Arms],
    crossed: Crossed,
    outcomes: Outcomes,
    hidden: Collection[Pair],
    before: Mapping[Contrast, Collection[Pair]],
    fewest: int,
) -> frozenset[Pair]:
    closed = _close_totals(arms, crossed)
    shown = {pair: _weigh(*pair) for pair in _list_shown(arms) if pair not in closed}
    whole = [(name, who) for name in outcomes.sets if name != ALL for who in GROUPS]
    lost = list_lost(crossed, outcomes.endpoints, fewest)
    known = {pair for pair in whole if pair not in hidden and pair not in lost} | arms.told
    known |= {(name, ALL) for name in outcomes.told}
    secret = {pair for pair in whole if pair in hidden}
    for key, one in linked.items():
        known |= {_mark(key, pair) for pair in one.told}
        if key in before:
            there = {pair for pair in _list_shown(one) if pair not in before[key]}
            known |= {_mark(key, pair) for pair in there}
            secret |= {_mark(key, pair) for pair in before[key]}
    return find_hidden_pairs(crossed, shown, fewest, known=known, secret=secret) | closed


def _list_shown(arms: Arms) -> list[Pair]:
    """Return the counts of a line: of marker and arm, and of patients also tested and unknown."""
    return [
        (name, who)
        for name in arms.sets
        if name != RANDOMISED
        for who in (*SPOTS, *((TESTED, "unknown") if name.startswith("arm n") else ()))
    ]


def _cross(
    arms: Arms, linked: Mapping[Contrast, Arms], outcomes: Outcomes, own: Mapping[str, Members]
) -> Crossed:
    by_arm = _split_arms(arms, own)
    what, of_linked = _list_sets(linked)
    who = {ALL: outcomes.sets[ALL], **own, **by_arm, "treated": arms.treated}
    who |= {"control": arms.control, TESTED: ~own["unknown"], **of_linked}
    families: list[Family] = []
    for key, one in linked.items():
        split = {_mark_name(key, name): spot for name, spot in _split_arms(one, own).items()}
        who |= split
        families.append((tuple(_mark_name(key, name) for name in one.sets), (*split, ALL)))
    others = _list_others(arms, outcomes)
    within, outside, whole = (tuple(one) for one in (arms.sets, others, outcomes.sets))
    families += [(within, (*by_arm, ALL)), (outside, tuple(GROUPS)), (whole, tuple(GROUPS))]
    families += _list_families(arms, linked, outcomes, (*GROUPS, ALL))
    return cross_sets({**outcomes.sets, **arms.sets, **others, **what}, who, tuple(families))


def _split_arms(arms: Arms, own: Mapping[str, Members]) -> dict[str, Members]:
    return {
        f"{name}_{arm}": members & of_arm
        for name, members in own.items()
        for arm, of_arm in zip(ARMS, (arms.treated, arms.control), strict=True)
    }


def _weigh(name: str, who: str) -> int:
    """Rather keep patients than events, and those compared than the others."""
    if who not in SPOTS:
        return 0
    return 2 if name.startswith("arm n") else 1


def _close_totals(arms: Arms, crossed: Crossed) -> set[Pair]:
    """Return what every line must hide so that no total of an arm is told that must not be."""
    closed: set[Pair] = set()
    for name in arms.sets:
        for arm in ARMS:
            if name != RANDOMISED and (name, arm) not in arms.told:
                closed |= {(name, "unknown")} if name.startswith("arm n") else set()
                if not crossed.size(name, f"unknown_{arm}"):
                    closed.add((name, f"absent_{arm}"))
    return closed
