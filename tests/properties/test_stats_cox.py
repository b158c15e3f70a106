"""What holds for every Cox model."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from chorall.errors import ConvergenceError, InputError
from chorall.stats import fit_cox
from chorall.stats.checks import FollowUp
from chorall.stats.cox_data import prepare_cox_data
from chorall.stats.cox_likelihood import evaluate_likelihood
from chorall.stats.cox_robust import find_score_residuals

# a busy machine must not fail a test: no deadline for an example
UNHURRIED = settings(deadline=None)
VALUE = st.sampled_from([-1.5, -0.5, 0.0, 0.25, 1.0, 2.0])
PATIENT = st.tuples(
    st.integers(1, 6), st.booleans(), st.integers(0, 5), st.integers(0, 1), VALUE, VALUE
)
PATIENTS = st.lists(PATIENT, min_size=8, max_size=30)
TIES = st.sampled_from(["efron", "breslow"])


def split_columns(patients):
    time, event, earlier, stratum, *x = np.array(patients, dtype=float).T
    entry = np.maximum(time - 1 - earlier, 0)
    return np.column_stack(x), time, event == 1, entry, stratum


def fit_or_skip(*arguments, **options):
    """Fit with a ridge, which always has one maximum, unless there is no event."""
    assume(arguments[2].any())
    return fit_cox(*arguments, tolerance=1e-11, **{"ridge": 0.1, **options})


@UNHURRIED
@given(PATIENTS, TIES, st.booleans(), st.tuples(VALUE, VALUE))
def test_gradient_and_information_are_the_derivatives(patients, ties, weighted, coefficients):
    x, time, event, entry, stratum = split_columns(patients)
    weights = 0.5 + np.arange(len(time)) % 3 if weighted else None
    data = prepare_cox_data(
        x, FollowUp(time, event, entry), stratum, weights, efron=ties == "efron"
    )
    centre = np.array(coefficients)
    _, gradient, information = evaluate_likelihood(data, centre)
    np.testing.assert_array_equal(information, information.T)
    step = 1e-5
    for column in range(2):
        shift = step * np.eye(2)[column]
        above = evaluate_likelihood(data, centre + shift)
        below = evaluate_likelihood(data, centre - shift)
        # central differences: error of step^2 plus rounding / step
        slope = (above[0] - below[0]) / (2 * step)
        np.testing.assert_allclose(slope, gradient[column], rtol=1e-6, atol=1e-6)
        curve = -(above[1] - below[1]) / (2 * step)
        np.testing.assert_allclose(curve, information[column], rtol=1e-6, atol=1e-6)


@UNHURRIED
@given(PATIENTS, TIES, st.randoms(use_true_random=False))
def test_the_order_of_patients_does_not_matter(patients, ties, random):
    fits = []
    for rows in (patients, random.sample(patients, len(patients))):
        x, time, event, entry, stratum = split_columns(rows)
        fits.append(fit_or_skip(x, time, event, entry_time=entry, strata=stratum, ties=ties))
    np.testing.assert_allclose(fits[0].log_hazard_ratio, fits[1].log_hazard_ratio, atol=1e-9)
    np.testing.assert_allclose(fits[0].covariance, fits[1].covariance, rtol=1e-8, atol=1e-12)


@UNHURRIED
@given(PATIENTS, TIES, st.sampled_from([1 / 365.25, 30.4375]))
def test_the_unit_of_time_does_not_matter(patients, ties, unit):
    x, time, event, entry, _ = split_columns(patients)
    first = fit_or_skip(x, time, event, entry_time=entry, ties=ties)
    second = fit_or_skip(x, time * unit, event, entry_time=entry * unit, ties=ties)
    np.testing.assert_allclose(first.log_hazard_ratio, second.log_hazard_ratio, atol=1e-9)


@UNHURRIED
@given(PATIENTS)
def test_everybody_twice_with_half_the_weight_is_the_same_under_breslow(patients):
    x, time, event, entry, _ = split_columns(patients)
    first = fit_or_skip(x, time, event, entry_time=entry, ties="breslow")
    second = fit_or_skip(
        np.tile(x, (2, 1)),
        np.tile(time, 2),
        np.tile(event, 2),
        entry_time=np.tile(entry, 2),
        weights=np.full(2 * len(time), 0.5),
        ties="breslow",
    )
    np.testing.assert_allclose(first.log_hazard_ratio, second.log_hazard_ratio, atol=1e-9)
    np.testing.assert_allclose(first.covariance, second.covariance, rtol=1e-8, atol=1e-12)
    assert first.log_likelihood == pytest.approx(second.log_likelihood, rel=1e-10, abs=1e-10)


@UNHURRIED
@given(PATIENTS, TIES)
def test_turning_a_covariate_round_turns_its_coefficient_round(patients, ties):
    x, time, event, entry, _ = split_columns(patients)
    first = fit_or_skip(x, time, event, entry_time=entry, ties=ties)
    second = fit_or_skip(x * [-1, 1], time, event, entry_time=entry, ties=ties)
    np.testing.assert_allclose(first.log_hazard_ratio * [-1, 1], second.log_hazard_ratio, atol=1e-9)


def has_no_maximum(x, time, event, entry, stratum):
    """Tell by linear programming whether a direction separates all events from those at risk.

    Such a direction v has v (x_i - x_j) >= 0 for every event i and everybody j at risk with it,
    and more than 0 for one pair (Albert and Anderson's condition, for risk sets).
    """
    at_risk = (time >= time[:, None]) & (entry < time[:, None]) & (stratum == stratum[:, None])
    i, j = np.nonzero(at_risk & event[:, None])
    pairs = x[i] - x[j]
    best = linprog(-pairs.sum(axis=0), A_ub=-pairs, b_ub=np.zeros(len(pairs)), bounds=(-1, 1))
    return -best.fun > 1e-7


@UNHURRIED
@given(PATIENTS, TIES, st.booleans())
def test_a_fit_is_at_its_maximum_or_there_is_none(patients, ties, weighted):
    x, time, event, entry, stratum = split_columns(patients)
    weights = 0.5 + np.arange(len(time)) % 3 if weighted else None
    options = {"entry_time": entry, "strata": stratum, "weights": weights, "ties": ties}
    try:
        fit = fit_cox(x, time, event, **options)
    except InputError:
        # no event, or a column that is constant or collinear: not the question here
        assume(False)
    except ConvergenceError:
        assert has_no_maximum(x, time, event, entry, stratum)
        return
    assert not has_no_maximum(x, time, event, entry, stratum)
    assert fit.converged
    data = prepare_cox_data(
        x, FollowUp(time, event, entry), stratum, weights, efron=ties == "efron"
    )
    gradient = evaluate_likelihood(data, fit.log_hazard_ratio * data.scale).gradient
    np.testing.assert_allclose(gradient, 0.0, atol=1e-7)
    assert fit.log_likelihood >= fit.log_likelihood_null - 1e-9
    np.testing.assert_array_equal(fit.covariance, fit.covariance.T)


@UNHURRIED
@given(PATIENTS, TIES)
def test_score_residuals_add_up_to_the_score(patients, ties):
    x, time, event, entry, stratum = split_columns(patients)
    assume(event.any())
    weights = 0.5 + np.arange(len(time)) % 3
    data = prepare_cox_data(
        x, FollowUp(time, event, entry), stratum, weights, efron=ties == "efron"
    )
    coefficients = np.array([0.3, -0.7])
    residuals = find_score_residuals(data, coefficients)
    gradient = evaluate_likelihood(data, coefficients).gradient
    if ties == "breslow" or not has_tied_events_of_unequal_weight(data):
        np.testing.assert_allclose(data.weights @ residuals, gradient, atol=1e-10)


def has_tied_events_of_unequal_weight(data):
    """Efron's rule gives tied events their mean weight, so the shares add up for equal ones."""
    died = np.flatnonzero(data.event)
    same = np.diff(data.time[died]) == 0
    return bool((np.diff(data.weights[died])[same] != 0).any())
