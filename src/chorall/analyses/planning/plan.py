"""`plan_study`: how large must the next study be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chorall.analyses.planning.low_risk import plan_low_risk_study
from chorall.analyses.planning.marker import plan_marker_study
from chorall.analyses.planning.non_inferiority import plan_non_inferiority_study
from chorall.analyses.planning.result import StudyPlan
from chorall.errors import InputError

QUESTIONS: dict[str, Callable[..., StudyPlan]] = {
    "marker": plan_marker_study,
    "low-risk": plan_low_risk_study,
    "non-inferiority": plan_non_inferiority_study,
}


def plan_study(question: str, **assumptions: Any) -> StudyPlan:
    """Say how many patients, events or trials a study needs.

    Parameters
    ----------
    question : {"marker", "low-risk", "non-inferiority"}
        Find a marker of given frequency and hazard ratio; show that relapse is at most x % in a
        low-risk group; show that less treatment is not worse by more than a margin.
    **assumptions
        The arguments of `plan_marker_study`, `plan_low_risk_study` or
        `plan_non_inferiority_study`.

    Returns
    -------
    StudyPlan
        Rows, a sentence, a curve to draw.

    Raises
    ------
    InputError
        If there is no such question, or an assumption cannot be used.
    """
    if question not in QUESTIONS:
        raise InputError(
            f"`{question}` is no question of the study planner.\n  Known: {', '.join(QUESTIONS)}"
        )
    return QUESTIONS[question](**assumptions)
