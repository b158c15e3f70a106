"""The analysis of prognosis against R: coxph, cox.zph, survSplit, tmerge, crr, cuminc, metafor."""

from __future__ import annotations

import math

import polars as pl
import pytest
from oracle.oracle_tables import read_oracle
from unit.analyses.pool_builder import build_pool

from chorall.analyses.prognosis import prognosis
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.tables.store import Pool

PROMISED = 1e-6
"""What the issue of prognosis promises; both sides iterate far below it."""
FLAT = 1e-4
"""REML is flat near its maximum, so tau2 moves more than the estimate does."""

CASES = read_oracle("prognosis").rows(named=True)
TERMS = "age_years (spline) + sex + log2 wbc_10e9_per_l"
MARKERS = ("TP53", "IKZF1_del", "NRAS")


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    patients = read_oracle("prognosis_patients")
    single = patients.with_columns(
        endpoint=pl.lit("OS"), cause=(pl.col("cause") > 0).cast(pl.Int64)
    )
    named = ["patient_id", "endpoint", "time", "cause"]
    transplants = patients.drop_nulls("transplant").select(
        "patient_id",
        "trial_id",
        n=pl.lit(1),
        day=pl.col("transplant").cast(pl.Int64),
        remission_status=pl.lit("first_remission"),
    )
    return build_pool(
        tmp_path_factory.mktemp("oracle") / "pool",
        patients=patients.select("patient_id", "trial_id", "age_years", "sex", "wbc_10e9_per_l"),
        statuses=patients.unpivot(
            MARKERS, index="patient_id", variable_name="marker", value_name="status"
        ),
        outcomes=pl.concat([
            single.select(named),
            patients.with_columns(endpoint=pl.lit("CIR")).select(named),
        ]),
        others={"transplant": transplants},
    )  # fmt: skip


@pytest.fixture(scope="module")
def result(pool: Pool) -> PrognosisResult:
    return prognosis(pool, endpoints=["OS", "CIR"])


def find(result: PrognosisResult, case: dict, model: str, adjust: str = TERMS) -> dict:
    trial = case["trial"] if model == "cox" else None
    chosen = (
        (pl.col("marker") == case["marker"])
        & (pl.col("endpoint") == case["endpoint"])
        & (pl.col("model") == model)
        & (pl.col("adjust") == adjust)
        & pl.col("trial").eq_missing(pl.lit(trial, dtype=pl.String))
    )
    return result.rows.filter(chosen).row(0, named=True)


def check(row: dict, case: dict) -> None:
    assert row["log_hazard_ratio"] == pytest.approx(case["estimate"], abs=PROMISED)
    assert row["standard_error"] == pytest.approx(case["se"], abs=PROMISED)
    assert row["hazard_ratio"] == pytest.approx(math.exp(case["estimate"]), rel=PROMISED)


def choose(*beginnings: str) -> list:
    return [
        pytest.param(
            case, id=f"{case['marker']}-{case['endpoint']}-{case['quantity']}-{case['trial'] or ''}"
        )
        for case in CASES
        if case["quantity"].startswith(beginnings)
    ]


@pytest.mark.parametrize("case", choose("cox_none", "cox_adjusted"))
def test_one_stage_and_each_trial_are_those_of_coxph(result, case):
    adjust = "none" if case["quantity"] == "cox_none" else TERMS
    check(find(result, case, "cox", adjust), case)


@pytest.mark.parametrize("case", choose("two_stage"))
def test_the_second_stage_is_that_of_metafor(result, case):
    words = case["quantity"].removeprefix("two_stage_").split("_", 1)
    row = find(result, case, "two_stage", "none" if words[0] == "none" else TERMS)
    if len(words) == 1:
        check(row, case)
        return
    name = {"p": "p_value"}.get(words[1], words[1])
    found = row[name]
    if name in {"lower", "upper", "prediction_lower", "prediction_upper"}:
        found = math.log(found)
    tolerance = FLAT if name in {"tau2", "i2"} else PROMISED
    assert found == pytest.approx(case["estimate"], abs=tolerance)


@pytest.mark.parametrize("case", choose("leave_one_out"))
def test_each_trial_left_out_is_as_in_metafor(result, case):
    chosen = result.leave_one_out.filter(
        marker=case["marker"], endpoint=case["endpoint"], trial_left_out=case["trial"]
    )
    assert math.log(chosen["hazard_ratio"][0]) == pytest.approx(case["estimate"], abs=PROMISED)


@pytest.mark.parametrize("case", choose("cox_early", "cox_late"))
def test_periods_are_those_of_survsplit(result, case):
    check(find(result, case, case["quantity"]), case)


@pytest.mark.parametrize("case", choose("age_per_decade"))
def test_the_interaction_with_age_is_pooled_as_in_metafor(result, case):
    row = find(result, case, "age_per_decade")
    assert row["n_trials"] == 3
    check(row, case)


@pytest.mark.parametrize("case", choose("zph_p", "gray_p"))
def test_tests_are_those_of_r(result, case):
    row = result.summary.filter(marker=case["marker"], endpoint=case["endpoint"]).row(0, named=True)
    name = {"zph_p": "proportionality_p_value", "gray_p": "gray_p_value"}[case["quantity"]]
    assert row[name] == pytest.approx(case["estimate"], rel=1e-5)


@pytest.mark.parametrize("transplant", ["time_dependent", "landmark"])
def test_transplantation_is_that_of_tmerge_and_of_the_landmark(pool, transplant):
    found = prognosis(pool, endpoints=["OS"], transplant=transplant, detail="estimates")
    word = "transplant" if transplant == "time_dependent" else "landmark"
    cases = [case for case in CASES if case["quantity"] == word]
    assert len(cases) == 3
    for case in cases:
        row = find(found, case, "cox", f"{TERMS} + transplant in first remission")
        check(row, case)


def test_fine_gray_in_one_trial_is_that_of_crr(pool):
    alone = prognosis(pool, endpoints=["CIR"], trials=["B"], adjust=["sex", "wbc"])
    cases = [case for case in CASES if case["quantity"] == "fine_gray_B"]
    assert len(cases) == 3
    for case in cases:
        check(find(alone, case, "fine_gray", "sex + log2 wbc_10e9_per_l"), case)
