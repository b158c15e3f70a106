"""Gray's test against cmprsk."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.stats import gray_test

CLOSED_FORM = 1e-12


@pytest.mark.parametrize("rho", [0.0, 1.0, -0.5])
@pytest.mark.parametrize("stratified", [False, True])
@pytest.mark.parametrize("groups", ["two", "three"])
def test_gray_test_is_cuminc(groups, stratified, rho):
    patients = read_patients()
    if groups == "two":
        patients = patients.filter(pl.col("group") != "C")
    found = gray_test(
        patients["time"],
        patients["cause"],
        patients["group"],
        strata=patients["stratum"] if stratified else None,
        rho=rho,
    )
    oracle = read_oracle("gray").with_columns(
        pl.col("stratified").cast(pl.String).str.to_uppercase()
    )
    expected = oracle.filter(groups=groups, stratified=str(stratified).upper(), rho=rho)
    np.testing.assert_array_equal(found.causes, expected["cause"])
    np.testing.assert_array_equal(found.degrees_of_freedom, expected["degrees_of_freedom"])
    np.testing.assert_allclose(found.chi_square, expected["chi_square"], rtol=CLOSED_FORM)
    # R: 1 - pchisq loses digits of small p-values
    np.testing.assert_allclose(found.p_value, expected["p_value"], rtol=1e-9, atol=1e-15)
