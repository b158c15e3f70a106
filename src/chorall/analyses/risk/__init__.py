"""Risk groups: who is at high risk, how early it is known, and what waiting for MRD adds."""

from chorall.analyses.risk.result import RiskResult
from chorall.analyses.risk.risk import risk
from chorall.analyses.risk.rule import build_risk_rule
from chorall.analyses.risk.rule_result import RiskRule

__all__ = ["RiskResult", "RiskRule", "build_risk_rule", "risk"]
