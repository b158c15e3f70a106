"""The frozen result of a target trial emulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class TargetTrialResult(AnalysisResult):
    """Two strategies compared as if they had been assigned at time zero.

    `rows`: endpoint, role (`outcome` or `negative control`), method (`clone-censor-weight`,
    `sequential landmarks`), evidence (`observational`), first and second (the strategies),
    n_eligible, n_started (in time), n_following_first and _second (at the end of the grace
    period), events_first and _second (while following), effective_first and _second,
    largest_weight, risk_first and _second (by the horizon), risk_difference (first less second)
    with lower_ and upper_, years_gained (mean time up to the horizon not lost to the event) with
    limits, hazard_ratio, lower, upper, p_value, e_value, e_value_limit (landmarks), n_trials, note.

    Attributes
    ----------
    curves : DataFrame
        strategy, time_years, risk, lower, upper: of the outcome; empty where refused.
    balance : DataFrame
        covariate, before, after: standardised mean differences between those who follow either
        strategy at the end of the grace period.
    flow : DataFrame
        step, n: patients of the trials, then who was left out and why; the eligible last.
    definition : dict
        The target trial as it was stated.
    conf_level : float
        Level of all limits.
    """

    curves: pl.DataFrame
    balance: pl.DataFrame
    flow: pl.DataFrame
    definition: dict[str, Any]
    conf_level: float

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """Flow and balance, written beside the rows."""
        return {"flow": self.flow, "balance": self.balance}

    def to_dict(self) -> dict[str, Any]:
        """Return rows, flow, balance and the definition as plain values that JSON can hold."""
        plain = AnalysisResult.to_dict(self)
        return plain | {
            "definition": self.definition,
            "flow": self.flow.to_dicts(),
            "balance": self.balance.to_dicts(),
            "conf_level": self.conf_level,
        }
