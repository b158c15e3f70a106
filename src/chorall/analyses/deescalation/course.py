"""What happens in a group beside relapse, after relapse, and after years in remission."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.deescalation.bounds import measure_kinds
from chorall.analyses.deescalation.children import (
    DEATH_IN_REMISSION,
    INDUCTION_DEATH,
    KINDS,
    RELAPSE,
    SECOND_MALIGNANCY,
    Booleans,
    Children,
)
from chorall.analyses.deescalation.limits import RiskAtHorizon, measure_risk
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import cumulative_incidence, kaplan_meier

TREATMENT_DEATH: Final = (DEATH_IN_REMISSION, INDUCTION_DEATH)
YEARS_IN_REMISSION: Final = (0, 1, 2, 3, 4, 5, 6)
YEARS_AFTER_RELAPSE: Final = (1.0, 3.0, 5.0)
LATE_YEARS: Final = 3.0
"""From remission; a relapse after it is late."""
GRID_YEARS: Final = 0.1
LAST_YEAR: Final = 10.0


def stack_events(children: Children, rows: Booleans) -> pl.DataFrame:
    """Return the cumulative incidence of every kind of first event, to be stacked.

    Parameters
    ----------
    children : Children
        The n children.
    rows : ndarray of bool, shape (n,)
        Whom to look at, all trials together.

    Returns
    -------
    DataFrame
        kind, time_years, cumulative_incidence, n_at_risk: on a grid of a tenth of a year up to
        ten years or the last follow-up. The kinds add up to 1 - event-free survival.

    See Also
    --------
    chorall.stats.cumulative_incidence : Aalen and Johansen.
    """
    time, cause, entry = children.first_event.pick(rows)
    schema: dict[str, pl.DataType] = {
        "kind": pl.String(),
        "time_years": pl.Float64(),
        "cumulative_incidence": pl.Float64(),
        "n_at_risk": pl.Int64(),
    }
    if not len(time):
        return pl.DataFrame(schema=schema)
    years = np.arange(0, min(LAST_YEAR, time.max() / DAYS_PER_YEAR), GRID_YEARS)
    days = years * DAYS_PER_YEAR
    fit = cumulative_incidence(time, cause, entry_time=entry, n_causes=len(KINDS)).at(days)
    n_at_risk = (time[:, None] >= days).sum(axis=0)
    if entry is not None:
        n_at_risk = n_at_risk - ((entry[:, None] >= days) & (days > 0)).sum(axis=0)
    parts: list[dict[str, Any]] = [
        {"kind": name, "time_years": year, "cumulative_incidence": value, "n_at_risk": int(n)}
        for kind, name in KINDS.items()
        for year, value, n in zip(
            years.round(1), fit.cumulative_incidence[kind - 1], n_at_risk, strict=True
        )
    ]
    return pl.DataFrame(parts, schema=schema).with_columns(
        pl.col("cumulative_incidence").fill_nan(None)
    )


def measure_treatment_death(
    children: Children, rows: Booleans, horizon: float, conf_level: float
) -> RiskAtHorizon:
    """Measure death in induction or in remission, all else competing."""
    return measure_kinds(children.first_event, rows, TREATMENT_DEATH, horizon, conf_level)


def measure_second_malignancy(
    children: Children, rows: Booleans, horizon: float, conf_level: float
) -> RiskAtHorizon:
    """Measure second malignancy as first event, all else competing."""
    return measure_kinds(children.first_event, rows, (SECOND_MALIGNANCY,), horizon, conf_level)


def condition_on_remission(
    children: Children, rows: Booleans, *, horizon_years: float, conf_level: float
) -> pl.DataFrame:
    """Return the risk of relapse of those still in remission after 0, 1, ... years.

    Parameters
    ----------
    children : Children
        The n children.
    rows : ndarray of bool, shape (n,)
        Whom to look at, all trials together.
    horizon_years, conf_level : float
        Within how many further years; two-sided level.

    Returns
    -------
    DataFrame
        years_in_remission, n_in_remission, n_relapses (within the horizon from then), risk,
        lower, upper; null where nobody was followed so long.
    """
    time, cause, entry = children.relapse.pick(rows)
    lines = []
    for years in YEARS_IN_REMISSION:
        gone = years * DAYS_PER_YEAR
        still = time > gone
        own = measure_risk(
            time[still] - gone,
            cause[still],
            None if entry is None else np.maximum(entry[still] - gone, 0),
            horizon_years * DAYS_PER_YEAR,
            conf_level=conf_level,
        )
        lines.append(
            {
                "years_in_remission": years,
                "n_in_remission": int(still.sum()),
                "n_relapses": own.n_events,
                "risk": own.risk,
                "lower": own.lower,
                "upper": own.upper,
            }
        )
    return pl.DataFrame(lines).with_columns(pl.col(pl.Float64).fill_nan(None))


def find_years_to_low(conditional: pl.DataFrame, below: float) -> float | None:
    """Return the years in remission from which on the upper limit lies below; None if never."""
    low = conditional.filter(pl.col("upper") < below)
    return None if low.is_empty() else float(low["years_in_remission"][0])


def follow_relapses(children: Children, rows: Booleans, conf_level: float) -> pl.DataFrame:
    """Return survival after relapse: whether those who relapse can be rescued.

    Returns
    -------
    DataFrame
        years_after_relapse, n_relapses, n_deaths, survival, lower, upper (log-log); null where
        nobody was followed so long or nobody relapsed.

    See Also
    --------
    chorall.stats.kaplan_meier : R: ``survfit(Surv(time, death) ~ 1, conf.type = "log-log")``.
    """
    time, cause, entry = children.after_relapse.pick(rows)
    counts = {"n_relapses": len(time), "n_deaths": int((cause == 1).sum())}
    figures = [(float("nan"),) * 3] * len(YEARS_AFTER_RELAPSE)
    if len(time):
        at = kaplan_meier(time, cause == 1, entry_time=entry, conf_level=conf_level).at(
            np.array(YEARS_AFTER_RELAPSE) * DAYS_PER_YEAR
        )
        figures = list(zip(at.survival, at.lower, at.upper, strict=True))
    lines = [
        {"years_after_relapse": years, **counts, "survival": s, "lower": low, "upper": high}
        for years, (s, low, high) in zip(YEARS_AFTER_RELAPSE, figures, strict=True)
    ]
    return pl.DataFrame(lines).with_columns(pl.col(pl.Float64).fill_nan(None))


def count_relapses(children: Children, rows: Booleans) -> tuple[int, int]:
    """Return all relapses from first remission, and those after `LATE_YEARS`."""
    time, cause, _ = children.relapse.pick(rows)
    relapsed: NDArray[np.bool_] = cause == RELAPSE
    return int(relapsed.sum()), int((relapsed & (time > LATE_YEARS * DAYS_PER_YEAR)).sum())


def share_relapses(
    children: Children, inside: Booleans, unknown: Booleans, rows: Booleans
) -> tuple[float, float, float]:
    """Return which part of all relapses arises in the group, and its bounds.

    Parameters
    ----------
    children : Children
        The n children.
    inside, unknown : ndarray of bool, shape (n,)
        Known to be in the group; not known.
    rows : ndarray of bool, shape (n,)
        Children of the trials in question.

    Returns
    -------
    tuple of float
        Among children of whom the group is known; if all others were outside it; if all others
        were inside. NaN without a relapse.
    """
    n_inside = count_relapses(children, rows & inside)[0]
    n_unknown = count_relapses(children, rows & unknown)[0]
    n_all = count_relapses(children, rows)[0]
    if not n_all:
        return float("nan"), float("nan"), float("nan")
    known = n_all - n_unknown
    share = n_inside / known if known else float("nan")
    return share, n_inside / n_all, (n_inside + n_unknown) / n_all
