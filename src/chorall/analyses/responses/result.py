"""The frozen result of the analysis of response."""

from __future__ import annotations

from dataclasses import dataclass

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class ResponseResult(AnalysisResult):
    """How response goes with markers, and with randomised treatment by marker.

    `rows`: outcome (`remission`, `mrd_negative`, `induction_death`), marker, term (`marker`, or
    `marker x treatment`), group (`all`; of a treatment `present`, `absent` and `interaction`),
    component, strategy and control (null without treatment), evidence (`randomised`, or `none` for
    a marker, which nobody allocates), method (`logistic`, `exact`, `logistic (Firth), within
    trials`), n_patients (outcome and marker known), n_unknown_marker, n_unknown_outcome, n_present
    (of a treatment: n_treated), responded_present and responded_absent (of a treatment: treated and
    control), difference with lower_ and upper_ (of proportions: present less absent, or treated
    less control, within trials), odds_ratio, lower, upper, p_value, q_value (over the lines of one
    kind), n_trials, claim (of interactions) and note.

    Attributes
    ----------
    remission_by_day : int
        Remission counts by this day.
    mrd_timepoint : str
        The harmonised time point of the samples.
    conf_level : float
        Two-sided level of all limits.
    """

    remission_by_day: int
    mrd_timepoint: str
    conf_level: float
