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
from chorall.analyses.hidden_counts import Cell, find_hidden
from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN, read_marker_groups
from chorall.analyses.prognosis import COVARIATES
from chorall.reports.disclosure_sets import Members, NestedSets, count_cells, nest_sets
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS

ALL: Final = "all"
COMPLETE: Final = "adjusted"
SHOWN: Final = ("present", "absent", "unknown", COMPLETE)
"""Groups of which a line of prognosis shows patients and events."""
OF_INCIDENCE: Final = {
    "n_present": "counted", "n_absent": "absent", "n_tested": "assessed",
    "n_without_result": "without",
}  # fmt: skip
"""Counts of a frequency, all of them of all patients, and of whom they are."""
WHO: Final = (
    (ALL, ("tested", "unknown")), ("tested", ("present", "absent")),
    (ALL, ("present", "not present")), ("not present", ("absent", "unknown")),
    (ALL, ("absent", "not absent")), ("not absent", ("present", "unknown")),
    ("tested", (COMPLETE, "incomplete")),
    (ALL, (COMPLETE, "not adjusted")), ("not adjusted", ("incomplete", "unknown")),
    (ALL, ("incomplete", "not incomplete")), ("not incomplete", (COMPLETE, "unknown")),
    ("present", ("counted", "positive only")), ("assessed", ("counted", "absent")),
    (ALL, ("assessed", "without")), ("without", ("unknown", "positive only")),
)  # fmt: skip
"""Groups of patients, and others into which they fall."""
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
    sets : NestedSets
        `all`, `n OS`, `events OS` and so on.
    complete : ndarray of bool, shape (n,)
        True where the covariates of the adjusted models are known.
    told : frozenset of int
        The sets given of which the number of all patients may be told.
    """

    patient_ids: pl.Series
    endpoints: tuple[str, ...]
    sets: NestedSets
    complete: Members
    told: frozenset[int]


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
        found[f"n {cohort.endpoint}"] = ids.is_in(cohort.patient_ids.to_list()).to_numpy()
        happened = cohort.patient_ids.filter(pl.Series(cohort.event))
        found[f"events {cohort.endpoint}"] = ids.is_in(happened.to_list()).to_numpy()
        known = cohort.patient_ids.filter(pl.Series(cohort.covariates.complete))
        complete |= ids.is_in(known.to_list()).to_numpy()
    sets = nest_sets(found)
    return Outcomes(ids, available, sets, complete, _find_told(sets, available, fewest))


def _find_told(sets: NestedSets, endpoints: Sequence[str], fewest: int) -> frozenset[int]:
    everybody = np.full(len(sets.kind), fill_value=True)
    counts, sums = count_cells(sets, {ALL: everybody}, ())
    worth: dict[Cell, int] = {
        (one, ALL): _value(name, endpoints) for name, one in reversed(sets.names.items())
    }
    own = {(sets.names[name], ALL) for name in (ALL, DEATHS) if name in sets.names}
    fixed = {cell for cell in own if counts[cell] >= fewest}
    hidden = find_hidden(
        counts, sums, fewest, worth.__getitem__, unseen=counts.keys() - worth, fixed=fixed
    )
    return frozenset(one for one in sets.names.values() if (one, ALL) not in hidden)


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
) -> frozenset[tuple[str, str]]:
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
    who = _split_patients(outcomes, results, marker)
    counts, sums = count_cells(outcomes.sets, who, WHO)
    names = {name: one for name, one in outcomes.sets.names.items() if name != ALL}
    worth: dict[Cell, int] = {
        (one, group): _weigh(name, group, outcomes.endpoints)
        for name, one in reversed(names.items())
        for group in SHOWN
    }
    everybody = outcomes.sets.names[ALL]
    found: dict[Cell, Any] = {
        (everybody, group): frequency[name] for name, group in OF_INCIDENCE.items()
    }
    secret = {cell for cell, count in found.items() if count is None}
    # a 0 is no hiding place: where there is nobody, nobody is in any set
    fixed = {cell for cell, count in counts.items() if not count} | found.keys() - secret
    fixed |= {(one, ALL) for one in outcomes.told}
    untold = _close_totals(outcomes, counts)
    hidden = find_hidden(
        counts, sums, fewest, worth.__getitem__,
        unseen=(counts.keys() - worth) | untold, fixed=fixed - untold - secret, secret=secret,
    )  # fmt: skip
    return frozenset(
        (name, group)
        for name, one in names.items()
        for group in (*SHOWN, ALL)
        if (one, group) in hidden
    )


def _split_patients(outcomes: Outcomes, results: pl.DataFrame, marker: str) -> dict[str, Members]:
    ids = outcomes.patient_ids
    groups = read_marker_groups(results, ids, [marker])[:, 0]
    blind = results.filter(
        pl.col("phase") == DIAGNOSIS, ~pl.col("rules_out"), marker=marker, status="present"
    )
    present, absent, unknown = (groups == one for one in (PRESENT, ABSENT, UNKNOWN))
    alone = present & ids.is_in(blind["patient_id"].to_list()).to_numpy()
    own = {
        "present": present, "absent": absent,
        COMPLETE: ~unknown & outcomes.complete, "incomplete": ~unknown & ~outcomes.complete,
    }  # fmt: skip
    return {
        ALL: np.full(len(ids), fill_value=True), **own, "unknown": unknown, "tested": ~unknown,
        **{f"not {name}": ~members for name, members in own.items()},
        "counted": present & ~alone, "positive only": alone,
        "assessed": ~unknown & ~alone, "without": unknown | alone,
    }  # fmt: skip


def _weigh(name: str, group: str, endpoints: Sequence[str]) -> int:
    """Rather keep those compared than those unknown, and patients than events."""
    if group not in ("present", "absent"):
        return 1 if group == "unknown" else 0
    return 2 + _value(name, endpoints)


def _close_totals(outcomes: Outcomes, counts: Mapping[Cell, int]) -> set[Cell]:
    """Return what every line must hide so that no total is told that must not be.

    In a group that is the last part of a total; without anybody it would hide nothing.
    """
    everybody = outcomes.sets.names[ALL]
    last = "unknown" if counts[everybody, "unknown"] else "absent"
    return {(one, last) for one in outcomes.sets.names.values() if one not in outcomes.told}
