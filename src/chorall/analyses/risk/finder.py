"""Finding patients at high risk: who has the event among a fixed share flagged, and how early."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from chorall.analyses.risk.groupings import NOT_APPLICABLE
from chorall.analyses.risk.members import Members
from chorall.analyses.risk.transported import foretell, name_source
from chorall.stats import pseudo_values

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SHARES: Final = (0.05, 0.1, 0.2)
FINDER: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("grouping", "view", "trial_id", "risk_from"), pl.String()),
    "share_flagged": pl.Float64(),
    **dict.fromkeys(("n_patients", "n_events", "n_not_ranked"), pl.Int64()),
    **dict.fromkeys(
        (
            "sensitivity", "lower", "upper", "risk_flagged", "risk_others", "lead_days",
            "already_flagged", "days_gained",
        ),
        pl.Float64(),
    ),
}  # fmt: skip


def find_high_risk(
    members: Members,
    shares: Sequence[float],
    horizon_days: float,
    conf_level: float,
    before: Members | None = None,
) -> list[dict[str, Any]]:
    """Return what is found when a fixed share of the patients of each trial is flagged.

    Parameters
    ----------
    members : Members
        The patients.
    shares : sequence of float
        Between 0 and 1; the patients with the highest risk within each trial, by the risk that
        the other trials foretell (see `foretell`). Of a group that would be cut, each patient
        counts in part.
    horizon_days, conf_level : float
        By when events count, and the level of limits.
    before : Members, optional
        The same patients by what was known on day 0: how many of those flagged were known then.

    Returns
    -------
    list of dict
        Per trial and share: `sensitivity`, the part of the patients with the event by the horizon
        who were flagged; observed risk of the flagged and of the others; `lead_days`, the median
        time from the flag to the event among flagged patients with it; `already_flagged`, the
        part of the flagged whom day 0 flags too, and `days_gained`, their mean gain.
    """
    apply = members.group != NOT_APPLICABLE
    members = members.take(apply)
    if not members.n:
        return []
    sides = (members,) if before is None else (members, before.take(apply))
    risks, is_own = foretell(sides, horizon_days)
    risk, earlier = risks[0], risks[-1] if len(risks) > 1 else None
    happened = find_pseudo_outcomes(members, horizon_days)
    lines = []
    for share in shares:
        flags = flag_within_trials(risk, members.trial, share)
        old = None if earlier is None else flag_within_trials(earlier, members.trial, share)
        for trial, rows in _list_trials(members):
            line = describe_flags(members, rows, flags, happened, horizon_days, conf_level)
            if old is not None and flags[rows].sum() > 0:
                both = float(np.minimum(flags[rows], old[rows]).sum() / flags[rows].sum())
                line |= {"already_flagged": both, "days_gained": both * members.view.start_day}
            label: dict[str, Any] = {"grouping": members.grouping.name, "view": members.view.name}
            label |= {"trial_id": trial, "share_flagged": share}
            label |= {"risk_from": name_source(is_own[rows])}
            lines.append(label | {"n_not_ranked": int(np.isnan(risk[rows]).sum())} | line)
    return lines


def _list_trials(members: Members) -> list[tuple[str, NDArray[np.bool_]]]:
    everybody = [("all", np.ones(members.n, bool))]
    own = [(trial, members.trial == place) for place, trial in enumerate(members.trial_ids)]
    return everybody + [(trial, rows) for trial, rows in own if rows.sum() > 1]


def flag_within_trials(risk: Floats, trial: Integers, share: float) -> Floats:
    """Return how far each patient is flagged, 0 to 1, when each trial flags its highest risks.

    Patients of one risk share what is left to flag, as if chosen by lot. Without a risk nobody is
    flagged; the share is still of all patients.

    Parameters
    ----------
    risk : ndarray of shape (n,)
        NaN where not known.
    trial : ndarray of int64, shape (n,)
        Labels of trials.
    share : float
        Between 0 and 1.
    """
    flags = np.zeros(len(risk))
    for one in np.unique(trial):
        own = trial == one
        left = share * own.sum()
        for value in np.unique(risk[own & np.isfinite(risk)])[::-1]:
            tied = own & (risk == value)
            flags[tied] = min(1.0, left / tied.sum())
            left = max(0.0, left - tied.sum())
    return flags


def find_pseudo_outcomes(members: Members, horizon_days: float) -> Floats:
    """Return the event by the horizon, 0 or 1, or the pseudo-value where someone was censored.

    NaN in a trial with late entries, in which pseudo-values are not defined, or that was not
    followed to the horizon.
    """
    found = np.full(members.n, np.nan)
    for one in np.unique(members.trial):
        own = members.trial == one
        entries = members.entries(own)
        if own.sum() < 2 or (entries is not None and (entries > 0).any()):
            continue
        values = pseudo_values(
            members.time[own], members.cause[own], [horizon_days], cause_of_interest=1
        )
        found[own] = values[:, 0]
    return found


def describe_flags(
    members: Members,
    rows: NDArray[np.bool_],
    flags: Floats,
    happened: Floats,
    horizon_days: float,
    conf_level: float,
) -> dict[str, Any]:
    """Return sensitivity with limits, both risks and the lead time of some patients."""
    used = rows & np.isfinite(happened)
    weight, event = flags[used], happened[used]
    total = event.sum()
    n_events = int((members.cause[rows] == 1).sum())
    line: dict[str, Any] = {"n_patients": int(rows.sum()), "n_events": n_events}
    if not used.any() or total <= 0:
        return line
    sensitivity = float(weight @ event / total)
    influence = event * (weight - sensitivity) / total
    error = float(np.sqrt((influence**2).sum())) * float(ndtri((1 + conf_level) / 2))
    line |= {
        "sensitivity": sensitivity,
        "lower": max(0.0, sensitivity - error),
        "upper": min(1.0, sensitivity + error),
        "risk_flagged": _mean(event, weight),
        "risk_others": _mean(event, 1 - weight),
        "lead_days": _find_lead(members, rows, flags, horizon_days),
    }
    return line


def _mean(values: Floats, weight: Floats) -> float:
    return float(values @ weight / weight.sum()) if weight.sum() > 0 else float("nan")


def _find_lead(
    members: Members, rows: NDArray[np.bool_], flags: Floats, horizon_days: float
) -> float:
    own = rows & (flags > 0) & (members.cause == 1) & (members.time <= horizon_days)
    if not own.any():
        return float("nan")
    order = np.argsort(members.time[own], kind="stable")
    time, weight = members.time[own][order], flags[own][order]
    reached = np.cumsum(weight) >= weight.sum() / 2
    return float(time[np.argmax(reached)])
