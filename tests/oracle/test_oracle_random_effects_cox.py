"""Random-effects Cox model against coxph with ridge terms, and against fit_cox."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.stats import fit_cox, fit_random_effects_cox

ITERATED = 1e-8
GROUPS = list("abacbaccbbc")
TABLE = read_oracle("random_effects_cox")
PATIENTS = read_patients()


def read_matrix(case, quantity):
    rows = TABLE.filter(case=case, quantity=quantity)
    shape = (int(rows["i"].max()) + 1, int(rows["j"].max()) + 1)
    matrix = np.full(shape, np.nan)
    matrix[rows["i"].cast(pl.Int64), rows["j"].cast(pl.Int64)] = rows["value"]
    return matrix


X = read_matrix("columns", "x")
FOLLOW_UP = {"entry_time": PATIENTS["entry_time"], "strata": PATIENTS["stratum"]}
CASES = {
    "known": {"group_variance": [0.2, 0.1, 0.05]},
    "schall": {"prior_weight": 2.0, "tolerance": 1e-12},
    "coxrfx": {"prior_weight": 2.0, "tolerance": 1e-12, "freedom": "coxrfx"},
}


@pytest.mark.parametrize("case", CASES)
def test_random_effects_are_coxph_with_ridges(case):
    options = {"freedom": "coxrfx", **CASES[case]} if case == "known" else CASES[case]
    fit = fit_random_effects_cox(
        X, GROUPS, PATIENTS["time"], PATIENTS["event"], **FOLLOW_UP, **options
    )
    assert fit.converged
    np.testing.assert_allclose(fit.group_variance, read_matrix(case, "variance")[:, 0], rtol=1e-7)
    for found, name in [
        (fit.deviation, "deviation"),
        (fit.group_mean, "group_mean"),
    ]:
        np.testing.assert_allclose(found, read_matrix(case, name)[:, 0], rtol=1e-7, atol=1e-9)
    for found, name in [(fit.covariance, "var"), (fit.sampling_covariance, "var2")]:
        np.testing.assert_allclose(found, read_matrix(case, name), rtol=1e-7, atol=1e-9)
    assert fit.log_likelihood == pytest.approx(
        read_matrix(case, "log_likelihood")[0, 0], rel=ITERATED
    )
    if case != "schall":
        freedom = read_matrix(case, "df")[:, 0]
        np.testing.assert_allclose(fit.degrees_of_freedom, freedom, rtol=1e-7)


def test_at_known_variances_it_is_fit_cox_with_ridges_and_sums_of_columns():
    codes = np.array([ord(label) - ord("a") for label in GROUPS])
    variances = np.array([0.2, 0.1, 0.05])
    sums = np.stack([X[:, codes == code].sum(axis=1) for code in range(3)], axis=1)
    ridge = np.concatenate([1 / variances[codes], np.zeros(3)])
    fixed = fit_cox(
        np.column_stack([X, sums]), PATIENTS["time"], PATIENTS["event"], ridge=ridge,
        tolerance=1e-12, **FOLLOW_UP,
    )  # fmt: skip
    fit = fit_random_effects_cox(
        X, GROUPS, PATIENTS["time"], PATIENTS["event"], group_variance=variances, **FOLLOW_UP
    )
    np.testing.assert_allclose(fit.deviation, fixed.log_hazard_ratio[:11], rtol=ITERATED)
    np.testing.assert_allclose(fit.group_mean, fixed.log_hazard_ratio[11:], rtol=ITERATED)
    np.testing.assert_allclose(
        fit.group_mean_standard_error, fixed.standard_error[11:], rtol=ITERATED
    )
