"""A planted interaction is found, an absent one is not, and only its own patients gain."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from scipy.special import bdtr
from simulation import replicates

N_REPLICATES = 24
RARELY = 1e-4
"""A right programme fails one of these tests once in ten thousand seeds."""


def most_missed(n: int, share: float = 0.05) -> int:
    """Return the misses that `n` tries exceed only rarely."""
    return next(k for k in range(n + 1) if bdtr(k, n, share) >= 1 - RARELY)


@cache
def gather(replicate) -> dict[str, list[replicates.Row]]:
    found = defaultdict(list)
    for seed in range(N_REPLICATES):
        for row in replicate(np.random.default_rng([11, seed])):
            found[row[0]].append(row)
    return found


@pytest.mark.parametrize(
    "replicate",
    [
        replicates.replicate_interaction,
        replicates.replicate_prognosis_only,
        replicates.replicate_no_interaction,
        replicates.replicate_transplant,
    ],
)
def test_intervals_cover_the_truth(replicate) -> None:
    for what, rows in gather(replicate).items():
        missed = sum(not lower <= truth <= upper for _, _, lower, upper, truth in rows)
        assert missed <= most_missed(len(rows)), what
        errors = np.array([estimate - truth for _, estimate, _, _, truth in rows])
        assert abs(errors.mean()) < 4.5 * errors.std() / np.sqrt(len(rows)), what


def test_the_planted_interaction_is_found_and_no_other() -> None:
    found = gather(replicates.replicate_interaction)
    shown = {what: sum(upper < 0 for _, _, _, upper, _ in rows) for what, rows in found.items()}
    planted = shown.pop("IKZF1_del x second arm of R1")
    # shown in 94 of 100 replicates
    assert planted >= N_REPLICATES - most_missed(N_REPLICATES, 0.1)
    assert all(count <= most_missed(N_REPLICATES) for count in shown.values())


def test_transplantation_is_found_to_help_only_where_it_does() -> None:
    found = gather(replicates.replicate_transplant)
    high = found["transplantation, MRD 1e-3 or more"]
    assert all(upper < 0 for _, _, _, upper, _ in high)
    # hazard ratio 0.40, as published for patients with MRD of 1e-3 or more
    assert np.exp(high[0][-1]) == pytest.approx(0.40, abs=0.005)
    low = found["transplantation, MRD below 1e-3"]
    assert sum(upper < 0 or lower > 0 for _, _, lower, upper, _ in low) <= most_missed(len(low))
