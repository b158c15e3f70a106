"""Question 3 of the mission: what a treatment does to patients with and without a marker."""

from chorall.analyses.treatments.result import StrategyTable, TreatmentResult
from chorall.analyses.treatments.strategies import compare_strategies
from chorall.analyses.treatments.treatment import scan_treatment, treatment

__all__ = [
    "StrategyTable",
    "TreatmentResult",
    "compare_strategies",
    "scan_treatment",
    "treatment",
]
