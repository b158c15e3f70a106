"""Frequency and age: a curve and a trend within trials, and adults against the younger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.incidence_groups import TRIAL
from chorall.knowledge.age_bands import adult_from_years
from chorall.models.age_curve import AgeCurve, fit_age_curve
from chorall.stats import adjust_p_values, mantel_haenszel
from chorall.tables.store import Pool
from chorall.tables.words import TESTED_STATUSES

CHILD_BELOW_YEARS: Final = 16
NO_TRIAL_HAS_BOTH: Final = "no trial tested both"
COMPARISONS: Final = {"child": CHILD_BELOW_YEARS, "younger": None}
"""Who is compared with adults: below 16, or everybody who is no adult."""
CURVE_SCHEMA: Final = {
    "marker": pl.String, "age_years": pl.Float64, "proportion": pl.Float64,
    "lower": pl.Float64, "upper": pl.Float64,
}  # fmt: skip


def select_tested(pool: Pool, cells: pl.DataFrame) -> pl.DataFrame:
    """Return marker, trial, age_years and present of everybody tested whose age is known."""
    ages = pool.table("patient").select("patient_id", "age_years").drop_nulls()
    tested = cells.filter(pl.col("status").is_in(TESTED_STATUSES), pl.col("rules_out"))
    return tested.join(ages, on="patient_id").select(
        "marker", TRIAL, "age_years", present=pl.col("status") == "present"
    )


def fit_age_curves(
    tested: pl.DataFrame, markers: Sequence[str], conf_level: float
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the trend and the curve over age of each marker.

    Parameters
    ----------
    tested : DataFrame
        marker, trial, age_years, present: what `select_tested` returns.
    markers : sequence of str
        In the order of the rows.
    conf_level : float
        Two-sided level of limits and bands.

    Returns
    -------
    trend : DataFrame
        One row per marker: n_tested, n_present, n_trials (those that tell something), left_out
        (trials where all or none carry it), odds_ratio per ten years with lower and upper,
        p_value of the trend, q_value, p_any (spline against no age), p_curved (spline against
        straight), method and note.
    curve : DataFrame
        marker, age_years, proportion, lower, upper; no rows where nothing could be fitted.
    """
    parts = tested.sort("marker", TRIAL, "age_years").partition_by("marker", as_dict=True)
    curves = {
        marker: fit_age_curve(
            *_read_arrays(parts.get((marker,), tested.clear())), conf_level=conf_level
        )
        for marker in markers
    }
    trend = pl.DataFrame(
        [{"marker": marker} | _describe_trend(curve) for marker, curve in curves.items()],
        schema=TREND_SCHEMA,
    ).with_columns(pl.col(pl.Float64).fill_nan(None))
    points = [_list_points(marker, curve) for marker, curve in curves.items()]
    return _add_q_values(trend), pl.concat([pl.DataFrame(schema=CURVE_SCHEMA), *points])


def _read_arrays(rows: pl.DataFrame) -> tuple[Any, Any, Any]:
    return (
        rows["age_years"].to_numpy(),
        rows["present"].to_numpy(),
        rows[TRIAL].cast(pl.String).to_numpy().astype(str),
    )


TREND_SCHEMA: Final = {
    "marker": pl.String, "n_tested": pl.Int64, "n_present": pl.Int64, "n_trials": pl.Int64,
    "left_out": pl.String, "odds_ratio": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
    "p_value": pl.Float64, "p_any": pl.Float64, "p_curved": pl.Float64, "method": pl.String,
    "note": pl.String,
}  # fmt: skip


def _describe_trend(curve: AgeCurve) -> dict[str, Any]:
    method = "Firth's penalty" if curve.firth else "maximum likelihood"
    return {
        "n_tested": curve.n_tested,
        "n_present": curve.n_present,
        "n_trials": len(curve.trials),
        "left_out": ", ".join(curve.left_out),
        "odds_ratio": curve.odds_ratio,
        "lower": curve.odds_ratio_lower,
        "upper": curve.odds_ratio_upper,
        "p_value": curve.trend_p_value,
        "p_any": curve.any_p_value,
        "p_curved": curve.curved_p_value,
        "method": "" if curve.reason else method,
        "note": curve.reason,
    }


def _list_points(marker: str, curve: AgeCurve) -> pl.DataFrame:
    columns = (curve.age, curve.proportion, curve.lower, curve.upper)
    names = list(CURVE_SCHEMA)[1:]
    points = pl.DataFrame(dict(zip(names, columns, strict=True)))
    return points.select(pl.lit(marker, pl.String).alias("marker"), *names)


def _add_q_values(table: pl.DataFrame) -> pl.DataFrame:
    """Adjust `p_value` over the rows that have one (Benjamini and Hochberg)."""
    p_values = table["p_value"].fill_null(float("nan")).to_numpy()
    q_column = pl.Series("q_value", adjust_p_values(p_values), nan_to_null=True)
    return table.insert_column(table.columns.index("p_value") + 1, q_column)


def compare_adults(tested: pl.DataFrame, markers: Sequence[str], conf_level: float) -> pl.DataFrame:
    """Compare adults (from 26 years) with children (below 16) and with all younger patients.

    Parameters
    ----------
    tested : DataFrame
        What `select_tested` returns.
    markers : sequence of str
        In the order of the rows.
    conf_level : float
        Two-sided level of the limits.

    Returns
    -------
    DataFrame
        Two rows per marker, `against` child and younger: tested and present of both sides,
        n_trials that tested both and tell something, odds_ratio of adults against them (Mantel and
        Haenszel, stratified by trial) with lower and upper, p_value (exact, conditional) and
        q_value within each comparison, and a note. Without a trial that tested both sides the
        odds ratio is null: a difference between trials is not one between ages.
    """
    parts = []
    for against, below in COMPARISONS.items():
        rows = _count_sides(tested, adult_from_years() if below is None else float(below))
        compared = [
            {"marker": marker, "against": against} | _compare(rows.get(marker), conf_level)
            for marker in markers
        ]
        table = pl.DataFrame(compared, schema=COMPARISON_SCHEMA)
        parts.append(_add_q_values(table.with_columns(pl.col(pl.Float64).fill_nan(None))))
    order = pl.Enum(markers)
    return pl.concat(parts).sort(pl.col("marker").cast(order), maintain_order=True)


COMPARISON_SCHEMA: Final = {
    "marker": pl.String, "against": pl.String,
    "n_tested_adults": pl.Int64, "n_present_adults": pl.Int64,
    "n_tested_others": pl.Int64, "n_present_others": pl.Int64, "n_trials": pl.Int64,
    "odds_ratio": pl.Float64, "lower": pl.Float64, "upper": pl.Float64, "p_value": pl.Float64,
    "note": pl.String,
}  # fmt: skip


def _count_sides(tested: pl.DataFrame, below: float) -> dict[str, np.ndarray[Any, Any]]:
    """Return by marker the tables adult / other by present / absent of each trial."""
    adult = pl.col("age_years") >= adult_from_years()
    other = pl.col("age_years") < below
    cells = [
        (side & has).sum().alias(f"{place}")
        for place, (side, has) in enumerate(
            (side, has)
            for side in (adult, other)
            for has in (pl.col("present"), ~pl.col("present"))
        )
    ]
    counts = tested.group_by("marker", TRIAL).agg(cells).sort("marker", TRIAL)
    return {
        str(marker): rows.select("0", "1", "2", "3").to_numpy().reshape(-1, 2, 2)
        for (marker,), rows in counts.group_by("marker")
    }


def _compare(tables: np.ndarray[Any, Any] | None, conf_level: float) -> dict[str, Any]:
    tables = np.zeros((0, 2, 2), dtype=np.int64) if tables is None else tables
    found = mantel_haenszel(tables, exact="test", conf_level=conf_level)
    sums = tables.sum(axis=0)
    both = bool((tables.sum(axis=2) > 0).all(axis=1).any())
    note = "" if found.n_tables else "all or none carry it" if both else NO_TRIAL_HAS_BOTH
    return {
        "n_tested_adults": int(sums[0].sum()),
        "n_present_adults": int(sums[0, 0]),
        "n_tested_others": int(sums[1].sum()),
        "n_present_others": int(sums[1, 0]),
        "n_trials": found.n_tables,
        "odds_ratio": found.odds_ratio,
        "lower": found.lower,
        "upper": found.upper,
        "p_value": found.p_value if found.n_tables else None,
        "note": note,
    }
