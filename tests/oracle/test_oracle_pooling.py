"""Pooling against R: metafor, lme4, and Rubin's rules."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle

from chorall.stats import (
    adjust_p_values,
    combine_imputations,
    fit_meta_regression,
    pool_effects,
    pool_proportions,
)

# both sides iterate until rounding stops them
ITERATED = 1e-8
CLOSED_FORM = 1e-12
# glmer ends its climb at about this distance in the parameters
GLMER = 1e-5

STUDIES = {
    "few": ([0.21, -0.15, 0.62], [0.15, 0.22, 0.31]),
    "many": (
        [-0.35, 0.12, -0.61, -0.09, -0.44, 0.28, -0.78, -0.2, -0.05, -0.51, 0.03, -0.33],
        [0.18, 0.25, 0.31, 0.12, 0.2, 0.4, 0.35, 0.09, 0.22, 0.15, 0.28, 0.5],
    ),
    "alike": ([0.1, 0.13, 0.07, 0.12], [0.2, 0.3, 0.25, 0.1]),
    "scattered": ([3, -2, 5, 0.5, -4], [0.1, 0.2, 0.1, 0.05, 0.3]),
}
X = np.array([0.2, 1.5, -0.7, 0.9, 1.1, -1.3, 0.4, 2.2, -0.2, 0.6, 1.8, -0.9])
MODERATORS = {"one_moderator": X, "two_moderators": np.column_stack([X, np.tile([0, 1], 6)])}
SHARED = ["standard_error", "lower", "upper", "statistic", "p_value", "tau2", "i_squared", "q"]
SHARED += ["q_p_value", "tau2_lower", "tau2_upper"]

CASES = (
    read_oracle("pooling")
    .with_columns(pl.col("hartung_knapp").cast(pl.String).str.to_uppercase() == "TRUE")
    .partition_by("case", "method", "hartung_knapp", "conf_level", maintain_order=True)
)


def name_case(table):
    first = table.row(0, named=True)
    knapp = "-knapp" if first["hartung_knapp"] else ""
    return f"{first['case']}-{first['method']}{knapp}-{first['conf_level']}"


def read_settings(table):
    return dict(
        zip(
            ["method", "hartung_knapp", "conf_level"],
            table.select("method", "hartung_knapp", "conf_level").row(0),
            strict=True,
        )
    )


def assert_columns(found, expected, columns):
    for column in columns:
        wanted = expected[column].cast(pl.Float64).to_numpy()
        value = np.broadcast_to(getattr(found, column), wanted.shape)
        np.testing.assert_allclose(value, wanted, rtol=ITERATED, atol=1e-10, err_msg=column)


@pytest.mark.parametrize("expected", [c for c in CASES if c["case"][0] in STUDIES], ids=name_case)
def test_pool_effects_is_rma(expected):
    found = pool_effects(*STUDIES[expected["case"][0]], **read_settings(expected))
    prediction = ["prediction_lower", "prediction_upper"]
    assert_columns(found, expected, ["estimate", *prediction, *SHARED])


@pytest.mark.parametrize(
    "expected", [c for c in CASES if c["case"][0] in MODERATORS], ids=name_case
)
def test_fit_meta_regression_is_rma_with_mods(expected):
    moderators = MODERATORS[expected["case"][0]]
    found = fit_meta_regression(*STUDIES["many"], moderators, **read_settings(expected))
    np.testing.assert_allclose(found.coefficients, expected["estimate"], rtol=ITERATED)
    columns = [*SHARED, "moderator_statistic", "moderator_p_value"]
    assert_columns(found, expected, columns if found.method == "fixed" else [*columns, "r_squared"])


PROPORTIONS = {
    "usual": ([12, 30, 7, 55, 21, 3], [120, 190, 95, 310, 260, 64]),
    "rare": ([0, 1, 3, 0, 2, 0, 9], [40, 55, 120, 33, 210, 18, 150]),
    "alike": ([10, 21, 40], [50, 100, 200]),
    "wide": ([1, 90, 20, 4, 60], [100, 100, 80, 5, 62]),
}


@pytest.mark.parametrize("case", PROPORTIONS)
def test_pool_proportions_is_glmer(case):
    expected = read_oracle("pooled_proportions").row(
        by_predicate=pl.col("case") == case, named=True
    )
    found = pool_proportions(*PROPORTIONS[case], t_distribution=False)
    assert found.log_odds == pytest.approx(expected["logit"], rel=GLMER)
    assert found.log_odds == pytest.approx(expected["metafor_logit"], rel=1e-4)
    assert found.standard_error == pytest.approx(expected["standard_error"], rel=GLMER)
    assert found.tau2 == pytest.approx(expected["tau2"], rel=GLMER, abs=1e-9)


@pytest.mark.parametrize("complete", [np.inf, 40.0])
def test_combine_imputations_is_pool_scalar(complete):
    fits = {
        "first": ([0.52, 0.61, 0.44, 0.58, 0.49], [0.21, 0.2, 0.23, 0.22, 0.2]),
        "second": ([-1.2, 0.4, -0.3], [0.5, 0.6, 0.4]),
    }
    expected = read_oracle("imputations").with_columns(pl.col("complete").cast(pl.Float64))
    for row in expected.filter(complete=complete).iter_rows(named=True):
        given = None if np.isinf(complete) else complete
        found = combine_imputations(*fits[row["case"]], complete_degrees_of_freedom=given)
        for column in set(row) - {"case", "complete"}:
            # R and SciPy find quantiles of t to about this accuracy
            assert getattr(found, column) == pytest.approx(row[column], rel=1e-10), column


@pytest.mark.parametrize("method", ["holm", "bonferroni"])
def test_family_wise_adjustment_is_p_adjust(method):
    table = read_oracle("p_values_family")
    found = adjust_p_values(table["p"], method)
    np.testing.assert_allclose(found, table[method].to_numpy(), rtol=CLOSED_FORM)
