"""What a calibration regresses predictions to: pseudo-values, or weighted outcomes."""

from __future__ import annotations

import numpy as np

from chorall.stats.arrays import Floats
from chorall.stats.complementary_log_log import Target
from chorall.stats.observation_weights import estimate_weighting
from chorall.stats.predicted_risk import Outcome
from chorall.stats.pseudo_values import pseudo_values


def find_target(outcome: Outcome, horizon: float) -> Target:
    """Return pseudo-values, or with delayed entry the weighted outcomes."""
    if outcome.entry_time is None:
        # the incidence of cause 1 of 2 is 1 - survival when nothing competes
        pseudo = pseudo_values(outcome.time, outcome.cause, horizon, cause_of_interest=1)[:, 0]
        return Target(pseudo, np.ones(len(pseudo)))
    weighting = estimate_weighting(outcome, None)
    weights = weighting.weigh(horizon).weights

    def spread(scores: Floats) -> Floats:
        found = [weighting.find_influence(column, horizon) for column in scores.T]
        return np.stack(found, axis=1)

    return Target(outcome.find_cases(horizon).astype(np.float64), weights, spread)
