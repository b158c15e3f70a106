"""Sound an alarm where a bank tells patients apart better than anything known can."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from chorall.analyses.bank.measures import Outcome
from chorall.models.bank.bank_fit import BankData
from chorall.stats import concordance

TOO_GOOD: Final = 0.85
"""Honest models of several trials of acute leukaemia reach 0.65 to 0.75."""

SUSPECT: Final = 0.75
"""A single feature that alone tells patients apart like this is named."""

MOST_NAMED: Final = 3


def sound_alarm(rows: pl.DataFrame) -> list[str]:
    """Return the alarm, or nothing.

    The rule: concordance (Harrell or Uno) or AUC of the bank is above 0.85 among all patients, or
    its lower limit is in a trial or subgroup, where few patients may reach it by chance.

    Parameters
    ----------
    rows : DataFrame
        Those of a validation.
    """
    found = rows.filter(
        pl.col("model") == "bank",
        pl.col("measure").is_in(["concordance", "concordance_uno", "auc"]),
        pl.when(pl.col("group") == "all").then("estimate").otherwise("lower") > TOO_GOOD,
    )
    if not found.height:
        return []
    where = found["group"].unique(maintain_order=True).to_list()
    return [
        f"Leakage alarm ({', '.join(where[:MOST_NAMED])}): concordance or AUC above {TOO_GOOD} is "
        "better than anybody has found in acute leukaemia. Look for a covariate that knows the "
        "outcome."
    ]


def name_suspects(data: BankData, outcome: Outcome) -> list[str]:
    """Return a sentence on the features that alone tell patients apart too well."""
    found = []
    for place, feature in enumerate(data.features):
        own = outcome.is_followed & np.isfinite(data.values[:, place])
        if not outcome.event[own].any():
            continue
        alone = concordance(
            data.values[own, place], outcome.time[own], outcome.event[own],
            entry_time=outcome.entry_time[own], strata=data.trial[own],
        ).concordance  # fmt: skip
        if max(alone, 1 - alone) > SUSPECT:
            found.append((max(alone, 1 - alone), feature.name))
    named = [f"{name} ({value:.2f})" for value, name in sorted(found, reverse=True)[:MOST_NAMED]]
    return [f"Suspect, by its concordance alone: {', '.join(named)}."] if named else []
