"""Exact ties, offset, ridge by coefficient and Firth's penalty, by hand and at the edges."""

from fractions import Fraction
from itertools import combinations
from math import log, prod

import numpy as np
import pytest

from chorall.errors import ConvergenceError, InputError
from chorall.stats import fit_cox
from chorall.stats.checks import FollowUp
from chorall.stats.cox_data import prepare_cox_data
from chorall.stats.cox_exact import evaluate_exact_likelihood
from chorall.stats.cox_firth import find_firth_penalty
from chorall.stats.cox_likelihood import evaluate_likelihood

# three of six have the event at 2; (entry, time, event, x)
ROWS = [(0, 2, 1, 1), (0, 2, 1, 0), (0, 2, 1, 2), (0, 3, 0, 1), (1, 4, 1, 0), (2, 4, 0, 2)]


def prepare(rows, *, entry=True, efron=True):
    entry_time, time, event, *x = np.array(rows, dtype=float).T
    follow_up = FollowUp(time, event == 1, entry_time if entry else None)
    return prepare_cox_data(np.column_stack(x), follow_up, None, None, efron=efron)


def list_sets(time, entry):
    """List the x of every set of as many people as have the event at `time`."""
    at_risk = [row for row in ROWS if row[1] >= time and (not entry or row[0] < time)]
    dead = [row[3] for row in ROWS if row[1] == time and row[2]]
    return dead, [[row[3] for row in some] for some in combinations(at_risk, len(dead))]


@pytest.mark.parametrize("entry", [True, False])
@pytest.mark.parametrize("r", [Fraction(1), Fraction(3, 2), Fraction(5)])
def test_exact_likelihood_lists_all_sets(entry, r):
    likelihood, score, information = Fraction(1), Fraction(0), Fraction(0)
    for time in (2, 4):
        dead, sets = list_sets(time, entry)
        odds = [prod(r**x for x in some) for some in sets]
        mean = sum(sum(some) * o for some, o in zip(sets, odds, strict=True)) / sum(odds)
        square = sum(sum(some) ** 2 * o for some, o in zip(sets, odds, strict=True)) / sum(odds)
        likelihood *= prod(r**x for x in dead) / sum(odds)
        score += sum(dead) - mean
        information += square - mean**2
    data = prepare(ROWS, entry=entry)
    scale = data.scale[0]
    found = evaluate_exact_likelihood(data, np.log([float(r)]) * scale)
    # x is centred here, which the likelihood does not notice
    assert found.log_likelihood == pytest.approx(log(likelihood), rel=1e-13)
    assert found.gradient[0] * scale == pytest.approx(float(score), rel=1e-12, abs=1e-13)
    assert found.information[0, 0] * scale**2 == pytest.approx(float(information), rel=1e-12)


def make_patients(n=60, p=2, seed=3):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, p))
    time = generator.exponential(10 * np.exp(-x[:, 0]))
    return x, time, generator.random(n) < 0.7


def test_without_ties_all_rules_agree():
    fits = [fit_cox(*make_patients(), ties=ties) for ties in ("efron", "breslow", "exact")]
    for fit in fits[1:]:
        np.testing.assert_allclose(fit.log_hazard_ratio, fits[0].log_hazard_ratio, rtol=1e-10)
        np.testing.assert_allclose(fit.covariance, fits[0].covariance, rtol=1e-9)
        assert fit.log_likelihood == pytest.approx(fits[0].log_likelihood, rel=1e-12)


def test_exact_ties_of_many_do_not_overflow():
    x, time, _ = make_patients(2000, 1)
    fit = fit_cox(x, (time > np.median(time)) + 1, np.ones(2000, bool), ties="exact")
    assert fit.converged
    # one half dies at time 1, the other at 2: a conditional logistic regression
    assert fit.log_hazard_ratio[0] > 0.5


def test_exact_ties_find_separation_too():
    with pytest.raises(ConvergenceError, match="column 0"):
        fit_cox([[1], [1], [0], [0]], [1, 1, 2, 2], [True, True, False, False], ties="exact")


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_an_offset_takes_its_part_of_the_coefficient(ties):
    x, time, event = make_patients()
    time = np.ceil(time)
    whole = fit_cox(x, time, event, ties=ties)
    rest = fit_cox(x, time, event, ties=ties, offset=x @ [0.5, -2] + 700)
    np.testing.assert_allclose(rest.log_hazard_ratio, whole.log_hazard_ratio - [0.5, -2], rtol=1e-8)
    np.testing.assert_allclose(rest.covariance, whole.covariance, rtol=1e-7)


def test_a_ridge_on_one_column_leaves_the_other_free():
    x, time, event = make_patients()
    free = fit_cox(x[:, :1], time, event)
    held = fit_cox(x, time, event, ridge=[0, 1e12])
    np.testing.assert_allclose(held.log_hazard_ratio[0], free.log_hazard_ratio[0], rtol=1e-6)
    assert abs(held.log_hazard_ratio[1]) < 1e-8
    assert held.ridge.tolist() == [0, 1e12]


def test_a_constant_column_is_held_by_its_own_ridge_only():
    x, time, event = make_patients()
    x[:, 1] = 0.1
    assert fit_cox(x, time, event, ridge=[0, 1]).log_hazard_ratio[1] == pytest.approx(0, abs=1e-9)
    with pytest.raises(InputError, match="column 1 is constant"):
        fit_cox(x, time, event, ridge=[1, 0])


def test_firth_of_one_event_among_two_groups_by_hand():
    # one event of x = 1 with a more of them and b of x = 0 at risk: p = a r / (a r + b) maximises
    # log(r / (a r + b)) + log(p (1 - p)) / 2, whose slope 1 - p + (1 - 2 p) / 2 is 0 at p = 3 / 4
    fit = fit_cox([[1], [1], [0], [0], [0]], [1, 2, 2, 2, 2], [True, *[False] * 4], firth=True)
    assert fit.converged
    share = 2 * fit.hazard_ratio[0] / (2 * fit.hazard_ratio[0] + 3)
    assert share == pytest.approx(3 / 4, rel=1e-9)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_the_slope_of_firths_penalty_is_its_derivative(ties):
    generator = np.random.default_rng(5)
    time = generator.integers(2, 8, 40)
    rows = np.column_stack(
        [time - generator.integers(1, 3, 40), time, generator.random(40) < 0.7,
         generator.normal(size=(40, 3))]
    )  # fmt: skip
    data = prepare(rows, efron=ties == "efron")
    centre = np.array([0.4, -0.3, 0.8])

    def penalty(coefficients):
        information = evaluate_likelihood(data, coefficients).information
        return find_firth_penalty(data, coefficients, information)

    for step in 1e-5 * np.eye(3):
        rise = penalty(centre + step).log_likelihood - penalty(centre - step).log_likelihood
        assert rise / 2e-5 == pytest.approx(penalty(centre).gradient @ step / 1e-5, rel=1e-6)


def test_firth_is_finite_where_a_covariate_separates():
    x, time, event = make_patients()
    silent = (~event & (np.arange(60) % 2 == 0)).astype(float)
    fit = fit_cox(np.column_stack([x[:, 0], silent]), time, event, firth=True)
    assert fit.converged
    assert -10 < fit.log_hazard_ratio[1] < 0
    assert fit.firth
    assert np.isnan(fit.score_test.p_value)
    assert 0 < fit.likelihood_ratio_test.p_value < 0.05


def test_firth_does_not_depend_on_the_scale_of_x():
    x, time, event = make_patients()
    first = fit_cox(x, time, event, firth=True)
    second = fit_cox(x * [1e-3, 1e4] + 5, time, event, firth=True)
    np.testing.assert_allclose(
        second.log_hazard_ratio * [1e-3, 1e4], first.log_hazard_ratio, rtol=1e-7
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ties": "exact", "weights": np.ones(60)}, "`weights` with exact ties"),
        ({"ties": "exact", "cluster": np.arange(60)}, "`cluster` with exact ties"),
        ({"ties": "exact", "firth": True}, "`firth` with exact ties"),
        ({"firth": True, "ridge": 1.0}, "two penalties"),
        ({"firth": True, "cluster": np.arange(60)}, "`cluster` with `firth`"),
        ({"ridge": [1.0, 2.0, 3.0]}, r"`ridge` has shape \(3,\)"),
        ({"ridge": [1.0, np.nan]}, "`ridge` is"),
        ({"ridge": "strong"}, "`ridge` is 'strong'"),
        ({"offset": np.zeros(59)}, "`offset` has 59 entries"),
        ({"offset": np.full(60, np.nan)}, "`offset`: 60 of 60 are missing or infinite"),
    ],
)
def test_what_goes_together_badly_is_refused(change, said):
    x, time, event = make_patients()
    with pytest.raises(InputError, match=said):
        fit_cox(x, time, event, **change)


@pytest.mark.parametrize("unit", [1e-300, 1e300])
def test_times_of_any_size_are_compared_only(unit):
    x, time, event = make_patients()
    time = np.ceil(time)
    expected = fit_cox(x, time, event).log_hazard_ratio
    np.testing.assert_array_equal(fit_cox(x, time * unit, event).log_hazard_ratio, expected)


@pytest.mark.parametrize(
    "strata",
    [
        np.array([7, -3, 10**12]),
        np.array(["c", "a", "b"]),
        np.array([20, -20, 0], dtype=np.int8),
        np.array([2**64 - 1, 0, 5], dtype=np.uint64),
    ],
)
def test_labels_of_strata_are_kept_whatever_they_are(strata):
    x, time, event = make_patients()
    labels = np.tile(strata, 20)
    fit = fit_cox(x, time, event, strata=labels)
    assert fit.data.strata.tolist() == sorted(strata.tolist())
    other = fit_cox(x, time, event, strata=np.tile(np.argsort(np.argsort(strata)), 20))
    np.testing.assert_allclose(fit.log_hazard_ratio, other.log_hazard_ratio, rtol=1e-9)


def test_small_integers_as_strata_do_not_overflow():
    x, time, event = make_patients(600)
    strata = (np.arange(600) % 256 - 128).astype(np.int8)
    fit = fit_cox(x, time, event, strata=strata)
    assert fit.n_strata == 256
    other = fit_cox(x, time, event, strata=strata.astype(str))
    np.testing.assert_allclose(fit.log_hazard_ratio, other.log_hazard_ratio, rtol=1e-9)
