"""The columns of treatment results, for the terminal and the page: absolute effects first."""

from __future__ import annotations

from typing import Final

from chorall.knowledge.strategies import level_labels
from chorall.reports.numbers import (
    NOT_ESTIMATED,
    format_count,
    format_p_value,
    format_ratio_interval,
    format_text,
    is_known,
)
from chorall.reports.table import TableColumn
from chorall.reports.wording import name_marker


def format_points(value: float | None, lower: float | None, upper: float | None) -> str:
    """Return a difference of risk in percentage points, e.g. -8.1 (-14.0 to -2.2)."""
    if value is None or not is_known(value):
        return NOT_ESTIMATED
    return f"{100 * value:+.1f} ({_sign(lower, 100)} to {_sign(upper, 100)})"


def format_gain(value: float | None, lower: float | None, upper: float | None) -> str:
    """Return years gained with their limits."""
    if value is None or not is_known(value):
        return NOT_ESTIMATED
    return f"{value:+.2f} ({_sign(lower, 1)} to {_sign(upper, 1)})"


def _sign(value: float | None, times: int) -> str:
    if value is None or not is_known(value):
        return "?"
    return f"{times * value:+.{1 if times > 1 else 2}f}"


def name_strategies(strategy: str, control: str) -> str:
    """Return a contrast in words."""
    labels = level_labels()
    treated, other = (labels.get(one, one).split(" (")[0] for one in (strategy, control))
    return f"{treated} against {other}"


def name_strategy(strategy: str) -> str:
    """Return a level without underscores."""
    return strategy.replace("_", " ")


def format_cells(treated: float | None, n_treated: float | None, control: float | None,
                 n_control: float | None) -> str:  # fmt: skip
    """Return events / patients of both arms, treated first."""
    return (
        f"{format_count(treated)}/{format_count(n_treated)} : "
        f"{format_count(control)}/{format_count(n_control)}"
    )


def format_trial(trial: str | None, n_trials: float | None) -> str:
    """Return the trial, or how many stand together."""
    return trial if trial else f"all ({format_count(n_trials)})"


_ABSOLUTE = "Treated less control at the horizon, percentage points; below 0 favours the treatment."
_YEARS = "Mean time up to the horizon not lost to the event, years; above 0 favours the treatment."
_HAZARD = "Treated against control; cause-specific where other causes compete."


def _both(header: str, name: str, write: object, note: str) -> tuple[TableColumn, ...]:
    return tuple(
        TableColumn(
            f"{side.capitalize()}: {header}",
            (f"{name}_{side}", f"lower_{name}_{side}", f"upper_{name}_{side}"),
            write,  # type: ignore[arg-type]
            "right",
            note,
        )
        for side in ("present", "absent")
    )


def _name_cells(side: str) -> tuple[str, ...]:
    arms = ("treated", "control")
    return tuple(f"{what}_{side}_{arm}" for arm in arms for what in ("events", "n"))


TREATMENT_COLUMNS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("Treatment", ("strategy", "control"), name_strategies),
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Evidence", ("evidence",), format_text),
    TableColumn("Trial", ("trial", "n_trials"), format_trial),
    *(
        TableColumn(
            f"{side.capitalize()}: events/n",
            _name_cells(side),
            format_cells,
            "right",
            "Treated : control.",
        )
        for side in ("present", "absent")
    ),
    TableColumn(
        "Not tested", ("n_unknown",), format_count, "right",
        "In no comparison; includes failed, inconclusive and not reported results.",
    ),
    *_both("risk difference", "risk_difference", format_points, _ABSOLUTE),
    *_both("years gained", "years_gained", format_gain, _YEARS),
    *_both("hazard ratio", "hazard_ratio", format_ratio_interval, _HAZARD),
    TableColumn(
        "Interaction",
        ("interaction_ratio", "interaction_lower", "interaction_upper"),
        format_ratio_interval,
        "right",
        "Hazard ratio with the marker over that without it, from contrasts within trials only.",
    ),
    TableColumn("Interaction p", ("interaction_p_value",), format_p_value, "right"),
    TableColumn(
        "q", ("q_value",), format_p_value, "right",
        "Interaction p after Benjamini-Hochberg over all lines of the result.",
    ),
    TableColumn("Claim", ("claim",), format_text, "left", "Rules: docs/methods/treatment.md."),
    TableColumn("Note", ("note",), format_text),
)  # fmt: skip
"""Columns of `TreatmentResult.rows` as printed."""

_LEFT_OUT = ("years gained", "events/n", "Note", "Not tested")
TREATMENT_TERMINAL_COLUMNS: Final = tuple(
    TableColumn("Treatment", ("strategy",), name_strategy)
    if column.header == "Treatment"
    else column
    for column in TREATMENT_COLUMNS
    if not column.header.endswith(_LEFT_OUT)
)
"""The same columns, fewer of them: a terminal is narrow."""

STRATEGY_COLUMNS: Final = (
    TableColumn("Component", ("name",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Gives", ("levels",), format_text),
    TableColumn("Question", ("question",), format_text),
    TableColumn("Randomised", ("n_randomised",), format_count, "right"),
    TableColumn(
        "Comparable with", ("shared_with",), format_text, "left",
        "Trials that randomise the same two levels; no other trial may be pooled with this one.",
    ),
    TableColumn("Evidence", ("evidence",), format_text),
    TableColumn("Confidence", ("confidence",), format_text, "left", "Of the component's facts."),
)  # fmt: skip
"""Columns of `StrategyTable.rows` as printed."""
