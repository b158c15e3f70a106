"""The frozen result of the analysis of prognosis."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from chorall.analyses.across_trials import leave_trials_out
from chorall.analyses.result import AnalysisResult
from chorall.analyses.transplant_effect import TRANSPLANT_CURVES


def _empty_curves() -> pl.DataFrame:
    return pl.DataFrame(schema=TRANSPLANT_CURVES)


@dataclass(frozen=True, kw_only=True)
class PrognosisResult(AnalysisResult):
    """How each marker goes with each endpoint, within and across trials.

    `rows` has one line per marker, endpoint, model and trial: marker, endpoint, model, adjust (the
    covariates, or `none`), trial (null: all trials), n, n_events, n_present, hazard_ratio, lower,
    upper, p_value, q_value (Benjamini-Hochberg over the markers of one endpoint, model, adjust and
    trial), i2, tau2, prediction_lower, prediction_upper, grade, warnings (joined by `; `), n_trials
    (pooled), log_hazard_ratio, standard_error. Models: `cox` (null trial: one stage, stratified by
    trial; with a trial: in it alone), `two_stage` (REML, Hartung-Knapp), `fine_gray`
    (subdistribution), `cox_early` and `cox_late` (before and after `cut_years`), `cox_child` and
    `cox_adult`, and as ratios of hazard ratios `age_per_decade` (within trials, pooled),
    `adult_to_child` and `adult_to_child_within_trials`; for continuous markers `cox`, per unit.

    `summary` has one line per marker and endpoint: marker, endpoint, endpoint_label,
    n_patients (with the endpoint), n_present, n_absent, n_unknown (any other status),
    events_present, events_absent, events_unknown (events of cause 1), estimate_present,
    lower_present, upper_present, estimate_absent, lower_absent, upper_absent (at `horizon_years`:
    survival, or cumulative incidence of cause 1 where a competing cause exists, 1 - Kaplan-Meier
    for relapse_rate_km), difference with limits (present less absent), the difference of restricted
    means in years, logrank_chi_square, logrank_p_value (stratified by trial; cause-specific),
    gray_p_value, hazard_ratio, lower, upper, p_value (of presence, stratified by trial,
    unadjusted), adjusted_hazard_ratio, adjusted_lower, adjusted_upper, adjusted_p_value, n_adjusted
    and events_adjusted (patients and events in the adjusted fit, those with all covariates known),
    q_value (over the markers of the endpoint, from adjusted_p_value), the subdistribution hazard
    ratio (adjusted), the pooled two-stage figures (adjusted), proportionality_p_value, the figures
    early and late, by decade of age, in children and adults, n_trials (that contribute), n_pooled,
    grade, note (why a figure is not given, or empty), warnings. Lines follow the markers as asked
    for (by alphabet where none were named), then the endpoints.

    Attributes
    ----------
    summary : DataFrame
        As above.
    curves : DataFrame
        marker, endpoint, cause (1 ..), group (present, absent, not tested), time_years, estimate,
        lower, upper: the steps of each curve, all trials together.
    at_risk : DataFrame
        marker, endpoint, group, time_years (0, 1, 2 ...), n_at_risk, n_events (before or at that
        time, cause 1), n_censored.
    by_trial : DataFrame
        marker, endpoint, trial_id, n_present, n_absent, events_present, events_absent,
        hazard_ratio, lower, upper, log_hazard_ratio, standard_error (adjusted as in `summary`,
        within one trial), note; nulls where it cannot be estimated, and the note says why.
    endpoints : tuple of str
        Short names, in the order asked for; those nobody has are left out (a warning says so).
    adjusted_for : tuple of str
        Terms of the adjusted model, e.g. `age_years (spline)`, `sex`, `log2 wbc_10e9_per_l`.
    horizon_years : float
        Where the k-year figures are read.
    conf_level : float
        Two-sided level of all limits.
    cut_years : float
        Where early ends and late begins.
    transplant : str
        How transplantation in first remission enters the adjusted models.
    transplant_curves : DataFrame
        endpoint, method (simon_makuch, landmark), group, n, time_years, estimate, lower, upper;
        empty where transplantation is ignored.
    methods_text : str
        A paragraph for a paper.
    remark : DataFrame
        The REMARK checklist: item, topic, known (what the run knows), to_fill (what a person must
        add).
    """

    summary: pl.DataFrame
    curves: pl.DataFrame
    at_risk: pl.DataFrame
    by_trial: pl.DataFrame
    endpoints: tuple[str, ...]
    adjusted_for: tuple[str, ...]
    horizon_years: float
    conf_level: float
    cut_years: float = 2.0
    transplant: str = "ignore"
    transplant_curves: pl.DataFrame = field(default_factory=_empty_curves)
    methods_text: str = ""
    remark: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def printed(self) -> pl.DataFrame:
        """The wide lines: a table of one line per model would be too long to read."""
        return self.summary

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """The frames a person takes away, by name."""
        frames = {
            "summary": self.summary,
            "by-trial": self.by_trial,
            "leave-one-out": self.leave_one_out,
            "remark": self.remark,
            "transplant-curves": self.transplant_curves,
        }
        return {name: frame for name, frame in frames.items() if frame.height}

    @property
    def further_texts(self) -> dict[str, str]:
        """The methods as a paragraph."""
        return {"methods": self.methods_text} if self.methods_text else {}

    @cached_property
    def leave_one_out(self) -> pl.DataFrame:
        """The adjusted two-stage figures without each trial in turn; made when first asked for."""
        return leave_trials_out(self.by_trial, self.conf_level)
