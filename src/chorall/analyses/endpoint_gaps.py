"""Why a pool does not give an endpoint, in words, and what would be needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import polars as pl

from chorall.endpoints import course_tables, explain_exclusions, origins
from chorall.endpoints.origins import list_recorded
from chorall.knowledge.endpoint_definitions import EndpointDefinition, endpoint_definitions
from chorall.tables.store import Pool
from chorall.tables.words import EVENT_TYPES

WHAT_IS_MISSING: Final = {
    origins.NEVER_IN_REMISSION: "no dated remission (an event `remission`)",
    origins.REMISSION_NOT_DATED: "a remission without its day (only in the table response)",
    origins.NEVER_RELAPSED: "no dated relapse (an event `relapse`)",
    origins.NO_TRANSPLANT: "no dated first transplantation (table transplant, `day`)",
    origins.NO_MRD: "no dated MRD result in remission (table mrd, `day` and `category`)",
    origins.NO_LANDMARK: (
        "a trial that states no landmark (`remission_landmark_day` under [trial] of its mapping)"
    ),
    origins.NOT_RECORDED: "a trial whose delivery does not tell the events in question",
    origins.LEFT_BEFORE_ENTRY: "follow-up that ended before observation began",
}
"""Reason of an exclusion to its words."""


def explain_gap(pool: Pool, endpoint: str, trial_ids: Sequence[str]) -> str:
    """Say why no patient of the trials has an endpoint: the reasons, the most frequent first."""
    n_trials = f"{len(trial_ids)} trial{'s' if len(trial_ids) != 1 else ''}"
    gap = f"{endpoint}: no patient of the {n_trials} has this endpoint."
    definition = endpoint_definitions().get(endpoint)
    if definition is None:
        return gap
    excluded = explain_exclusions(course_tables(pool), [definition])
    counts = (
        excluded.filter(pl.col("trial_id").is_in(list(trial_ids)))
        .group_by("reason")
        .len("n")
        .sort("n", "reason", descending=[True, False])
    )
    said = [
        f"{WHAT_IS_MISSING[reason]}{_name_unrecorded(pool, definition, reason)}: {n:,} patients"
        for reason, n in counts.iter_rows()
    ]
    return f"{gap} Why: {'; '.join(said)}." if said else gap


def _name_unrecorded(pool: Pool, definition: EndpointDefinition, reason: str) -> str:
    """Return the events of an endpoint that trials do not record, where that is the reason."""
    if reason != origins.NOT_RECORDED:
        return ""
    everywhere = set.intersection(*list_recorded({"trial": pool.table("trial")}).values())
    asked = [*definition.decisive, definition.origin, *(["remission"] * definition.by_landmark)]
    missing = [name for name in EVENT_TYPES if name in asked and name not in everywhere]
    return f" ({', '.join(missing)})"


def warn_of_unrecorded(pool: Pool, endpoint: str, trial_ids: Sequence[str]) -> list[str]:
    """Say which events of an endpoint some trials do not record and so cannot count."""
    definition = endpoint_definitions().get(endpoint)
    if definition is None:
        return []
    recorded = list_recorded({"trial": pool.table("trial")})
    outcomes = pool.table("endpoint").filter(pl.col("endpoint") == endpoint)
    there = set(outcomes["trial_id"].unique())
    lacking: defaultdict[str, list[str]] = defaultdict(list)
    for trial_id in trial_ids:
        if trial_id in there and trial_id in recorded:
            asked = [name for name in definition.decisive if name in EVENT_TYPES]
            missing = [name for name in asked if name not in recorded[trial_id]]
            if missing:
                lacking[", ".join(missing).replace("_", " ")].append(trial_id)
    return [
        f"{endpoint}: {', '.join(trials)} {'do' if len(trials) > 1 else 'does'} not record "
        f"{events}, so none is counted there."
        for events, trials in lacking.items()
    ]
