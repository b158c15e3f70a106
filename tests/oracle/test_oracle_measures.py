"""Concordance, Brier score, AUC, calibration and pseudo-values against R."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients
from scipy.special import expit

from chorall.stats import (
    brier_score,
    calibration,
    compare_auc,
    compare_brier_scores,
    compare_concordance,
    decision_curve,
    pseudo_values,
    reclassification,
    time_dependent_auc,
)

CLOSED_FORM = 1e-12
# sums of influences in another order
INFLUENCE = 1e-10
# Score takes the derivative of the censoring weights as if no times were tied; that ours is the
# exact one is shown in tests/unit/stats/test_brier_and_auc.py
TIED_ERROR = 2e-2
UNTIED_ERROR = 1e-3
# glm ends when the deviance does not change in 1e-15 of itself: half the digits of the place
LEAST_SQUARES = 1e-6

PATIENTS = read_patients().with_columns(
    first=pl.col("x1") + 0.5 * pl.col("x2"),
    second=pl.col("x1") + 2 * pl.col("x3"),
    old=pl.Series(expit(read_patients().select(-0.5 + pl.col("x1") + 0.5 * pl.col("x2")))[:, 0]),
    new=pl.Series(
        expit(read_patients().select(-0.3 + 0.6 * pl.col("x1") + 1.2 * pl.col("x3")))[:, 0]
    ),
)
FLAGS = ["entry", "competing", "stratified", "weighted", "clustered"]
PAIRS = (
    read_oracle("concordance")
    .with_columns(pl.col(FLAGS).cast(pl.String).str.to_uppercase() == "TRUE")
    .partition_by(*FLAGS, "timewt", "ymax", maintain_order=True)
)


def name_pairs(table):
    row = table.row(0, named=True)
    named = [flag for flag in FLAGS if row[flag]]
    return "-".join([row["timewt"], *named, str(row["ymax"])])


@pytest.mark.parametrize("expected", PAIRS, ids=name_pairs)
def test_concordance_is_that_of_survival(expected):
    row = expected.row(0, named=True)
    found = compare_concordance(
        PATIENTS["first"],
        PATIENTS["second"],
        PATIENTS["time"],
        PATIENTS["cause"] if row["competing"] else PATIENTS["event"],
        cause_of_interest=1 if row["competing"] else None,
        entry_time=PATIENTS["entry_time"] if row["entry"] else None,
        strata=PATIENTS["stratum"] if row["stratified"] else None,
        weights=PATIENTS["weights"] if row["weighted"] else None,
        cluster=PATIENTS["cluster"] if row["clustered"] else None,
        truncation_time=row["ymax"],
        method="harrell" if row["timewt"] == "n" else "uno",
    )
    for wanted in expected.iter_rows(named=True):
        side = getattr(found, wanted["score"])
        columns = ["concordance", "standard_error"]
        columns += ["n_concordant", "n_discordant", "n_tied_score"]
        # with delayed entry R counts tied events after ymax, without it does not
        columns += [] if row["entry"] and row["ymax"] else ["n_tied_time"]
        for column in columns:
            assert getattr(side, column) == pytest.approx(wanted[column], rel=INFLUENCE), column
    assert found.standard_error == pytest.approx(row["difference_error"], rel=INFLUENCE)


def read_measure(case, measure, model="old"):
    return read_oracle("predicted_risk").filter(case=case, measure=measure, model=model)


def read_follow_up(case):
    time = PATIENTS["time"].to_numpy()
    if case == "untied":
        time = time + np.arange(1, len(time) + 1) / 1000
    if case == "competing":
        return (time, PATIENTS["cause"]), {"cause_of_interest": 1}
    return (time, PATIENTS["event"]), {}


@pytest.mark.parametrize("model", ["old", "new"])
@pytest.mark.parametrize("case", ["survival", "competing", "untied"])
def test_brier_score_and_auc_are_those_of_score(case, model):
    follow_up, cause = read_follow_up(case)
    risk = np.column_stack([PATIENTS[model], PATIENTS[model] ** 2])
    tolerance = UNTIED_ERROR if case == "untied" else TIED_ERROR
    brier = brier_score(risk, *follow_up, [5, 12], **cause)
    expected = read_measure(case, "brier", model)
    np.testing.assert_allclose(brier.brier, expected["value"], rtol=CLOSED_FORM)
    np.testing.assert_allclose(brier.standard_error, expected["error"], rtol=tolerance)
    null = read_measure(case, "brier", "Null model")["value"]
    np.testing.assert_allclose(brier.null_brier, null, rtol=CLOSED_FORM)
    auc = time_dependent_auc(risk, *follow_up, [5, 12], **cause)
    expected = read_measure(case, "auc", model)
    np.testing.assert_allclose(auc.auc, expected["value"], rtol=CLOSED_FORM)
    np.testing.assert_allclose(auc.standard_error, expected["error"], rtol=tolerance)


@pytest.mark.parametrize("case", ["survival", "competing", "untied"])
def test_differences_of_two_models_are_those_of_score(case):
    follow_up, cause = read_follow_up(case)
    risks = [np.column_stack([PATIENTS[m], PATIENTS[m] ** 2]) for m in ("new", "old")]
    tolerance = UNTIED_ERROR if case == "untied" else TIED_ERROR
    for compare, measure in [(compare_brier_scores, "brier"), (compare_auc, "auc")]:
        found = compare(*risks, *follow_up, [5, 12], **cause)
        expected = read_measure(case, f"{measure}_difference", "new-old")
        np.testing.assert_allclose(found.difference, expected["value"], atol=CLOSED_FORM)
        np.testing.assert_allclose(found.standard_error, expected["error"], rtol=tolerance)


@pytest.mark.parametrize("case", ["survival", "competing"])
def test_net_benefit_uses_the_risk_of_survfit_and_cuminc(case):
    follow_up, cause = read_follow_up(case)
    expected = read_measure(case, "net_benefit")
    found = decision_curve(PATIENTS["old"], *follow_up, 12, expected["place"], **cause)
    np.testing.assert_allclose(found.net_benefit, expected["value"], rtol=INFLUENCE)


@pytest.mark.parametrize("case", ["survival", "competing"])
def test_cells_of_the_reclassification_have_the_risk_of_survfit_and_cuminc(case):
    follow_up, cause = read_follow_up(case)
    expected = read_measure(case, "reclassified", "cell")
    found = reclassification(PATIENTS["old"], PATIENTS["new"], *follow_up, 12, [0.3, 0.6], **cause)
    np.testing.assert_array_equal(found.n.ravel(), expected["error"])
    wanted = expected["value"].cast(pl.Float64).to_numpy()
    np.testing.assert_allclose(found.observed.ravel(), wanted, rtol=CLOSED_FORM, atol=1e-15)


@pytest.mark.parametrize("case", ["survival", "competing"])
def test_calibration_solves_the_equations_of_glm(case):
    follow_up, cause = read_follow_up(case)
    x1, x2, x3 = (PATIENTS[name].to_numpy() for name in ("x1", "x2", "x3"))
    risk = 1 - np.exp(-np.exp(-0.9 + 0.5 * x1 + 0.4 * x2 + 0.2 * x3))
    found = calibration(risk, *follow_up, 12, **cause)
    expected = dict(read_oracle("calibration").filter(case=case).select("measure", "value").rows())
    numbers = ["mean_predicted", "intercept", "intercept_error", "slope", "slope_error"]
    numbers += ["mean_absolute_error", "median_absolute_error", "error_90"]
    for name in numbers:
        assert getattr(found, name) == pytest.approx(expected[name], rel=LEAST_SQUARES), name
    for name, words in [
        ("curve_observed", "curve"),
        ("curve_lower", "lower"),
        ("curve_upper", "upper"),
    ]:
        wanted = [expected[f"{words}{place}"] for place in range(1, 6)]
        np.testing.assert_allclose(getattr(found, name)[::25], wanted, rtol=LEAST_SQUARES)


@pytest.mark.parametrize("case", ["survival", "competing"])
def test_pseudo_values_are_those_of_jackknife(case):
    follow_up, cause = read_follow_up(case)
    expected = read_oracle("calibration").filter(
        pl.col("measure").str.starts_with("pseudo"), case=case
    )
    found = pseudo_values(*follow_up, 12, **cause)[:, 0]
    risk = found if cause else 1 - found
    # n times a difference of two products
    np.testing.assert_allclose(risk, expected["value"], atol=1e-11)
