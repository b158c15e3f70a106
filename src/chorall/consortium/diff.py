"""What changed between two pools: rows, marker status, endpoints, headline figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from chorall.endpoints import endpoint_times
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import cumulative_incidence
from chorall.tables.schema import TABLES
from chorall.tables.store import Pool

HORIZON_YEARS: Final = 5.0
HALF_A_DAY: Final = 0.5
NOT_COMPARED = ("lineage", "marker_result", "endpoint")
"""Tables that are compared by what they mean, or that only tell where rows stood."""


@dataclass(frozen=True, slots=True)
class PoolDiff:
    """What changed from pool `a` to pool `b`.

    Attributes
    ----------
    identical : bool
        True where every table has the same bytes.
    inputs : DataFrame
        what (file or mapping), name, change: which deliveries and mappings differ.
    tables : DataFrame
        table, n_a, n_b, n_only_a, n_only_b: rows that stand in one pool only.
    markers : DataFrame
        marker, status_a, status_b, n_patients: patients whose status changed.
    endpoints : DataFrame
        endpoint, n_a, n_b, n_changed: patients whose times or cause changed.
    headline : DataFrame
        figure, a, b: patients, events and five-year figures of each endpoint.
    """

    identical: bool
    inputs: pl.DataFrame
    tables: pl.DataFrame
    markers: pl.DataFrame
    endpoints: pl.DataFrame
    headline: pl.DataFrame


def diff_pools(a: Pool, b: Pool) -> PoolDiff:
    """Compare two pools, for example by two versions of a mapping.

    Parameters
    ----------
    a, b : Pool
        Before and after. Patients are matched by pseudonym, so both need the same key.
    """
    return PoolDiff(
        a.hash == b.hash,
        _diff_inputs(a, b),
        _diff_tables(a, b),
        _diff_markers(a, b),
        _diff_endpoints(a, b),
        _diff_headline(a, b),
    )


def _diff_inputs(a: Pool, b: Pool) -> pl.DataFrame:
    def list_inputs(pool: Pool) -> dict[tuple[str, str], str]:
        files = {
            ("file", f"{entry['trial_id']}: {entry['file']}"): str(entry["sha256"])
            for entry in pool.manifest["deliveries"]
        }
        mappings = {("mapping", name): sha for name, sha in pool.manifest["mappings"].items()}
        return files | mappings

    before, after = list_inputs(a), list_inputs(b)
    rows = []
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key):
            change = "added" if key not in before else "removed" if key not in after else "changed"
            rows.append((*key, change))
    schema = dict.fromkeys(("what", "name", "change"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _diff_tables(a: Pool, b: Pool) -> pl.DataFrame:
    rows = []
    for name in TABLES:
        if name in NOT_COMPARED:
            continue
        one, other = a.table(name), b.table(name)
        only_a = one.join(other, on=one.columns, how="anti", nulls_equal=True).height
        only_b = other.join(one, on=one.columns, how="anti", nulls_equal=True).height
        rows.append((name, one.height, other.height, only_a, only_b))
    schema = {"table": pl.String} | dict.fromkeys(("n_a", "n_b", "n_only_a", "n_only_b"), pl.Int64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _diff_markers(a: Pool, b: Pool) -> pl.DataFrame:
    key = ["patient_id", "phase", "marker"]
    one = a.table("marker_result").select(*key, pl.col("status").cast(pl.String))
    other = b.table("marker_result").select(*key, pl.col("status").cast(pl.String))
    both = one.join(other, on=key, how="full", suffix="_b", coalesce=True).select(
        "marker",
        pl.col("status").fill_null("not in the pool").alias("status_a"),
        pl.col("status_b").fill_null("not in the pool").alias("status_b"),
    )
    changed = both.filter(pl.col("status_a") != pl.col("status_b"))
    counted = changed.group_by("marker", "status_a", "status_b").len("n_patients")
    return counted.sort("marker", "status_a", "status_b")


def _diff_endpoints(a: Pool, b: Pool) -> pl.DataFrame:
    one, other = a.table("endpoint"), b.table("endpoint")
    counts = (
        one.group_by("endpoint")
        .len("n_a")
        .join(other.group_by("endpoint").len("n_b"), on="endpoint", how="full", coalesce=True)
    )
    only_a = one.join(other, on=one.columns, how="anti")
    only_b = other.join(one, on=one.columns, how="anti")
    changed = (
        pl.concat([only_a, only_b])
        .group_by("endpoint")
        .agg(pl.col("patient_id").n_unique().alias("n_changed"))
    )
    joined = counts.join(changed, on="endpoint", how="left").with_columns(
        pl.col("n_a", "n_b", "n_changed").fill_null(0)
    )
    return joined.sort("endpoint")


def _diff_headline(a: Pool, b: Pool) -> pl.DataFrame:
    before, after = _list_headlines(a), _list_headlines(b)
    rows = [(name, before.get(name), after.get(name)) for name in dict.fromkeys([*before, *after])]
    return pl.DataFrame(
        rows, schema={"figure": pl.String, "a": pl.Float64, "b": pl.Float64}, orient="row"
    )


def _list_headlines(pool: Pool) -> dict[str, float]:
    figures = {"patients": float(pool.table("patient").height)}
    timed = endpoint_times(pool.table("endpoint"))
    for (name,), rows in timed.group_by("endpoint", maintain_order=True):
        # Who enters and leaves on the same later day is never under observation.
        entry_time = pl.col("entry_time")
        observed = rows.filter((entry_time <= 0) | (entry_time < pl.col("time")))
        causes = sorted(set(rows["cause"]) - {0})
        for cause in causes:
            events = rows.filter(pl.col("cause") == cause).height
            figures[f"{name}: events of cause {cause}"] = float(events)
        if causes and observed.height:
            figures |= _read_five_years(str(name), observed)
    return figures


def _read_five_years(name: str, observed: pl.DataFrame) -> dict[str, float]:
    """Return the five-year figure of each cause; NaN where follow-up is shorter."""
    time = observed["time"].to_numpy().astype(float)
    entry = np.maximum(observed["entry_time"].to_numpy().astype(float), 0.0)
    curve = cumulative_incidence(
        # Risk sets are open on the left: an event on day 0 needs a moment of follow-up.
        np.maximum(time, HALF_A_DAY) if entry.any() else time,
        observed["cause"].to_numpy(),
        entry_time=entry if entry.any() else None,
    )
    incidence = curve.at([HORIZON_YEARS * DAYS_PER_YEAR]).cumulative_incidence[:, 0]
    return {
        f"{name}: five-year cumulative incidence of cause {cause}": float(value)
        for cause, value in enumerate(incidence, start=1)
    }
