"""Gradient and Hessian of every likelihood are the differences of its values.

Those of the plain Cox, exact and Fine-Gray likelihoods are in test_stats_cox.py,
test_stats_cox_after_fit.py and test_stats_fine_gray.py: here is everything that is added to them.
"""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chorall.errors import ConvergenceError, InputError
from chorall.stats import fit_cox, scan_markers
from chorall.stats.binomial_normal import Counts
from chorall.stats.binomial_normal import evaluate_likelihood as evaluate_binomial
from chorall.stats.checks import FollowUp
from chorall.stats.cox_data import prepare_cox_data
from chorall.stats.cox_firth import find_firth_penalty
from chorall.stats.cox_likelihood import evaluate_likelihood
from chorall.stats.cox_newton import CoxSettings, evaluate_point
from chorall.stats.elastic_net_path import NetProblem
from chorall.stats.heterogeneity import (
    StudyEffects,
    find_restricted_log_likelihood,
    fit_weighted,
)
from chorall.stats.random_effects_model import GroupedModel

UNHURRIED = settings(deadline=None, max_examples=40)
VALUE = st.sampled_from([-1.5, -0.5, 0.0, 0.25, 1.0, 2.0])
PATIENT = st.tuples(
    st.integers(1, 6), st.booleans(), st.integers(0, 5), st.integers(0, 1), VALUE, VALUE
)
PATIENTS = st.lists(PATIENT, min_size=8, max_size=24)
TIES = st.sampled_from(["efron", "breslow"])
CENTRE = st.tuples(VALUE, VALUE)
STEP = 1e-5
# central differences: error of the squared step plus rounding over the step
CLOSE = {"rtol": 2e-6, "atol": 2e-6}


def prepare(patients, ties, *, offset=True):
    """Weighted, stratified, with delayed entry, ties and an offset: all at once."""
    time, event, earlier, stratum, *x = np.array(patients, dtype=float).T
    assume((event == 1).any())
    n = len(time)
    follow_up = FollowUp(time, event == 1, np.maximum(time - 1 - earlier, 0))
    return prepare_cox_data(
        np.column_stack(x), follow_up, stratum, 0.5 + np.arange(n) % 3,
        offset=np.sin(np.arange(n)) if offset else None, efron=ties == "efron",
    )  # fmt: skip


def check_derivatives(evaluate, centre, gradient, hessian):
    """Compare with differences of the value, and of the gradient when there is a Hessian."""
    for column, shift in enumerate(STEP * np.eye(len(centre))):
        above, below = evaluate(centre + shift), evaluate(centre - shift)
        slope = (above[0] - below[0]) / (2 * STEP)
        np.testing.assert_allclose(slope, gradient[column], **CLOSE)
        if hessian is not None:
            curve = (above[1] - below[1]) / (2 * STEP)
            np.testing.assert_allclose(curve, hessian[column], **CLOSE)
    if hessian is not None:
        np.testing.assert_array_equal(hessian, np.transpose(hessian))


@UNHURRIED
@given(PATIENTS, TIES, CENTRE, st.sampled_from([0.0, 0.7]))
def test_cox_with_offset_weights_strata_entry_and_ridge(patients, ties, centre, ridge):
    data = prepare(patients, ties)
    asked = CoxSettings(ties, np.array([ridge, 2 * ridge]), False, 50, 1e-9)

    def evaluate(place):
        point = evaluate_point(data, place, asked)
        return point.objective, point.gradient

    here = evaluate_point(data, np.array(centre), asked)
    check_derivatives(evaluate, np.array(centre), here.gradient, -here.information)


@UNHURRIED
@given(PATIENTS, CENTRE)
def test_exact_ties_with_offset_and_ridge(patients, centre):
    time, event, earlier, stratum, *x = np.array(patients, dtype=float).T
    assume((event == 1).any())
    follow_up = FollowUp(time, event == 1, np.maximum(time - 1 - earlier, 0))
    offset = np.sin(np.arange(len(time)))
    data = prepare_cox_data(np.column_stack(x), follow_up, stratum, None, offset=offset)
    asked = CoxSettings("exact", np.array([0.3, 0.0]), False, 50, 1e-9)

    def evaluate(place):
        point = evaluate_point(data, place, asked)
        return point.objective, point.gradient

    here = evaluate_point(data, np.array(centre), asked)
    check_derivatives(evaluate, np.array(centre), here.gradient, -here.information)


@UNHURRIED
@given(PATIENTS, TIES, CENTRE)
def test_firths_penalty(patients, ties, centre):
    data = prepare(patients, ties)
    centre = np.array(centre)
    information = evaluate_likelihood(data, centre).information
    assume(np.linalg.eigvalsh(information)[0] > 1e-3)

    def evaluate(place):
        there = evaluate_likelihood(data, place).information
        return (0.5 * np.linalg.slogdet(there)[1],)

    found = find_firth_penalty(data, centre, information)
    assert found.log_likelihood == pytest.approx(evaluate(centre)[0], rel=1e-9, abs=1e-9)
    check_derivatives(evaluate, centre, found.gradient, None)


@UNHURRIED
@given(PATIENTS, TIES, st.tuples(VALUE, VALUE, VALUE), st.sampled_from([0.05, 1.0]))
def test_random_effects_with_a_group_mean(patients, ties, effects, variance):
    """Two deviations and their mean; the posterior's curvature is the Newton step's."""
    model = GroupedModel(prepare(patients, ties), np.array([0, 0]), np.array([True]))
    variances, centre = np.array([variance]), np.array(effects)

    def evaluate(place):
        point = model.evaluate(place)
        prior = np.append(place[:2] / variance, 0.0)
        return model.penalise(point, variances), point.gradient - prior

    here = model.evaluate(centre)
    _, gradient = evaluate(centre)
    # rounding may leave the blocks of the information a bit apart
    hessian = -here.information - np.diag([1 / variance, 1 / variance, 0])
    check_derivatives(evaluate, centre, gradient, (hessian + hessian.T) / 2)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-10, atol=1e-10)


@UNHURRIED
@given(PATIENTS, TIES, CENTRE)
def test_the_smooth_part_of_the_elastic_net(patients, ties, centre):
    data = prepare(patients, ties)
    problem = NetProblem(data, np.ones(2), 0.5, True, 100, 1e-7)
    total = problem.total_weight

    def evaluate(place):
        point = problem.evaluate(place)
        return point.log_likelihood / total, point.gradient

    here = problem.evaluate(np.array(centre))
    curvature = problem.find_curvature(np.array(centre), np.ones(2, bool))
    check_derivatives(evaluate, np.array(centre), here.gradient, -curvature)
    # the objective is that, less the penalties
    l1, l2 = problem.weigh(0.3)
    expected = l1 @ np.abs(centre) + l2 @ np.square(centre) / 2 - here.log_likelihood / total
    assert problem.penalise(here, 0.3) == pytest.approx(expected, rel=1e-12)


STUDIES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 20)), min_size=1, max_size=6)


@UNHURRIED
@given(STUDIES, st.sampled_from([-3.0, -1.0, 0.5]), st.sampled_from([0.05, 0.7, 2.0]))
def test_binomial_random_effects(studies, mean, spread):
    events, missed = np.array(studies, dtype=float).T
    assume((events + missed > 0).all())
    counts = Counts(events, events + missed)
    here = evaluate_binomial(counts, mean, spread)
    check_derivatives(
        lambda place: evaluate_binomial(counts, *place)[:2],
        np.array([mean, spread]), here.gradient, (here.hessian + here.hessian.T) / 2,
    )  # fmt: skip


@UNHURRIED
@given(
    st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 20)), min_size=2, max_size=8),
    st.sampled_from([0.01, 0.3, 4.0]),
)
def test_the_slope_that_reml_looks_for_is_that_of_the_restricted_likelihood(studies, tau2):
    estimate, error = np.array(studies).T / 10
    effects = StudyEffects(estimate, error**2, np.ones((len(estimate), 1)))
    fit = fit_weighted(effects, tau2)
    slope = 0.5 * (np.sum((fit.weights * fit.residuals) ** 2) - fit.projection_trace)
    step = 1e-5 * tau2
    above, below = (find_restricted_log_likelihood(effects, tau2 + s) for s in (step, -step))
    assert slope == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-5)


def sum_log_likelihood(patients, x, coefficients):
    """Return Efron's log partial likelihood, one event at a time."""
    time, event, earlier, stratum = patients
    entry, risk, total = np.maximum(time - 1 - earlier, 0), np.exp(x @ coefficients), 0.0
    for i in np.flatnonzero(event):
        same = stratum == stratum[i]
        at_risk = (time >= time[i]) & (entry < time[i]) & same
        tied = np.flatnonzero((time == time[i]) & event & same)
        share = at_risk.astype(float)
        share[tied] = 1 - tied.tolist().index(i) / len(tied)
        total += x[i] @ coefficients - np.log((share * risk).sum())
    return total


@UNHURRIED
@given(PATIENTS)
def test_the_score_test_of_a_scan_is_made_of_those_derivatives(patients):
    time, event, earlier, stratum, x1, x2 = np.array(patients, dtype=float).T
    event = event == 1
    data = (time, event, earlier, stratum)
    entry = np.maximum(time - 1 - earlier, 0)
    try:
        null = fit_cox(x1[:, None], time, event, entry_time=entry, strata=stratum, tolerance=1e-12)
    except (InputError, ConvergenceError):
        assume(False)
    assume(null.converged and abs(null.log_hazard_ratio[0]) < 4)
    scan = scan_markers(
        x2[:, None], time, event, covariates=x1[:, None], strata=stratum, entry_time=entry,
        n_threads=1, minimum_carriers=0, firth_below=0, score_only=True,
    )  # fmt: skip
    assume(scan.status[0] == "fitted")
    x = np.column_stack([x1, x2])
    centre, h = np.append(null.log_hazard_ratio, 0.0), 1e-3

    def value(first, second):
        return sum_log_likelihood(data, x, centre + h * np.array([first, second]))

    slope = (value(0, 1) - value(0, -1)) / (2 * h)
    own = -(value(1, 0) - 2 * value(0, 0) + value(-1, 0)) / h**2
    marker = -(value(0, 1) - 2 * value(0, 0) + value(0, -1)) / h**2
    cross = -(value(1, 1) - value(1, -1) - value(-1, 1) + value(-1, -1)) / (4 * h**2)
    assume(own > 0.05 and marker - cross**2 / own > 0.05)
    expected = slope**2 / (marker - cross**2 / own)
    assert scan.score_chi_square[0] == pytest.approx(expected, rel=1e-3, abs=1e-4)
