"""Saddlepoint p-values: by hand, by a slow plain implementation, and against every permutation."""

from itertools import combinations

import numpy as np
import pytest
from oracle.plain_saddlepoint import find_plain_p_value
from scipy.optimize import brentq
from scipy.stats import norm

from chorall.stats import scan_markers

# polynomials of degree five between tabulated values
TABULATED = 1e-7
ROUNDING = 1e-9


def make_patients(n, n_strata, seed, *, events=0.5):
    generator = np.random.default_rng(seed)
    strata = generator.integers(0, n_strata, n)
    covariates = generator.normal(size=(n, 2))
    event_time = generator.exponential(1 / np.exp(covariates @ [0.4, -0.3]))
    time = np.minimum(event_time, generator.uniform(0, 2 * np.quantile(event_time, events), n))
    return {
        "time": np.ceil(time * 50),
        "event": event_time <= time,
        "covariates": covariates,
        "strata": strata,
    }


def test_two_values_of_residuals_give_a_hyperbolic_cosine():
    # two events and two censored at one time: Efron's hazard is 1/4 + 1/3 for the censored and
    # 1/4 + 1/6 for the events, so that residuals are -7/12 and 7/12. Less its mean weighted by
    # 5/12 and 7/12 the marker is 19/24 and -5/24, and the statistic 7/12. In units of 7/12 the
    # generating function is the sum of log cosh(t g).
    scan = scan_markers(
        [[1], [0], [0], [0]], [3] * 4, [True, True, False, False],
        minimum_carriers=1, score_only=True, saddlepoint=True,
    )  # fmt: skip
    g = np.array([19, -5, -5, -5]) / 24
    t = brentq(lambda t: g @ np.tanh(t * g) - 1, 0, 50, xtol=1e-15)
    w = np.sqrt(2 * (t - np.log(np.cosh(t * g)).sum()))
    v = t * np.sqrt((g**2 / np.cosh(t * g) ** 2).sum())
    wanted = 2 * norm.sf(w + np.log(v / w) / w)
    assert scan.saddlepoint_p_value[0] == pytest.approx(wanted, rel=TABULATED)


@pytest.mark.parametrize("delayed", [False, True])
def test_the_table_agrees_with_sums_over_patients(delayed):
    patients = make_patients(160, 3, seed=1)
    # a stratum without events has nothing to say
    patients["event"][patients["strata"] == 2] = False
    generator = np.random.default_rng(2)
    markers = (generator.random((160, 10)) < np.repeat([0.03, 0.1, 0.4], [4, 4, 2])) * 1.0
    markers[:, 7] *= generator.integers(1, 3, 160)
    markers[:, 9] = generator.normal(100, 3, 160)
    markers[generator.random((160, 10)) < 0.1] = np.nan
    if delayed:
        patients["entry_time"] = np.floor(patients["time"] * 0.9 * generator.random(160))
    scan = scan_markers(markers, **patients, minimum_carriers=1, saddlepoint=True)
    scored = np.isfinite(scan.score_chi_square)
    wanted = [find_plain_p_value(marker, **patients) for marker in markers.T[scored]]
    np.testing.assert_allclose(scan.saddlepoint_p_value[scored], wanted, rtol=TABULATED)
    assert scored.sum() >= 8
    assert np.isnan(scan.saddlepoint_p_value[~scored]).all()


def test_rare_markers_keep_the_level_over_every_permutation():
    # all ways to choose four carriers among 34: what a test at a level rejects is exact
    patients = make_patients(34, 1, seed=4, events=0.4)
    chosen = np.array(list(combinations(range(34), 4)))
    markers = np.zeros((34, len(chosen)), dtype=bool)
    markers[chosen.T, np.arange(len(chosen))] = True
    scan = scan_markers(
        markers, patients["time"], patients["event"], score_only=True, saddlepoint=True
    )
    p_values = np.nan_to_num(scan.saddlepoint_p_value, nan=1.0)
    for level, inflated in [(0.01, 1.5), (1e-3, 4), (2e-4, 10)]:
        assert (scan.score_p_value < level).mean() > inflated * level
        assert (p_values < level).mean() < 1.5 * level
    assert (p_values < 0.01).mean() > 0.6 * 0.01
    # against the exact p-value of each statistic
    statistic = np.abs(find_statistics(patients, markers))
    exact = 1 - (np.searchsorted(np.sort(statistic), statistic - ROUNDING)) / len(statistic)
    tail = (exact < 0.2) & (exact > 2e-3)
    assert np.abs(np.log(p_values[tail] / exact[tail])).mean() < 0.1


def find_statistics(patients, markers):
    """Return events less expected events of the carriers, with Nelson and Aalen's hazard."""
    time, event = patients["time"], patients["event"]
    residuals = event.astype(float)
    for moment in np.unique(time[event]):
        tied, at_risk = (time == moment) & event, time >= moment
        d = tied.sum()
        for i in range(d):
            share = np.where(tied, 1 - i / d, 1.0) * at_risk
            residuals -= share / share.sum()
    return residuals @ markers


def test_rare_markers_keep_the_level_with_strata_and_covariates():
    patients = make_patients(200, 2, seed=5, events=0.3)
    generator = np.random.default_rng(6)
    order = generator.random((200, 20_000)).argsort(axis=0)
    scan = scan_markers(order < 6, **patients, score_only=True, saddlepoint=True)
    # 200 and 20 rejections are expected: three binomial standard deviations are 43 and 14
    n_rejected = {level: (scan.saddlepoint_p_value < level).sum() for level in (1e-2, 1e-3)}
    assert 157 <= n_rejected[1e-2] <= 243
    assert n_rejected[1e-3] <= 34
    assert (scan.score_p_value < 1e-3).sum() > 4 * 34


def test_common_markers_get_what_the_normal_approximation_gives():
    patients = make_patients(1500, 2, seed=7)
    markers = np.random.default_rng(8).random((1500, 60)) < 0.5
    scan = scan_markers(markers, **patients, score_only=True, saddlepoint=True)
    z = [norm.isf(p / 2) for p in (scan.saddlepoint_p_value, scan.score_p_value)]
    np.testing.assert_allclose(z[0], z[1], rtol=0.05, atol=0.01)
