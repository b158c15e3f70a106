"""Kernels against other programs than those of R's survival: mets, timereg, prodlim, mice, qvalue.

Also what no package has (Gonen and Heller), written out in R pair by pair.
"""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.stats import (
    combine_imputations,
    concordance_gonen_heller,
    count_at_risk,
    cumulative_incidence,
    find_q_values,
    fit_cox,
    fit_fine_gray,
    kaplan_meier,
    pseudo_values,
    restricted_mean_difference,
)

CLOSED_FORM = {"rtol": 1e-12, "atol": 1e-12}
# quantiles of t, as in test_oracle_pooling.py
QUANTILE = {"rtol": 1e-10}
# both sides iterate until rounding stops them
ITERATED = {"rtol": 1e-8, "atol": 1e-10}

TABLE = read_oracle("second_rung")
PATIENTS = read_patients()
TIME, EVENT, CAUSE = (PATIENTS[name].to_numpy() for name in ("time", "event", "cause"))
X = PATIENTS.select("x1", "x2", "x3").to_numpy()


def read_values(kernel, case, quantity):
    rows = TABLE.filter(kernel=kernel, case=case, quantity=quantity)
    assert len(rows)
    return rows["value"].to_numpy()


def find_untied_times():
    """Every time a little later, by the rank of x2 and then of the row, as in the script."""
    rank = np.argsort(np.lexsort((np.arange(len(TIME)), X[:, 1])))
    return TIME + (rank + 1) / 1000


@pytest.mark.parametrize("horizon", [5, 12])
@pytest.mark.parametrize("case", ["all", "size", "inverse-variance"])
def test_restricted_mean_differences_are_those_of_survfit(case, horizon):
    options = {} if case == "all" else {"strata": PATIENTS["stratum"], "pooling": case}
    found = restricted_mean_difference(TIME, EVENT, PATIENTS["x1"], horizon=horizon, **options)
    expected = read_values("restricted_mean_difference", case, f"to{horizon}")
    np.testing.assert_allclose([found.difference, found.standard_error], expected, **CLOSED_FORM)


@pytest.mark.parametrize("case", ["all", "entry"])
def test_count_at_risk_is_what_survfit_prints(case):
    entry_time = PATIENTS["entry_time"] if case == "entry" else None
    found = count_at_risk(TIME, [0.5, 1, 4, 7.5, 15, 29], entry_time=entry_time)
    np.testing.assert_array_equal(found, read_values("count_at_risk", case, "n"))


def test_gonen_and_hellers_concordance_is_their_sum_over_pairs():
    def read(quantity):
        return read_values("concordance_gonen_heller", "all", quantity)

    found = concordance_gonen_heller(X, read("slopes"), read("covariance").reshape(3, 3))
    assert found.concordance == pytest.approx(read("concordance")[0], rel=1e-12)


@pytest.mark.parametrize("complete", [np.inf, 40])
@pytest.mark.parametrize(
    ("case", "estimates", "errors"),
    [
        ("first", [0.52, 0.61, 0.44, 0.58, 0.49], [0.21, 0.2, 0.23, 0.22, 0.2]),
        ("second", [-1.2, 0.4, -0.3], [0.5, 0.6, 0.4]),
    ],
)
def test_combine_imputations_is_mice(case, estimates, errors, complete):
    given = None if np.isinf(complete) else complete
    found = combine_imputations(estimates, errors, complete_degrees_of_freedom=given)
    name = "completeInf" if np.isinf(complete) else f"complete{complete}"
    expected = read_values("combine_imputations", case, name)
    values = [found.estimate, found.standard_error, found.degrees_of_freedom]
    np.testing.assert_allclose(np.ravel([*values, found.missing_fraction]), expected, **QUANTILE)


def test_q_values_are_those_of_qvalue():
    p, expected = (read_values("find_q_values", "all", name) for name in ("p", "q"))
    np.testing.assert_allclose(find_q_values(p), expected, **CLOSED_FORM)
    part = read_values("find_q_values", "all", "null_fraction")[0]
    np.testing.assert_allclose(find_q_values(p, null_fraction=part), expected, **CLOSED_FORM)


@pytest.mark.parametrize("case", ["plain", "strata", "entry"])
def test_cox_models_of_untied_times_are_those_of_mets(case):
    fit = fit_cox(
        X, find_untied_times(), EVENT, tolerance=1e-12,
        strata=None if case == "plain" else PATIENTS["stratum"],
        entry_time=PATIENTS["entry_time"] if case == "entry" else None,
    )  # fmt: skip
    for name in ("log_hazard_ratio", "standard_error"):
        np.testing.assert_allclose(
            getattr(fit, name), read_values("fit_cox", case, name), **ITERATED
        )


def test_robust_errors_by_cluster_are_those_of_mets():
    fit = fit_cox(X, find_untied_times(), EVENT, tolerance=1e-12, cluster=PATIENTS["cluster"])
    expected = read_values("fit_cox", "cluster", "standard_error")
    np.testing.assert_allclose(fit.standard_error, expected, **ITERATED)


def test_a_cox_model_of_untied_times_is_that_of_timereg():
    fit = fit_cox(X, find_untied_times(), EVENT, tolerance=1e-12)
    for name in ("log_hazard_ratio", "standard_error"):
        expected = read_values("fit_cox", "timereg", name)
        np.testing.assert_allclose(getattr(fit, name), expected, **ITERATED)


@pytest.mark.parametrize("case", ["plain", "groups"])
def test_fine_gray_models_are_those_of_mets(case):
    groups = None if case == "plain" else PATIENTS["stratum"]
    fit = fit_fine_gray(X, find_untied_times(), CAUSE, censoring_strata=groups, tolerance=1e-12)
    expected = read_values("fit_fine_gray", case, "log_hazard_ratio")
    np.testing.assert_allclose(fit.log_hazard_ratio, expected, **ITERATED)


def test_curves_are_those_of_prodlim():
    curve = kaplan_meier(TIME, EVENT)
    np.testing.assert_allclose(
        curve.survival, read_values("kaplan_meier", "all", "survival"), **CLOSED_FORM
    )
    error = read_values("kaplan_meier", "all", "standard_error")
    np.testing.assert_allclose(curve.standard_error, error, **CLOSED_FORM)
    curves = cumulative_incidence(TIME, CAUSE)
    for kind in (1, 2):
        expected = read_values("cumulative_incidence", "all", f"cause{kind}")
        np.testing.assert_allclose(curves.cumulative_incidence[kind - 1], expected, **CLOSED_FORM)


def test_pseudo_values_are_prodlims_jackknife():
    found = pseudo_values(TIME, EVENT, 8.0)[:, 0]
    np.testing.assert_allclose(found, read_values("pseudo_values", "all", "at8"), rtol=1e-11)


def test_every_row_of_the_table_is_read():
    read = {"restricted_mean_difference", "count_at_risk", "concordance_gonen_heller",
            "combine_imputations", "find_q_values", "fit_cox", "fit_fine_gray", "kaplan_meier",
            "cumulative_incidence", "pseudo_values"}  # fmt: skip
    assert set(TABLE["kernel"]) == read
    assert TABLE["value"].dtype == pl.Float64
