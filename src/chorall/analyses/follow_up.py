"""How long patients were followed: reverse Kaplan-Meier, by endpoint and trial."""

from __future__ import annotations

import math
from typing import Any, Final

import polars as pl

from chorall.analyses.endpoint_cohort import read_follow_up
from chorall.endpoints import endpoint_times
from chorall.endpoints.happenings import HAPPENINGS
from chorall.knowledge.endpoint_definitions import ORDER_OF_ENDPOINTS
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import reverse_kaplan_meier
from chorall.tables.store import Pool

FOLLOW_UP_SCHEMA: Final = {
    "endpoint": pl.String(),
    "trial_id": pl.String(),
    "n_patients": pl.UInt32(),
    "n_events": pl.UInt32(),
    "n_competing": pl.UInt32(),
    "n_censored": pl.UInt32(),
    "median_follow_up_years": pl.Float64(),
    "lower": pl.Float64(),
    "upper": pl.Float64(),
}


def measure_follow_up(pool: Pool, *, conf_level: float = 0.95) -> pl.DataFrame:
    """Return the median follow-up of every endpoint in every trial.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    conf_level : float
        Of the limits.

    Returns
    -------
    DataFrame
        endpoint, trial_id, n_patients (with the endpoint), n_events (cause 1), n_competing (cause
        2 and above), n_censored, median_follow_up_years with lower and upper: time from the
        endpoint's origin to censoring, any cause standing in its way; null where less than half
        would be censored. Patients who came late count from their entry; those who left on the day
        they came are in n_patients only. Endpoints in the order of `chorall endpoints`, trials in
        that of the consortium.

    See Also
    --------
    chorall.stats.reverse_kaplan_meier : R: ``survfit(Surv(entry_time, time, cause == 0) ~ 1)``.
    """
    outcomes = endpoint_times(pool.table("endpoint"))
    lines = [
        {"endpoint": endpoint, "trial_id": trial_id} | _measure(rows, conf_level)
        for (endpoint, trial_id), rows in outcomes.group_by("endpoint", "trial_id")
    ]
    frame = pl.DataFrame(lines, schema=FOLLOW_UP_SCHEMA)
    names = list(dict.fromkeys([*ORDER_OF_ENDPOINTS, *sorted(frame["endpoint"].unique())]))
    in_order = [
        pl.col("endpoint").cast(pl.Enum(names)).to_physical(),
        pl.col("trial_id").cast(pl.Enum(list(pool.trials))).to_physical(),
    ]
    return frame.sort(in_order)


def _measure(rows: pl.DataFrame, conf_level: float) -> dict[str, Any]:
    counts = {
        "n_patients": rows.height,
        "n_events": rows.filter(pl.col("cause") == 1).height,
        "n_competing": rows.filter(pl.col("cause") > 1).height,
        "n_censored": rows.filter(pl.col("cause") == 0).height,
    }
    observed = rows.filter((pl.col("entry_time") <= 0) | (pl.col("entry_time") < pl.col("time")))
    if observed.is_empty():
        return counts | dict.fromkeys(("median_follow_up_years", "lower", "upper"))
    time, entry_time = read_follow_up(observed)
    # A death that censors (relapse_rate_km) ends no follow-up that could have gone on.
    ended = (pl.col("cause") > 0) | pl.col("event_type").is_in(HAPPENINGS)
    event = observed.select(ended).to_series().to_numpy()
    median = reverse_kaplan_meier(time, event, entry_time=entry_time, conf_level=conf_level).median
    figures = (median.estimate, median.lower, median.upper)
    in_years = [None if math.isnan(days) else days / DAYS_PER_YEAR for days in figures]
    return counts | dict(zip(("median_follow_up_years", "lower", "upper"), in_years, strict=True))
