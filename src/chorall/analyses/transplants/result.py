"""The frozen result of the analysis of transplantation."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class TransplantResult(AnalysisResult):
    """What transplantation in first remission goes with, answered in several ways.

    `rows`: endpoint, method (the four answers `time-dependent covariate`, `multi-state`,
    `landmark`, `donor against no donor`; then `landmark, overlap weights`,
    `landmark, doubly robust`, `sequential landmarks`, `fixed covariate (wrong)`, and
    `negative control outcome: ...` or `exposure: ...`), evidence (`observational`; of donors
    `natural`), marker and group (`all`; with a marker `present`, `absent` and `interaction`, of
    the time-dependent covariate, pooled over trials), landmark_days, n_patients, n_transplanted
    (of donors: who has one), events_transplanted, events_other, risk_transplanted and risk_other
    (of the event by the horizon, from the landmark on), risk_difference with lower_ and upper_
    (landmarks, states, donors), hazard_ratio, lower, upper, p_value (adjusted, stratified by
    trial, cause-specific; of donors with and without one), e_value and e_value_limit, n_trials,
    note.

    Attributes
    ----------
    curves : DataFrame
        endpoint, group (`transplanted`, `not transplanted`), time_years (from the endpoint's
        origin), estimate, lower, upper, n_at_risk: survival without the event by Simon and Makuch.
    states : DataFrame
        endpoint, state, time_years (0, 1, 2 ...), probability, lower, upper: the multi-state
        answer (Aalen-Johansen, all trials together).
    balance : DataFrame
        endpoint, landmark_days, covariate, before, after: standardised mean differences between
        transplanted and others, before and after overlap weights.
    donors : tuple of str
        Donors that count as transplantation here; empty: all but autologous.
    adjusted_for : tuple of str
        Terms of the models.
    horizon_years, conf_level : float
        Where absolute figures are read, and the level of all limits.
    """

    curves: pl.DataFrame
    states: pl.DataFrame
    balance: pl.DataFrame
    donors: tuple[str, ...]
    adjusted_for: tuple[str, ...]
    horizon_years: float
    conf_level: float
