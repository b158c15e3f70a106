"""Penalised and random-effects fits sit where their own equations say."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from properties.drawn_patients import draw_patients

from chorall import stats
from chorall.errors import ConvergenceError, InputError
from chorall.stats.checks import FollowUp
from chorall.stats.cox_data import prepare_cox_data
from chorall.stats.cox_likelihood import evaluate_likelihood

FEW = settings(deadline=None, max_examples=15)
SEEDS = st.integers(0, 2**32 - 1)


def find_gradient(p, coefficients, ties):
    """Return the gradient by units of `x`."""
    data = prepare_cox_data(
        p.x, FollowUp(p.time, p.event, p.entry_time), p.strata, p.weights, efron=ties == "efron"
    )
    return evaluate_likelihood(data, coefficients * data.scale).gradient * data.scale, data.scale


@given(
    SEEDS, st.sampled_from([0.3, 0.7, 1.0]), st.sampled_from(["efron", "breslow"]), st.booleans()
)
@FEW
def test_an_elastic_net_holds_its_conditions_at_every_penalty(seed, l1_ratio, ties, standardise):
    p = draw_patients(seed)
    factor = np.array([1.5, 0.5])
    try:
        path = stats.fit_elastic_net_cox(
            p.x, p.time, p.event, l1_ratio=l1_ratio, n_penalties=6, smallest_ratio=0.05,
            penalty_factor=factor, entry_time=p.entry_time, strata=p.strata, weights=p.weights,
            ties=ties, standardise=standardise, tolerance=1e-12,
        )  # fmt: skip
    except (InputError, ConvergenceError):
        assume(False)
    np.testing.assert_array_equal(path.log_hazard_ratio[0], 0)
    for penalty, slopes in zip(path.penalty, path.log_hazard_ratio, strict=True):
        gradient, scale = find_gradient(p, slopes, ties)
        gradient = gradient / p.weights.sum()
        # on the scale on which the penalty is taken
        unit = scale if standardise else np.ones(2)
        pull = penalty * factor * (1 - l1_ratio) * slopes * unit**2
        bound = penalty * factor * l1_ratio * unit
        held = slopes == 0
        assert (np.abs(gradient[held]) <= bound[held] * (1 + 1e-6) + 1e-9).all()
        np.testing.assert_allclose(
            gradient[~held], (pull + np.sign(slopes) * bound)[~held], rtol=1e-5, atol=1e-7
        )


@given(SEEDS)
@FEW
def test_random_effects_are_at_the_mode_and_their_variance_at_its_fixed_point(seed):
    p = draw_patients(seed, n=40)
    p = p.change(x=np.random.default_rng(seed).normal(size=(40, 5)))
    try:
        fit = stats.fit_random_effects_cox(
            p.x, list("aaaaa"), p.time, p.event, entry_time=p.entry_time, strata=p.strata,
            weights=p.weights, mean_groups=[], tolerance=1e-9, max_iterations=2000,
        )  # fmt: skip
    except (InputError, ConvergenceError):
        assume(False)
    assume(fit.converged and fit.group_variance[0] > 1e-3)
    gradient, _ = find_gradient(p, fit.log_hazard_ratio, "efron")
    variance = fit.group_variance[0]
    np.testing.assert_allclose(gradient, fit.log_hazard_ratio / variance, rtol=1e-4, atol=1e-6)
    # Schall's equation: the variance is the sum of squares over the degrees of freedom
    squares = np.sum(fit.log_hazard_ratio**2)
    assert variance == pytest.approx(squares / fit.degrees_of_freedom[0], rel=1e-6)
    assert 0 < fit.degrees_of_freedom[0] < 5
    freedom = 5 - np.trace(fit.covariance) / variance
    assert fit.degrees_of_freedom[0] == pytest.approx(freedom, rel=1e-6)


@given(SEEDS, st.booleans())
@FEW
def test_firth_is_where_the_penalised_likelihood_is_highest(seed, delayed):
    p = draw_patients(seed)
    follow_up = FollowUp(p.time, p.event, p.entry_time if delayed else None)
    try:
        fit = stats.fit_cox(
            p.x, p.time, p.event, entry_time=follow_up.entry_time, strata=p.strata, firth=True,
            tolerance=1e-11,
        )  # fmt: skip
    except (InputError, ConvergenceError):
        assume(False)
    assume(fit.converged)
    data = prepare_cox_data(p.x, follow_up, p.strata, None)

    def penalise(slopes):
        found = evaluate_likelihood(data, slopes * data.scale)
        return found.log_likelihood + 0.5 * np.linalg.slogdet(found.information)[1]

    top = penalise(fit.log_hazard_ratio)
    for step in 1e-3 * np.array([[1, 0], [0, 1], [1, 1], [1, -1]]):
        above, below = penalise(fit.log_hazard_ratio + step), penalise(fit.log_hazard_ratio - step)
        assert top >= max(above, below) - 1e-10
        # flat: the slope by differences, with the error of the squared step
        assert abs(above - below) / 2e-3 < 1e-4
