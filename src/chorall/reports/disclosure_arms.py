"""Which counts of a marker and the arms of a randomised question must be hidden.

Decided once over all endpoints of a question, after the outcome of the marker in all patients
(`disclosure_outcomes`): what that shows is known here, what it hides is not told here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN, read_marker_groups
from chorall.analyses.treatments.arms import read_arm_cohort
from chorall.analyses.treatments.questions import TreatmentQuestion, find_questions
from chorall.reports.disclosure_outcomes import ALL, Outcomes, list_lost
from chorall.reports.disclosure_sets import (
    Crossed,
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
GROUPS: Final = {"present": PRESENT, "absent": ABSENT, "unknown": UNKNOWN}


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
    """

    sets: dict[str, Members]
    treated: Members
    control: Members
    told: frozenset[Pair]


def read_arms(pool: Pool, outcomes: Outcomes, fewest: int) -> dict[tuple[str, str], Arms]:
    """Return who was randomised, by treatment and control, as the analysis of treatment does."""
    contrasts: defaultdict[tuple[str, str], list[TreatmentQuestion]] = defaultdict(list)
    for question in find_questions(pool, pool.trials)[0]:
        contrasts[question.treatment, question.control].append(question)
    return {
        key: _read_contrast(pool, questions, outcomes, fewest)
        for key, questions in contrasts.items()
    }


def _read_contrast(
    pool: Pool, questions: Sequence[TreatmentQuestion], outcomes: Outcomes, fewest: int
) -> Arms:
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
    found = Arms(sets, arms["treated"], arms["control"], frozenset())
    return Arms(sets, found.treated, found.control, _find_told(found, outcomes, fewest))


def _find_told(arms: Arms, outcomes: Outcomes, fewest: int) -> frozenset[Pair]:
    who = {ALL: outcomes.sets[ALL], "treated": arms.treated, "control": arms.control}
    crossed = cross_sets(arms.sets | {ALL: who[ALL]}, who)
    known = [(ALL, ALL), (RANDOMISED, ALL)]
    shown = {
        (name, arm): 2 if name.startswith("arm n") else 1
        for name in arms.sets if name != RANDOMISED
        for arm in ARMS
    }  # fmt: skip
    large = frozenset(pair for pair in known if crossed.size(*pair) >= fewest)
    return (large | shown.keys()) - find_hidden_pairs(crossed, shown, fewest, known=large)


def find_hidden_arms(
    arms: Arms,
    outcomes: Outcomes,
    results: pl.DataFrame,
    marker: str,
    hidden: Collection[Pair],
    fewest: int,
) -> frozenset[Pair]:
    """Return which counts of one marker in one comparison must not be shown.

    Parameters
    ----------
    arms, outcomes : Arms, Outcomes
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
    frozenset of (str, str)
        `arm n OS` or `arm events OS` and so on, and of whom: marker and arm, tested, or unknown.
    """
    crossed = _cross(arms, outcomes, results, marker)
    of_arm = [name for name in arms.sets if name != RANDOMISED]
    closed = _close_totals(arms, crossed)
    shown = {
        (name, who): _weigh(name, who)
        for name in of_arm
        for who in (*SPOTS, *(("tested", "unknown") if name.startswith("arm n") else ()))
        if (name, who) not in closed
    }
    whole = [(name, who) for name in outcomes.sets if name != ALL for who in GROUPS]
    lost = list_lost(crossed, outcomes.endpoints, fewest)
    known = {pair for pair in whole if pair not in hidden and pair not in lost} | arms.told
    known |= {(name, ALL) for name in outcomes.told}
    secret = [pair for pair in whole if pair in hidden]
    return find_hidden_pairs(crossed, shown, fewest, known=known, secret=secret) | closed


def _cross(arms: Arms, outcomes: Outcomes, results: pl.DataFrame, marker: str) -> Crossed:
    groups = read_marker_groups(results, outcomes.patient_ids, [marker])[:, 0]
    own = {name: groups == code for name, code in GROUPS.items()}
    by_arm = {
        f"{name}_{arm}": members & of_arm
        for name, members in own.items()
        for arm, of_arm in zip(ARMS, (arms.treated, arms.control), strict=True)
    }
    who = {ALL: outcomes.sets[ALL], **own, **by_arm, "treated": arms.treated}
    who |= {"control": arms.control, "tested": ~own["unknown"]}
    others = {
        name.replace("arm", "other"): outcomes.sets[name.removeprefix("arm ")] & ~members
        for name, members in arms.sets.items() if name != RANDOMISED
    }  # fmt: skip
    within, outside, whole = (tuple(one) for one in (arms.sets, others, outcomes.sets))
    families = ((within, (*by_arm, ALL)), (outside, tuple(GROUPS)), (whole, tuple(GROUPS)))
    return cross_sets({**outcomes.sets, **arms.sets, **others}, who, families)


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
