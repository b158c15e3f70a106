"""The frozen result of donor against no donor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class DonorResult(AnalysisResult):
    """What having a donor does, whether or not a transplantation followed.

    `rows`: endpoint, trial (null: all together), evidence (`natural`), marker and group (`all`;
    with a marker `present`, `absent` and `interaction`), n_donor, n_no_donor, events_donor,
    events_no_donor, transplanted_donor and transplanted_no_donor (share transplanted in first
    remission, whenever), risk_donor and risk_no_donor (of the event by the horizon, trials weighed
    by their patients), risk_difference (donor less no donor) with lower_ and upper_, years_gained
    with limits, hazard_ratio, lower, upper, p_value (of the interaction: ratio of the ratios),
    n_trials, claim (of an interaction, by the rules of `treatment`), note.

    Attributes
    ----------
    patients : DataFrame
        trial_id, endpoint, n_typed, n_compared, n_before (event or end of follow-up before the
        result), n_without (no such endpoint), n_undated (day of the result not known).
    horizon_years, conf_level : float
        Where absolute figures are read, and the level of all limits.
    """

    patients: pl.DataFrame
    horizon_years: float
    conf_level: float

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """Who was compared, written beside the rows."""
        return {"patients": self.patients}

    def to_dict(self) -> dict[str, Any]:
        """Return rows and patients as plain values that JSON can hold."""
        plain = AnalysisResult.to_dict(self)
        return plain | {
            "patients": self.patients.to_dicts(),
            "horizon_years": self.horizon_years,
            "conf_level": self.conf_level,
        }
