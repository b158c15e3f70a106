"""Risk groups: who is at high risk, how early it is known, and what waiting for MRD adds."""

from chorall.analyses.risk.result import RiskResult
from chorall.analyses.risk.risk import risk

__all__ = ["RiskResult", "risk"]
