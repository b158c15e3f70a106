"""Splines of formulas against R's ns, rms and coxph."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.models.cox_model import fit_cox_model
from chorall.models.formula_design import build_formula_design

# both sides are closed forms
EXACT = {"rtol": 1e-10, "atol": 1e-10}
ORACLE = read_oracle("splines")
NEW = [-4.0, -1.99, -0.3, 0.0, 0.77, 1.5, 2.6]
FORMULAS = {
    **{f"ns{df}": f"ns(x2, df={df})" for df in range(1, 6)},
    **{f"rcs{k}": f"rcs(x2, {k})" for k in (3, 4, 5)},
    "ns_knots": "ns(x2, knots=[-1, 0.2])",
}


def read_basis(case, where):
    part = ORACLE.filter(case=case, where=where)
    return part["value"].to_numpy().reshape(part["column"].n_unique(), -1).T


@pytest.mark.parametrize("case", FORMULAS)
def test_the_basis_is_that_of_r(case):
    built = build_formula_design(read_patients(), FORMULAS[case])
    np.testing.assert_allclose(built.design.values, read_basis(case, "data"), **EXACT)
    beyond = built.apply(pl.DataFrame({"x2": NEW}))
    np.testing.assert_allclose(beyond.values, read_basis(case, "new"), **EXACT)


def test_a_cox_model_with_a_spline_and_its_interaction_is_coxph():
    patients = read_patients().with_columns(pl.col("time", "x1", "x2").cast(pl.Float64))
    model = fit_cox_model(patients.drop("entry_time"), terms="ns(x2, df=3) * x1", strata="stratum")
    found = [[np.log(term.hazard_ratio), term.standard_error] for term in model.terms]
    expected = [read_basis("cox", where)[:, 0] for where in ("estimate", "error")]
    # both iterate until rounding stops them
    np.testing.assert_allclose(np.array(found).T, expected, rtol=1e-7)


def test_ns_and_rcs_with_the_same_knots_are_the_same_curves():
    patients = read_patients()
    low, *inner, high = np.quantile(patients["x2"], [0, 0.3, 0.7, 1])
    one, other = (
        build_formula_design(patients, formula).design.values
        for formula in (
            f"ns(x2, knots=[{inner[0]}, {inner[1]}])",
            f"rcs(x2, knots=[{low}, {inner[0]}, {inner[1]}, {high}])",
        )
    )
    with_constant = np.column_stack([np.ones(len(other)), other])
    fitted = with_constant @ np.linalg.lstsq(with_constant, one, rcond=None)[0]
    np.testing.assert_allclose(fitted, one, atol=1e-10)
