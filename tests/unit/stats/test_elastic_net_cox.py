"""The elastic-net Cox path: what must hold at its optimum, and its edges."""

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import fit_cox, fit_elastic_net_cox
from chorall.stats.cox_likelihood import evaluate_likelihood


def make_patients(n=150, p=12, seed=6):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, p)) * np.linspace(0.5, 3, p)
    time = np.ceil(10 * generator.exponential(np.exp(-x[:, 0] + 0.3 * x[:, 3])))
    return x, time, generator.random(n) < 0.7


@pytest.mark.parametrize("ties", ["breslow", "efron"])
@pytest.mark.parametrize("standardise", [True, False])
def test_the_gradient_balances_the_penalty(ties, standardise):
    x, time, event = make_patients()
    path = fit_elastic_net_cox(
        x, time, event, l1_ratio=0.7, ties=ties, standardise=standardise, n_penalties=20,
        tolerance=1e-10,
    )  # fmt: skip
    assert path.converged.all()
    unit = np.ones(12) if standardise else path.data.scale
    for penalty, b in zip(path.penalty, path.log_hazard_ratio * path.data.scale, strict=True):
        gradient = evaluate_likelihood(path.data, b).gradient / path.n
        gradient -= penalty * 0.3 * b / unit**2
        bound = penalty * 0.7 / unit
        used = b != 0
        np.testing.assert_allclose(gradient[used], (np.sign(b) * bound)[used], atol=1e-8)
        assert (np.abs(gradient[~used]) <= bound[~used] * (1 + 1e-6)).all()


def test_the_first_penalty_of_a_path_is_where_a_column_comes_in():
    path = fit_elastic_net_cox(*make_patients(), n_penalties=30)
    np.testing.assert_allclose(path.log_hazard_ratio[0], 0, atol=1e-8)
    assert path.n_nonzero[1] > 0
    assert (np.diff(path.log_likelihood) >= -1e-9).all()
    assert path.log_likelihood[0] == pytest.approx(path.log_likelihood_null, rel=1e-9)


def test_without_the_absolute_part_it_is_a_ridge():
    x, time, event = make_patients()
    path = fit_elastic_net_cox(
        x, time, event, l1_ratio=0, penalties=0.05, ties="efron", standardise=False, tolerance=1e-11
    )
    fit = fit_cox(x, time, event, ridge=0.05 * len(x), tolerance=1e-12)
    np.testing.assert_allclose(path.log_hazard_ratio[0], fit.log_hazard_ratio, rtol=1e-8)


def test_without_a_penalty_it_is_a_cox_model():
    x, time, event = make_patients()
    path = fit_elastic_net_cox(x, time, event, penalties=0, ties="efron", tolerance=1e-11)
    fit = fit_cox(x, time, event)
    np.testing.assert_allclose(path.log_hazard_ratio[0], fit.log_hazard_ratio, rtol=1e-8)


def test_penalties_are_used_in_descending_order():
    x, time, event = make_patients()
    path = fit_elastic_net_cox(x, time, event, penalties=[0.01, 0.1])
    assert path.penalty.tolist() == [0.1, 0.01]


def test_a_constant_column_stays_out():
    x, time, event = make_patients()
    x[:, 2] = 4
    path = fit_elastic_net_cox(x, time, event, n_penalties=10)
    np.testing.assert_array_equal(path.log_hazard_ratio[:, 2], 0)
    assert path.converged.all()


def test_twins_share_a_coefficient_by_elastic_net():
    x, time, event = make_patients()
    x[:, 1] = x[:, 0]
    path = fit_elastic_net_cox(x, time, event, l1_ratio=0.5, n_penalties=10, tolerance=1e-10)
    np.testing.assert_allclose(path.log_hazard_ratio[:, 0], path.log_hazard_ratio[:, 1], atol=1e-6)


def test_more_columns_than_patients_are_no_hindrance():
    x, time, event = make_patients(n=40, p=100)
    path = fit_elastic_net_cox(x, time, event, n_penalties=20, smallest_ratio=0.1)
    assert path.converged.all()
    assert path.n_nonzero.max() < 40


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"l1_ratio": 2, "n_penalties": 0}, "`l1_ratio` is 2.*\n.*`n_penalties` is 0"),
        ({"smallest_ratio": 1.5, "tolerance": 0}, "`smallest_ratio`.*\n.*`tolerance`"),
        ({"max_iterations": 0}, "`max_iterations` is 0"),
        ({"penalties": [-1.0]}, "`penalties` must hold"),
        ({"penalties": []}, "`penalties` must hold"),
        ({"penalty_factor": [1.0]}, "`penalty_factor` must hold 12"),
        ({"penalty_factor": np.zeros(12)}, "`penalty_factor` must hold 12"),
        ({"ties": "exact"}, "breslow, efron"),
        ({"x": np.empty((150, 0))}, "no columns"),
        ({"event": np.zeros(150, bool)}, "`event` is never True"),
    ],
)
def test_what_cannot_be_used_is_named(change, said):
    x, time, event = make_patients()
    with pytest.raises(InputError, match=said):
        fit_elastic_net_cox(**{"x": x, "time": time, "event": event, **change})
