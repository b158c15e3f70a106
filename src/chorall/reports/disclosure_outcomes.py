"""Which counts of a marker and the endpoints must be hidden: decided once, whatever is asked.

One reader may ask every endpoint of a marker, and how frequent it is; the patients and events of
one endpoint lie in those of another. So all counts of a marker are looked at together. Counts of
all patients are the same for every marker and are decided before. Those that may be told count as
known to everybody, so that no marker tells anything more of another one; of the others every marker
hides the last part, so that all markers together do not tell them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.adjustment import choose_adjustment
from chorall.analyses.endpoint_choice import choose_endpoints, read_cohorts
from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN, read_marker_groups
from chorall.analyses.prognosis import COVARIATES
from chorall.reports.disclosure_sets import (
    Crossed,
    Members,
    Pair,
    cross_sets,
    find_hidden_pairs,
    find_members,
)
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS

ALL: Final = "all"
COMPLETE: Final = "adjusted"
SHOWN: Final = ("present", "absent", "unknown", COMPLETE)
"""Groups of which a line of prognosis shows patients and events."""
COMPARED: Final = ("present", "absent")
OF_INCIDENCE: Final = {
    "n_present": "counted", "n_absent": "absent", "n_tested": "assessed",
    "n_without_result": "without",
}  # fmt: skip
"""Counts of a frequency, all of them of all patients, and of whom they are."""
DEATHS: Final = "events OS"
"""The table of trials tells them, whatever is hidden here."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The n patients of a pool, who has which endpoint and its event, and what may be told of all.

    Attributes
    ----------
    patient_ids : Series, length n
        Pseudonyms.
    endpoints : tuple of str
        Short names, best kept first.
    sets : dict of str to ndarray of bool, shape (n,)
        `all`, `n OS`, `events OS` and so on.
    complete : ndarray of bool, shape (n,)
        True where the covariates of the adjusted models are known.
    told : frozenset of str
        The sets of which the number of all patients may be told.
    """

    patient_ids: pl.Series
    endpoints: tuple[str, ...]
    sets: dict[str, Members]
    complete: Members
    told: frozenset[str]


def read_outcomes(pool: Pool, endpoints: Sequence[str], fewest: int) -> Outcomes:
    """Read who has which endpoint, as the analysis of prognosis does.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    endpoints : sequence of str
        All that a reader may ask, best kept first.
    fewest : int
        The smallest count shown.

    Raises
    ------
    DataError
        If the pool has none of the endpoints.
    """
    available, _ = choose_endpoints(pool, endpoints, pool.trials)
    patients = pool.table("patient")
    ids = patients["patient_id"]
    fitted = choose_adjustment(patients, COVARIATES)
    found, complete = {ALL: np.full(len(ids), fill_value=True)}, np.zeros(len(ids), dtype=bool)
    for cohort in read_cohorts(pool, available, fitted.patients, pool.trials, fitted.terms):
        found[f"n {cohort.endpoint}"] = find_members(ids, cohort.patient_ids)
        happened = cohort.patient_ids.filter(pl.Series(cohort.event))
        found[f"events {cohort.endpoint}"] = find_members(ids, happened)
        known = cohort.patient_ids.filter(pl.Series(cohort.covariates.complete))
        complete |= find_members(ids, known)
    return Outcomes(ids, available, found, complete, _find_told(found, available, fewest))


def _find_told(
    sets: Mapping[str, Members], endpoints: Sequence[str], fewest: int
) -> frozenset[str]:
    crossed = cross_sets(sets, {ALL: sets[ALL]})
    known = {name for name in (ALL, DEATHS) if name in sets and crossed.size(name, ALL) >= fewest}
    shown = {(name, ALL): _value(name, endpoints) for name in sets.keys() - known}
    hidden = find_hidden_pairs(crossed, shown, fewest, known=[(name, ALL) for name in known])
    return frozenset(name for name in sets if (name, ALL) not in hidden)


def _value(name: str, endpoints: Sequence[str]) -> int:
    """Rather keep patients than events, and those of the endpoints that come first."""
    what, _, endpoint = name.partition(" ")
    place = endpoints.index(endpoint) if endpoint else 0
    return (len(endpoints) if what == "n" else 0) + len(endpoints) - place


def find_hidden_outcomes(
    outcomes: Outcomes,
    results: pl.DataFrame,
    marker: str,
    frequency: Mapping[str, Any],
    fewest: int,
) -> frozenset[Pair]:
    """Return which counts of one marker must not be shown.

    Parameters
    ----------
    outcomes : Outcomes
        Of the pool.
    results : DataFrame
        The table marker_result.
    marker : str
        Its name.
    frequency : mapping of str to int or None
        The line of the marker in all patients, as it is shown: null where hidden.
    fewest : int
        The smallest count shown.

    Returns
    -------
    frozenset of (str, str)
        `n OS` or `events OS` and so on, and of whom: present, absent, unknown, adjusted, or all.
    """
    crossed = cross_sets(outcomes.sets, _split_patients(outcomes, results, marker))
    names = [name for name in outcomes.sets if name != ALL]
    untold = [name for name in outcomes.sets if name not in outcomes.told]
    closed = {(name, _find_last(crossed)) for name in untold}
    shown = {
        (name, group): _weigh(name, group, outcomes.endpoints)
        for name in names
        for group in SHOWN
        if (name, group) not in closed
    }
    told = [(ALL, who) for name, who in OF_INCIDENCE.items() if frequency[name] is not None]
    secret = [(ALL, who) for name, who in OF_INCIDENCE.items() if frequency[name] is None]
    hidden = find_hidden_pairs(
        crossed, shown, fewest,
        known=[*((name, ALL) for name in outcomes.told), *told], secret=secret,
    )  # fmt: skip
    return hidden | closed | {(name, ALL) for name in untold}


def list_lost(crossed: Crossed, endpoints: Sequence[str], fewest: int) -> set[Pair]:
    """Return the counts of lines that are not shown at all, because they compare few patients."""
    return {
        (f"{what} {endpoint}", who)
        for endpoint in endpoints
        if any(0 < crossed.size(f"n {endpoint}", group) < fewest for group in COMPARED)
        for what in ("n", "events")
        for who in SHOWN
    }


def _find_last(crossed: Crossed) -> str:
    """Return of whom every line hides a count, so that the total is not told.

    They are the last part of a total; without anybody they would hide nothing.
    """
    return "unknown" if crossed.size(ALL, "unknown") else "absent"


def _split_patients(outcomes: Outcomes, results: pl.DataFrame, marker: str) -> dict[str, Members]:
    ids = outcomes.patient_ids
    groups = read_marker_groups(results, ids, [marker])[:, 0]
    blind = results.filter(
        pl.col("phase") == DIAGNOSIS, ~pl.col("rules_out"), marker=marker, status="present"
    )
    present, absent, unknown = (groups == one for one in (PRESENT, ABSENT, UNKNOWN))
    alone = present & find_members(ids, blind["patient_id"])
    return {
        ALL: outcomes.sets[ALL], "present": present, "absent": absent, "unknown": unknown,
        COMPLETE: ~unknown & outcomes.complete, "counted": present & ~alone,
        "assessed": ~unknown & ~alone, "without": unknown | alone,
    }  # fmt: skip


def _weigh(name: str, group: str, endpoints: Sequence[str]) -> int:
    """Rather keep those compared than those unknown, and patients than events."""
    if group not in ("present", "absent"):
        return 1 if group == "unknown" else 0
    return 2 + _value(name, endpoints)
