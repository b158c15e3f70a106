"""What may not change a result: halves, repeats and pieces of follow-up."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from properties.drawn_patients import (
    ITERATED,
    ROWS,
    SEEDS,
    call_or_skip,
    choose,
    compare,
    draw_patients,
)
from unit.stats.hostile_patients import N, call

from chorall import stats
from chorall.errors import ConvergenceError, InputError

FEW = settings(deadline=None, max_examples=8)


def twice_with_half(patients):
    return choose(patients, np.tile(np.arange(N), 2)).change(
        weights=np.tile(patients.weights, 2) / 2
    )


WEIGHTED = ["kaplan_meier", "nelson_aalen", "restricted_mean", "conditional_survival",
            "concordance"]  # fmt: skip


@pytest.mark.parametrize("name", WEIGHTED)
@given(SEEDS)
@FEW
def test_everybody_twice_with_half_the_weight_is_the_same(name, seed):
    patients = draw_patients(seed)
    found, expected = call_or_skip(name, twice_with_half(patients)), call(name, patients)
    skipped = {"n", "influence"}
    if name == "concordance":
        # the two halves of an event are a pair that is tied in time, and independent in the error
        skipped |= {"n_tied_time", "standard_error", "lower", "upper"}
    if name == "restricted_mean":
        skipped.add("n_events")
    compare(found, expected, skipped=skipped)


@given(SEEDS)
@FEW
def test_everybody_twice_with_half_the_weight_is_the_same_model(seed):
    p, q = draw_patients(seed), twice_with_half(draw_patients(seed))

    def fit_all(r):
        follow_up = (r.time, r.event)
        options = {"entry_time": r.entry_time, "strata": r.strata, "weights": r.weights}
        yield stats.fit_cox(r.x, *follow_up, ties="breslow", ridge=0.1, **options)
        yield stats.fit_cox(r.x, *follow_up, ties="breslow", firth=True, **options)
        yield stats.fit_elastic_net_cox(r.x, *follow_up, n_penalties=4, tolerance=1e-10, **options)
        yield stats.fit_random_effects_cox(
            r.x, ["a", "a"], *follow_up, ties="breslow", mean_groups=[], group_variance=[0.3],
            **options,
        )  # fmt: skip

    try:
        pairs = list(zip(fit_all(q), fit_all(p), strict=True))
    except (InputError, ConvergenceError):
        assume(False)
    for found, expected in pairs:
        np.testing.assert_allclose(
            found.log_hazard_ratio, expected.log_hazard_ratio, rtol=1e-5, atol=1e-7
        )
        np.testing.assert_allclose(found.log_likelihood, expected.log_likelihood, rtol=1e-7)


def split_follow_up(p, seed):
    """Cut everybody's follow-up at an inner time; only the second piece ends with the event."""
    cut = p.entry_time + (p.time - p.entry_time) * np.random.default_rng(seed).choice(
        [0.25, 0.5, 0.75], N
    )
    first = p.change(time=cut, event=np.zeros(N, bool), cause=np.zeros(N, int))
    second = p.change(entry_time=cut)
    joined = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in ROWS}
    return p.change(**joined)


SPLIT = ["kaplan_meier", "nelson_aalen", "cumulative_incidence", "logrank", "weighted_logrank",
         "logrank_trend", "fit_cox", "fit_cox of exact ties", "fit_random_effects_cox",
         "find_baseline_hazard", "scan_markers", "restricted_mean",
         "check_proportional_hazards"]  # fmt: skip


@pytest.mark.parametrize("name", SPLIT)
@given(SEEDS)
@FEW
def test_follow_up_in_two_pieces_is_one_follow_up(name, seed):
    whole = draw_patients(seed)
    found, expected = call_or_skip(name, split_follow_up(whole, seed)), call(name, whole)
    if hasattr(expected, "at") and hasattr(expected, "n_at_risk"):
        times = expected.time
        found, expected = found.at(times), expected.at(times)
        compare(found, expected, skipped=("n_at_risk", "n_censored", "time"))
        return
    places = {"chi_square", "p_value", "observed", "expected", "variance", "z", "hazard",
              "log_hazard_ratio", "covariance", "log_likelihood", "score_chi_square",
              "restricted_mean", "standard_error"}  # fmt: skip
    compare(found, expected, places=places)


@given(SEEDS)
@FEW
def test_robust_errors_know_whose_pieces_they_are(seed):
    whole = draw_patients(seed)
    pieces, identity = split_follow_up(whole, seed), np.arange(N)
    try:
        one, other = (
            stats.fit_cox(
                p.x, p.time, p.event, entry_time=p.entry_time, strata=p.strata, cluster=cluster
            )
            for p, cluster in ((whole, identity), (pieces, np.tile(identity, 2)))
        )
    except (InputError, ConvergenceError):
        assume(False)
    np.testing.assert_allclose(other.covariance, one.covariance, **ITERATED)


@given(SEEDS)
@FEW
def test_histories_in_two_pieces_have_the_same_probabilities(seed):
    p = draw_patients(seed)
    q = split_follow_up(p, seed)
    goal = {0: 0, 1: 2, 2: 3}
    found, expected = (
        stats.transition_probabilities(
            r.entry_time, r.time, np.ones(len(r.time), int), [goal[c] for c in r.cause.tolist()],
            n_states=3,
        ).at([1.0, 3.5, 8.0])
        for r in (q, p)
    )  # fmt: skip
    compare(found, expected, places={"state_occupation", "standard_error", "lower", "upper"})


WHOLE = ["kaplan_meier", "nelson_aalen", "restricted_mean"]


@pytest.mark.parametrize("name", WHOLE)
@given(SEEDS)
@FEW
def test_whole_weights_are_repeated_rows(name, seed):
    p = draw_patients(seed)
    times = np.arange(N) % 3 + 1
    repeated = choose(p, np.repeat(np.arange(N), times)).change(weights=np.ones(times.sum()))
    compare(
        call(name, p.change(weights=times * 1.0)), call(name, repeated), skipped=("n", "n_events")
        if name == "restricted_mean" else (),
    )  # fmt: skip


@given(SEEDS)
@FEW
def test_whole_weights_are_repeated_rows_of_a_model(seed):
    p = draw_patients(seed)
    times = np.arange(N) % 3 + 1
    q = choose(p, np.repeat(np.arange(N), times))
    try:
        one = stats.fit_cox(p.x, p.time, p.event, weights=times, ties="breslow")
        other = stats.fit_cox(q.x, q.time, q.event, ties="breslow")
        scored = stats.concordance(p.risk, p.time, p.event, weights=times)
        repeated = stats.concordance(q.risk, q.time, q.event)
    except (InputError, ConvergenceError):
        assume(False)
    np.testing.assert_allclose(one.log_hazard_ratio, other.log_hazard_ratio, **ITERATED)
    np.testing.assert_allclose(one.covariance, other.covariance, **ITERATED)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-10)
    assert scored.n_concordant == pytest.approx(repeated.n_concordant, rel=1e-10)
    assert scored.concordance == pytest.approx(repeated.concordance, rel=1e-10)
