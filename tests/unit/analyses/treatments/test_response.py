"""Response as an outcome: who responded, stratified logistic, exact where sparse, and arms."""

from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool
from unit.analyses.treatments.randomised_pool import STEROIDS

from chorall.analyses import response
from chorall.analyses.responses.comparisons import compare_presence, fit_arms, pool_differences
from chorall.analyses.responses.outcomes import read_outcome
from chorall.errors import DataError, InputError
from chorall.stats import fit_logistic, mantel_haenszel, pool_effects


def draw(n=900, *, ratio=4.0, seed=3):
    """Three trials; the second arm multiplies the odds of remission, with the marker only."""
    rng = np.random.default_rng(seed)
    trial, marker = rng.integers(0, 3, n), rng.random(n) < 0.5
    arm = rng.integers(0, 2, n)
    odds = np.array([1.0, 2.0, 3.0])[trial] * np.where(marker & (arm == 1), ratio, 1.0)
    remission = rng.random(n) < odds / (1 + odds)
    return pl.DataFrame({
        "patient_id": [f"P{at:04d}" for at in range(n)],
        "trial_id": np.array(["A", "B", "C"])[trial],
        "status": np.where(marker, "present", "absent"),
        "arm": np.where(arm == 1, "EXP", "STD"),
        "time": np.where(remission, 30, 400),
        "cause": np.where(remission, 1, 0),
    })  # fmt: skip


def make_pool(path, rows, *, day=1, mrd=None):
    arms = pl.DataFrame([
        {"trial_id": trial, "arm_id": arm, "label": arm, "strategy_id": strategy}
        for trial in ("A", "B", "C")
        for arm, strategy in zip(("STD", "EXP"), STEROIDS, strict=True)
    ])  # fmt: skip
    others = {
        "arm": arms,
        "allocation": rows.select(
            "patient_id", "trial_id", question=pl.lit("R1"), randomised=pl.lit(True),
            day=pl.lit(day), assigned_arm="arm",
        ),
    }  # fmt: skip
    return build_pool(
        path,
        patients=rows.select("patient_id", "trial_id"),
        statuses=rows.select("patient_id", "status", marker=pl.lit("IKZF1_del")),
        outcomes=rows.select("patient_id", "time", "cause", endpoint=pl.lit("REMISSION")),
        others=others | ({"mrd": mrd} if mrd is not None else {}),
    )


def arrays(rows):
    return (
        (rows["status"] == "present").to_numpy(),
        (rows["arm"] == "EXP").to_numpy(),
        (rows["cause"] == 1).to_numpy(),
    )


def test_arms_are_compared_within_trials_and_pooled(tmp_path):
    rows = draw()
    found = response(make_pool(tmp_path / "pool", rows), outcomes=["remission"]).rows
    fits = [fit_arms(*arrays(part)) for _, part in rows.sort("trial_id").group_by("trial_id")]
    pooled = pool_effects([fit[0][2] for fit in fits], [fit[1][2] for fit in fits])
    line = found.filter(group="interaction").row(0, named=True)
    assert np.log(line["odds_ratio"]) == pytest.approx(pooled.estimate)
    assert line["p_value"] == pytest.approx(pooled.p_value)
    assert line["evidence"] == "randomised"
    assert line["odds_ratio"] > 2
    present = found.filter(group="present").row(0, named=True)
    assert present["difference"] > 0.1
    assert present["n_patients"] == (rows["status"] == "present").sum()
    absent = found.filter(group="absent").row(0, named=True)
    assert absent["lower_difference"] < 0 < absent["upper_difference"]


def test_firths_fit_of_one_trial_is_that_of_the_kernel():
    present, treated, answer = arrays(draw(300))
    effect, error = fit_arms(present, treated, answer)
    fit = fit_logistic(
        np.column_stack([present, treated, present & treated]).astype(float), answer, firth=True
    )
    assert effect[2] == pytest.approx(fit.log_odds_ratio[2])
    assert error[0] == pytest.approx(fit.standard_error[1])
    assert effect[1] == pytest.approx(fit.log_odds_ratio[1] + fit.log_odds_ratio[2])


def test_a_marker_is_compared_within_trials(tmp_path):
    rows = draw()
    line = response(make_pool(tmp_path / "pool", rows), outcomes=["remission"]).rows.row(
        0, named=True
    )
    present, _, answer = arrays(rows)
    fit = fit_logistic(present.astype(float)[:, None], answer, strata=rows["trial_id"].to_numpy())
    assert (line["term"], line["method"], line["evidence"]) == ("marker", "logistic", "none")
    assert line["odds_ratio"] == pytest.approx(fit.odds_ratio[0])
    assert line["responded_present"] == (present & answer).sum()


def test_differences_are_weighed_by_size_not_by_luck():
    # a tiny trial in which everybody responded must not decide
    tables = np.array([[[40, 60], [50, 50]], [[6, 0], [1, 5]]])
    found = pool_differences(tables, 0.95)
    weights = Fraction(100 * 100, 200), Fraction(6 * 6, 12)
    by_hand = (weights[0] * Fraction(-1, 10) + weights[1] * Fraction(5, 6)) / sum(weights)
    assert found["difference"] == pytest.approx(float(by_hand))
    assert found["upper_difference"] > 0 > found["lower_difference"]


def test_sparse_tables_are_tested_exactly():
    present = np.array([True] * 6 + [False] * 30)
    answer = np.array([True] * 5 + [False] + [True] * 10 + [False] * 20)
    found = compare_presence(present, answer, np.zeros(36, int), 0.95)
    exact = mantel_haenszel([[[5, 1], [10, 20]]])
    assert found["method"] == "exact"
    assert found["p_value"] == pytest.approx(exact.p_value)
    assert found["odds_ratio"] == pytest.approx(exact.conditional_odds_ratio)


def test_who_is_not_known_to_have_responded_is_not_counted(tmp_path):
    rows = pl.DataFrame({
        "patient_id": list("abcdef"), "trial_id": "A", "status": "present", "arm": "STD",
        # remission; late remission; death; followed without; lost early; lost after failure
        "time": [30, 120, 20, 200, 40, 40], "cause": [1, 1, 2, 0, 0, 0],
    })  # fmt: skip
    pool = make_pool(tmp_path / "pool", rows)
    found = read_outcome(pool, "remission", ["A"], 90, "end_of_induction")
    assert found["responded"].to_list() == [True, False, False, False, None, None]


def test_only_an_adequate_negative_sample_is_negative(tmp_path):
    rows = draw(6)
    samples = pl.DataFrame({
        "patient_id": rows["patient_id"], "trial_id": rows["trial_id"], "day": 33,
        "timepoint": "end_of_induction",
        "category": ["undetected", "undetected", "undetected", "quantified",
                     "detected_not_quantifiable", "below_limit"],
        "sensitivity": [1e-5, 1e-3, None, 1e-5, 1e-5, 1e-5],
        "mrd_fraction": [None, None, None, 2e-4, None, None],
    })  # fmt: skip
    pool = make_pool(tmp_path / "pool", rows, mrd=samples)
    found = read_outcome(pool, "mrd_negative", ["A", "B", "C"], 90, "end_of_induction")
    assert found["responded"].to_list() == [True, None, None, False, False, None]


def test_a_question_after_the_response_is_none_of_response(tmp_path):
    found = response(make_pool(tmp_path / "pool", draw(), day=60), outcomes=["remission"])
    assert found.rows["term"].unique().to_list() == ["marker"]
    assert sum("cannot have changed it" in line for line in found.warnings) == 3


def test_what_is_not_there_is_said(tmp_path):
    pool = make_pool(tmp_path / "pool", draw(60))
    with pytest.raises(DataError, match="`mrd_negative` is not known of any patient"):
        response(pool, outcomes=["mrd_negative"])
    found = response(pool)
    assert any(line.startswith("mrd_negative: ") for line in found.warnings)
    with pytest.raises(InputError, match="unknown outcome"):
        response(pool, outcomes=["cure"])
    with pytest.raises(InputError, match="remission_by_day"):
        response(pool, remission_by_day=0)
