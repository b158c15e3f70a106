"""The columns of the frequencies, for the terminal and the report."""

from __future__ import annotations

from typing import Final

from chorall.reports.numbers import (
    EN_DASH,
    NOT_KNOWN,
    format_count,
    format_count_of,
    format_p_value,
    format_percent,
    format_percent_interval,
    format_ratio_interval,
    format_text,
    is_known,
)
from chorall.reports.table import TableColumn
from chorall.reports.wording import ALL_PATIENTS, name_group, name_marker


def _write_group(by: str, group: str) -> str:
    return ALL_PATIENTS if by == "overall" else name_group(by, group)


def _write_proportion(
    n_tested: int, proportion: float | None, lower: float | None, upper: float | None
) -> str:
    return format_percent_interval(proportion, lower, upper) if n_tested else "nobody tested"


def _write_line(by: str, marker: str, group: str) -> str:
    return name_marker(marker) if by == "overall" else name_group(by, group)


def _write_spread(i2: float | None, lower: float | None, upper: float | None) -> str:
    """Write I2 and the prediction interval, e.g. 71 %; 3.7-27 %."""
    if i2 is None or not is_known(i2):
        return NOT_KNOWN
    share = f"{i2 * 100:.0f} %"
    if lower is None or upper is None:
        return share
    ends = EN_DASH.join(format_percent(limit).removesuffix(" %") for limit in (lower, upper))
    return f"{share}; {ends} %"


def _shorten_note(note: str) -> str:
    """Write the head of a note, e.g. `two trials`; the footnote says the rest."""
    return format_text(note.split(":")[0].split(",")[0])


INCIDENCE_COLUMNS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("Patients", ("by", "group"), _write_group),
    TableColumn(
        "Frequency",
        ("n_tested", "proportion", "lower", "upper"),
        _write_proportion,
        "right",
        (
            "Among those tested (present + absent), with confidence limits. Where several trials "
            "tested: of a typical trial, by a binomial-normal model."
        ),
    ),
    TableColumn(
        "I²; next trial",
        ("i2", "prediction_lower", "prediction_upper"),
        _write_spread,
        "right",
        (
            "Share of the variance that lies between trials, and the interval in which the true "
            "frequency of one more trial is expected."
        ),
    ),
    TableColumn("Present / tested", ("n_present", "n_tested"), format_count_of, "right"),
    TableColumn("Trials", ("n_trials",), format_count, "right"),
    TableColumn(
        "Not tested",
        ("n_not_tested",),
        format_count,
        "right",
        "Never counted as absent, nor are failed, inconclusive and not reported results.",
    ),
    TableColumn("Failed / inconclusive", ("n_failed", "n_inconclusive"), format_count_of, "right"),
    TableColumn(
        "Positive only",
        ("n_positive_only",),
        format_count,
        "right",
        "Present, but found by an assay that could not have shown absence: in no frequency.",
    ),
    TableColumn("Not reported", ("n_not_reported",), format_count, "right"),
    TableColumn("All patients", ("n_patients",), format_count, "right"),
    TableColumn(
        "Note",
        ("note",),
        _shorten_note,
        "left",
        (
            "One trial tested: its own figure. Two trials: limits by the normal distribution, no "
            "prediction. Nobody or everybody carries it: exact limits of the sum."
        ),
    ),
)
"""Columns of `IncidenceResult.rows` as printed."""

GROUPED_INCIDENCE_COLUMNS: Final = (
    TableColumn("Marker and age", ("by", "marker", "group"), _write_line),
    *INCIDENCE_COLUMNS[2:],
)
"""The same for a table in which the groups stand below their marker."""


def _write_ratio(ratio: float | None, lower: float | None, upper: float | None) -> str:
    return NOT_KNOWN if ratio is None else format_ratio_interval(ratio, lower, upper)


AGE_TREND_COLUMNS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn(
        "Odds ratio per 10 years",
        ("odds_ratio", "lower", "upper"),
        _write_ratio,
        "right",
        "Logistic regression with an intercept for each trial: differences within trials only.",
    ),
    TableColumn("p (trend)", ("p_value",), format_p_value, "right", "Score test."),
    TableColumn("q", ("q_value",), format_p_value, "right", "Benjamini and Hochberg."),
    TableColumn(
        "p (not straight)", ("p_curved",), format_p_value, "right",
        "Natural spline against a straight line.",
    ),
    TableColumn("Present / tested", ("n_present", "n_tested"), format_count_of, "right"),
    TableColumn("Trials", ("n_trials",), format_count, "right"),
    TableColumn(
        "Left out", ("left_out",), format_text, "left",
        "Trials in which all or none of the tested carry the marker: they tell nothing of age.",
    ),
    TableColumn("Method", ("method",), format_text),
    TableColumn("Note", ("note",), format_text),
)  # fmt: skip
"""Columns of `IncidenceResult.age_trend` as printed."""

_AGAINST: Final = {"child": "under 16 years", "younger": "under 26 years"}

ADULTS_COLUMNS: Final = (
    TableColumn("Marker", ("marker",), name_marker),
    TableColumn("26 years and over against", ("against",), lambda word: _AGAINST[word]),
    TableColumn(
        "Odds ratio",
        ("odds_ratio", "lower", "upper"),
        _write_ratio,
        "right",
        "Mantel and Haenszel, stratified by trial: only trials that tested both count.",
    ),
    TableColumn("p", ("p_value",), format_p_value, "right", "Exact, given all margins."),
    TableColumn("q", ("q_value",), format_p_value, "right", "Benjamini and Hochberg."),
    TableColumn("Adults", ("n_present_adults", "n_tested_adults"), format_count_of, "right"),
    TableColumn("Younger", ("n_present_others", "n_tested_others"), format_count_of, "right"),
    TableColumn("Trials", ("n_trials",), format_count, "right"),
    TableColumn("Note", ("note",), format_text),
)
"""Columns of `IncidenceResult.adults` as printed."""
