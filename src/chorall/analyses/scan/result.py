"""The frozen result of a scan."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.analyses.result import AnalysisResult
from chorall.analyses.scan.rules import RarityRules


@dataclass(frozen=True, kw_only=True)
class ScanResult(AnalysisResult):
    """All markers, and where asked for gene pairs and subtypes, against several endpoints.

    `rows` has one line per marker, endpoint and model: marker (of a pair `A & B`, of an
    interaction `A x B`), endpoint, model (`marker`: present against absent; `pair`: both present
    against not both; `interaction`: how many times the hazard ratio of A is larger where B is
    present; `subtype`: present against absent within a subtype), adjust (what the model adjusts
    for), subset (`all` or the subtype), n, n_events (patients tested with all covariates known,
    and their events of cause 1), n_present, n_events_present (of those with the marker, of pairs
    and interactions with both), log_hazard_ratio, standard_error, hazard_ratio, lower, upper
    (Cox's model stratified by trial, cause-specific; null where not assessable), p_value
    (likelihood ratio; penalised, or a saddlepoint where asked for, where `method` is `firth`),
    q_value, q_value_by (Benjamini-Hochberg and Benjamini-Yekutieli over all lines of the model,
    all endpoints together), shrunken_hazard_ratio, shrunken_lower, shrunken_upper (empirical
    Bayes over the lines of the model and endpoint), n_trials, pooled_hazard_ratio, pooled_lower,
    pooled_upper, i2, tau2, prediction_lower, prediction_upper (two stages: estimates within each
    trial pooled by restricted likelihood with Hartung-Knapp limits; for the model `marker`; tau2
    on the logarithmic scale), claim (of pairs and interactions: `exploratory` unless two trials
    show them, see `replication`; else null), method (`likelihood`, `firth` or `none`), warnings
    (why a line is not assessable, or what to know of it; or empty). Lines follow the models, then
    the endpoints, then the markers as asked for.

    Attributes
    ----------
    by_trial : DataFrame
        marker, endpoint, trial, n, n_events, n_present, n_events_present, hazard_ratio, lower,
        upper, method, warnings: the estimates within each trial, adjusted in the same way.
    priors : DataFrame
        model, endpoint, n_effects, null_fraction (part of the effects that the fitted prior holds
        to be none), prior_deviation (standard deviation of the prior): what the shrunken figures
        rest on.
    endpoints : tuple of str
        Short names, in the order asked for; those nobody has are left out (a warning says so).
    labels : dict of str to str
        Words for each endpoint.
    adjusted_for : tuple of str
        Terms that were asked for, e.g. `age_years`, `sex`, `log2 wbc_10e9_per_l`.
    rules : RarityRules
        What was too rare.
    conf_level : float
        Two-sided level of all limits.
    """

    by_trial: pl.DataFrame
    priors: pl.DataFrame
    endpoints: tuple[str, ...]
    labels: dict[str, str]
    adjusted_for: tuple[str, ...]
    rules: RarityRules
    conf_level: float
