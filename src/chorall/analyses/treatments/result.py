"""The frozen results of the analyses of treatment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class StrategyTable(AnalysisResult):
    """Which trials give which component of treatment.

    `rows`: component, name, trial_id, levels (as given by the trial's arms), question and contrast
    (where the trial randomises it; else null), shared_with (trials that randomise the same two
    levels: only these can be compared), n_randomised, evidence (`randomised` or null), confidence
    (of the component's description).
    """


@dataclass(frozen=True, kw_only=True)
class TreatmentResult(AnalysisResult):
    """What a randomised treatment does with and without a marker.

    `rows` has one line per marker, contrast and endpoint with all trials together (`trial` null),
    followed by one per trial (not in a scan):

    - marker, modifier (of a three-way term, else null), term (`marker x treatment` or `marker x
      modifier x treatment`), component, strategy and control (levels of the component), endpoint,
      evidence (`randomised`), trial, question, n_trials;
    - n_patients (with the marker known), n_unknown, n_present_treated, n_present_control,
      n_absent_treated, n_absent_control and events_ of the same four (cause 1);
    - absolute first: risk_difference_present, _absent (treated less control, of the event by
      `horizon_years`; below 0 favours the treatment) each with lower_ and upper_,
      risk_difference_interaction (present less absent) with limits and risk_interaction_p_value;
      years_gained_present, _absent (mean time up to the horizon not lost to the event, treated
      less control; above 0 favours the treatment) with limits;
    - relative: hazard_ratio_present, _absent with limits (cause-specific), interaction_ratio
      (present over absent) with interaction_lower, interaction_upper, interaction_p_value;
    - tau2, i_squared, prediction_lower, prediction_upper (of the interaction ratio),
      common_interaction_ratio, common_interaction_p_value (as if trials did not differ);
    - q_value (Benjamini-Hochberg over all pooled lines of the result), claim (by the rules of
      `claims`) and note (why a figure is not given, or empty).

    Attributes
    ----------
    leave_one_out : DataFrame
        marker, component, strategy, control, endpoint, left_out, interaction_ratio,
        interaction_lower, interaction_upper, interaction_p_value: the other trials together.
    questions : DataFrame
        trial_id, question, component, control, strategy, control_arm, treatment_arm, endpoint,
        n_randomised, n_compared, n_before (event or end of follow-up before randomisation),
        n_without (no such endpoint), n_undated (day of randomisation not known).
    horizon_years : float
        Where absolute figures are read.
    conf_level : float
        Two-sided level of all limits.
    """

    leave_one_out: pl.DataFrame
    questions: pl.DataFrame
    horizon_years: float
    conf_level: float

    def to_dict(self) -> dict[str, Any]:
        """Return rows and the trials left out as plain values that JSON can hold."""
        plain = AnalysisResult.to_dict(self)
        return plain | {
            "horizon_years": self.horizon_years,
            "conf_level": self.conf_level,
            "questions": self.questions.to_dicts(),
            "leave_one_out": self.leave_one_out.to_dicts(),
        }
