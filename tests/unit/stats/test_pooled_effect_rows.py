import numpy as np
import pytest
from scipy.special import ndtr

from chorall.errors import InputError
from chorall.stats import pool_effect_rows, pool_effects

NAN = float("nan")
SAME = (
    "estimate", "standard_error", "lower", "upper", "prediction_lower", "prediction_upper",
    "p_value", "tau2", "i_squared", "n_studies",
)  # fmt: skip


def draw_rows(m=60, k=8):
    rng = np.random.default_rng(3)
    spread = rng.choice([0.0, 0.3, 1.5], (m, 1))
    error = rng.uniform(0.05, 0.8, (m, k))
    effect = rng.normal(0.2, 1, (m, 1)) + spread * rng.normal(size=(m, k))
    effect = effect + error * rng.normal(size=(m, k))
    absent = rng.random((m, k)) < 0.4
    effect[absent] = error[absent] = NAN
    return effect, error


def test_every_row_is_what_pooling_it_alone_gives():
    effect, error = draw_rows()
    rows = pool_effect_rows(effect, error, conf_level=0.9)
    assert len({int(n) for n in rows.n_studies}) > 3
    for place, there in enumerate(~np.isnan(effect)):
        if there.any():
            alone = pool_effects(effect[place, there], error[place, there], conf_level=0.9)
            found = [float(getattr(rows, name)[place]) for name in SAME]
            np.testing.assert_allclose(found, [getattr(alone, name) for name in SAME], rtol=1e-9)


def test_the_highest_of_several_maxima_is_taken():
    # two precise studies far apart and many vague ones: the restricted likelihood has two maxima
    effect = [[-3.0, 3.0, 0.1, 0.0, -0.1, 0.2, -0.2, 0.1]]
    error = [[0.05, 3.0, 0.05, 0.06, 2.0, 2.0, 1.5, 1.0]]
    found = pool_effect_rows(effect, error)
    assert found.tau2[0] == pytest.approx(pool_effects(effect[0], error[0]).tau2, rel=1e-9)


def test_one_study_is_handed_back_and_none_is_nothing():
    rows = pool_effect_rows([[0.4, NAN], [NAN, NAN]], [[0.2, NAN], [NAN, NAN]])
    assert rows.n_studies.tolist() == [1, 0]
    assert rows.estimate[0] == pytest.approx(0.4, rel=1e-15)
    assert rows.upper[0] == pytest.approx(0.4 + 1.959963984540054 * 0.2)
    assert rows.p_value[0] == pytest.approx(2 * ndtr(-2.0))
    assert np.isnan(rows.prediction_lower[0])
    assert np.isnan(rows.tau2[0])
    assert all(np.isnan(getattr(rows, name)[1]) for name in SAME[:-1])


def test_two_studies_by_hand():
    # equal errors s: mean (a + b) / 2, tau2 = (a - b)^2 / 2 - s^2, Hartung-Knapp error |a - b| / 2
    rows = pool_effect_rows([[0.0, 2.0]], [[0.5, 0.5]])
    assert rows.estimate[0] == pytest.approx(1.0)
    assert rows.tau2[0] == pytest.approx(4 / 2 - 0.25)
    assert rows.standard_error[0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("effect", "error", "words"),
    [
        ([0.1, 0.2], [0.1, 0.2], "one row per effect"),
        ([[0.1, NAN]], [[0.1, 0.2]], "missing in different places: 1, first in row 0, column 1"),
        ([[0.1, 0.2]], [[0.1, 0.0]], "not above 0"),
        ([[np.inf, 0.2]], [[0.1, 0.1]], "`estimate` holds numbers beyond"),
    ],
)
def test_what_cannot_be_used(effect, error, words):
    with pytest.raises(InputError, match=words):
        pool_effect_rows(effect, error)
