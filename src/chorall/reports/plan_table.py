"""The columns of a study plan, by question."""

from __future__ import annotations

from typing import Final

from chorall.analyses.planning.result import StudyPlan
from chorall.reports.numbers import NOT_KNOWN, format_count
from chorall.reports.table import TableColumn


def _percent(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{100 * value:.4g} %"


def _plain(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:.3g}"


def _simulated(power: float | None, error: float | None) -> str:
    if power is None or error is None:
        return "not simulated"
    return f"{100 * power:.1f} % (standard error {100 * error:.1f})"


def _trials(value: float | None) -> str:
    return "one effect in all" if value is None else f"{value:.0f}"


_SIMULATED: Final = TableColumn(
    "Simulated power", ("simulated_power", "simulated_power_error"), _simulated, "right"
)

PLAN_COLUMNS: Final[dict[str, tuple[TableColumn, ...]]] = {
    "marker": (
        TableColumn("Carriers", ("frequency",), _percent, "right"),
        TableColumn("Hazard ratio", ("hazard_ratio",), _plain, "right"),
        TableColumn("Events", ("n_events",), format_count, "right"),
        TableColumn("Carriers needed", ("n_carriers",), format_count, "right"),
        TableColumn("Patients", ("n_patients",), format_count, "right"),
        TableColumn("Trials", ("n_trials",), _trials, "right"),
        _SIMULATED,
    ),
    "low-risk": (
        TableColumn("k-year relapse", ("rate",), _percent, "right"),
        TableColumn("Wanted: at most", ("bound",), _percent, "right"),
        TableColumn("Patients if observed", ("n_patients",), format_count, "right"),
        TableColumn("with relapses", ("n_relapses",), format_count, "right"),
        TableColumn("Upper limit", ("upper",), _percent, "right"),
        TableColumn("Patients if true", ("n_patients_with_power",), format_count, "right"),
    ),
    "non-inferiority": (
        TableColumn("Event-free, standard", ("success",), _percent, "right"),
        TableColumn("Margin", ("margin",), _percent, "right"),
        TableColumn("Patients per arm", ("n_per_arm",), format_count, "right"),
        TableColumn("Patients", ("n_patients",), format_count, "right"),
        TableColumn("Power by formula", ("power",), _percent, "right"),
        _SIMULATED,
    ),
}
"""Question to the columns of `StudyPlan.rows` as printed."""


def plan_columns(plan: StudyPlan) -> tuple[TableColumn, ...]:
    """Return the printed columns of a plan."""
    return PLAN_COLUMNS[plan.question]
