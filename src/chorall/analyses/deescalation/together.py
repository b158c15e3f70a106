"""The risks of several trials together, and what a new trial may show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from chorall.analyses.deescalation.limits import RiskAtHorizon
from chorall.knowledge.deescalation_rules import deescalation_rules
from chorall.stats import PooledProportions, pool_many_proportions


@dataclass(frozen=True, slots=True)
class RiskTogether:
    """One risk over k trials.

    Attributes
    ----------
    n, n_events : int
        Patients and events by the horizon of the trials that were followed so long.
    risk, lower, upper : float
        Of a typical trial; the trial's own where there is one; limits of the trials alone where
        there are two.
    prediction_lower, prediction_upper : float
        For the true risk of one more trial; NaN with one trial, or where nobody had the event.
    tau2 : float
        Variance of the log odds between trials; NaN where not known.
    n_trials : int
        Trials with a risk of their own.
    """

    n: int
    n_events: int
    risk: float
    lower: float
    upper: float
    prediction_lower: float
    prediction_upper: float
    tau2: float
    n_trials: int


_NAN: Final = float("nan")
NOTHING: Final = RiskTogether(0, 0, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, 0)


def pool_risks(risks: Sequence[RiskAtHorizon], conf_level: float) -> RiskTogether:
    """Put the risks of trials together; see `pool_risk_rows`."""
    return pool_risk_rows([risks], conf_level)[0]


def pool_risk_rows(
    rows: Sequence[Sequence[RiskAtHorizon]], conf_level: float
) -> list[RiskTogether]:
    """Put the risks of trials together, for several groups at once.

    Parameters
    ----------
    rows : sequence of sequence of RiskAtHorizon
        For each group one per trial; those without a risk at the horizon are left out.
    conf_level : float
        Two-sided level of all limits.

    Returns
    -------
    list of RiskTogether
        A binomial-normal model of the effective numbers; a trial without an event counts as it is.
        With fewer trials than `pooled_from_trials` of knowledge/deescalation.toml its limits would
        have one degree of freedom: then they are the lowest and the highest limit of any trial
        alone, and nothing is foretold of a new one.

    See Also
    --------
    chorall.stats.pool_many_proportions : R: ``metafor::rma.glmm(measure = "PLO", test = "t")``.
    """
    width = max((len(row) for row in rows), default=0)
    if not width:
        return [NOTHING] * len(rows)
    counts = np.zeros((2, len(rows), width), np.int64)
    for place, row in enumerate(rows):
        for column, one in enumerate(row):
            counts[:, place, column] = one.counts
    found = pool_many_proportions(*counts, conf_level=conf_level)
    return [
        _describe([one for one in row if one.counts[1]], found, place)
        for place, row in enumerate(rows)
    ]


def _describe(known: Sequence[RiskAtHorizon], found: PooledProportions, place: int) -> RiskTogether:
    if not known:
        return NOTHING
    n, n_events = sum(one.n for one in known), sum(one.n_events for one in known)
    if len(known) == 1:
        own = known[0]
        return RiskTogether(n, n_events, own.risk, own.lower, own.upper, _NAN, _NAN, _NAN, 1)
    pooled = RiskTogether(
        n, n_events, float(found.estimate[place]), float(found.lower[place]),
        float(found.upper[place]), float(found.prediction_lower[place]),
        float(found.prediction_upper[place]), float(found.tau2[place]), len(known),
    )  # fmt: skip
    if len(known) >= deescalation_rules().gates.pooled_from_trials:
        return pooled
    return replace(
        pooled,
        lower=min(one.lower for one in known),
        upper=max(one.upper for one in known),
        prediction_lower=_NAN,
        prediction_upper=_NAN,
    )


def turn_to_survival(risk: RiskTogether) -> RiskTogether:
    """Return the probability to be free of the event, lower and upper limits exchanged."""
    return RiskTogether(
        risk.n, risk.n_events, 1 - risk.risk, 1 - risk.upper, 1 - risk.lower,
        1 - risk.prediction_upper, 1 - risk.prediction_lower, risk.tau2, risk.n_trials,
    )  # fmt: skip
