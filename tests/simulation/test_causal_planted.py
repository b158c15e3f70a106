"""Strategies nobody randomised: intervals hold what the same patients would have lived.

The kernels are `compare_cloned_strategies` and `doubly_robust_risk`; `make simulation` runs more.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from simulation import causal_replicates
from simulation.test_treatment_planted import most_missed


def few_resamples(rng: np.random.Generator) -> list[causal_replicates.Row]:
    """Draw so few resamples that limits are a little too narrow."""
    return causal_replicates.replicate_target_trial(rng, n_resamples=40)


@pytest.mark.parametrize(
    ("replicate", "n_replicates"),
    [
        (causal_replicates.replicate_doubly_robust, 40),
        (few_resamples, 10),
        (causal_replicates.replicate_donor, 30),
        (causal_replicates.replicate_donor_of_nothing, 30),
    ],
)
def test_intervals_cover_the_truth(replicate, n_replicates) -> None:
    found = defaultdict(list)
    for seed in range(n_replicates):
        for row in replicate(np.random.default_rng([13, seed])):
            found[row[0]].append(row)
    for what, rows in found.items():
        missed = sum(not lower <= truth <= upper for _, _, lower, upper, truth in rows)
        assert missed <= most_missed(len(rows), 0.1), what
        errors = np.array([estimate - truth for _, estimate, _, _, truth in rows])
        assert abs(errors.mean()) < 4.5 * errors.std() / np.sqrt(len(rows)), what


def test_the_crude_comparison_is_wrong_where_those_at_risk_are_treated() -> None:
    # the sick are treated: without weights treatment looks worse than it is
    rng = np.random.default_rng(14)
    latent, _, treated, _ = causal_replicates.draw_chosen(rng, 60_000)
    n = len(treated)
    ends = [
        causal_replicates.end_remission(causal_replicates.live_with(latent, np.full(n, day)))
        for day in (1.0, np.inf)
    ]
    rows = latent.fate.in_remission
    event = np.where(treated, *ends) <= causal_replicates.HORIZON
    crude = event[rows & treated].mean() - event[rows & ~treated].mean()
    assert crude > causal_replicates.find_truth_of_treatment() + 0.03
