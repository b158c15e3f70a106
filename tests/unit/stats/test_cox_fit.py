"""Cox models by hand, and their answers at the edges."""

from fractions import Fraction
from math import log, prod, sqrt

import numpy as np
import pytest

from chorall.errors import ConvergenceError, InputError
from chorall.stats import fit_cox
from chorall.stats.checks import FollowUp
from chorall.stats.cox_data import prepare_cox_data
from chorall.stats.cox_likelihood import evaluate_likelihood

# six patients, two deaths tied at 6 (the little data set of Therneau and Grambsch, appendix E)
TIME = [1, 1, 6, 6, 8, 9]
EVENT = [True, False, True, True, False, True]
X = [1, 1, 1, 0, 0, 0]

# (sum of risk, of risk times x) of each denominator as (constant, times r), r = exp(b)
DENOMINATORS = {
    "breslow": [((3, 3), (0, 3)), ((3, 1), (0, 1)), ((3, 1), (0, 1)), ((1, 0), (0, 0))],
    "efron": [
        ((3, 3), (0, 3)),
        ((3, 1), (0, 1)),
        ((Fraction(5, 2), Fraction(1, 2)), (0, Fraction(1, 2))),
        ((1, 0), (0, 0)),
    ],
}


def evaluate_by_hand(ties, r):
    """Likelihood, score and information at exp(b) = r, all as fractions."""
    risks = [Fraction(s0[0]) + s0[1] * r for s0, _ in DENOMINATORS[ties]]
    means = [
        Fraction(s1[1] * r) / risk for (_, s1), risk in zip(DENOMINATORS[ties], risks, strict=True)
    ]
    likelihood = r**2 / prod(risks)
    return likelihood, 2 - sum(means), sum(mean - mean**2 for mean in means)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("r", [Fraction(1), Fraction(3, 2), Fraction(5)])
def test_likelihood_score_and_information_by_hand(ties, r):
    follow_up = FollowUp(np.array(TIME, float), np.array(EVENT), None)
    data = prepare_cox_data(
        np.array(X, float)[:, None], follow_up, None, None, efron=ties == "efron"
    )
    coefficients = np.log([float(r)]) * data.scale
    log_likelihood, gradient, information = evaluate_likelihood(data, coefficients)
    likelihood, score, curvature = evaluate_by_hand(ties, r)
    scale = data.scale[0]
    assert log_likelihood == pytest.approx(log(likelihood), rel=1e-14)
    assert gradient[0] * scale == pytest.approx(float(score), rel=1e-13, abs=1e-14)
    assert information[0, 0] * scale**2 == pytest.approx(float(curvature), rel=1e-13)


def test_breslow_estimate_is_the_root_of_a_quadratic():
    # 2 - 3r/(3r+3) - 2r/(r+3) = 0 has the root r = (3 + sqrt(33)) / 2
    fit = fit_cox(np.array(X)[:, None], TIME, EVENT, ties="breslow")
    assert fit.hazard_ratio[0] == pytest.approx((3 + sqrt(33)) / 2, rel=1e-10)
    assert fit.log_likelihood_null == pytest.approx(log(Fraction(1, 96)), rel=1e-14)


def test_efron_estimate_solves_its_score_equation():
    fit = fit_cox(np.array(X)[:, None], TIME, EVENT)
    r = fit.hazard_ratio[0]
    score = 2 - 3 * r / (3 * r + 3) - r / (r + 3) - (r / 2) / (r / 2 + 5 / 2)
    assert abs(score) < 1e-10
    assert fit.log_hazard_ratio[0] == pytest.approx(1.676857, abs=5e-7)


def test_score_test_of_two_groups_without_ties_is_the_logrank_test():
    # risk sets (x = 1, x = 0): (2, 2), (1, 2), (1, 1); deaths x = 1, 0, 1
    fit = fit_cox([[1], [0], [1], [0]], [1, 2, 3, 4], [True, True, True, False])
    expected = Fraction(1, 2) + Fraction(1, 3) + Fraction(1, 2)
    variance = Fraction(1, 4) + Fraction(2, 9) + Fraction(1, 4)
    assert fit.score_test.chi_square == pytest.approx(float((2 - expected) ** 2 / variance))


def make_patients(n=60, p=2, seed=3):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, p))
    time = np.ceil(generator.exponential(10 * np.exp(-x[:, 0])))
    return x, time, generator.random(n) < 0.7


def test_separation_names_the_column_and_the_direction():
    x, time, event = make_patients()
    # no event in the group, although its patients are at risk
    silent = (~event & (np.arange(60) % 2 == 0)).astype(float)
    with pytest.raises(ConvergenceError, match=r"column 1 \(minus infinity\) of `x`"):
        fit_cox(np.column_stack([x[:, 0], silent]), time, event)


@pytest.mark.parametrize("n", [4, 40, 4000])
@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_a_covariate_that_orders_all_events_has_no_finite_estimate(n, sign, ties):
    order = np.arange(n, dtype=float)
    pair = np.floor(order / 2)
    with pytest.raises(ConvergenceError, match="column 0"):
        fit_cox(sign * pair[:, None], pair, order < n // 2, ties=ties)


def test_separation_by_a_sum_of_columns_names_both():
    x, time, event = make_patients(200)
    silent = (~event & (np.arange(200) % 3 == 0)).astype(float)
    with pytest.raises(ConvergenceError, match=r"column 0 .* and 1 "):
        fit_cox(np.column_stack([x[:, 1], silent - x[:, 1]]), time, event)


def test_separation_is_found_where_the_information_vanishes_first():
    # two directions run away at different pace: the information is singular in floating point
    # before the steps settle to their rate
    x = [[1, 0.9, 1], [-0.7, 0.8, 0], [0.2, 0.4, 0], [0.6, -1.1, 0], [1.9, -1.6, 1],
         [0, -0.4, 0], [-0.8, 0.1, 1], [-0.3, 0.3, 0], [-0.9, -0.2, 1], [-0.3, -2, 0]]  # fmt: skip
    time = [3, 3, 4, 5, 3, 5, 1, 1, 3, 2]
    event = np.isin(np.arange(10), [5, 7, 9])
    with pytest.raises(ConvergenceError, match="has no maximum"):
        fit_cox(x, time, event, entry_time=[1, 0, 0, 3, 2, 1, 0, 0, 2, 1])


def test_a_huge_effect_is_not_taken_for_separation():
    # one exception in 2000 patients: the estimate is large, but it is there
    order = np.arange(2000)
    x = (order < 1000).astype(float)
    x[[0, 1500]] = x[[1500, 0]]
    fit = fit_cox(x[:, None], order, np.ones(2000, bool))
    assert fit.converged
    assert 4 < fit.log_hazard_ratio[0] < 5


@pytest.mark.parametrize("n", [20, 500, 5000])
def test_a_nearly_perfect_order_is_not_taken_for_separation(n):
    order = np.arange(float(n))
    x = order.copy()
    x[[n // 2, n // 2 + 1]] = x[[n // 2 + 1, n // 2]]
    fit = fit_cox(x[:, None], order, np.ones(n, bool))
    assert fit.converged
    # the likelihood of one wrong pair among many right ones: the effect grows with their number
    assert -log(10 * n) < fit.log_hazard_ratio[0] < -0.5


def test_a_ridge_holds_a_separating_column():
    x = np.arange(20.0)[:, None]
    fit = fit_cox(x, np.arange(20), np.ones(20, bool), ridge=0.1)
    assert fit.converged
    assert fit.log_hazard_ratio[0] < -0.5
    assert np.isnan(fit.likelihood_ratio_test.p_value)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (lambda x: [x[:, 0], np.full(60, 0.1)], "column 1 is constant"),
        (
            lambda x: [x[:, 0], x[:, 1], x[:, 0] - 2 * x[:, 1]],
            "column 2 is a linear combination of column 0 and 1",
        ),
        (lambda x: [x[:, 0], 3 * x[:, 0] + 7], "column 1 is a linear combination of column 0"),
    ],
)
def test_columns_without_a_hazard_ratio_are_named(columns, said):
    x, time, event = make_patients()
    with pytest.raises(InputError, match=said):
        fit_cox(np.column_stack(columns(x)), time, event)


def test_a_column_that_varies_between_strata_only_is_named():
    x, time, event = make_patients()
    stratum = np.repeat([0, 1, 2], 20)
    with pytest.raises(InputError, match="column 2 does not vary among those at risk"):
        fit_cox(np.column_stack([x, stratum]), time, event, strata=stratum)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"event": np.zeros(60, bool)}, "`event` is never True"),
        ({"x": np.ones(60)}, r"give x\[:, None\]"),
        ({"x": np.ones((59, 2))}, "`x` has 59 rows, but `time` has 60"),
        ({"x": np.full((60, 1), np.nan)}, r"`x\[:, 0\]`: 60 of 60 are missing or infinite"),
        ({"x": np.full((60, 1), "a")}, "`x` must hold numbers"),
        ({"ties": "clogit"}, "efron, breslow, exact"),
        ({"ridge": -1}, "`ridge` is -1"),
        ({"max_iterations": 0, "tolerance": 2}, "`max_iterations` is 0.*\n.*`tolerance` is 2"),
        ({"cluster": np.zeros(60)}, "one cluster only"),
        ({"cluster": np.arange(60), "ridge": 1.0}, "`cluster` with `ridge`"),
    ],
)
def test_fit_cox_names_what_it_refuses(change, said):
    x, time, event = make_patients()
    arguments = {"x": x, "time": time, "event": event, **change}
    with pytest.raises(InputError, match=said):
        fit_cox(**arguments)


def test_a_fit_that_runs_out_of_iterations_says_so():
    fit = fit_cox(*make_patients(), max_iterations=1)
    assert not fit.converged
    assert fit.n_iterations == 1
    assert "did not converge: after 1 Newton steps" in fit.warnings[0]


def test_no_covariates_give_the_null_model():
    _, time, event = make_patients()
    fit = fit_cox(np.empty((60, 0)), time, event)
    assert fit.converged
    assert fit.covariance.shape == (0, 0)
    assert fit.log_likelihood == fit.log_likelihood_null < 0
    assert np.isnan(fit.wald_test.p_value)


def test_a_stratum_without_events_changes_nothing():
    x, time, event = make_patients()
    alone = fit_cox(x, time, event)
    joined = fit_cox(
        np.vstack([x, x + 5]),
        np.tile(time, 2),
        np.concatenate([event, np.zeros(60, bool)]),
        strata=np.repeat(["a", "b"], 60),
    )
    np.testing.assert_allclose(joined.log_hazard_ratio, alone.log_hazard_ratio, rtol=1e-9)
    np.testing.assert_allclose(joined.covariance, alone.covariance, rtol=1e-9)


def test_inputs_of_any_kind_give_the_same_fit():
    x, time, event = make_patients()
    x = x.astype(np.float32)
    expected = fit_cox(x.astype(np.float64), time, event)
    wide = np.zeros((120, 4), dtype=np.float32)
    wide[::2, ::2] = x
    found = fit_cox(wide[::2, ::2], time.astype(np.float32), event.tolist())
    np.testing.assert_array_equal(found.log_hazard_ratio, expected.log_hazard_ratio)


def test_covariates_on_wild_scales_are_fitted():
    x, time, event = make_patients()
    expected = fit_cox(x, time, event)
    found = fit_cox(x * [1e-8, 1e6] + [0, 1e9], time, event)
    # adding 1e9 to a column of size 1e6 costs three of its sixteen digits
    np.testing.assert_allclose(
        found.log_hazard_ratio * [1e-8, 1e6], expected.log_hazard_ratio, rtol=1e-9
    )


def test_everybody_dies_at_one_time():
    x, _, _ = make_patients()
    fit = fit_cox(x, np.ones(60), np.ones(60, bool), ties="breslow")
    # nobody is left to compare with: all risk sets are the whole and the score is 0 at once
    np.testing.assert_allclose(fit.log_hazard_ratio, 0.0, atol=1e-12)


def test_robust_errors_of_one_patient_per_cluster_do_not_need_labels_in_order():
    x, time, event = make_patients()
    first = fit_cox(x, time, event, cluster=np.arange(60))
    second = fit_cox(x, time, event, cluster=[f"patient {i:03d}" for i in range(60)][::-1])
    np.testing.assert_allclose(first.covariance, second.covariance, rtol=1e-12)
    assert first.n_clusters == 60


def test_splitting_follow_up_changes_nothing():
    x, time, event = make_patients()
    half = np.floor(time / 2)
    split = half > 0
    rows = [np.flatnonzero(split), np.arange(60)]
    fit = fit_cox(
        np.concatenate([x[rows[0]], x]),
        np.concatenate([half[split], time]),
        np.concatenate([np.zeros(split.sum(), bool), event]),
        entry_time=np.concatenate([np.zeros(split.sum()), np.where(split, half, 0)]),
        cluster=np.concatenate(rows),
    )
    whole = fit_cox(x, time, event, cluster=np.arange(60))
    np.testing.assert_allclose(fit.log_hazard_ratio, whole.log_hazard_ratio, rtol=1e-9)
    np.testing.assert_allclose(fit.covariance, whole.covariance, rtol=1e-9)
