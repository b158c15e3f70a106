"""How large must a study be? One module per question, one function that asks them."""

from chorall.analyses.planning.plan import plan_study
from chorall.analyses.planning.result import StudyPlan

__all__ = ["StudyPlan", "plan_study"]
