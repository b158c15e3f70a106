"""One module per question of the mission.

`chorall.analyses.incidence` is the function; its module is reached by
``from chorall.analyses.incidence import ...``.
"""

from chorall.analyses.baseline import table_one
from chorall.analyses.classify import classify
from chorall.analyses.co_occurrence import co_occurrence
from chorall.analyses.cut_offs import cut_off
from chorall.analyses.donors import donor
from chorall.analyses.endpoint_comparison import compare_endpoints
from chorall.analyses.follow_up import measure_follow_up
from chorall.analyses.imputing import impute_prognosis
from chorall.analyses.incidence import incidence
from chorall.analyses.marker_sheet import marker
from chorall.analyses.missingness import check_missingness
from chorall.analyses.oncoprint import oncoprint
from chorall.analyses.overview import overview
from chorall.analyses.planning import plan_study
from chorall.analyses.prognosis import prognosis
from chorall.analyses.responses import response
from chorall.analyses.risk import build_risk_rule, risk
from chorall.analyses.scan import scan_prognosis
from chorall.analyses.subtype_counts import subtypes
from chorall.analyses.target_trials import target_trial
from chorall.analyses.transplants import transplant
from chorall.analyses.treatments import compare_strategies, scan_treatment, treatment

__all__ = [
    "build_risk_rule",
    "check_missingness",
    "classify",
    "co_occurrence",
    "compare_endpoints",
    "compare_strategies",
    "cut_off",
    "donor",
    "impute_prognosis",
    "incidence",
    "marker",
    "measure_follow_up",
    "oncoprint",
    "overview",
    "plan_study",
    "prognosis",
    "response",
    "risk",
    "scan_prognosis",
    "scan_treatment",
    "subtypes",
    "table_one",
    "target_trial",
    "transplant",
    "treatment",
]
