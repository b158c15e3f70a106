"""One module per question of the mission.

`chorall.analyses.incidence` is the function; its module is reached by
``from chorall.analyses.incidence import ...``.
"""

from chorall.analyses.incidence import incidence
from chorall.analyses.overview import overview
from chorall.analyses.planning import plan_study
from chorall.analyses.prognosis import prognosis

__all__ = ["incidence", "overview", "plan_study", "prognosis"]
