"""What was given and not randomised: who received it in which trial, and the refusal."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.reports.disclosure_donor import hide_received
from chorall.reports.numbers import format_count_of, format_text
from chorall.reports.table import TableColumn
from chorall.web.analyst.answers import Section, put_table
from chorall.web.analyst.closed_doors import hear_refusal
from chorall.web.analyst.questions import find_pool
from chorall.web.analyst.tables import cover_hidden

if TYPE_CHECKING:
    from chorall.web.settings import Settings

RECEIVED_COLUMNS: Final = (
    TableColumn("Given", ("item",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Received / patients", ("n_received", "n_patients"), format_count_of, "right"),
    TableColumn("Within the trial", ("within",), format_text),
    TableColumn("Across trials", ("across",), format_text),
)


@lru_cache(maxsize=4)
def list_received(settings: Settings) -> tuple[pl.DataFrame, str]:
    """Return who was given what by trial, and why the library compares none of it across trials."""
    from chorall.analyses.treatments.received import count_received, refuse_received

    pool = find_pool(settings)
    frames, advice = [], ""
    for item in pool.table("treatment")["item"].unique().sort():
        first, *lines, advice = hear_refusal(
            partial(refuse_received, pool, item, pool.trials)
        ).splitlines()
        counted = count_received(pool, item, pool.trials)
        within = [line.partition("received it: ")[2] or None for line in lines]
        frames.append(counted.select(
            pl.lit(item).alias("item"), pl.col("trial_id").cast(pl.String), "n_received",
            "n_patients", pl.Series("within", within, pl.String),
            pl.lit(first.rstrip(":")).alias("across"),
        ))  # fmt: skip
    schema = {"item": pl.String, "trial_id": pl.String, "n_received": pl.Int64,
              "n_patients": pl.Int64, "within": pl.String, "across": pl.String}  # fmt: skip
    rows = pl.concat([pl.DataFrame(schema=schema), *frames], how="vertical_relaxed")
    return hide_received(rows, settings.fewest_shown), advice.strip()


def tell_received(settings: Settings, here: str, rows: pl.DataFrame, advice: str) -> Section:
    """Return the section of what was given and not randomised."""
    words = (
        "Confounding by indication: who was given it was chosen. The library refuses to compare "
        f"across trials. {advice}"
        if advice
        else "The table of treatments of this pool is empty: nobody is known to have been given "
        "anything beside the arms of the trials."
    )
    return Section(
        "Given, and not randomised",
        f"{here}.csv?part=received",
        f'chorall treatment {settings.pool_name} --strategy "ITEM"',
        (words,),
        put_table(rows, cover_hidden(RECEIVED_COLUMNS), "Items of treatment by trial"),
    )
