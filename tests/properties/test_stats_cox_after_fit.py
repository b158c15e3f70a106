"""What holds for every Cox fit, with delayed entry, ties and wild predictors."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chorall.stats import find_cox_residuals, find_schoenfeld_residuals, fit_cox
from chorall.stats.checks import FollowUp
from chorall.stats.cox_data import prepare_cox_data
from chorall.stats.cox_exact import evaluate_exact_likelihood
from chorall.stats.cox_likelihood import evaluate_likelihood, spread_over_rows, sum_risk_sets

# a busy machine must not fail a test: no deadline for an example
UNHURRIED = settings(deadline=None)
VALUE = st.sampled_from([-1.5, -0.5, 0.0, 0.25, 1.0, 2.0])
PATIENT = st.tuples(
    st.integers(1, 6), st.booleans(), st.integers(0, 5), st.integers(0, 1), VALUE, VALUE
)
PATIENTS = st.lists(PATIENT, min_size=6, max_size=40)
TIES = st.sampled_from(["efron", "breslow"])


def split_columns(patients):
    time, event, earlier, stratum, *x = np.array(patients, dtype=float).T
    return np.column_stack(x), time, event == 1, np.maximum(time - 1 - earlier, 0), stratum


def expect_plainly(data, predictor):
    """Events expected of each row, by the definition: one loop over events, one over rows."""
    risk = data.weights * np.exp(predictor - predictor.max())
    entry = data.entry_time if data.entry_time.size else np.full(len(risk), -1.0)
    expected = np.zeros(len(risk))
    stratum = data.row_stratum
    for step, row in enumerate(np.flatnonzero(data.event)):
        now = data.time[row]
        at_risk = (stratum == stratum[row]) & (entry < now) & (now <= data.time)
        tied = at_risk & data.event & (data.time == now)
        share = np.where(tied, 1 - data.fraction[step], 1.0) * at_risk
        expected += share * risk * data.step_weight[step] / (share * risk).sum()
    return expected / data.weights


@UNHURRIED
@given(PATIENTS, TIES, st.booleans(), st.sampled_from([1.0, 30.0]))
def test_expected_events_are_those_of_the_definition(patients, ties, delayed, size):
    x, time, event, entry, stratum = split_columns(patients)
    assume(event.any())
    weights = 0.5 + np.arange(len(time)) % 3
    data = prepare_cox_data(
        x, FollowUp(time, event, entry if delayed else None), stratum, weights,
        efron=ties == "efron",
    )  # fmt: skip
    sums = sum_risk_sets(data, np.array([size, -size / 2]))
    found = spread_over_rows(data, sums)[:, 0]
    np.testing.assert_allclose(found, expect_plainly(data, sums.predictor), rtol=1e-9, atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_long_follow_up_with_many_entries_is_summed_without_loss(seed):
    generator = np.random.default_rng(seed)
    entry = generator.integers(0, 300, 300).astype(float)
    time = entry + generator.integers(1, 200, 300)
    event = generator.random(300) < 0.7
    x = generator.normal(size=(300, 1))
    # early risk sets of low, late ones of high predictors: hazards over forty orders of magnitude
    x[:, 0] += time / 50
    data = prepare_cox_data(x, FollowUp(time, event, entry), None, None)
    for size in (0.5, 8.0, -8.0):
        sums = sum_risk_sets(data, np.array([size]))
        expected = expect_plainly(data, sums.predictor)
        np.testing.assert_allclose(
            spread_over_rows(data, sums)[:, 0], expected, rtol=1e-8, atol=1e-10
        )


@UNHURRIED
@given(PATIENTS, st.booleans(), st.tuples(VALUE, VALUE))
def test_derivatives_of_the_exact_likelihood(patients, delayed, centre):
    x, time, event, entry, stratum = split_columns(patients)
    assume(event.any())
    follow_up = FollowUp(time, event, entry if delayed else None)
    data = prepare_cox_data(x, follow_up, stratum, None)
    centre = np.array(centre)
    _, gradient, information = evaluate_exact_likelihood(data, centre)
    for column, step in enumerate(1e-5 * np.eye(2)):
        above = evaluate_exact_likelihood(data, centre + step)
        below = evaluate_exact_likelihood(data, centre - step)
        slope = (above.log_likelihood - below.log_likelihood) / 2e-5
        np.testing.assert_allclose(slope, gradient[column], rtol=1e-6, atol=1e-6)
        curve = (below.gradient - above.gradient) / 2e-5
        np.testing.assert_allclose(curve, information[column], rtol=1e-6, atol=1e-6)


@UNHURRIED
@given(PATIENTS)
def test_exact_and_breslow_agree_where_no_events_are_tied(patients):
    x, time, event, *_ = split_columns(patients)
    assume(event.any())
    data = prepare_cox_data(x, FollowUp(time + np.arange(len(time)) / 100, event, None), None, None)
    centre = np.array([0.3, -1.0])
    for first, second in zip(
        evaluate_exact_likelihood(data, centre), evaluate_likelihood(data, centre), strict=True
    ):
        np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-11)


@UNHURRIED
@given(PATIENTS, TIES)
def test_residuals_add_up_to_nothing(patients, ties):
    x, time, event, entry, stratum = split_columns(patients)
    assume(event.any())
    fit = fit_cox(x, time, event, entry_time=entry, strata=stratum, ties=ties, ridge=1e-3)
    np.testing.assert_allclose(find_cox_residuals(fit).sum(), 0, atol=1e-8)
    # the ridge pulls the score away from 0
    pull = fit.ridge * fit.log_hazard_ratio
    np.testing.assert_allclose(find_cox_residuals(fit, "score").sum(axis=0), pull, atol=1e-6)
    np.testing.assert_allclose(
        find_schoenfeld_residuals(fit).residuals.sum(axis=0), pull, atol=1e-6
    )
