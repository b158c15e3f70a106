"""The Fine-Gray model against R: crr, and finegray with coxph."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients
from properties.plain_fine_gray import PlainFineGray

from chorall.stats import fit_fine_gray
from chorall.stats.fine_gray_arguments import standardise
from chorall.stats.fine_gray_robust import find_score_residuals, sum_clusters
from chorall.stats.fine_gray_sums import sum_likelihood

# both sides iterate until rounding stops them; the rest is error of summation
ITERATED = 1e-8
COVARIATES = ["x1", "x2", "x3"]
FINEGRAY_CASES = ["untied", "strata", "entry", "entry_strata", "cluster", "entry_cluster"]
ORACLE = read_oracle("fine_gray")


def fit_case(case, kind, patients):
    untied = case not in ("crr", "crr_groups")
    rows = patients.with_row_index("row", offset=1)
    return fit_fine_gray(
        patients.select(COVARIATES),
        rows["time"] + rows["row"] / 1000 if untied else patients["time"],
        patients["cause"],
        cause_of_interest=kind,
        strata=patients["stratum"] if "strata" in case else None,
        censoring_strata=patients["stratum"] if case == "crr_groups" else None,
        entry_time=patients["entry_time"] if "entry" in case else None,
        cluster=patients["cluster"] if "cluster" in case else None,
        tolerance=1e-12,
    )


def read_case(case, kind):
    return ORACLE.filter(case=case, cause_of_interest=kind)


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("case", ["crr", "crr_groups"])
def test_fit_fine_gray_is_crr(case, kind):
    patients = read_patients()
    fit = fit_case(case, kind, patients)
    expected = read_case(case, kind)
    assert fit.converged
    np.testing.assert_allclose(fit.log_hazard_ratio, expected["estimate"], rtol=ITERATED)
    np.testing.assert_allclose(fit.log_likelihood, expected["log_likelihood"][0], rtol=1e-12)
    np.testing.assert_allclose(
        fit.log_likelihood_null, expected["log_likelihood_null"][0], rtol=1e-12
    )
    covariance = read_covariance(case, kind)
    if case == "crr":
        np.testing.assert_allclose(fit.covariance, covariance, rtol=ITERATED)
    else:
        assert np.abs(fit.covariance / covariance - 1).max() > 1e-4


@pytest.mark.parametrize("kind", [1, 2])
def test_with_censoring_groups_crr_leaves_out_the_events_of_other_groups(kind):
    patients = read_patients()
    fit = fit_case("crr_groups", kind, patients)
    cause, group = patients["cause"].to_numpy(), patients["stratum"].rank("dense").to_numpy()
    n = len(cause)
    kinds = np.where(cause == kind, 1, np.where(cause > 0, 2, 0))
    plain = PlainFineGray(
        patients.select(COVARIATES).to_numpy().astype(float), patients["time"].to_numpy(), kinds,
        np.full(n, -1.0), np.zeros(n), group, np.ones(n),
    )  # fmt: skip
    information = np.outer(fit.basis.scale, fit.basis.scale) * fit.basis.sums.information
    for leaves_out, expected in [(True, read_covariance("crr_groups", kind)), (False, None)]:
        plain.own_events_only = leaves_out
        influence = np.linalg.solve(information, plain.find_residuals(fit.log_hazard_ratio).T)
        expected = fit.covariance if expected is None else expected
        np.testing.assert_allclose(influence @ influence.T, expected, rtol=ITERATED)


def read_covariance(case, kind):
    columns = ["covariance_0", "covariance_1", "covariance_2"]
    return read_case(case, kind).select(columns).to_numpy()


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("case", ["crr", "crr_groups"])
def test_predicted_incidence_is_predict_crr(case, kind):
    patients = read_patients()
    fit = fit_case(case, kind, patients)
    x = patients.select(COVARIATES).to_numpy()
    for row in range(3):
        expected = read_case(f"{case}_predicted", kind).filter(column=row)
        found = fit.predict(x[row : row + 1], expected["time"])
        np.testing.assert_allclose(
            found.cumulative_incidence[0], expected["estimate"], rtol=ITERATED
        )


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("case", FINEGRAY_CASES)
def test_fit_fine_gray_is_finegray_with_coxph(case, kind):
    patients = read_patients()
    fit = fit_case(case, kind, patients)
    expected = read_case(case, kind)
    np.testing.assert_allclose(fit.log_hazard_ratio, expected["estimate"], rtol=ITERATED)
    np.testing.assert_allclose(fit.log_likelihood, expected["log_likelihood"][0], rtol=1e-12)
    # coxph takes the weights as known
    x = standardise(patients.select(COVARIATES), fit.basis.rows).x
    residuals = find_score_residuals(fit.basis.rows, fit.basis.sums, x, known_weights=True)
    model = find_model_covariance(fit, x)
    influence = sum_clusters(residuals, fit.basis.clusters) @ model / fit.basis.scale
    np.testing.assert_allclose(influence.T @ influence, read_covariance(case, kind), rtol=1e-7)


def find_model_covariance(fit, x):
    sums = sum_likelihood(fit.basis.rows, x, fit.basis.coefficients)
    return np.linalg.inv(sums.information)


def test_the_oracle_has_every_case():
    assert ORACLE.filter(pl.col("column") == 0)["case"].n_unique() == 10
