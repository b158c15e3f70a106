"""The binomial-normal model against plain summation, and its answers at the edges."""

import numpy as np
import pytest
from scipy.special import expit, gammaln

from chorall.errors import InputError
from chorall.stats import pool_proportions, proportion_interval

RARE = ([0, 1, 3, 0, 2, 0, 9], [40, 55, 120, 33, 210, 18, 150])
WIDE = ([1, 90, 20, 4, 60], [100, 100, 80, 5, 62])
ALIKE = ([10, 21, 40], [50, 100, 200])


def sum_likelihood(n_events, n, mean, spread):
    """Sum over a fine grid of effects, study by study: the slow second implementation."""
    z = np.linspace(-14, 14, 4001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    log_odds = mean + spread * z
    total = 0.0
    for x, size in zip(n_events, n, strict=True):
        binomial = np.exp(
            gammaln(size + 1) - gammaln(x + 1) - gammaln(size - x + 1)
            + x * log_odds - size * np.logaddexp(0, log_odds)
        )  # fmt: skip
        total += np.log(np.sum(binomial * density))
    return total


@pytest.mark.parametrize("studies", [RARE, WIDE])
def test_the_maximum_is_that_of_the_summed_likelihood(studies):
    found = pool_proportions(*studies)
    mean, spread = found.log_odds, np.sqrt(found.tau2)
    best = sum_likelihood(*studies, mean, spread)
    assert found.log_likelihood == pytest.approx(best, abs=1e-8)
    for step in (-1e-3, 1e-3):
        assert sum_likelihood(*studies, mean + step, spread) < best
        assert sum_likelihood(*studies, mean, spread + step) < best
    # second differences: height[a, b] at mean + a steps and spread + b steps
    step = 1e-3
    height = {
        (a, b): sum_likelihood(*studies, mean + a * step, spread + b * step)
        for a in (-1, 0, 1)
        for b in (-1, 0, 1)
    }
    of_mean = height[1, 0] + height[-1, 0] - 2 * best
    of_spread = height[0, 1] + height[0, -1] - 2 * best
    mixed = (height[1, 1] - height[1, -1] - height[-1, 1] + height[-1, -1]) / 4
    information = -np.array([[of_mean, mixed], [mixed, of_spread]]) / step**2
    error = np.sqrt(np.linalg.inv(information)[0, 0])
    assert found.standard_error == pytest.approx(error, rel=1e-4)


def test_profile_limits_lie_where_the_likelihood_has_dropped_by_half_a_quantile():
    found = pool_proportions(*WIDE)
    for limit in (found.tau2_lower, found.tau2_upper):
        means = np.linspace(-4, 4, 161)
        highest = max(sum_likelihood(*WIDE, mean, np.sqrt(limit)) for mean in means)
        drop = found.log_likelihood - highest
        assert drop == pytest.approx(3.841458820694124 / 2, abs=2e-3)


def test_studies_that_agree_give_the_plain_proportion():
    found = pool_proportions(*ALIKE, t_distribution=False)
    p = 71 / 350
    error = 1 / np.sqrt(350 * p * (1 - p))
    assert (found.tau2, found.tau2_lower, found.heterogeneity_p_value) == (0, 0, 1)
    assert found.estimate == pytest.approx(p, rel=1e-14)
    assert found.standard_error == pytest.approx(error, rel=1e-12)
    assert found.upper == pytest.approx(expit(found.log_odds + 1.959963984540054 * error))
    assert found.prediction_upper == found.upper


def test_t_limits_are_wider_than_normal_ones():
    wide, narrow = pool_proportions(*RARE), pool_proportions(*RARE, t_distribution=False)
    assert wide.lower < narrow.lower < narrow.estimate < narrow.upper < wide.upper
    assert wide.prediction_lower < wide.lower


def test_no_event_at_all_gives_the_exact_limits_of_the_sum():
    found = pool_proportions([0, 0, 0], [10, 20, 30])
    exact = proportion_interval(0, 60, method="clopper-pearson")
    assert (found.estimate, found.lower, found.upper) == (0, 0, pytest.approx(float(exact.upper)))
    assert np.isnan([found.tau2, found.prediction_upper]).all()
    assert "not known" in found.warnings[0]
    everybody = pool_proportions([10, 20, 30], [10, 20, 30])
    assert everybody.lower == pytest.approx(1 - found.upper, rel=1e-12)


def test_one_study_and_empty_studies():
    found = pool_proportions([5, 0], [20, 0])
    assert found.n_studies == 1
    assert found.estimate == 0.25
    assert found.standard_error == pytest.approx(1 / np.sqrt(20 * 0.25 * 0.75))
    assert np.isnan(found.tau2)


def test_millions_of_patients_do_not_lose_the_answer():
    found = pool_proportions([200_000, 1_100_000, 900_000], [2_000_000, 9_000_000, 8_000_000])
    assert found.warnings == ()
    log_odds = np.log([200 / 1800, 1100 / 7900, 900 / 7100])
    assert found.log_odds == pytest.approx(log_odds.mean(), rel=1e-3)
    assert found.tau2 == pytest.approx(log_odds.var(), rel=1e-2)


def test_studies_all_or_nothing_are_reported_as_not_converged():
    found = pool_proportions([100, 0], [100, 100])
    assert "do not use" in found.warnings[0]
    assert np.isnan([found.standard_error, found.upper, found.tau2_upper]).all()


@pytest.mark.parametrize(
    ("n_events", "n"), [([3], [2]), ([0.5], [2]), ([np.nan], [2]), ([[1]], [[2]]), ([0], [0])]
)
def test_what_is_no_count_is_refused(n_events, n):
    with pytest.raises(InputError):
        pool_proportions(n_events, n)
