"""Sizes of risk groups, the risk of every cause in each, and their curves with numbers at risk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.risk.causes import CAUSES
from chorall.analyses.risk.groupings import NOT_APPLICABLE, OPEN
from chorall.analyses.risk.members import LEAST_FOR_RISK, Members, complete_limits
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import count_at_risk, cumulative_incidence

ALL_TRIALS: Final = "all"
ANY: Final = "any event"
ROWS: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("grouping", "view", "trial_id", "group"), pl.String()),
    "n_patients": pl.Int64(),
    "share": pl.Float64(),
    "cause": pl.String(),
    "n_events": pl.Int64(),
    **dict.fromkeys(("risk", "lower", "upper"), pl.Float64()),
    "n_at_risk": pl.Int64(),
}
CURVES: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("grouping", "view", "group", "cause"), pl.String()),
    **dict.fromkeys(("time_years", "estimate", "lower", "upper"), pl.Float64()),
    "n_at_risk": pl.Int64(),
}
POINTS_PER_YEAR: Final = 20


def list_groups(members: Members) -> list[int]:
    """Return the places of all groups and, where somebody is there, of those not assessable."""
    places = list(range(len(members.grouping.groups)))
    return [*places, OPEN] if (members.group == OPEN).any() else places


def describe_groups(
    members: Members, horizon_days: float, conf_level: float
) -> list[dict[str, Any]]:
    """Return one line per trial, group and cause, `any event` last.

    Parameters
    ----------
    members : Members
        The patients.
    horizon_days, conf_level : float
        Where risks are read, and the level of limits.

    Returns
    -------
    list of dict
        `share` is among those of the population, assessable or not; `n_at_risk` those followed
        without an event to the horizon. Nobody who was not tested stands in a group.
    """
    lines: list[dict[str, Any]] = []
    for trial, own in _list_trials(members):
        n_all = int((own & (members.group != NOT_APPLICABLE)).sum())
        for place in list_groups(members):
            rows = own & (members.group == place)
            n = int(rows.sum())
            label = {
                "grouping": members.grouping.name,
                "view": members.view.name,
                "trial_id": trial,
                "group": members.grouping.name_group(place),
                "n_patients": n,
                "share": n / n_all if n_all else float("nan"),
            }
            lines += [label | one for one in _estimate(members, rows, horizon_days, conf_level)]
    return lines


def _list_trials(members: Members) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    yield ALL_TRIALS, np.ones(members.n, bool)
    for place, trial in enumerate(members.trial_ids):
        own = members.trial == place
        if (own & (members.group != NOT_APPLICABLE)).any():
            yield trial, own


def _estimate(
    members: Members, rows: NDArray[np.bool_], horizon_days: float, conf_level: float
) -> Iterator[dict[str, Any]]:
    causes = members.every_cause[rows]
    seen = [code for code in range(1, len(CAUSES) + 1) if (members.every_cause == code).any()]
    nothing = dict.fromkeys(("risk", "lower", "upper"), float("nan"))
    counts = {
        **{CAUSES[code - 1]: int((causes == code).sum()) for code in seen},
        ANY: int((causes > 0).sum()),
    }
    risks = dict.fromkeys(counts, nothing)
    if rows.sum() >= LEAST_FOR_RISK:
        risks = _read_risks(members, rows, seen, horizon_days, conf_level)
    at_risk = _count_at_risk(members, rows, horizon_days)
    for cause, n_events in counts.items():
        yield {"cause": cause, "n_events": n_events, "n_at_risk": at_risk} | risks[cause]


def _read_risks(
    members: Members,
    rows: NDArray[np.bool_],
    seen: list[int],
    horizon_days: float,
    conf_level: float,
) -> dict[str, dict[str, float]]:
    time, cause, entry = members.time[rows], members.every_cause[rows], members.entries(rows)
    found = cumulative_incidence(
        time, cause, entry_time=entry, n_causes=len(CAUSES), conf_level=conf_level
    ).at(horizon_days)
    any_event = cumulative_incidence(
        time, (cause > 0).astype(int), entry_time=entry, n_causes=1, conf_level=conf_level
    ).at(horizon_days)
    risks = {}
    for name, at, place in [
        *((CAUSES[code - 1], found, code - 1) for code in seen),
        (ANY, any_event, 0),
    ]:
        values = [float(one[place, 0]) for one in (at.cumulative_incidence, at.lower, at.upper)]
        estimate, lower, upper = complete_limits(
            members, rows, (values[0], values[1], values[2]), horizon_days, conf_level
        )
        risks[name] = {"risk": estimate, "lower": lower, "upper": upper}
    return risks


def _count_at_risk(members: Members, rows: NDArray[np.bool_], day: float) -> int:
    if not rows.any():
        return 0
    return int(count_at_risk(members.time[rows], [day], entry_time=members.entries(rows))[0])


def draw_group_curves(
    members: Members, horizon_days: float, conf_level: float
) -> list[dict[str, Any]]:
    """Return the cumulative incidence of every cause in every group, read twenty times a year."""
    days = np.linspace(0, horizon_days, round(horizon_days / DAYS_PER_YEAR * POINTS_PER_YEAR) + 1)
    seen = [code for code in range(1, len(CAUSES) + 1) if (members.every_cause == code).any()]
    lines = []
    for place in list_groups(members):
        rows = members.group == place
        if rows.sum() < LEAST_FOR_RISK:
            continue
        time, entry = members.time[rows], members.entries(rows)
        at = cumulative_incidence(
            time, members.every_cause[rows], entry_time=entry, n_causes=len(CAUSES),
            conf_level=conf_level,
        ).at(days)  # fmt: skip
        at_risk = count_at_risk(time, days, entry_time=entry).copy()
        # the kernel's risk sets are open on the left; at time 0 whoever starts there is meant
        at_risk[0] = len(time) if entry is None else int((entry == 0).sum())
        for code in seen:
            for step, day in enumerate(days):
                lines.append({
                    "grouping": members.grouping.name,
                    "view": members.view.name,
                    "group": members.grouping.name_group(place),
                    "cause": CAUSES[code - 1],
                    "time_years": float(day / DAYS_PER_YEAR),
                    "estimate": float(at.cumulative_incidence[code - 1, step]),
                    "lower": float(at.lower[code - 1, step]),
                    "upper": float(at.upper[code - 1, step]),
                    "n_at_risk": int(at_risk[step]),
                })  # fmt: skip
    return lines
