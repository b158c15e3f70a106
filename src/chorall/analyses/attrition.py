"""How many rows and patients are left at each step from delivery to a tested patient."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS, TESTED_STATUSES

ENDPOINT: Final = "OS"
SECOND_READING: Final = "refused in a second reading of the same file"
ATTRITION: Final[dict[str, pl.DataType]] = {
    "unit": pl.String(),
    "step": pl.String(),
    "reason": pl.String(),
    "trial_id": pl.String(),
    "n": pl.Int64(),
}
_OF_ACCOUNTS: Final = ("delivered", "set_aside", "pooled")


def count_attrition(pool: Pool) -> pl.DataFrame:
    """Count rows from delivery to pool, then patients from pool to tested, trial by trial.

    Parameters
    ----------
    pool : Pool
        The pooled data.

    Returns
    -------
    DataFrame
        unit (`row`, `patient`), step, reason, trial_id (in the order of the consortium), n. Steps
        of rows: delivered = set_aside + quarantined + pooled; quarantined has one line per reason,
        of rows that gave nothing to the pool, each counted once under the first reason it was
        given. A file that several trials share counts for each; the rows of the others are set
        aside. Steps of patients: in_pool = without_endpoint + with_endpoint (overall survival), and
        with_endpoint = not_tested + tested (present or absent at diagnosis from a usable test of at
        least one marker). Rows of shared files that no trial claims are one line `unclaimed`
        without a trial. A pool whose manifest lists no deliveries has no lines of rows.
    """
    lines = [*_count_rows(pool), *_count_patients(pool)]
    return pl.DataFrame(lines, schema=ATTRITION, orient="row")


def _count_rows(pool: Pool) -> list[tuple[Any, ...]]:
    deliveries = pool.manifest.get("deliveries", [])
    if not deliveries:
        return []
    reasons = _count_reasons(pool)
    lines: list[tuple[Any, ...]] = []
    for trial in pool.trials:
        mine = [entry for entry in deliveries if entry["trial_id"] == trial]
        sums = [sum(entry[key] for entry in mine) for key in ("n_rows", "n_set_aside", "n_pooled")]
        lines += [("row", step, "", trial, n) for step, n in zip(_OF_ACCOUNTS, sums, strict=True)]
        found = dict(reasons.filter(pl.col("trial_id") == trial).select("reason", "n").iter_rows())
        again = sum(entry["n_quarantined"] for entry in mine) - sum(found.values())
        found |= {SECOND_READING: again} if again else {}
        lines += [("row", "quarantined", reason, trial, n) for reason, n in found.items()]
    unclaimed = sum(pool.manifest.get("unclaimed", {}).values())
    return [*lines, ("row", "unclaimed", "", None, unclaimed)] if unclaimed else lines


def _count_reasons(pool: Pool) -> pl.DataFrame:
    """Return trial_id, reason, n of rows that gave nothing, each counted once."""
    return (
        pool.table("quarantine")
        .filter("whole_row")
        .unique(["trial_id", "file", "source_row"], keep="first", maintain_order=True)
        .group_by("trial_id", "reason")
        .agg(n=pl.len())
        .sort("trial_id", pl.col("n"), "reason", descending=[False, True, False])
    )


def _count_patients(pool: Pool) -> list[tuple[Any, ...]]:
    usable = pl.col("status").is_in(list(TESTED_STATUSES)) & pl.col("rules_out")
    tested = pool.table("marker_result").filter(pl.col("phase") == DIAGNOSIS, usable)
    followed = pool.table("endpoint").filter(pl.col("endpoint") == ENDPOINT)
    has_endpoint = pl.col("patient_id").is_in(followed["patient_id"].unique().to_list())
    is_tested = pl.col("patient_id").is_in(tested["patient_id"].unique().to_list())
    counts = pool.table("patient").group_by("trial_id").agg(
        in_pool=pl.len(),
        without_endpoint=(~has_endpoint).sum(),
        with_endpoint=has_endpoint.sum(),
        not_tested=(has_endpoint & ~is_tested).sum(),
        tested=(has_endpoint & is_tested).sum(),
    )  # fmt: skip
    by_trial = {row.pop("trial_id"): row for row in counts.to_dicts()}
    steps = [name for name in counts.columns if name != "trial_id"]
    return [
        ("patient", step, "", trial, by_trial.get(trial, {}).get(step, 0))
        for trial in pool.trials
        for step in steps
    ]
