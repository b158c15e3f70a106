"""What is in a pool: trials, patients, follow-up, coverage of the markers, quality."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.analyses.attrition import count_attrition
from chorall.analyses.follow_up import measure_follow_up
from chorall.analyses.overview_result import OverviewResult
from chorall.analyses.result import label_pool
from chorall.knowledge.age_bands import adult_from_years
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS, TESTED_STATUSES

CHILD_BELOW_YEARS: Final = 16
OVERALL_SURVIVAL: Final = "OS"


def overview(pool: Pool) -> OverviewResult:
    """Describe every trial of a pool.

    Parameters
    ----------
    pool : Pool
        The pooled data.

    Returns
    -------
    OverviewResult
        One line per trial, the coverage of the markers, and the quality checks.

    See Also
    --------
    chorall.analyses.follow_up.measure_follow_up : Follow-up of every endpoint.
    """
    follow_up = measure_follow_up(pool)
    rows = (
        pool.table("trial")
        .select("trial_id", "group", pl.col("population").cast(pl.String), accrual=_write_accrual())
        .join(_count_patients(pool), on="trial_id", how="left", maintain_order="left")
        .join(_follow_patients(follow_up), on="trial_id", how="left", maintain_order="left")
        .join(_count_quarantine(pool), on="trial_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("^n_(patients|children|young_adults|adults|age_unknown|quarantined)$").fill_null(
                0
            )
        )
    )
    return OverviewResult(
        analysis="overview",
        pool=label_pool(pool),
        rows=rows,
        warnings=tuple(_warn_of_follow_up(rows) + _warn_of_quality(pool)),
        coverage=_measure_coverage(pool),
        quality=pool.table("quality"),
        follow_up=follow_up,
        attrition=count_attrition(pool),
    )


def _write_accrual() -> pl.Expr:
    first, last = (pl.col(f"accrual_{end}_year").cast(pl.String) for end in ("from", "to"))
    return (
        pl.when(first.is_not_null() & last.is_not_null())
        .then(first + "-" + last)
        .when(first.is_not_null())
        .then("from " + first)
        .when(last.is_not_null())
        .then("until " + last)
    )


def _count_patients(pool: Pool) -> pl.DataFrame:
    age, adult = pl.col("age_years"), adult_from_years()
    return (
        pool.table("patient")
        .group_by("trial_id")
        .agg(
            n_patients=pl.len(),
            n_children=(age < CHILD_BELOW_YEARS).sum(),
            n_young_adults=((age >= CHILD_BELOW_YEARS) & (age < adult)).sum(),
            n_adults=(age >= adult).sum(),
            n_age_unknown=age.null_count(),
            median_age=age.median(),
        )
    )


def _follow_patients(follow_up: pl.DataFrame) -> pl.DataFrame:
    """Deaths and median follow-up of each trial; a trial without OS has no line."""
    survival = follow_up.filter(pl.col("endpoint") == OVERALL_SURVIVAL)
    return survival.select("trial_id", "n_events", "median_follow_up_years")


def _count_quarantine(pool: Pool) -> pl.DataFrame:
    return pool.table("quarantine").group_by("trial_id").agg(n_quarantined=pl.len())


def _measure_coverage(pool: Pool) -> pl.DataFrame:
    order = pl.Enum(list(pool.trials))
    is_tested = pl.col("status").is_in(list(TESTED_STATUSES)) & pl.col("rules_out")
    return (
        pool.table("marker_result")
        .filter(pl.col("phase") == DIAGNOSIS)
        .group_by("marker", "trial_id")
        .agg(
            n_patients=pl.len(),
            n_tested=is_tested.sum(),
            n_present=(pl.col("status") == "present").sum(),
        )
        .with_columns(share_tested=pl.col("n_tested") / pl.col("n_patients"))
        .sort("marker", pl.col("trial_id").cast(order))
    )


def _warn_of_follow_up(rows: pl.DataFrame) -> list[str]:
    without = rows.filter(pl.col("n_events").is_null())["trial_id"].to_list()
    if not without:
        return []
    return [f"No overall survival, so no deaths and no follow-up: {', '.join(without)}."]


def _warn_of_quality(pool: Pool) -> list[str]:
    failed = pool.table("quality").filter(
        pl.col("status") == "failed", pl.col("severity").is_in(["fatal", "serious"])
    )
    return [
        f"Quality check {row['check_id']} failed in {row['trial_id']}: {row['n_bad']:,} of "
        f"{row['n_rows']:,} rows. {row['message']}"
        for row in failed.to_dicts()
    ]
