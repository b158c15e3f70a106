import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import pool_effects, shrink_effects
from chorall.stats.effect_mixture import (
    climb_weights,
    find_log_densities,
    find_posterior,
    find_posterior_quantile,
    find_share,
    fit_mixture,
    lay_grid,
)

NAN = float("nan")


def draw_family(m=60, seed=5):
    rng = np.random.default_rng(seed)
    truth = np.where(rng.random(m) < 0.2, rng.normal(0, 0.8, m), 0.0)
    error = rng.uniform(0.08, 0.5, m)
    return truth, truth + error * rng.normal(size=m), error


def test_a_normal_prior_by_hand():
    # equal errors: tau2 is the sample variance less the error's, the mean the plain mean
    estimate, error = np.array([-1.0, 0.0, 4.0]), np.full(3, 1.0)
    mean, tau2 = 1.0, 7.0 - 1.0
    kept = tau2 / (tau2 + 1)
    shrunken = shrink_effects(estimate, error, prior="normal")
    assert shrunken.prior_mean == pytest.approx(mean)
    assert shrunken.prior_deviations[0] ** 2 == pytest.approx(tau2)
    np.testing.assert_allclose(shrunken.estimate, mean + kept * (estimate - mean))
    variance = tau2 / 7 + (1 / 7) ** 2 * 7 / 3
    np.testing.assert_allclose(shrunken.standard_error, np.sqrt(variance))
    np.testing.assert_allclose(
        shrunken.upper - shrunken.estimate, 1.959963984540054 * np.sqrt(variance)
    )
    assert np.isnan(shrunken.null_probability).all()


def test_a_normal_prior_uses_the_heterogeneity_of_pooling():
    _, estimate, error = draw_family()
    pooled = pool_effects(estimate, error)
    shrunken = shrink_effects(estimate, error, prior="normal")
    assert shrunken.prior_deviations[0] ** 2 == pytest.approx(pooled.tau2, rel=1e-10)
    assert shrunken.prior_mean == pytest.approx(pooled.estimate, rel=1e-10)


def test_the_posterior_of_a_mixture_is_that_of_a_plain_sum_over_a_grid():
    _, estimate, error = draw_family()
    mixture = fit_mixture(estimate, error)
    found = shrink_effects(estimate, error)
    places = np.linspace(-8, 8, 160_001)
    width = places[1] - places[0]
    for one in (0, 17, int(np.argmax(np.abs(estimate / error)))):
        likelihood = np.exp(-0.5 * ((estimate[one] - places) / error[one]) ** 2)
        density = np.zeros_like(places)
        for weight, spread in zip(mixture.weights[1:], mixture.deviations[1:], strict=True):
            density += weight * np.exp(-0.5 * (places / spread) ** 2) / spread
        joint = density * likelihood * width / np.sqrt(2 * np.pi)
        null = mixture.weights[0] * np.exp(-0.5 * (estimate[one] / error[one]) ** 2)
        whole = joint.sum() + null
        assert found.estimate[one] == pytest.approx((places * joint).sum() / whole, abs=2e-6)
        assert found.null_probability[one] == pytest.approx(null / whole, abs=2e-6)
        below = joint[places < found.lower[one]].sum() / whole
        if found.lower[one] > 0:
            below += null / whole
        if found.lower[one] != 0:
            assert below == pytest.approx(0.025, abs=1e-4)


@pytest.mark.parametrize("pseudo", [0.5, 2.0])
def test_the_weights_are_the_most_likely(pseudo):
    _, estimate, error = draw_family()
    logs = find_log_densities(estimate, error, lay_grid(estimate, error))
    likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights = climb_weights(likelihood, pseudo)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    # the condition of the maximum: every component is worth the same
    share = pseudo / len(weights)
    gain = (likelihood / (likelihood @ weights)[:, None]).sum(axis=0) + share / weights
    np.testing.assert_allclose(gain, 60 + pseudo, rtol=1e-6)
    # and the EM algorithm goes there, slowly
    plain = np.full(len(weights), 1 / len(weights))
    for _ in range(20_000):
        joint = likelihood * plain
        plain = (joint / joint.sum(axis=1, keepdims=True)).sum(axis=0) + share
        plain /= 60 + pseudo
    np.testing.assert_allclose(weights, plain, atol=1e-4)


def test_a_family_that_shows_little_is_not_held_to_be_none_for_certain():
    found = shrink_effects([0.1, -0.2, 0.15, 0.05, -0.1], [0.4, 0.4, 0.4, 0.4, 0.4])
    assert (found.prior_weights > 0.01).all()
    assert (found.upper > 0).all()


def test_limits_are_exactly_none_where_the_null_lies_on_them():
    shrunken = shrink_effects([0.01, -0.02, 0.0, 0.03, 3.0], [0.2, 0.2, 0.2, 0.2, 0.2])
    assert shrunken.lower[0] <= 0 <= shrunken.upper[0]
    assert shrunken.lower[4] > 2
    assert shrunken.null_probability[4] < 1e-6


def test_quantiles_turn_the_share_round():
    _, estimate, error = draw_family()
    posterior = find_posterior(estimate, error, fit_mixture(estimate, error))
    for share in (0.1, 0.5, 0.9):
        place = find_posterior_quantile(posterior, share)
        at_null = posterior.deviations == 0
        normal = posterior._replace(weights=np.where(at_null, 0.0, posterior.weights))
        below = find_share(normal, place) + np.where(place > 0, posterior.weights[:, 0], 0)
        inside = place != 0
        np.testing.assert_allclose(below[inside], share, atol=1e-9)


def test_missing_estimates_stay_missing_and_do_not_count():
    _, estimate, error = draw_family()
    with_gap = np.insert(estimate, 3, NAN), np.insert(error, 3, NAN)
    found, whole = shrink_effects(*with_gap), shrink_effects(estimate, error)
    assert np.isnan(found.estimate[3])
    np.testing.assert_array_equal(np.delete(found.estimate, 3), whole.estimate)
    assert found.n_effects == 60


@pytest.mark.parametrize(
    ("estimate", "error", "words"),
    [
        ([0.1, 0.2], [0.1, 0.2], "needs at least 3"),
        ([0.1, 0.2, 0.3], [0.1, 0.2], "equally long"),
        ([0.1, 0.2, 0.3], [0.1, 0.0, 0.2], "not above 0, or out of range: 1, first at position 1"),
        ([0.1, np.inf, 0.3], [0.1, 0.1, 0.2], "`estimate` holds numbers beyond"),
    ],
)
def test_what_cannot_be_used(estimate, error, words):
    with pytest.raises(InputError, match=words):
        shrink_effects(estimate, error)


def test_an_unknown_prior_is_refused():
    with pytest.raises(InputError, match="mixture, normal"):
        shrink_effects([0.1, 0.2, 0.3], [0.1, 0.1, 0.1], prior="ash")
