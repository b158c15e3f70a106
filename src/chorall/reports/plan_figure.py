"""What a study of each size can show, as curves against the number of patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chorall.analyses.planning.result import StudyPlan
from chorall.reports.figure import Figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

TITLES: Final = {
    "marker": "Power to find the marker, by patients",
    "low-risk": "Upper limit of k-year relapse, by patients",
    "non-inferiority": "Power to show non-inferiority, by patients per arm",
}
NOTES: Final = {
    "marker": "Formula of Schoenfeld. Dashed: the wanted power.",
    "low-risk": "Clopper-Pearson limit at the observed rate. Dashed: the limit not to be exceeded.",
    "non-inferiority": "Normal approximation on the absolute scale. Dashed: the wanted power.",
}


def draw_plan(plan: StudyPlan) -> Figure:
    """Return the figure of a plan; its data are `plan.curve`."""
    title, note = TITLES[plan.question], NOTES[plan.question]

    def draw() -> Drawing:
        from chorall.reports.plan_drawing import draw_plan_curves

        return draw_plan_curves(plan, title, note)

    return Figure(f"plan-{plan.question}", title, f"{title}. {plan.statement}", plan.curve, draw)
