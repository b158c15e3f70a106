"""What holds for every Fine-Gray model, Gray test and multi-state history."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from properties.plain_fine_gray import PlainFineGray

from chorall.errors import ConvergenceError, InputError
from chorall.stats import (
    cumulative_incidence,
    fit_cox,
    fit_fine_gray,
    gray_test,
    kaplan_meier,
    logrank,
    nelson_aalen,
    restricted_mean,
    transition_probabilities,
)
from chorall.stats.fine_gray_data import sort_rows
from chorall.stats.fine_gray_robust import find_score_residuals
from chorall.stats.fine_gray_sums import sum_likelihood

VALUE = st.sampled_from([-1.5, -0.5, 0.0, 0.25, 1.0, 2.0])
# time, kind of event, how long before it the patient entered, stratum, censoring group, x
PATIENT = st.tuples(
    st.integers(1, 7), st.integers(0, 2), st.integers(0, 6), st.integers(0, 1),
    st.integers(0, 1), VALUE, VALUE,
)  # fmt: skip
PATIENTS = st.lists(PATIENT, min_size=8, max_size=18)
# several people share the machine: a slow example is no failure
UNHURRIED = settings(deadline=None)
CLOSE = {"rtol": 1e-10, "atol": 1e-10}


def split_columns(patients):
    time, kind, earlier, stratum, group, *x = np.array(patients, dtype=float).T
    entry = np.maximum(time - 1 - earlier, 0)
    whole = [column.astype(np.int64) for column in (kind, stratum, group)]
    return np.column_stack(x), time, entry, *whole


def fit_or_skip(*arguments, **options):
    """Fit, unless the data have no estimate (no event, constant or separating column, a gap)."""
    try:
        fit = fit_fine_gray(*arguments, tolerance=1e-11, **options)
    except (InputError, ConvergenceError):
        assume(False)
    assume(fit.converged)
    return fit


@given(PATIENTS, st.booleans(), st.tuples(VALUE, VALUE))
# the plain sums are slow
@settings(UNHURRIED, max_examples=40)
def test_the_linear_sweeps_are_the_plain_sums(patients, delayed, coefficients):
    x, time, entry, kind, stratum, group = split_columns(patients)
    assume((kind == 1).any())
    beta = np.array(coefficients)
    try:
        rows = sort_rows(time, kind, entry if delayed else None, stratum, group)
    except InputError:
        # a gap in follow-up: the weights are not defined
        assume(False)
    sums = sum_likelihood(rows, x[rows.order], beta)
    entry = entry if delayed else np.full(len(time), -1.0)
    plain = PlainFineGray(x, time, kind, entry, stratum, group, np.ones(len(time)))
    with np.errstate(divide="ignore", invalid="ignore"):
        log_likelihood = plain.find_log_likelihood(beta)
        score, residuals = plain.find_score(beta), plain.find_residuals(beta)
    shifted = sums.log_likelihood
    np.testing.assert_allclose(shifted, log_likelihood, **CLOSE)
    np.testing.assert_allclose(sums.gradient, score, **CLOSE)
    found = find_score_residuals(rows, sums, np.ascontiguousarray(x[rows.order]))
    np.testing.assert_allclose(found, residuals[rows.order], **CLOSE)


@given(PATIENTS, st.booleans(), st.tuples(VALUE, VALUE))
@UNHURRIED
def test_gradient_and_information_are_the_derivatives(patients, delayed, coefficients):
    x, time, entry, kind, stratum, group = split_columns(patients)
    assume((kind == 1).any())
    try:
        rows = sort_rows(time, kind, entry if delayed else None, stratum, group)
    except InputError:
        assume(False)
    values, centre, step = np.ascontiguousarray(x[rows.order]), np.array(coefficients), 1e-5
    sums = sum_likelihood(rows, values, centre)
    for column in range(2):
        shift = step * np.eye(2)[column]
        above, below = (sum_likelihood(rows, values, centre + s) for s in (shift, -shift))
        # central differences: error of step^2 plus rounding / step
        slope = (above.log_likelihood - below.log_likelihood) / (2 * step)
        np.testing.assert_allclose(slope, sums.gradient[column], rtol=1e-6, atol=1e-6)
        curve = -(above.gradient - below.gradient) / (2 * step)
        np.testing.assert_allclose(curve, sums.information[column], rtol=1e-6, atol=1e-6)


@given(PATIENTS, st.booleans())
@UNHURRIED
def test_without_competing_events_it_is_a_cox_model(patients, delayed):
    x, time, entry, kind, stratum, _ = split_columns(patients)
    options = {"strata": stratum, "entry_time": entry if delayed else None}
    fit = fit_or_skip(x, time, np.minimum(kind, 1), **options)
    cox = fit_cox(
        x, time, kind > 0, cluster=np.arange(len(time)), ties="breslow", tolerance=1e-11, **options
    )
    np.testing.assert_allclose(fit.log_hazard_ratio, cox.log_hazard_ratio, atol=1e-8)
    np.testing.assert_allclose(fit.covariance, cox.covariance, rtol=1e-6, atol=1e-10)


@given(PATIENTS, st.randoms(use_true_random=False), st.booleans())
@UNHURRIED
def test_neither_the_order_of_patients_nor_the_unit_of_time_matters(patients, random, delayed):
    fits = []
    for rows, unit in ((patients, 1.0), (random.sample(patients, len(patients)), 30.4375)):
        x, time, entry, kind, stratum, group = split_columns(rows)
        fits.append(
            fit_or_skip(
                x, time * unit, kind, strata=stratum, censoring_strata=group,
                entry_time=entry * unit if delayed else None,
            )
        )  # fmt: skip
    np.testing.assert_allclose(fits[0].log_hazard_ratio, fits[1].log_hazard_ratio, atol=1e-8)
    np.testing.assert_allclose(fits[0].covariance, fits[1].covariance, rtol=1e-6, atol=1e-9)


@given(PATIENTS)
@UNHURRIED
def test_everybody_in_a_cluster_of_his_own_is_no_cluster_at_all(patients):
    x, time, _, kind, stratum, _ = split_columns(patients)
    alone = fit_or_skip(x, time, kind, strata=stratum)
    clustered = fit_or_skip(x, time, kind, strata=stratum, cluster=np.arange(len(time))[::-1])
    np.testing.assert_allclose(clustered.covariance, alone.covariance, rtol=1e-9)


@given(PATIENTS)
@UNHURRIED
def test_predicted_incidence_rises_within_its_limits(patients):
    x, time, _, kind, *_ = split_columns(patients)
    fit = fit_or_skip(x, time, kind)
    found = fit.predict(x, np.unique(time))
    incidence = found.cumulative_incidence
    assert (np.diff(incidence, axis=1) >= -1e-12).all()
    assert ((incidence >= 0) & (incidence <= 1)).all()
    known = ~np.isnan(found.lower)
    assert (found.lower[known] <= incidence[known] + 1e-12).all()
    assert (found.upper[known] >= incidence[known] - 1e-12).all()


@given(PATIENTS, st.permutations([0, 1]))
@UNHURRIED
def test_the_names_of_groups_do_not_matter_to_gray(patients, names):
    _, time, _, kind, stratum, group = split_columns(patients)
    assume(len(set(group)) > 1 and kind.any())
    first = gray_test(time, kind, group, strata=stratum)
    second = gray_test(time, kind, np.array(names)[group], strata=stratum)
    np.testing.assert_array_equal(first.degrees_of_freedom, second.degrees_of_freedom)
    np.testing.assert_allclose(first.chi_square, second.chi_square, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(first.score.sum(axis=1), 0.0, atol=1e-10)


@given(PATIENTS)
@UNHURRIED
def test_the_score_of_gray_without_competing_events_is_that_of_the_log_rank_test(patients):
    _, time, _, kind, stratum, group = split_columns(patients)
    assume(len(set(group)) > 1 and kind.any())
    one_cause = np.minimum(kind, 1)
    found = gray_test(time, one_cause, group, strata=stratum, rho=0)
    expected = logrank(time, kind > 0, group, strata=stratum)
    # F = 1 - S, so that R = n (1 - F) / S counts those at risk
    np.testing.assert_allclose(found.score[0], expected.observed - expected.expected, atol=1e-10)


@given(PATIENTS, st.booleans())
@UNHURRIED
def test_competing_risks_as_a_history_are_cumulative_incidence(patients, delayed):
    _, time, entry, kind, *_ = split_columns(patients)
    entry = entry if delayed else np.zeros(len(time))
    n_states = int(kind.max()) + 1
    assume(n_states > 1)
    found = transition_probabilities(
        entry, time, np.ones(len(time), int), np.where(kind > 0, kind + 1, 0), initial=1
    )
    expected = cumulative_incidence(time, kind, entry_time=entry if delayed else None)
    np.testing.assert_allclose(found.state_occupation[0, 1:], expected.survival, **CLOSE)
    np.testing.assert_allclose(
        found.state_occupation[1:, 1:], expected.cumulative_incidence, **CLOSE
    )
    np.testing.assert_allclose(found.transition_probability.sum(axis=1), 1.0, **CLOSE)


@given(st.lists(st.lists(st.integers(0, 2), min_size=2, max_size=5), min_size=2, max_size=12))
@UNHURRIED
def test_without_censoring_occupation_is_the_part_with_its_binomial_error(paths):
    """Each path is the state at times 0, 1, 2, ...; at the end all go to state 4."""
    rows = []
    for path in paths:
        held = [*path, *[path[-1]] * (5 - len(path)), 3]
        begin = 0
        for t in range(1, 6):
            if held[t] != held[begin]:
                rows.append((begin, t, held[begin] + 1, held[t] + 1))
                begin = t
    found = transition_probabilities(*np.array(rows).T, n_states=4)
    for column, t in enumerate(found.time):
        states = [[*path, *[path[-1]] * 5][int(t)] if t < 5 else 3 for path in paths]
        part = np.bincount(states, minlength=4) / len(paths)
        np.testing.assert_allclose(found.state_occupation[:, column], part, **CLOSE)
        variance = part * (1 - part) / len(paths)
        np.testing.assert_allclose(found.standard_error[:, column] ** 2, variance, **CLOSE)


@given(PATIENTS, st.sampled_from([1.5, 3.0, 7.0]))
@UNHURRIED
def test_without_censoring_the_restricted_mean_is_a_mean(patients, horizon):
    _, time, *_ = split_columns(patients)
    found = restricted_mean(time, np.ones(len(time), bool), horizon=horizon)
    cut = np.minimum(time, horizon)
    assert found.restricted_mean == pytest.approx(cut.mean(), rel=1e-12)
    assert found.standard_error == pytest.approx(np.sqrt(cut.var() / len(cut)), abs=1e-12)


@given(PATIENTS)
@UNHURRIED
def test_cumulative_hazard_lies_below_minus_log_survival(patients):
    _, time, entry, kind, *_ = split_columns(patients)
    hazard = nelson_aalen(time, kind > 0, entry_time=entry).cumulative_hazard
    survival = kaplan_meier(time, kind > 0, entry_time=entry).survival
    with np.errstate(divide="ignore"):
        assert (hazard <= -np.log(survival) + 1e-12).all()
