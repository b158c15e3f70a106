"""The columns of the groups of children, of reductions and of the trials that would answer."""

from __future__ import annotations

from typing import Final

from chorall.knowledge.strategies import level_labels
from chorall.reports.numbers import (
    NOT_ESTIMATED,
    NOT_KNOWN,
    format_count,
    format_percent,
    format_percent_interval,
    format_text,
    format_years,
    is_known,
)
from chorall.reports.table import TableColumn


def format_group_size(n: float | None, share: float | None) -> str:
    """Return the size of a group and its share of the children of whom it is known."""
    return f"{format_count(n)} ({format_percent(share)})"


def format_upper(value: float | None, upper: float | None) -> str:
    """Return a risk with its upper limit, e.g. 2.1 % (at most 3.4 %)."""
    if not is_known(value) or not is_known(upper):
        return NOT_ESTIMATED
    return f"{format_percent(value)} (at most {format_percent(upper)})"


def format_lower(value: float | None, lower: float | None) -> str:
    """Return a probability with its lower limit, e.g. 95 % (at least 93 %)."""
    if not is_known(value) or not is_known(lower):
        return NOT_ESTIMATED
    return f"{format_percent(value)} (at least {format_percent(lower)})"


def format_prediction(upper: float | None) -> str:
    """Return the upper limit for a new trial."""
    return format_percent(upper) if is_known(upper) else NOT_KNOWN


def format_difference(difference: float | None, lower: float | None, upper: float | None) -> str:
    """Return a difference in percentage points with its limits, signs included."""
    if difference is None or lower is None or upper is None or not is_known(difference):
        return NOT_ESTIMATED
    return f"{100 * difference:+.1f} ({100 * lower:+.1f} to {100 * upper:+.1f})"


def name_level(level: str) -> str:
    """Return a level of treatment in words."""
    return level_labels()[level]


def format_trial(trial: str | None) -> str:
    """Return the trial, or that all trials stand together."""
    return "all that may be headlined" if trial is None else trial


GROUP_COLUMNS: Final = (
    TableColumn("Group", ("group",), format_text),
    TableColumn("Trial", ("trial",), format_trial),
    TableColumn("Verdict", ("word",), format_text),
    TableColumn(
        "Children (share)",
        ("n_group", "share"),
        format_group_size,
        "right",
        "Known to be in the group; share of the children of whom it is known.",
    ),
    TableColumn("Not known", ("n_unknown",), format_count, "right"),
    TableColumn(
        "Relapse",
        ("relapse", "relapse_upper"),
        format_upper,
        "right",
        "From remission to the horizon, death competing; at most: one-sided upper limit.",
    ),
    TableColumn(
        "New trial",
        ("relapse_prediction_upper",),
        format_prediction,
        "right",
        "Upper limit of relapse in one more trial.",
    ),
    TableColumn(
        "Event-free",
        ("event_free", "event_free_lower"),
        format_lower,
        "right",
        "From diagnosis; at least: one-sided lower limit.",
    ),
    TableColumn(
        "Treatment death",
        ("treatment_death", "treatment_death_lower", "treatment_death_upper"),
        format_percent_interval,
        "right",
        "Death in induction or in remission, with limits.",
    ),
    TableColumn(
        "Second malignancy",
        ("second_malignancy", "second_malignancy_lower", "second_malignancy_upper"),
        format_percent_interval,
        "right",
    ),
    TableColumn(
        "Of all relapses",
        ("share_of_relapses",),
        format_percent,
        "right",
        "Part of the relapses of all children of these trials that arises in the group.",
    ),
    TableColumn("Follow-up", ("median_follow_up",), format_years, "right", "Median, in years."),
    TableColumn("Why", ("reason",), format_text),
)
"""Columns of `DeescalationResult.rows` as printed."""

_NARROW = {"Trial", "Second malignancy", "Not known", "Why"}
GROUP_TERMINAL_COLUMNS: Final = tuple(
    column for column in GROUP_COLUMNS if column.header not in _NARROW
)
"""The same columns, fewer of them: a terminal is narrow."""

REDUCTION_COLUMNS: Final = (
    TableColumn("Group", ("group",), format_text),
    TableColumn("Reduced", ("reduced",), name_level),
    TableColumn("Standard", ("standard",), name_level),
    TableColumn("Population", ("population",), format_text),
    TableColumn("n reduced", ("n_reduced",), format_count, "right"),
    TableColumn("n standard", ("n_standard",), format_count, "right"),
    TableColumn(
        "Difference (points)",
        ("difference", "lower", "upper"),
        format_difference,
        "right",
        "Event-free survival at the horizon, reduced less standard, stratified by trial.",
    ),
    TableColumn("Margin", ("margin",), format_percent, "right"),
    TableColumn("Verdict", ("word",), format_text),
    TableColumn("Note", ("note",), format_text),
)
"""Columns of `DeescalationResult.reductions` as printed."""

ANSWER_COLUMNS: Final = (
    TableColumn("Group", ("group",), format_text),
    TableColumn("Question", ("question",), format_text),
    TableColumn("Assumed", ("assumption",), format_text),
    TableColumn("Per arm", ("n_per_arm",), format_count, "right"),
    TableColumn("Patients", ("n_patients",), format_count, "right"),
    TableColumn("Children to be looked at", ("n_screened",), format_count, "right"),
)
"""Columns of `DeescalationResult.plans` as printed."""

BACKBONE_COLUMNS: Final = (
    TableColumn("Group", ("group",), format_text),
    TableColumn("Trial", ("trial",), format_text),
    TableColumn("Accrual", ("accrual",), format_text),
    TableColumn(
        "Arm", ("question", "arm"), lambda question, arm: f"{question} {arm}" if arm else "all"
    ),
    TableColumn("Treatment", ("treatment",), format_text),
    TableColumn("Children", ("n",), format_count, "right"),
    TableColumn("Relapse", ("relapse", "relapse_upper"), format_upper, "right"),
)
"""Columns of `DeescalationResult.backbone` as printed."""
