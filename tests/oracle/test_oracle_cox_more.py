"""Exact ties, penalties, residuals, proportional hazards and prediction against R."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.stats import (
    check_proportional_hazards,
    find_baseline_hazard,
    find_cox_residuals,
    find_schoenfeld_residuals,
    fit_cox,
    predict_cox_survival,
)

# both sides iterate until rounding stops them (R: eps = 1e-14)
ITERATED = 1e-8
# R's Firth fits climb slopes by differences, good to about 1e-10 of the likelihood
BY_DIFFERENCES = 1e-7
COVARIATES = ["x1", "x2", "x3"]
TABLE = read_oracle("cox_more")
PATIENTS = read_patients().with_row_index("row")


def read_matrix(case, quantity):
    rows = TABLE.filter(case=case, quantity=quantity)
    shape = (int(rows["i"].max()) + 1, int(rows["j"].max()) + 1)
    matrix = np.full(shape, np.nan)
    matrix[rows["i"].cast(pl.Int64), rows["j"].cast(pl.Int64)] = rows["value"]
    return matrix


def fit_patients(columns=("x1", "x2", "x3"), patients=PATIENTS, *, entry=False, strata=False, **kw):
    return fit_cox(
        patients.select(columns),
        patients["time"],
        patients["event"],
        entry_time=patients["entry_time"] if entry else None,
        strata=patients["stratum"] if strata else None,
        **{"tolerance": 1e-12, **kw},
    )


SEPARATED = PATIENTS.with_columns(x4=(~pl.col("event") & ((pl.col("row") + 1) % 3 == 0)).cast(int))
SHIFT = (0.3 * PATIENTS["x1"] - 0.2 * PATIENTS["x2"] * PATIENTS["x3"]).to_numpy()
FITS = {
    "exact": lambda: fit_patients(ties="exact"),
    "exact_strata": lambda: fit_patients(ties="exact", strata=True),
    "exact_entry": lambda: fit_patients(("x1", "x2"), PATIENTS[:40], ties="exact", entry=True),
    "offset": lambda: fit_patients(("x2", "x3"), entry=True, strata=True, offset=SHIFT),
    "ridges": lambda: fit_patients(ridge=[2, 0, 0.5]),
}
FIRTHS = {
    "firth_breslow": lambda: fit_patients(firth=True, ties="breslow"),
    "firth_efron": lambda: fit_patients(firth=True),
    "firth_entry_strata": lambda: fit_patients(firth=True, entry=True, strata=True),
    "firth_separated": lambda: fit_patients(("x1", "x4"), SEPARATED, firth=True),
}


@pytest.mark.parametrize("case", [*FITS, *FIRTHS])
def test_fit_cox_is_coxph_with_ties_offset_and_penalties(case):
    fit = {**FITS, **FIRTHS}[case]()
    tolerance = BY_DIFFERENCES if case in FIRTHS else ITERATED
    assert fit.converged
    expected = read_matrix(case, "log_hazard_ratio")[:, 0]
    np.testing.assert_allclose(fit.log_hazard_ratio, expected, rtol=tolerance)
    covariance = read_matrix(case, "covariance")
    np.testing.assert_allclose(fit.covariance, covariance, rtol=tolerance, atol=1e-10)
    log_likelihood = read_matrix(case, "log_likelihood")[:, 0]
    assert fit.log_likelihood == pytest.approx(log_likelihood[-1], rel=1e-10)
    if case in FIRTHS:
        found = fit.likelihood_ratio_test.chi_square
        assert found == pytest.approx(read_matrix(case, "likelihood_ratio")[0, 0], rel=1e-8)


AFTER = {
    "plain": {},
    "breslow": {"ties": "breslow", "strata": True},
    "entry": {"entry": True},
    "all": {"entry": True, "strata": True, "weights": PATIENTS["weights"]},
}


@pytest.mark.parametrize("kind", ["martingale", "deviance", "score", "dfbeta", "dfbetas"])
@pytest.mark.parametrize("case", AFTER)
def test_residuals_are_those_of_coxph(case, kind):
    found = find_cox_residuals(fit_patients(**AFTER[case]), kind)
    expected = read_matrix(case, kind)
    np.testing.assert_allclose(found.reshape(120, -1), expected, rtol=ITERATED, atol=1e-9)


def test_dfbeta_of_a_robust_fit_uses_the_covariance_of_the_model():
    fit = fit_patients(cluster=PATIENTS["cluster"])
    expected = read_matrix("robust", "dfbeta")
    np.testing.assert_allclose(find_cox_residuals(fit, "dfbeta"), expected, atol=1e-9)


@pytest.mark.parametrize("case", AFTER)
def test_schoenfeld_residuals_are_those_of_coxph(case):
    fit = fit_patients(**AFTER[case])
    for scaled, name in [(False, "schoenfeld"), (True, "scaledsch")]:
        found = find_schoenfeld_residuals(fit, scaled=scaled)
        np.testing.assert_array_equal(found.time, read_matrix(case, "schoenfeld_time")[:, 0])
        np.testing.assert_allclose(found.residuals, read_matrix(case, name), atol=1e-8)
        np.testing.assert_array_equal(PATIENTS["time"].to_numpy()[found.position], found.time)


@pytest.mark.parametrize("transform", ["km", "rank", "identity", "log"])
@pytest.mark.parametrize("case", AFTER)
def test_check_proportional_hazards_is_cox_zph(case, transform):
    found = check_proportional_hazards(fit_patients(**AFTER[case]), transform=transform)
    expected = read_matrix(case, f"zph_{transform}")
    np.testing.assert_allclose(found.chi_square, expected[:-1, 0], rtol=ITERATED)
    np.testing.assert_allclose(found.p_value, expected[:-1, 2], rtol=ITERATED)
    assert found.global_test.chi_square == pytest.approx(expected[-1, 0], rel=ITERATED)
    assert found.global_test.degrees_of_freedom == expected[-1, 1]


def test_columns_of_one_term_are_tested_together():
    found = check_proportional_hazards(fit_patients(), terms=["both", "both", "x3"])
    expected = read_matrix("joined", "zph_km")
    assert found.terms == ("both", "x3")
    np.testing.assert_array_equal(found.degrees_of_freedom, expected[:-1, 1])
    np.testing.assert_allclose(found.chi_square, expected[:-1, 0], rtol=ITERATED)


@pytest.mark.parametrize("scale", ["log", "log-log", "plain"])
@pytest.mark.parametrize("case", AFTER)
def test_predicted_survival_is_survfit(case, scale):
    fit = fit_patients(**AFTER[case])
    stratum = ["west", "north", "west"] if AFTER[case].get("strata") else None
    found = predict_cox_survival(
        fit,
        [[1, 0, 0], [0, 1, 1], [1, -1.5, 1]],
        [0.5, 2, 5, 10, 20],
        stratum=stratum,
        conf_type=scale,
    )
    table = TABLE.filter(case=case, quantity=f"survival_{scale}")["value"].to_numpy()
    expected = table.reshape(3, 5, 5)[:, 1:]
    for column, values in enumerate(
        [found.survival, found.standard_error, found.lower, found.upper]
    ):
        # where survival is 1, R has no limits on the log-log scale; they are 1
        want = np.where(np.isnan(expected[:, column]), 1.0, expected[:, column])
        np.testing.assert_allclose(values, want, rtol=ITERATED)


def test_prediction_from_a_robust_fit_takes_the_robust_covariance():
    fit = fit_patients(cluster=PATIENTS["cluster"])
    found = predict_cox_survival(fit, [[1, 1, 0]], [2, 10])
    expected = read_matrix("robust", "survival")
    np.testing.assert_allclose(found.survival[0], expected[:, 0], rtol=ITERATED)
    np.testing.assert_allclose(found.standard_error[0], expected[:, 1], rtol=ITERATED)


@pytest.mark.parametrize("case", AFTER)
def test_baseline_hazard_is_basehaz(case):
    found = find_baseline_hazard(fit_patients(**AFTER[case]))
    expected = read_matrix(case, "basehaz")
    # R lists times of censoring too, where nothing rises
    rises = np.diff(expected[:, 0], prepend=0) != 0
    np.testing.assert_array_equal(found.time, expected[rises, 1])
    np.testing.assert_allclose(found.cumulative_hazard, expected[rises, 0], rtol=ITERATED)
