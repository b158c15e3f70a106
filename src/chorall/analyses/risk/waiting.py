"""What waiting for the end of induction adds: the same patients judged with and without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.risk.members import Members
from chorall.analyses.risk.performance import EDGE, LEAST_EVENTS
from chorall.analyses.risk.transported import foretell, name_source
from chorall.stats import (
    bootstrap,
    compare_brier_scores,
    compare_concordance,
    decision_curve,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

KEY_THRESHOLDS: Final = (0.1, 0.2, 0.3)
"""Where the difference in net benefit has limits."""
WAITING: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("grouping", "trial_id", "measure"), pl.String()),
    "risk_from": pl.String(),
    "threshold": pl.Float64(),
    **dict.fromkeys(("day_0", "landmark", "difference", "lower", "upper", "p_value"), pl.Float64()),
    **dict.fromkeys(("n_patients", "n_events"), pl.Int64()),
}


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """n patients with a risk of day 0 and one of the landmark.

    Attributes
    ----------
    members : Members
        At the landmark.
    day_0, landmark : ndarray of shape (n,)
        Predicted risks of the target by the horizon from the landmark on.
    is_own : ndarray of bool, shape (n,)
        True where the risks were estimated in the patient's own trial: optimistic.
    """

    members: Members
    day_0: Floats
    landmark: Floats
    is_own: NDArray[np.bool_]

    @property
    def n_events(self) -> int:
        """Patients with the target."""
        return int((self.members.cause == 1).sum())


def differs(before: Members, after: Members) -> bool:
    """Return True where the landmark knows more than day 0: else there is nothing to wait for."""
    one, other = before.placement, after.placement
    if one.risk is not None and other.risk is not None:
        return not np.array_equal(one.risk, other.risk, equal_nan=True)
    return bool((one.group != other.group).any())


def pair_risks(before: Members, after: Members, horizon_days: float) -> Pair:
    """Return the patients with a group at the landmark, with both risks.

    Parameters
    ----------
    before, after : Members
        The same patients from the landmark on: by what was known on day 0, and by then.
    horizon_days : float
        By when, from the landmark on.

    Returns
    -------
    Pair
        Both risks are carried over from the other trials (see `foretell`), and both in these
        patients alone. Who had no group on day 0, because MRD decides, has the risk of all such
        patients: that nothing is known yet is the answer of day 0. Who was not tested at the
        landmark is left out.
    """
    placed = after.group >= 0
    before, after = before.take(placed), after.take(placed)
    risks, is_own = foretell((before, after), horizon_days)
    known = np.isfinite(risks[0]) & np.isfinite(risks[1])
    return Pair(after.take(known), risks[0][known], risks[1][known], is_own[known])


def describe_waiting(
    pair: Pair, horizon_days: float, *, conf_level: float, n_resamples: int, seed: int
) -> list[dict[str, Any]]:
    """Return concordance, Brier score and net benefit of both answers, and their differences.

    Differences are the landmark less day 0, in the same patients. Each trial with 10 events or
    more has its own concordance and Brier score. Limits of net benefit are from a bootstrap of
    patients within trials.
    """
    lines: list[dict[str, Any]] = []
    for trial, rows in _list_trials(pair.members):
        part = _take(pair, rows)
        if part.n_events < LEAST_EVENTS:
            continue
        label: dict[str, Any] = {"grouping": pair.members.grouping.name, "trial_id": trial}
        label |= {"n_patients": part.members.n, "n_events": part.n_events}
        label |= {"risk_from": name_source(part.is_own)}
        lines += [label | line for line in _compare(part, horizon_days, conf_level)]
        if trial == "all":
            found = _compare_benefit(part, horizon_days, conf_level, n_resamples, seed)
            lines += [label | line for line in found]
    return lines


def _list_trials(members: Members) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    yield "all", np.ones(members.n, bool)
    for place, trial in enumerate(members.trial_ids):
        yield trial, members.trial == place


def _take(pair: Pair, rows: NDArray[np.bool_]) -> Pair:
    return Pair(pair.members.take(rows), pair.day_0[rows], pair.landmark[rows], pair.is_own[rows])


def _compare(pair: Pair, horizon_days: float, conf_level: float) -> Iterator[dict[str, Any]]:
    own = pair.members
    order = compare_concordance(
        pair.landmark, pair.day_0, own.time, own.cause, entry_time=own.entry_time,
        strata=own.trial, cause_of_interest=1, conf_level=conf_level,
    )  # fmt: skip
    yield {
        "measure": "concordance", "day_0": order.second.concordance,
        "landmark": order.first.concordance, "difference": order.difference,
        "lower": order.lower, "upper": order.upper, "p_value": order.p_value,
    }  # fmt: skip
    first_risk, second_risk = (
        np.clip(risk, EDGE, 1 - EDGE)[:, None] for risk in (pair.landmark, pair.day_0)
    )
    error = compare_brier_scores(
        first_risk, second_risk, own.time, own.cause, [horizon_days], cause_of_interest=1,
        entry_time=own.entry_time, conf_level=conf_level,
    )  # fmt: skip
    first, second = error.first, error.second
    yield {
        "measure": "brier", "day_0": _first(second, "brier"), "landmark": _first(first, "brier"),
        "difference": float(error.difference[0]), "lower": float(error.lower[0]),
        "upper": float(error.upper[0]), "p_value": float(error.p_value[0]),
    }  # fmt: skip


def _first(score: Any, name: str) -> float:
    return float(getattr(score, name)[0])


def _compare_benefit(
    pair: Pair, horizon_days: float, conf_level: float, n_resamples: int, seed: int
) -> Iterator[dict[str, Any]]:
    own = pair.members
    entry = np.zeros(own.n) if own.entry_time is None else own.entry_time
    is_late = own.entry_time is not None

    def find_benefit(
        before: Floats, after: Floats, time: Floats, cause: Integers, start: Floats
    ) -> Floats:
        curves = [
            decision_curve(
                risk, time, cause, horizon_days, KEY_THRESHOLDS, cause_of_interest=1,
                entry_time=start if is_late else None,
            ).net_benefit
            for risk in (before, after)
        ]  # fmt: skip
        return np.array([*curves, curves[1] - curves[0]])

    found = bootstrap(
        find_benefit, [pair.day_0, pair.landmark, own.time, own.cause, entry],
        n_resamples=n_resamples, seed=seed, strata=own.trial, conf_level=conf_level,
    )  # fmt: skip
    for place, threshold in enumerate(KEY_THRESHOLDS):
        yield {
            "measure": "net_benefit", "threshold": threshold,
            "day_0": float(found.estimate[0, place]), "landmark": float(found.estimate[1, place]),
            "difference": float(found.estimate[2, place]), "p_value": float("nan"),
            "lower": float(found.lower[2, place]), "upper": float(found.upper[2, place]),
        }  # fmt: skip
