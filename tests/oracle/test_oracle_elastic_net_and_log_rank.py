"""Elastic-net Cox paths against glmnet, weighted log-rank tests against survdiff."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.stats import fit_elastic_net_cox, logrank_trend, weighted_logrank

PATIENTS = read_patients()
X = PATIENTS.select(
    "x1",
    "x2",
    "x3",
    (pl.col("x1") * pl.col("x2")).alias("x12"),
    (pl.col("x2") ** 2).alias("x22"),
    (pl.col("x3") * pl.col("x2")).alias("x32"),
).to_numpy()
PENALTIES = [0.2, 0.1, 0.05, 0.01, 0.001]
CASES = {
    "lasso": {},
    "half": {"l1_ratio": 0.5},
    "ridge": {"l1_ratio": 0.0},
    "strata": {"l1_ratio": 0.5, "strata": PATIENTS["stratum"]},
    "entry": {"l1_ratio": 0.5, "entry_time": PATIENTS["entry_time"]},
    "weights": {
        "l1_ratio": 0.3,
        "weights": PATIENTS["weights"],
        "penalty_factor": [0, 1, 1, 1, 2, 1],
    },
    "offset": {"l1_ratio": 0.5, "offset": 0.3 * PATIENTS["x1"] * PATIENTS["x3"]},
    "as_is": {"standardise": False},
}


@pytest.mark.parametrize("case", CASES)
def test_fit_elastic_net_cox_is_glmnet(case):
    options = {"penalties": PENALTIES, "tolerance": 1e-11, **CASES[case]}
    path = fit_elastic_net_cox(X, PATIENTS["time"], PATIENTS["event"], **options)
    assert path.converged.all()
    expected = read_oracle("elastic_net_cox").filter(case=case).sort("i", "j")
    coefficients = expected["value"].to_numpy().reshape(-1, 6)
    np.testing.assert_allclose(path.penalty, expected["penalty"].to_numpy()[::6], rtol=1e-12)
    np.testing.assert_allclose(path.log_hazard_ratio, coefficients, rtol=1e-7, atol=1e-8)
    np.testing.assert_array_equal(path.log_hazard_ratio == 0, coefficients == 0)


def test_the_path_of_penalties_is_that_of_glmnet():
    path = fit_elastic_net_cox(X, PATIENTS["time"], PATIENTS["event"], n_penalties=6)
    expected = read_oracle("elastic_net_cox").filter(case="path", j=0)["penalty"]
    # glmnet computes the ratio of two penalties in single precision
    np.testing.assert_allclose(path.penalty, expected, rtol=1e-6)
    assert path.log_hazard_ratio[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "row", read_oracle("log_rank_family").rows(named=True), ids=lambda row: str(row["case"])
)
def test_weighted_logrank_and_trend_are_survdiff(row):
    options = {
        "rho": row["rho"],
        "gamma": row["gamma"],
        "strata": PATIENTS["stratum"] if "strata" in row["case"] else None,
        "entry_time": PATIENTS["entry_time"] if "entry" in row["case"] else None,
    }
    arguments = (PATIENTS["time"], PATIENTS["event"], PATIENTS["group"])
    found = weighted_logrank(*arguments, **options)
    assert found.chi_square == pytest.approx(row["chi_square"], rel=1e-10)
    trend = logrank_trend(*arguments, scores=[1, 2, 4], **options)
    assert trend.z == pytest.approx(row["trend"], rel=1e-10)
