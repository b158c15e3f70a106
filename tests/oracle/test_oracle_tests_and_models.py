"""Log-rank test, Cox model, proportions and adjusted p-values against R."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.stats import adjust_p_values, fit_cox, logrank, proportion_interval

CLOSED_FORM = 1e-12
# both sides iterate until rounding stops them (R: eps = 1e-14); the rest is error of summation
ITERATED = 1e-8
COVARIATES = ["x1", "x2", "x3"]


@pytest.mark.parametrize("case", ["two_groups", "three_groups", "strata"])
def test_logrank_is_survdiff(case):
    patients = read_patients()
    if case == "two_groups":
        patients = patients.filter(pl.col("group") != "C")
    found = logrank(
        patients["time"],
        patients["event"],
        patients["group"],
        strata=patients["stratum"] if case == "strata" else None,
    )
    expected = read_oracle("logrank").filter(case=case)
    assert found.groups.tolist() == expected["group"].to_list()
    np.testing.assert_array_equal(found.n, expected["n"])
    np.testing.assert_array_equal(found.observed, expected["observed"])
    np.testing.assert_allclose(found.expected, expected["expected"], rtol=CLOSED_FORM)
    np.testing.assert_allclose(found.chi_square, expected["chi_square"][0], rtol=CLOSED_FORM)
    np.testing.assert_allclose(found.p_value, expected["p_value"][0], rtol=1e-10)


@pytest.mark.parametrize("case", ["entry", "entry_strata"])
def test_logrank_with_delayed_entry_is_the_score_test_of_coxph(case):
    patients = read_patients().with_row_index("row", offset=1)
    untied = patients["time"] + patients["row"] / 1000
    found = logrank(
        untied,
        patients["event"],
        patients["group"],
        strata=patients["stratum"] if case == "entry_strata" else None,
        entry_time=patients["entry_time"],
    )
    expected = read_oracle("logrank").filter(case=case).row(0, named=True)
    np.testing.assert_allclose(found.chi_square, expected["chi_square"], rtol=1e-10)
    assert found.degrees_of_freedom == 2


def fit_case(row, patients):
    case = row["case"]
    return fit_cox(
        patients.select(COVARIATES),
        patients["time"],
        patients["event"],
        entry_time=patients["entry_time"] if "entry" in case else None,
        strata=patients["stratum"] if "strata" in case or case == "ridge" else None,
        weights=patients["weights"] if row["weighted"] == "TRUE" else None,
        cluster=patients["cluster"] if row["clustered"] == "TRUE" else None,
        ties=row["ties"],
        ridge=2.0 if case == "ridge" else 0.0,
        tolerance=1e-12,
    )


CASES = (
    read_oracle("cox")
    .with_columns(pl.col("weighted", "clustered").cast(pl.String).str.to_uppercase())
    .partition_by("case", "ties", "weighted", "clustered", maintain_order=True)
)


def name_case(table):
    weighted = "-weighted" if table["weighted"][0] == "TRUE" else ""
    clustered = "-clustered" if table["clustered"][0] == "TRUE" else ""
    return f"{table['case'][0]}-{table['ties'][0]}{weighted}{clustered}"


@pytest.mark.parametrize("expected", CASES, ids=name_case)
def test_fit_cox_is_coxph(expected):
    first = expected.row(0, named=True)
    fit = fit_case(first, read_patients())
    assert fit.converged
    np.testing.assert_allclose(fit.log_hazard_ratio, expected["log_hazard_ratio"], rtol=ITERATED)
    np.testing.assert_allclose(
        fit.covariance,
        expected["covariance_0", "covariance_1", "covariance_2"].to_numpy(),
        rtol=ITERATED,
        atol=1e-12,
    )
    np.testing.assert_allclose(fit.standard_error, expected["standard_error"], rtol=ITERATED)
    if first["case"] == "ridge":
        assert np.isnan(fit.wald_test.p_value)
        return
    np.testing.assert_allclose(fit.log_likelihood, first["log_likelihood"], rtol=CLOSED_FORM)
    np.testing.assert_allclose(
        fit.log_likelihood_null, first["log_likelihood_null"], rtol=CLOSED_FORM
    )
    np.testing.assert_allclose(fit.score_test.chi_square, first["score"], rtol=ITERATED)
    np.testing.assert_allclose(fit.wald_test.chi_square, first["wald"], rtol=ITERATED)


def test_proportion_interval_is_prop_test_and_binom_test():
    expected = read_oracle("proportions")
    for level in (0.9, 0.95):
        rows = expected.filter(conf_level=level)
        for method, prefix in [("wilson", "wilson"), ("clopper-pearson", "exact")]:
            found = proportion_interval(
                rows["n_events"], rows["n"], conf_level=level, method=method
            )
            # R finds the exact limits by qbeta, good to about 1e-12
            np.testing.assert_allclose(found.lower, rows[f"{prefix}_lower"], atol=CLOSED_FORM)
            np.testing.assert_allclose(found.upper, rows[f"{prefix}_upper"], atol=CLOSED_FORM)


@pytest.mark.parametrize("method", ["BH", "BY"])
def test_adjust_p_values_is_p_adjust(method):
    table = read_oracle("p_values")
    found = adjust_p_values(table["p"], method)
    np.testing.assert_allclose(found, table[method].to_numpy(), rtol=CLOSED_FORM)
