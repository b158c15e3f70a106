"""What the figures of an item mean, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

MISSING_EARLY: Final = "early deaths missing"
TESTED_EARLY: Final = "early deaths tested"
SURVIVAL: Final = "survival differs"
NO_EVIDENCE: Final = "no evidence"
NOT_ASSESSABLE: Final = "not assessable"


def name_finding(row: Mapping[str, Any], false_discovery_rate: float) -> str:
    """Return the finding of a row with q-values; NaN where a test was not done."""
    if row["q_value"] <= false_discovery_rate:
        return MISSING_EARLY if row["odds_ratio"] > 1 else TESTED_EARLY
    if row["logrank_q_value"] <= false_discovery_rate:
        return SURVIVAL
    if np.isnan(row["p_value"]):
        return NOT_ASSESSABLE
    return NO_EVIDENCE


def write_statement(row: Mapping[str, Any], finding: str, horizon_days: float) -> str:
    """Say in a sentence what was found, and in whom."""
    where = row["trial"] or "all trials"
    head = f"{row['marker']}, {where}"
    counts = (
        f"{row['early_deaths_missing']:,} of {row['n_judged_missing']:,} without a result and "
        f"{row['early_deaths_tested']:,} of {row['n_judged_tested']:,} with one died within "
        f"{horizon_days:g} days"
    )
    odds = f"odds ratio {row['odds_ratio']:.2f}, q = {row['q_value']:.2g}"
    if finding == MISSING_EARLY:
        how = f"{head}: MISSING MORE OFTEN IN EARLY DEATHS: {counts} ({odds}). {_advise(row)}"
    elif finding == TESTED_EARLY:
        how = f"{head}: known more often in early deaths: {counts} ({odds}). {_advise(row)}"
    elif finding == SURVIVAL:
        how = (
            f"{head}: survival differs between those without and with a result (log-rank q = "
            f"{row['logrank_q_value']:.2g}); {counts}. {_advise(row)}"
        )
    elif finding == NO_EVIDENCE:
        how = f"{head}: no evidence that missing goes with early death: {counts}."
    else:
        how = f"{head}: not assessable, too few without a result or early deaths: {counts}."
    return how


def _advise(row: Mapping[str, Any]) -> str:
    if row["kind"] == "mrd":
        return (
            "Only those who live to be measured have MRD: compare from the day of measurement "
            "(landmark)."
        )
    return (
        "Figures of those tested leave these deaths out: read the imputed answer beside them, or "
        "start the clock at the test."
    )
