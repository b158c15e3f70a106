"""One module per question of the mission.

`chorall.analyses.incidence` is the function; its module is reached by
``from chorall.analyses.incidence import ...``.
"""

from chorall.analyses.classify import classify
from chorall.analyses.endpoint_comparison import compare_endpoints
from chorall.analyses.follow_up import measure_follow_up
from chorall.analyses.incidence import incidence
from chorall.analyses.overview import overview
from chorall.analyses.planning import plan_study
from chorall.analyses.prognosis import prognosis

__all__ = [
    "classify",
    "compare_endpoints",
    "incidence",
    "measure_follow_up",
    "overview",
    "plan_study",
    "prognosis",
]
