"""Logistic regression, exact tables, many pooled proportions and age curves, as in R."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.models.age_curve import fit_age_curve
from chorall.stats import (
    fit_logistic,
    mantel_haenszel,
    pool_many_proportions,
    score_logistic,
)

ITERATED = 1e-7
# metafor climbs with numerical derivatives
METAFOR = 1e-4

TABLES = {
    "usual": [[[12, 7], [5, 30]], [[4, 8], [9, 22]], [[0, 6], [3, 11]]],
    "sparse": [[[2, 1], [0, 9]], [[1, 0], [3, 5]]],
    "never": [[[0, 7], [6, 20]], [[0, 4], [3, 11]]],
    "strong": [[[60, 4], [5, 300]], [[40, 3], [2, 150]]],
}
POOLED = {
    "pooled_usual": ([12, 30, 7, 55, 21, 3], [120, 190, 95, 310, 260, 64]),
    "pooled_rare": ([0, 1, 3, 0, 2, 0, 9], [40, 55, 120, 33, 210, 18, 150]),
    "pooled_wide": ([1, 90, 20, 4, 60], [100, 100, 80, 5, 62]),
}


def read_case(case):
    rows = read_oracle("logistic").filter(case=case)
    values = rows["value"].cast(pl.Float64)
    return dict(zip(rows["term"], values, strict=True))


@pytest.fixture(scope="module")
def patients():
    table = read_patients()
    carries = (pl.col("x3") == 1) | ((pl.col("x1") == 1) & (pl.col("cause") == 2))
    return table.with_columns(present=carries)


def assert_terms(fit, expected, strata, columns):
    error = np.sqrt(np.diag(fit.covariance))
    estimates = [*fit.intercept, *fit.log_odds_ratio]
    for place, term in enumerate([*strata, *columns]):
        assert estimates[place] == pytest.approx(expected[f"{term}:estimate"], rel=ITERATED)
        assert error[place] == pytest.approx(expected[f"{term}:error"], rel=ITERATED)
    for place, term in enumerate(columns):
        assert fit.p_value[place] == pytest.approx(expected[f"{term}:p"], rel=1e-6)


@pytest.mark.parametrize("case", ["glm", "firth"])
def test_fit_logistic_is_glm_and_brglm_fit(patients, case):
    fit = fit_logistic(
        patients.select("x2", "x1").to_numpy(), patients["present"].to_numpy(),
        strata=patients["stratum"].to_numpy(), firth=case == "firth",
    )  # fmt: skip
    expected = read_case(case)
    strata = [f"stratum{name}" for name in ("north", "south", "west")]
    assert_terms(fit, expected, strata, ["x2", "x1"])
    if case == "glm":
        assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-10)


def test_fit_logistic_without_strata_is_glm(patients):
    fit = fit_logistic(patients.select("x2").to_numpy(), patients["present"].to_numpy())
    assert_terms(fit, read_case("plain"), ["(Intercept)"], ["x2"])


def test_firth_is_finite_where_outcomes_are_separated(patients):
    x, separate = patients.select("x2").to_numpy(), (patients["x2"] > 1.2).to_numpy()
    assert_terms(
        fit_logistic(x, separate, firth=True), read_case("separated"), ["(Intercept)"], ["x2"]
    )


@pytest.mark.parametrize(("columns", "case"), [(["x2"], "one"), (["x2", "x1"], "two")])
def test_score_logistic_is_rao(patients, columns, case):
    found = score_logistic(
        patients.select(columns).to_numpy(), patients["present"].to_numpy(),
        strata=patients["stratum"].to_numpy(),
    )  # fmt: skip
    assert found.chi_square == pytest.approx(read_case("score")[case], rel=ITERATED)
    assert found.degrees_of_freedom == len(columns)


def test_the_age_curve_is_glm_with_a_natural_spline(patients):
    curve = fit_age_curve(
        (20 + 10 * patients["x2"]).to_numpy(), patients["present"].to_numpy(),
        patients["stratum"].to_numpy(), grid=np.array([0.0, 15.5, 33.0]),
    )  # fmt: skip
    expected = read_case("age_curve")
    for place, age in enumerate(("0", "15.5", "33")):
        for name in ("proportion", "lower", "upper"):
            found = getattr(curve, name)[place]
            assert found == pytest.approx(expected[f"{age}:{name}"], rel=1e-6), (age, name)
    assert curve.any_p_value == pytest.approx(expected["p_any"], rel=1e-6)
    assert curve.curved_p_value == pytest.approx(expected["p_curved"], rel=1e-6)
    assert curve.trend_p_value == pytest.approx(expected["trend"], rel=1e-6)
    assert curve.odds_ratio == pytest.approx(expected["odds_ratio_per_decade"], rel=1e-6)
    assert not curve.firth


@pytest.mark.parametrize("case", TABLES)
def test_mantel_haenszel_is_mantelhaen_test(case):
    found = mantel_haenszel(TABLES[case])
    for name, value in read_case(case).items():
        wanted = np.nan if value is None else value
        found_value = getattr(found, name)
        if name.startswith("conditional") and np.isfinite(wanted) and wanted > 0:
            # R finds the ratio, or its inverse above 1, with uniroot, to 1.2e-4
            power = -1 if wanted > 1 else 1
            assert found_value**power == pytest.approx(wanted**power, abs=1.3e-4), name
        else:
            np.testing.assert_allclose(found_value, wanted, rtol=1e-7, err_msg=name)


@pytest.mark.parametrize("case", POOLED)
def test_pool_many_proportions_is_rma_glmm(case):
    found = pool_many_proportions(*([row] for row in POOLED[case]))
    for name, value in read_case(case).items():
        assert getattr(found, name)[0] == pytest.approx(value, rel=METAFOR), name
