"""A scan of a pool against loops of R's coxph, and its pooling of trials against metafor."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle
from unit.analyses.pool_builder import build_pool

from chorall.analyses.scan import scan_prognosis

# both sides iterate until rounding stops them; the spline's columns are nearly collinear
ITERATED = 1e-7
POOLED = 1e-6
EXPECTED = read_oracle("scan_effects")
KEY = ("endpoint", "marker")


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    drawn = read_oracle("scan_patients")
    patients = drawn.select(
        "lineage", "sex", patient_id="id", trial_id="trial", age_years="age", wbc_10e9_per_l="wbc"
    )
    markers = drawn.select("id", r"^M\d$").unpivot(index="id", variable_name="marker")
    statuses = markers.select(
        "marker",
        patient_id="id",
        status=pl.col("value").replace_strict(
            {1: "present", 0: "absent"}, default="not_tested", return_dtype=pl.String
        ),
    )
    survived = drawn.select(
        patient_id="id", endpoint=pl.lit("OS"), time="os_time", cause="os_event"
    )
    relapsed = drawn.filter(remission=1).select(
        patient_id="id", endpoint=pl.lit("CIR"), time="cir_time", cause="cir_cause"
    )
    pool = build_pool(
        tmp_path_factory.mktemp("scan") / "pool",
        patients=patients,
        statuses=statuses,
        outcomes=pl.concat([survived, relapsed]),
    )
    return scan_prognosis(pool, endpoints=["OS", "CIR"], pairs=True)


@pytest.fixture(scope="module")
def rows(result):
    found = result.rows.filter(model="marker")
    return EXPECTED.select(KEY).join(found, on=KEY, how="left", maintain_order="left")


@pytest.mark.parametrize("column", ["n", "n_events", "n_present"])
def test_counts(rows, column):
    assert rows[column].to_list() == EXPECTED[column].to_list()


@pytest.mark.parametrize(
    "column", ["log_hazard_ratio", "standard_error", "p_value", "q_value", "q_value_by"]
)
def test_stratified_models(rows, column):
    np.testing.assert_allclose(rows[column], EXPECTED[column], rtol=ITERATED)


@pytest.mark.parametrize("trial", ["A", "B", "C"])
def test_each_trial(result, trial):
    found = EXPECTED.select(KEY).join(
        result.by_trial.filter(trial=trial), on=KEY, how="left", maintain_order="left"
    )
    np.testing.assert_allclose(found["hazard_ratio"].log(), EXPECTED[f"b_{trial}"], rtol=ITERATED)
    error = (found["upper"].log() - found["lower"].log()) / (2 * 1.959963984540054)
    np.testing.assert_allclose(error, EXPECTED[f"s_{trial}"], rtol=ITERATED)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("pooled_hazard_ratio", "pooled"),
        ("pooled_lower", "pooled_lower"),
        ("pooled_upper", "pooled_upper"),
        ("prediction_lower", "prediction_lower"),
        ("prediction_upper", "prediction_upper"),
    ],
)
def test_two_stages(rows, column, expected):
    np.testing.assert_allclose(rows[column].log(), EXPECTED[expected], rtol=POOLED)


@pytest.mark.parametrize("column", ["i2", "tau2"])
def test_heterogeneity(rows, column):
    np.testing.assert_allclose(rows[column], EXPECTED[column], rtol=POOLED, atol=1e-9)
    assert (EXPECTED["tau2"] > 0).any()
    assert rows["n_trials"].unique().to_list() == [3]


def test_a_pair_and_its_interaction(result):
    pair = result.rows.row(
        by_predicate=(pl.col("marker") == "M1 & M2") & (pl.col("endpoint") == "OS"), named=True
    )
    crossed = result.rows.row(
        by_predicate=(pl.col("marker") == "M1 x M2") & (pl.col("endpoint") == "OS"), named=True
    )
    first = EXPECTED.row(0, named=True)
    assert pair["log_hazard_ratio"] == pytest.approx(first["pair_log_hazard_ratio"], rel=ITERATED)
    assert pair["p_value"] == pytest.approx(first["pair_p_value"], rel=ITERATED)
    for column in ("log_hazard_ratio", "standard_error"):
        expected = first[f"interaction_{column}"]
        assert crossed[column] == pytest.approx(expected, rel=ITERATED)
