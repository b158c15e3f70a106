"""The exact Cox partial likelihood of tied events."""

from __future__ import annotations

import numpy as np

from chorall.stats._cox_exact import sweep_tied_sets
from chorall.stats.arrays import Floats
from chorall.stats.cox_data import CoxData
from chorall.stats.cox_likelihood import Likelihood


def evaluate_exact_likelihood(data: CoxData, coefficients: Floats) -> Likelihood:
    """Return log-likelihood, gradient and information at scaled coefficients."""
    found = sweep_tied_sets(
        data.x, data.find_linear_predictor(coefficients), data.time, data.event.view(np.uint8),
        data.stratum_bounds, data.entry_time, count_most_tied(data),
    )  # fmt: skip
    return Likelihood(*found)


def count_most_tied(data: CoxData) -> int:
    """Return the largest number of events at one time of one stratum."""
    return int(np.bincount(data.first_step[data.event]).max())
