"""Covariates, strata and times that a model cannot or need not use."""

import numpy as np
import pytest
from unit.stats.hostile_patients import N, assert_same, call, list_numbers, make_patients, using

from chorall.errors import ConvergenceError, InputError

PATIENTS = make_patients()
X = PATIENTS.x
FITS = [name for name in using("time", "x") if name != "scan_markers"]
# an elastic net and random effects hold what others cannot tell apart; so does a ridge
HELD = ("fit_cox with a ridge", "fit_elastic_net_cox", "fit_random_effects_cox")
COX = [name for name in FITS if name not in HELD]
TIMES = ("time", "horizon", "restricted_mean", "difference", "restricted_mean_error",
         "last_time", "origin")  # fmt: skip


@pytest.mark.parametrize("name", COX)
def test_a_constant_covariate_is_named(name):
    x = np.column_stack([X, np.full(N, 3.7)])
    with pytest.raises(InputError, match="column 2 is constant"):
        call(name, PATIENTS.change(x=x))


@pytest.mark.parametrize("name", COX)
def test_a_collinear_covariate_is_named_with_its_partners(name):
    x = np.column_stack([X, X[:, 0] - 2 * X[:, 1]])
    with pytest.raises(InputError, match="column 2 is a linear combination of column 0 and 1"):
        call(name, PATIENTS.change(x=x))


@pytest.mark.parametrize("name", HELD)
@pytest.mark.parametrize("extra", [np.full(N, 3.7), X[:, 0]], ids=["constant", "twice"])
def test_a_penalty_holds_what_the_data_do_not_say(name, extra):
    found = call(name, PATIENTS.change(x=np.column_stack([X, extra])))
    slopes = np.atleast_2d(found.log_hazard_ratio)
    assert np.isfinite(slopes).all()
    if extra[0] == 3.7:
        np.testing.assert_allclose(slopes[:, 2], 0, atol=1e-9)


@pytest.mark.parametrize("name", [n for n in COX if n != "fit_cox of Firth"])
def test_a_separating_covariate_is_named_with_its_direction(name):
    cause = np.where(PATIENTS.event, 1, 0)
    marker = PATIENTS.event[:, None] * 1.0
    patients = PATIENTS.change(x=marker, cause=cause)
    with pytest.raises(ConvergenceError, match=r"column 0 \(plus infinity\)"):
        call(name, patients)
    with pytest.raises(ConvergenceError, match=r"column 0 \(minus infinity\)"):
        call(name, patients.change(x=1 - marker))


@pytest.mark.parametrize("name", ["fit_cox of Firth", "fit_cox with a ridge"])
def test_penalised_fits_are_finite_for_a_separating_covariate(name):
    found = call(name, PATIENTS.change(x=PATIENTS.event[:, None] * 1.0))
    assert found.converged
    assert 0 < found.log_hazard_ratio[0] < 10


def test_a_scan_says_of_each_marker_why_it_was_not_fitted():
    marker = PATIENTS.event * 1.0
    markers = np.column_stack([X[:, 0], np.ones(N), marker, np.full(N, np.nan)])
    found = call("scan_markers", PATIENTS.change(x=markers))
    assert found.status.tolist() == ["fitted", "constant", "separated", "not_tested"]
    assert np.isnan(found.log_hazard_ratio).tolist() == [False, True, False, True]


NO_COLUMNS = {
    "fit_elastic_net_cox": "there is no coefficient to penalise",
    "fit_logistic": "there is no effect to estimate",
    "fit_logistic of Firth": "there is no effect to estimate",
    "fit_random_effects_cox": "there is no effect to estimate",
    "score_logistic": "there is no effect to estimate",
}


@pytest.mark.parametrize("name", using("x"))
def test_no_covariates_at_all(name):
    patients = PATIENTS.change(x=X[:, :0])
    if name in NO_COLUMNS:
        with pytest.raises(InputError, match=NO_COLUMNS[name]):
            call(name, patients)
        return
    found = call(name, patients)
    if hasattr(found, "log_likelihood"):
        assert found.log_likelihood == found.log_likelihood_null
        assert found.log_hazard_ratio.shape == (0,)
    if name == "find_cox_residuals":
        # martingale residuals of the strata's Nelson-Aalen hazard, on the deviance scale
        assert found.shape == (N,)
    if name == "concordance_gonen_heller":
        assert found.concordance == 0.5


# every stratum has its restricted mean, and the test of proportional hazards takes time on the
# scale of one Kaplan-Meier curve of everybody, as cox.zph does
STRATIFIED = [
    name
    for name in using("strata")
    if name not in ("restricted_mean_difference", "check_proportional_hazards")
]


@pytest.mark.parametrize("name", STRATIFIED)
def test_a_stratum_without_events_says_nothing(name):
    silent = PATIENTS.strata == 1
    patients = PATIENTS.change(
        event=PATIENTS.event & ~silent, cause=np.where(silent, 0, PATIENTS.cause)
    )
    kept = patients.change(**{
        field: getattr(patients, field)[~silent]
        for field in ("time", "event", "cause", "entry_time", "group", "strata", "weights", "x",
                      "risk")
    })  # fmt: skip
    whole, part = list_numbers(call(name, patients)), list_numbers(call(name, kept))
    # what is estimated or tested; counts of patients, residuals and scales differ
    compared = [
        place
        for place in (".log_hazard_ratio", ".standard_error", ".p_value", ".chi_square",
                      ".concordance", ".observed", ".log_likelihood", ".cumulative_hazard",
                      ".residuals", ".score_chi_square")
        if place in whole
    ]  # fmt: skip
    if name == "fit_elastic_net_cox":
        # penalties are per weight of all patients, and columns are scaled over all
        compared = [".log_likelihood_null"]
    if name == "find_cox_residuals":
        np.testing.assert_allclose(whole[""][:12], part[""], rtol=1e-8)
        np.testing.assert_array_equal(whole[""][silent], 0)
        return
    assert compared
    for place in compared:
        shape = part[place].shape
        found = whole[place][: shape[0]] if shape else whole[place]
        np.testing.assert_allclose(found, part[place], rtol=1e-6, atol=1e-8, err_msg=place)


@pytest.mark.parametrize("unit", [1e-300, 1e299])
@pytest.mark.parametrize("name", using("time"))
def test_times_of_any_size_are_the_same_follow_up(name, unit):
    scaled = PATIENTS.change(
        time=PATIENTS.time * unit,
        entry_time=PATIENTS.entry_time * unit,
        horizon=PATIENTS.horizon * unit,
    )
    units = dict.fromkeys(TIMES, unit)
    if name.startswith("restricted_mean"):
        units.update(lower=unit, upper=unit, standard_error=unit)
    found, expected = call(name, scaled), call(name, PATIENTS)
    if name.startswith("compare_"):
        units.pop("difference")
    assert_same(found, expected, units)


# what reads a curve at a time of its own would read it elsewhere
ORDER_ONLY = [
    name
    for name in using("time", "event")
    if name.split("_")[0] not in ("restricted", "conditional", "pseudo", "brier", "time",
                                  "calibration", "decision", "reclassification")
]  # fmt: skip


@pytest.mark.parametrize("name", ORDER_ONLY)
def test_an_event_at_time_0_is_an_event(name):
    """Without delayed entry everybody is at risk at 0, and only the order of times counts."""
    later = PATIENTS.change(entry_time=None)
    at_0 = later.change(time=np.where(PATIENTS.time == 1, 0.0, PATIENTS.time))
    found, expected = list_numbers(call(name, at_0)), list_numbers(call(name, later))
    for place in found.keys() - {".time"}:
        if found[place].dtype.kind in "if":
            np.testing.assert_allclose(
                found[place], expected[place], rtol=1e-9, atol=1e-12, err_msg=place
            )
