"""A scan of all markers and endpoints: quiet under the null, and honest about what it finds.

A few pools with wide bounds; `make simulation` runs 200.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import bdtr
from simulation.scan_replicates import (
    LEVEL,
    reference_effects,
    scan_chosen,
    scan_null,
    scan_prognostic,
)

N_NULL, N_CHOSEN = 8, 12
RARELY = 1e-4
"""A right programme fails one of these tests once in ten thousand seeds."""


def most_by_chance(n: int, probability: float) -> int:
    return next(k for k in range(n + 1) if bdtr(k, n, probability) >= 1 - RARELY)


def test_false_discoveries_are_bounded_where_no_marker_matters():
    scans = [scan_null(seed, n_each=200) for seed in range(N_NULL)]
    # where nothing is true, the false discovery rate is the chance of finding anything
    assert sum(scan.n_found > 0 for scan in scans) <= most_by_chance(N_NULL, LEVEL)
    assert sum(scan.n_found_by > 0 for scan in scans) <= most_by_chance(N_NULL, LEVEL / 5)
    share = sum(scan.n_below for scan in scans) / sum(scan.n_lines for scan in scans)
    # five endpoints of some markers go together, so that the lines count for about a fifth
    n_alone = sum(scan.n_lines for scan in scans) / 10
    assert abs(share - LEVEL) < 4 * np.sqrt(LEVEL * (1 - LEVEL) / n_alone)


def test_planted_markers_are_found():
    assert all(scan_prognostic(seed=0, n_each=700).values())


@pytest.fixture(scope="module")
def chosen():
    truth = reference_effects(n_each=3000)
    return np.array(
        [line for seed in range(N_CHOSEN) for line in scan_chosen(seed, truth, n_each=80)], float
    )


def test_the_strongest_markers_are_exaggerated_and_shrinking_mends_it(chosen):
    naive, shrunken = chosen[:, 0], chosen[:, 1]
    errors = chosen[:, :2].std(axis=0) / np.sqrt(len(chosen) / 2)
    assert naive.mean() > 0.25
    assert abs(shrunken.mean()) < 0.05 + 3 * errors[1]
    assert (shrunken**2).mean() < 0.5 * (naive**2).mean()


def test_shrunken_intervals_of_the_strongest_cover(chosen):
    """They share a prior within a pool: 60 lines count as about 12."""
    assert chosen[:, 3].mean() > 0.95 - 3 * np.sqrt(0.95 * 0.05 / N_CHOSEN)
    assert chosen[:, 3].mean() > chosen[:, 2].mean()
