"""What holds for every measure of prediction and every pooled estimate."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chorall.stats import (
    adjust_p_values,
    brier_score,
    combine_imputations,
    concordance,
    find_q_values,
    kaplan_meier,
    pool_effects,
    pool_proportions,
    pseudo_values,
    time_dependent_auc,
)

# a handful of distinct times and scores, so that ties are the rule
PATIENT = st.tuples(st.integers(1, 6), st.integers(0, 2), st.integers(0, 4), st.integers(0, 5))
PATIENTS = st.lists(PATIENT, min_size=2, max_size=25)
STUDY = st.tuples(st.integers(-20, 20), st.integers(1, 20))
STUDIES = st.lists(STUDY, min_size=2, max_size=8)
CLOSE = {"rtol": 1e-9, "atol": 1e-11}
# a busy machine is no fault of the kernel
UNHURRIED = settings(deadline=None)


def split_columns(patients):
    time, cause, score, earlier = np.array(patients).T
    entry = np.maximum(time - 1 - earlier, 0).astype(float)
    return time.astype(float), cause, score.astype(float), entry


@UNHURRIED
@given(PATIENTS, st.randoms(use_true_random=False), st.booleans())
def test_concordance_does_not_depend_on_the_order_of_patients(patients, random, delayed):
    shuffled = random.sample(patients, len(patients))
    found = []
    for rows in (patients, shuffled):
        time, cause, score, entry = split_columns(rows)
        entry_time = entry if delayed else None
        found.append(concordance(score, time, cause > 0, entry_time=entry_time))
    np.testing.assert_allclose(found[0].concordance, found[1].concordance, **CLOSE)
    np.testing.assert_allclose(found[0].standard_error, found[1].standard_error, **CLOSE)


@UNHURRIED
@given(PATIENTS)
def test_concordance_sees_only_the_order_of_scores_and_times(patients):
    time, cause, score, _ = split_columns(patients)
    found = concordance(score, time, cause > 0, method="uno")
    again = concordance(np.exp(score) - 3, time**3, cause > 0, method="uno")
    np.testing.assert_allclose(found.concordance, again.concordance, **CLOSE)
    np.testing.assert_allclose(found.influence, again.influence, **CLOSE)


@UNHURRIED
@given(PATIENTS)
def test_influences_add_up_to_nothing(patients):
    time, cause, score, _ = split_columns(patients)
    for method in ("harrell", "uno"):
        found = concordance(score, time, cause > 0, method=method)
        known = not np.isnan(found.concordance)
        assert not known or found.influence.sum() == pytest.approx(0, abs=1e-10)
    brier = brier_score(score / 4, time, cause, 3, cause_of_interest=1)
    known = not np.isnan(brier.brier[0])
    assert not known or brier.influence.sum() == pytest.approx(0, abs=1e-9)


@UNHURRIED
@given(PATIENTS)
def test_everybody_twice_with_half_the_weight_has_the_same_concordance(patients):
    time, cause, score, _ = split_columns(patients)
    twice = [np.tile(values, 2) for values in (score, time, cause > 0)]
    found = concordance(*twice, weights=np.full(2 * len(time), 0.5))
    expected = concordance(score, time, cause > 0)
    np.testing.assert_allclose(found.concordance, expected.concordance, **CLOSE)
    assert found.n_concordant == pytest.approx(expected.n_concordant, abs=1e-9)


@UNHURRIED
@given(PATIENTS, st.sampled_from([0.25, 1 / 365.25, 30.4375]))
def test_measures_at_a_horizon_do_not_depend_on_the_unit_of_time(patients, unit):
    time, cause, score, _ = split_columns(patients)
    for kernel, name in [(brier_score, "brier"), (time_dependent_auc, "auc")]:
        found = kernel(score / 4, time * unit, cause, 3 * unit, cause_of_interest=1)
        expected = kernel(score / 4, time, cause, 3, cause_of_interest=1)
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), **CLOSE)
        np.testing.assert_allclose(found.standard_error, expected.standard_error, **CLOSE)


@UNHURRIED
@given(PATIENTS)
def test_no_constant_prediction_beats_the_incidence(patients):
    time, cause, score, _ = split_columns(patients)
    found = brier_score(np.full(len(time), score[0] / 4), time, cause, 3, cause_of_interest=1)
    assume(not np.isnan(found.brier[0]))
    assert found.brier[0] >= found.null_brier[0] - 1e-12


@UNHURRIED
@given(PATIENTS)
def test_pseudo_values_of_survival_and_incidence_complement_each_other(patients):
    time, cause, *_ = split_columns(patients)
    survival = pseudo_values(time, cause > 0, [2, 4])
    incidence = pseudo_values(time, (cause > 0).astype(int), [2, 4], cause_of_interest=1)
    np.testing.assert_allclose(survival + incidence, 1 + 0 * survival, **CLOSE)
    by_cause = [pseudo_values(time, cause, [2, 4], cause_of_interest=kind) for kind in (1, 2)]
    np.testing.assert_allclose(sum(by_cause), incidence, **CLOSE)


@UNHURRIED
@given(st.lists(st.integers(1, 9), min_size=2, max_size=20))
def test_without_censoring_pseudo_values_average_to_the_estimate(times):
    found = pseudo_values(times, [True] * len(times), [3])
    curve = kaplan_meier(times, [True] * len(times)).at(3)
    assert found.mean() == pytest.approx(curve.survival[0], abs=1e-12)


@UNHURRIED
@given(STUDIES, st.sampled_from(["reml", "pm", "dl", "fixed"]), st.booleans())
def test_a_shift_of_all_effects_shifts_the_pooled_one(studies, method, knapp):
    effects, errors = np.array(studies).T / 10
    settings = {"method": method, "hartung_knapp": knapp}
    plain = pool_effects(effects, errors, **settings)
    moved = pool_effects(effects + 7, errors, **settings)
    assert moved.estimate == pytest.approx(plain.estimate + 7, abs=1e-6)
    assert moved.tau2 == pytest.approx(plain.tau2, rel=1e-5, abs=1e-7)
    assert effects.min() - 1e-12 <= plain.estimate <= effects.max() + 1e-12
    assert plain.weights.sum() == pytest.approx(1)


@UNHURRIED
@given(STUDIES)
def test_the_q_profile_encloses_paule_and_mandel(studies):
    effects, errors = np.array(studies).T / 10
    found = pool_effects(effects, errors, method="pm")
    assert found.tau2_lower <= found.tau2 * (1 + 1e-9)
    # the upper limit is 0 when even chance alone would differ more
    assert found.tau2_upper >= found.tau2 * (1 - 1e-9)


# some hundred integrals each
@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 30)), min_size=1, max_size=6))
def test_pooled_proportions_turn_with_what_is_counted(studies):
    events = np.array([min(x, n) for x, n in studies])
    n = np.array([n for _, n in studies])
    # studies that are all or nothing have no maximum to compare
    assume(((events > 0) & (events < n)).all() or len(n) == 1)
    plain, turned = pool_proportions(events, n), pool_proportions(n - events, n)
    assert turned.estimate == pytest.approx(1 - plain.estimate, abs=1e-7)
    np.testing.assert_allclose(turned.tau2, plain.tau2, rtol=1e-5, atol=1e-8)
    assert plain.lower <= plain.estimate <= plain.upper


@UNHURRIED
@given(st.lists(STUDY, min_size=2, max_size=6))
def test_combined_imputations_are_no_surer_than_their_mean(fits):
    estimates, errors = np.array(fits).T / 10
    found = combine_imputations(estimates, errors)
    assert found.standard_error >= np.sqrt(np.mean(errors**2)) * (1 - 1e-12)
    assert 0 <= found.missing_fraction <= 1
    limited = combine_imputations(estimates, errors, complete_degrees_of_freedom=20)
    assert limited.degrees_of_freedom <= min(found.degrees_of_freedom, 20)


@UNHURRIED
@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_adjusted_p_values_keep_the_order_and_their_rank_among_methods(percents):
    p = np.array(percents) / 50
    adjusted = {name: adjust_p_values(p, name) for name in ("BH", "BY", "holm", "bonferroni")}
    order = np.argsort(p, kind="stable")
    for values in adjusted.values():
        assert (np.diff(values[order]) >= -1e-15).all()
        assert (values >= p - 1e-15).all()
    assert (adjusted["BH"] <= adjusted["holm"] + 1e-15).all()
    assert (adjusted["holm"] <= adjusted["bonferroni"] + 1e-15).all()
    assert (find_q_values(p) <= adjusted["BH"] + 1e-15).all()
