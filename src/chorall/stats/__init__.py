"""Numeric kernels: arrays in, frozen result out."""

from chorall.stats.competing_risks import (
    CumulativeIncidence,
    CumulativeIncidenceAt,
    cumulative_incidence,
)
from chorall.stats.cox import fit_cox
from chorall.stats.cox_result import ChiSquareTest, CoxFit
from chorall.stats.log_rank import LogrankResult, logrank
from chorall.stats.multiplicity import adjust_p_values
from chorall.stats.proportion import ProportionInterval, proportion_interval
from chorall.stats.risk_table import count_at_risk
from chorall.stats.survival_curve import (
    SurvivalAt,
    SurvivalCurve,
    SurvivalQuantile,
    kaplan_meier,
)

__all__ = [
    "ChiSquareTest",
    "CoxFit",
    "CumulativeIncidence",
    "CumulativeIncidenceAt",
    "LogrankResult",
    "ProportionInterval",
    "SurvivalAt",
    "SurvivalCurve",
    "SurvivalQuantile",
    "adjust_p_values",
    "count_at_risk",
    "cumulative_incidence",
    "fit_cox",
    "kaplan_meier",
    "logrank",
    "proportion_interval",
]
