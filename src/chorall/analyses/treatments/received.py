"""Treatment that was given, not randomised: why it answers no question across trials."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from chorall.errors import DataError, raise_gathered
from chorall.tables.store import Pool


def refuse_received(
    pool: Pool, asked: Sequence[str] | str | None, trial_ids: Sequence[str]
) -> None:
    """Refuse items of the table treatment that are asked for as if they were strategies.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    asked : sequence of str, or str, or None
        What was asked for.
    trial_ids : sequence of str
        The trials in question.

    Raises
    ------
    DataError
        If an item was given without randomisation; the message says in which trial to how many.
    """
    items = set(pool.table("treatment")["item"].unique())
    names = [asked] if isinstance(asked, str) else list(asked or ())
    for name in names:
        if name in items:
            _refuse(pool, name, trial_ids)


def count_received(pool: Pool, item: str, trial_ids: Sequence[str]) -> pl.DataFrame:
    """Return trial_id, n_patients, n_received: who received an item of the table treatment."""
    given = pool.table("treatment").filter(item=item).select("patient_id").unique()
    return (
        pool.table("patient")
        .filter(pl.col("trial_id").is_in(list(trial_ids)))
        .with_columns(got=pl.col("patient_id").is_in(given["patient_id"].implode()))
        .group_by("trial_id", maintain_order=True)
        .agg(n_patients=pl.len(), n_received=pl.col("got").sum())
    )


def _refuse(pool: Pool, item: str, trial_ids: Sequence[str]) -> None:
    counted = count_received(pool, item, trial_ids)
    lines = [
        f"{trial}: {received:,} of {patients:,} patients received it"
        + (": no comparison within the trial" if received in (0, patients) else "")
        for trial, patients, received in counted.iter_rows()
    ]
    raise_gathered(
        DataError,
        f"`{item}` is not assessable across trials: it was given, not randomised (observational)",
        lines,
        "A pooled comparison would compare trials and their periods. If chance decided within a "
        "trial, map its `allocation` and its arms; nothing less is evidence here.",
    )
