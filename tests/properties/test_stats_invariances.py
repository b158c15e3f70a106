"""What may not change a result: the order of rows, labels, signs and units."""

import numpy as np
import pytest
from hypothesis import given, settings
from properties.drawn_patients import (
    ITERATED,
    SEEDS,
    call_or_skip,
    choose,
    compare,
    draw_patients,
)
from unit.stats.hostile_patients import N, call, using

from chorall import stats

FEW = settings(deadline=None, max_examples=8)


# two groups, not three; a halved or predicted row set; residuals by event: tested by themselves
OWN = {"restricted_mean_difference", "predict_cox_survival", "find_schoenfeld_residuals",
       "compare_concordance", "reclassification"}  # fmt: skip
ORDERED = [name for name in using("time") if name not in OWN | {"transition_probabilities"}]


@pytest.mark.parametrize("name", ORDERED)
@given(SEEDS)
@FEW
def test_the_order_of_patients_does_not_matter(name, seed):
    patients = draw_patients(seed)
    rows = np.random.default_rng(seed + 1).permutation(N)
    found = call_or_skip(name, choose(patients, rows))
    # how many steps a climb takes may hang on the last bit
    compare(found, call(name, patients), rows=rows, skipped=("n_iterations", "n_newton_steps"))


@given(SEEDS)
@FEW
def test_the_order_of_patients_does_not_matter_to_what_compares_two(seed):
    p = draw_patients(seed)
    rows = np.random.default_rng(seed + 1).permutation(N)
    q, other = choose(p, rows), p.risk[::-1]
    two, moved = p.group % 2, (p.group % 2)[rows]
    pairs = [
        (stats.compare_concordance(p.risk, other, p.time, p.event),
         stats.compare_concordance(q.risk, other[rows], q.time, q.event)),
        (stats.reclassification(p.risk, other, p.time, p.event, 4.0, [0.5]),
         stats.reclassification(q.risk, other[rows], q.time, q.event, 4.0, [0.5])),
        (stats.restricted_mean_difference(p.time, p.event, two, horizon=3.0),
         stats.restricted_mean_difference(q.time, q.event, moved, horizon=3.0)),
    ]  # fmt: skip
    for expected, found in pairs:
        compare(found, expected, rows=rows)


@given(SEEDS)
@FEW
def test_schoenfeld_residuals_belong_to_their_patients(seed):
    p = draw_patients(seed)
    rows = np.random.default_rng(seed + 1).permutation(N)
    found = call_or_skip("find_schoenfeld_residuals", choose(p, rows))
    expected = call("find_schoenfeld_residuals", p)
    of_patient = {int(i): r for i, r in zip(expected.position, expected.residuals, strict=True)}
    for position, residual in zip(found.position, found.residuals, strict=True):
        np.testing.assert_allclose(residual, of_patient[int(rows[position])], **ITERATED)


@pytest.mark.parametrize("name", sorted({*using("group"), *using("strata")} - OWN))
@given(SEEDS)
@FEW
def test_the_names_of_groups_and_strata_do_not_matter(name, seed):
    patients = draw_patients(seed)
    words = np.array(["west", "north", "east"])
    renamed = patients.change(group=words[patients.group], strata=words[patients.strata])
    if name == "logrank_trend":
        # the order of its groups is its question
        renamed = patients.change(strata=words[patients.strata])
    found, expected = call_or_skip(name, renamed), call(name, patients)
    places = {"chi_square", "degrees_of_freedom", "p_value", "z", "log_hazard_ratio",
              "standard_error", "concordance", "log_likelihood",
              "score_chi_square", ""}  # fmt: skip
    if name in ("find_baseline_hazard", "find_schoenfeld_residuals"):
        # strata come in the order of their names
        one, other = (np.sort(np.ravel(getattr(r, "hazard", getattr(r, "residuals", None))))
                      for r in (found, expected))  # fmt: skip
        np.testing.assert_allclose(one, other, **ITERATED)
        return
    compare(found, expected, places=places)


FREE = ["fit_cox", "fit_cox of exact ties", "fit_cox of Breslow", "fit_cox of Firth",
        "fit_fine_gray", "scan_markers", "fit_elastic_net_cox"]  # fmt: skip


@pytest.mark.parametrize("name", FREE)
@given(SEEDS)
@FEW
def test_a_covariate_in_another_unit_and_turned_round_is_the_same_covariate(name, seed):
    patients = draw_patients(seed)
    unit = np.array([-1000.0, 1 / 30])
    found = call_or_skip(name, patients.change(x=patients.x * unit + [5, -7]))
    expected = call(name, patients)
    ratio = {"rtol": 2e-5, "atol": 1e-7} if name == "fit_elastic_net_cox" else ITERATED
    np.testing.assert_allclose(found.log_hazard_ratio * unit, expected.log_hazard_ratio, **ratio)
    if hasattr(found, "covariance"):
        scaled = found.covariance * np.outer(unit, unit)
        np.testing.assert_allclose(scaled, expected.covariance, **ITERATED)
    if hasattr(found, "log_likelihood") and name != "fit_elastic_net_cox":
        assert found.log_likelihood == pytest.approx(expected.log_likelihood, abs=1e-8)


@pytest.mark.parametrize("name", ["fit_cox with a ridge", "fit_random_effects_cox"])
@given(SEEDS)
@FEW
def test_a_penalty_knows_units_but_no_signs(name, seed):
    patients = draw_patients(seed)
    found = call_or_skip(name, patients.change(x=-patients.x))
    expected = call(name, patients)
    np.testing.assert_allclose(-found.log_hazard_ratio, expected.log_hazard_ratio, **ITERATED)
    np.testing.assert_allclose(found.covariance, expected.covariance, **ITERATED)
