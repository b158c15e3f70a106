"""The trial that would answer: its size, by the study planner."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from chorall.analyses.deescalation.bounds import GroupBounds
from chorall.analyses.deescalation.verdicts import (
    INSUFFICIENT,
    NOT_SUPPORTED,
    Gates,
    Verdict,
)
from chorall.analyses.planning import plan_study
from chorall.errors import InputError
from chorall.knowledge.deescalation_rules import deescalation_rules


def plan_answers(
    bounds: GroupBounds, verdict: Verdict, share: float, gates: Gates
) -> list[dict[str, Any]]:
    """Return the sizes of the studies that would answer what is open.

    Parameters
    ----------
    bounds : GroupBounds
        Of the trials that may be headlined.
    verdict : Verdict
        What was said of the group; nothing is planned for a group that is not supported.
    share : float
        Of the group among children, NaN where not known.
    gates : Gates
        Horizon, margin, level.

    Returns
    -------
    list of dict
        question (`non-inferiority`: the randomised trial; `low-risk`: more patients of the group,
        to bound relapse, where the evidence is insufficient), assumption, n_per_arm, n_patients,
        n_screened (children of whom so many are in the group), statement.

    See Also
    --------
    chorall.analyses.plan_study : The formulas.
    """
    if verdict.word == NOT_SUPPORTED or not bounds.counted:
        return []
    lines = list(_plan_trial(bounds, gates))
    if verdict.word == INSUFFICIENT:
        lines += _plan_bound(bounds, gates)
    for line in lines:
        known = np.isfinite(share) and share > 0
        line["n_screened"] = math.ceil(line["n_patients"] / share) if known else None
    return lines


def _plan_trial(bounds: GroupBounds, gates: Gates) -> Iterator[dict[str, Any]]:
    """Plan the randomised trial at the estimate and at the lower limit, the careful side."""
    for name, success in (
        ("as estimated", bounds.event_free.risk),
        ("at its lower limit", bounds.event_free.lower),
    ):
        if not 0 < success < 1:
            continue
        plan = plan_study(
            "non-inferiority",
            success=success,
            margin=gates.margin,
            power=deescalation_rules().plan.power,
            alpha=(1 - gates.conf_level) / 2,
            simulations=0,
        )
        row = plan.rows.row(0, named=True)
        yield {
            "question": "non-inferiority",
            "assumption": f"event-free {100 * success:.1f} %, {name}",
            "n_per_arm": row["n_per_arm"],
            "n_patients": row["n_patients"],
            "statement": plan.statement,
        }


def _plan_bound(bounds: GroupBounds, gates: Gates) -> Iterator[dict[str, Any]]:
    rate = bounds.relapse.risk
    if not rate < gates.relapse_bound:
        return
    try:
        plan = plan_study(
            "low-risk",
            bound=gates.relapse_bound,
            rate=rate,
            conf_level=(1 + gates.conf_level) / 2,
            power=deescalation_rules().plan.power,
        )
    except InputError:  # so near to the bound that no number of patients is reasonable
        return
    row = plan.rows.row(0, named=True)
    yield {
        "question": "low-risk",
        "assumption": f"relapse {100 * rate:.1f} %, as estimated",
        "n_per_arm": None,
        "n_patients": row["n_patients_with_power"],
        "statement": plan.statement,
    }
