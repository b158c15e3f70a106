"""The limits of relapse and event-free survival of a group, trial by trial and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chorall.analyses.deescalation.children import Booleans, Children, Happened
from chorall.analyses.deescalation.limits import RiskAtHorizon, measure_risk
from chorall.analyses.deescalation.together import RiskTogether, pool_risks, turn_to_survival
from chorall.knowledge.deescalation_rules import deescalation_rules
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.stats import reverse_kaplan_meier


@dataclass(frozen=True, slots=True)
class TrialBounds:
    """One group in one trial.

    Attributes
    ----------
    trial : str
        Its id.
    n_group : int
        Children known to be in the group.
    relapse, failure : RiskAtHorizon
        Relapse (death in remission competes), and any event of event-free survival.
    """

    trial: str
    n_group: int
    relapse: RiskAtHorizon
    failure: RiskAtHorizon

    @property
    def counts(self) -> bool:
        """True with enough of the group, followed to the horizon."""
        enough = self.n_group >= deescalation_rules().gates.fewest_patients
        return enough and self.relapse.is_known and self.failure.is_known


@dataclass(frozen=True, slots=True)
class GroupBounds:
    """One group in all trials that may be headlined.

    Attributes
    ----------
    trials : tuple of TrialBounds
        In the order of the consortium; those in which nobody is in the group are left out.
    counted : tuple of TrialBounds
        Those that count: enough of the group, followed to the horizon.
    relapse, event_free : RiskTogether
        Of the trials that count, together.
    """

    trials: tuple[TrialBounds, ...]
    counted: tuple[TrialBounds, ...]
    relapse: RiskTogether
    event_free: RiskTogether


def measure_bounds(
    children: Children,
    members: Booleans,
    trial_ids: Sequence[str],
    *,
    horizon_years: float,
    conf_level: float,
) -> GroupBounds:
    """Measure a group in some trials.

    Parameters
    ----------
    children : Children
        The n children.
    members : ndarray of bool, shape (n,)
        True for those in the group.
    trial_ids : sequence of str
        The trials to look at.
    horizon_years, conf_level : float
        Where the figures are read; two-sided level.
    """
    trials = [
        _measure_trial(children, members, name, horizon_years * DAYS_PER_YEAR, conf_level)
        for name in trial_ids
    ]
    found = tuple(one for one in trials if one.n_group)
    counted = tuple(one for one in found if one.counts)
    failure = pool_risks([one.failure for one in counted], conf_level)
    return GroupBounds(
        trials=found,
        counted=counted,
        relapse=pool_risks([one.relapse for one in counted], conf_level),
        event_free=turn_to_survival(failure),
    )


def _measure_trial(
    children: Children, members: Booleans, trial: str, horizon: float, conf_level: float
) -> TrialBounds:
    own = members & children.in_trials([trial])
    return TrialBounds(
        trial,
        int(own.sum()),
        measure_kinds(children.relapse, own, (1,), horizon, conf_level),
        measure_kinds(children.first_event, own, tuple(range(1, 6)), horizon, conf_level),
    )


def measure_kinds(
    happened: Happened,
    rows: Booleans,
    kinds: tuple[int, ...],
    horizon: float,
    conf_level: float,
) -> RiskAtHorizon:
    """Measure the risk of any of some kinds of event, all others competing.

    Parameters
    ----------
    happened : Happened
        One endpoint.
    rows : ndarray of bool, shape (n,)
        Whom to look at.
    kinds : tuple of int
        Kinds of event that count.
    horizon : float
        Days.
    conf_level : float
        Two-sided.
    """
    time, cause, entry = happened.pick(rows)
    own = np.where(np.isin(cause, kinds), 1, np.where(cause > 0, 2, 0)).astype(np.int64)
    return measure_risk(time, own, entry, horizon, conf_level=conf_level)


def measure_median_follow_up(children: Children, rows: Booleans) -> float:
    """Return the median follow-up in years by reverse Kaplan-Meier; NaN where not reached.

    See Also
    --------
    chorall.stats.reverse_kaplan_meier : R: ``survfit(Surv(time, cause == 0) ~ 1)``.
    """
    time, cause, entry = children.first_event.pick(rows)
    if not len(time):
        return float("nan")
    return reverse_kaplan_meier(time, cause > 0, entry_time=entry).median.estimate / DAYS_PER_YEAR
