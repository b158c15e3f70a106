"""The parts of the page of transplantation: tables, words, and what may be drawn of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.reports.numbers import format_difference, format_percent_interval, format_text
from chorall.reports.table import TableColumn
from chorall.reports.target_trial_table import format_percent_pair
from chorall.reports.transplant_table import TRANSPLANT_COLUMNS
from chorall.reports.wording import name_terms
from chorall.web.analyst.answers import Figures, Section, put_table
from chorall.web.analyst.tables import cover_hidden

if TYPE_CHECKING:
    from chorall.analyses.transplants.result import TransplantResult

OVER_TIME: Final = ("endpoint", "group", "time_years", "estimate", "lower", "upper")
LEFT_OUT: Final = ("Marker", "Group", "Risk without")
RISKS: Final = TableColumn(
    "Risk", ("risk_transplanted", "risk_other"), format_percent_pair, "right",
    "Of the event by the horizon; after : without.",
)  # fmt: skip
YEAR_COLUMNS: Final = (
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Who", ("group",), format_text),
    TableColumn("Years", ("years",), str, "right", "From the endpoint's origin."),
    TableColumn(
        "Free of every event", ("estimate", "lower", "upper"), format_percent_interval, "right"
    ),
)
BALANCE_COLUMNS: Final = (
    TableColumn("Endpoint", ("endpoint",), format_text),
    TableColumn("Covariate", ("covariate",), format_text),
    TableColumn(
        "Before", ("before",), format_difference, "right",
        "Standardised difference of means, transplanted less others.",
    ),
    TableColumn("After weights", ("after",), format_difference, "right"),
)  # fmt: skip


def split_warnings(drawn: TransplantResult) -> tuple[list[str], list[str]]:
    """Return whether the answers agree, which stands above them, and what else is said."""
    first = [one for one in drawn.warnings if ": the answers " in one]
    return first, [one for one in drawn.warnings if one not in first]


def _read_years(drawn: TransplantResult) -> pl.DataFrame:
    """Return the curves at whole years, as far as each goes."""
    last = pl.col("time_years").max().over("endpoint", "group")
    frames = [
        drawn.curves.filter(pl.col("time_years") <= year, last >= year)
        .group_by("endpoint", "group", maintain_order=True)
        .last()
        .with_columns(years=pl.lit(year))
        for year in range(1, int(drawn.horizon_years) + 1)
    ]
    order = drawn.curves["endpoint"].unique(maintain_order=True).to_list()
    place = pl.col("endpoint").replace_strict(
        {name: at for at, name in enumerate(order)}, default=0
    )
    return pl.concat(frames).sort(place, "years", "group", descending=[False, False, True])


def round_balance(drawn: TransplantResult) -> pl.DataFrame:
    """Return the balance without the noise of the last digits, which has a sign."""
    return drawn.balance.with_columns(pl.col("before", "after").round(6) + 0.0)


def list_sections(
    here: str,
    command: str,
    shown: pl.DataFrame,
    drawn: TransplantResult,
    drawings: tuple[Figures, Figures, Figures],
) -> list[Section]:
    """Return the answers side by side, over time, and how alike both sides were.

    Parameters
    ----------
    here, command : str
        Address of the page, and the command that gives the same.
    shown : DataFrame
        The answers, small counts hidden.
    drawn : TransplantResult
        What may be drawn.
    drawings : tuple of Figures
        Of each part.
    """
    answers, curves, balance = drawings
    columns = [
        RISKS if one.header == "Risk after" else one
        for one in TRANSPLANT_COLUMNS
        if one.header not in LEFT_OUT
    ]
    agreement, _ = split_warnings(drawn)
    return [
        Section(
            "The answers side by side", f"{here}.csv?part=answers", command,
            (
                "Patients were chosen for transplantation: nothing here is randomised. Each line "
                "answers the same question in another way; where they disagree, look at why before "
                f"using any. Adjusted for: {name_terms(drawn.adjusted_for) or 'nothing'}.",
                "Immortal time: who was transplanted had to live until then. The line called wrong "
                "shows how far off one is who forgets that. A line has no figure where patients or "
                "events are few. In the sequence, events without are counted at every landmark.",
                *agreement,
            ),
            put_table(shown, cover_hidden(columns), "Every way of asking"),
            answers,
        ),
        Section(
            "After transplantation and without, over time", f"{here}.csv?part=curves", command,
            (
                "Not adjusted. On the day of transplantation a patient leaves one curve and enters "
                "the other.",
            ),
            put_table(_read_years(drawn), YEAR_COLUMNS, "Free of every event at whole years"),
            curves,
        ),
        Section(
            "How alike both sides were, before and after weights",
            f"{here}.csv?part=balance", command,
            (
                "Confounding by indication: what decided about transplantation also decides about "
                "outcome. Weights make both sides alike in what was measured; they cannot in what "
                "was not.",
            ),
            put_table(round_balance(drawn), BALANCE_COLUMNS, "At the landmark"),
            balance,
        ),
    ]  # fmt: skip
