"""Intervals cover what was planted, a null scan is quiet, and only the dated transplant is right.

A few replicates with wide bounds; `make simulation` runs 500 and writes docs/validation.md.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from scipy.special import bdtr
from simulation import replicates

N_REPLICATES = 24
RARELY = 1e-4
"""A right programme fails one of these tests once in ten thousand seeds."""


def most_missed(n: int) -> int:
    """Return the misses that `n` intervals of 95 % exceed only rarely."""
    return next(k for k in range(n + 1) if bdtr(k, n, 0.05) >= 1 - RARELY)


def gather(replicate) -> dict[str, list[replicates.Row]]:
    found = defaultdict(list)
    for seed in range(N_REPLICATES):
        for row in replicate(np.random.default_rng([5, seed])):
            found[row[0]].append(row)
    return found


@pytest.mark.parametrize(
    "replicate",
    [
        replicates.replicate_frequencies,
        replicates.replicate_cox,
        replicates.replicate_fine_gray,
        replicates.replicate_pooling,
    ],
)
def test_intervals_cover_the_planted_truth(replicate) -> None:
    for what, rows in gather(replicate).items():
        missed = sum(not lower <= truth <= upper for _, _, lower, upper, truth in rows)
        assert missed <= most_missed(len(rows)), what
        errors = np.array([estimate - truth for _, estimate, _, _, truth in rows])
        assert abs(errors.mean()) < 4.5 * errors.std() / np.sqrt(len(rows)), what


def test_a_null_scan_rarely_finds_anything() -> None:
    found = [replicates.replicate_null_scan(np.random.default_rng([6, k])) for k in range(20)]
    assert sum(found) <= most_missed(20)


def test_the_fixed_covariate_is_wrong_and_the_dated_one_right() -> None:
    found = gather(replicates.replicate_immortal_time)
    wrong = found["transplantation as a fixed covariate (wrong)"]
    right = found["transplantation as a dated covariate"]
    assert all(upper < 0 for _, _, _, upper, _ in wrong)
    missed = sum(not lower <= 0 <= upper for _, _, lower, upper, _ in right)
    assert missed <= most_missed(len(right))
