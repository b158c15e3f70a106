"""The frozen result of the analysis of prognosis."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class PrognosisResult(AnalysisResult):
    """How each marker goes with each endpoint, stratified by trial.

    `rows` has one line per marker and endpoint: marker, endpoint, endpoint_label,
    n_patients (with the endpoint), n_present, n_absent, n_unknown (any other status),
    events_present, events_absent (events of cause 1), estimate_present, lower_present,
    upper_present, estimate_absent, lower_absent, upper_absent (at `horizon_years`: survival, or
    cumulative incidence of cause 1 where a competing cause exists, 1 - Kaplan-Meier for
    relapse_rate_km), logrank_chi_square,
    logrank_p_value (stratified by trial; cause-specific), hazard_ratio, lower, upper, p_value (of
    presence, stratified by trial, unadjusted), adjusted_hazard_ratio, adjusted_lower,
    adjusted_upper, adjusted_p_value, n_adjusted and events_adjusted (patients and events in the
    adjusted fit, those with all covariates known), q_value (Benjamini-Hochberg over the markers of
    the endpoint, from adjusted_p_value), n_trials (that contribute), note (why a figure is not
    given, or empty). Hazard ratios of endpoints with competing causes are cause-specific. Lines
    follow the markers as asked for (by alphabet where none were named), then the endpoints.

    Attributes
    ----------
    curves : DataFrame
        marker, endpoint, cause (1 ..), group (present, absent, not tested), time_years, estimate,
        lower, upper: the steps of each curve, all trials together.
    at_risk : DataFrame
        marker, endpoint, group, time_years (0, 1, 2 ...), n_at_risk, n_events (before or at that
        time, cause 1), n_censored.
    by_trial : DataFrame
        marker, endpoint, trial_id, n_present, n_absent, events_present, events_absent,
        hazard_ratio, lower, upper (adjusted as in `rows`, within one trial), note; nulls where it
        cannot be estimated, and the note says why.
    endpoints : tuple of str
        Short names, in the order asked for; those nobody has are left out (a warning says so).
    adjusted_for : tuple of str
        Terms of the adjusted model, e.g. `age_years`, `sex`, `log2 wbc_10e9_per_l`.
    horizon_years : float
        Where the k-year figures are read.
    conf_level : float
        Two-sided level of all limits.
    """

    curves: pl.DataFrame
    at_risk: pl.DataFrame
    by_trial: pl.DataFrame
    endpoints: tuple[str, ...]
    adjusted_for: tuple[str, ...]
    horizon_years: float
    conf_level: float
