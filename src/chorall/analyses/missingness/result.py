"""The frozen result of the check of missingness against early death."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from chorall.analyses.result import AnalysisResult

ROWS: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("marker", "kind", "trial"), pl.String()),
    **dict.fromkeys(
        (
            "n", "n_missing", "n_not_judged",
            "early_deaths_missing", "n_judged_missing", "early_deaths_tested", "n_judged_tested",
        ),
        pl.Int64(),
    ),
    **dict.fromkeys(
        (
            "odds_ratio", "lower", "upper", "p_value", "q_value",
            "logrank_p_value", "logrank_q_value",
        ),
        pl.Float64(),
    ),
    **dict.fromkeys(("finding", "statement"), pl.String()),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MissingnessResult(AnalysisResult):
    """Whether results are missing more often in patients who die early.

    `rows` has one line per item for all trials together (trial null) and one per trial: marker
    (the marker, `any result of` a kind of test, or `MRD at` a time point), kind (marker, test,
    mrd), trial; n, n_missing (without a result; of trials in which anybody has one), n_not_judged
    (censored before the horizon, or came under observation late: whether they died early is not
    known), early_deaths_missing of n_judged_missing, early_deaths_tested of n_judged_tested;
    odds_ratio, lower, upper, p_value (of early death, missing against tested; Mantel-Haenszel over
    trials, exact test), q_value (Benjamini-Hochberg, over the items or over all lines of trials),
    logrank_p_value, logrank_q_value (survival of missing against tested, stratified by trial),
    finding (early deaths missing, early deaths tested, survival differs, no evidence, not
    assessable), statement (in words).

    Attributes
    ----------
    horizon_days : float
        A death up to this day after the origin is early.
    false_discovery_rate : float
        q-values up to this are said to be findings.
    conf_level : float
        Two-sided level of the limits.
    """

    horizon_days: float
    false_discovery_rate: float
    conf_level: float
