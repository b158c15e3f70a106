"""From a pool to a bank to an answer: stays, allocations, support, patient files, commands."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import chorall as ch
from chorall.analyses.bank.fit import keep_trials, read_bank_data
from chorall.analyses.bank.pool_features import name_group, read_features
from chorall.analyses.bank.pool_stays import _cut
from chorall.analyses.bank.pool_strategies import Allocation, read_allocations
from chorall.cli.app import app
from chorall.errors import InputError
from chorall.models.bank.batch import predict_many
from chorall.models.bank.strategy import read_strategy
from chorall.stats import kaplan_meier

PATIENT = {"age_years": 30, "sex": "female", "lineage": "B", "wbc_10e9_per_l": 40}


def test_stays_follow_one_another_by_their_own_clock(bank_pool):
    data, _ = read_bank_data(bank_pool)
    stays = data.stays
    assert (stays.time > stays.entry_time).all()
    assert (stays.entry_time >= 0).all()
    events = dict(bank_pool.table("event")["type"].value_counts().iter_rows())
    assert (stays.target == "death").sum() == events["death"]
    first = stays.origin == "induction"
    assert (stays.target[first] == "remission").sum() <= events["remission"]
    # a stay cut at the allocation goes on where it stopped
    cut = np.flatnonzero((stays.entry_time > 0) & (stays.origin == "remission"))
    assert len(cut)
    np.testing.assert_allclose(stays.time[cut - 1], stays.entry_time[cut])
    assert (stays.target[cut - 1] == "").all()


def test_nobody_counts_as_treated_before_allocation():
    stay = {"patient_id": "a", "trial_id": "T", "from_state": "remission", "to_state": "relapse",
            "entered": 30.0, "left": 400.0, "began": 30.0}  # fmt: skip
    own = [Allocation(20.0, "R1", "old"), Allocation(100.0, "R2", "new")]
    before, after = _cut(stay, own, {"new": 0})
    assert before == ("remission", "", 0.0, 70.0, [0.0], "T|R1")
    assert after == ("remission", "relapse", 70.0, 370.0, [1.0], "T|R1+R2")


def test_allocation_on_the_day_of_the_event_treats_nobody():
    stay = {"patient_id": "a", "trial_id": "T", "from_state": "remission", "to_state": "relapse",
            "entered": 30.0, "left": 100.0, "began": 30.0}  # fmt: skip
    (piece,) = _cut(stay, [Allocation(100.0, "R1", "new")], {"new": 0})
    assert piece == ("remission", "relapse", 0.0, 70.0, [0.0], "T|")


def test_randomised_comparisons_are_found_with_their_reference(bank_pool):
    found = read_allocations(bank_pool)
    names = {frozenset(one.strategies) for one in found.comparisons}
    assert frozenset({"anti_cd20", "anti_cd20_none"}) in names
    assert all(one.randomised for one in found.comparisons)
    assert not set(found.flagged) & {one.reference for one in found.comparisons}


def test_not_tested_is_no_number(bank_pool):
    features, values = read_features(bank_pool)
    place = [feature.item for feature in features].index("TP53")
    status = bank_pool.table("marker_result").filter(
        pl.col("marker") == "TP53", pl.col("phase") == "diagnosis"
    )
    tested = status["status"].is_in(["present", "absent"]).sum()
    assert np.isfinite(values[:, place]).sum() == tested < len(values)
    assert np.nansum(values[:, place]) == (status["status"] == "present").sum()


@pytest.mark.parametrize(
    ("marker", "group"),
    [
        ("BCR::ABL1", "subtype"),
        ("KMT2A-r", "subtype"),
        ("high_hyperdiploidy", "subtype"),
        ("IKZF1_del", "copy number"),
        ("trisomy_4", "copy number"),
        ("TP53", "secondary lesions"),
    ],
)
def test_markers_share_a_variance_with_their_kind(marker, group):
    assert name_group(marker) == group


def test_small_counts_of_comparable_patients_are_not_shown(bank):
    counts = [n for own in bank.support.values() for n in own.values()]
    assert 0 in counts
    assert not [n for n in counts if n and n < 5]


def test_the_average_prediction_is_the_survival_of_the_pool(bank, bank_pool):
    """Every patient as they were: mean prediction against Kaplan and Meier."""
    rows = bank_pool.table("endpoint").filter(pl.col("endpoint") == "OS")
    observed = kaplan_meier(rows["exit_day"], rows["cause"] > 0).at([3 * 365.25]).survival[0]
    data, _ = read_bank_data(bank_pool)
    found = predict_many(bank, data.values, read_strategy(bank, "as_observed"), years=(3.0,))
    # the bank predicts for a trial like these, not for these three
    assert found["overall_survival"].mean() == pytest.approx(observed, abs=0.06)


def test_many_at_once_are_the_same_as_one(bank, bank_pool):
    """The first strategy of a question about one patient, item by item, missing ones too."""
    data, _ = read_bank_data(bank_pool)
    strategy = read_strategy(bank, "as_observed")
    many = predict_many(bank, data.values[:40], strategy, years=(1.0, 5.0), draws=100)
    for row in (3, 7):
        known = data.values[row : row + 1]
        one = predict_many(bank, known, strategy, years=(1.0, 5.0), draws=100)
        for quantity, answer in many.items():
            np.testing.assert_array_equal(answer[row], one[quantity][0])
            assert ((answer >= 0) & (answer <= 1)).all()


def test_what_the_bank_does_not_use_is_named_in_words(bank):
    found = ch.predict(bank, PATIENT | {"near_haploidy": "absent"}, ["as_observed"])
    assert found.notes[-1] == (
        "Not used, because the bank has too few patients with it: near haploidy."
    )


def test_published_classifiers_stand_beside_the_answer(bank):
    found = ch.predict(bank, PATIENT | {"IKZF1_del": "not_tested"}, ["as_observed"])
    assert found.published["ukallxii_clinical"]["result"] == "high"


@pytest.mark.parametrize(
    ("field", "said"),
    [("age", "fields that are not known:\n  `age`"), ("WBC", "`WBC`"), ("TPX99", "`TPX99`")],
)
def test_a_field_that_nobody_knows_is_refused(bank, field, said):
    with pytest.raises(InputError, match=said):
        ch.predict(bank, PATIENT | {field: 1}, ["as_observed"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("MSH6", "MSH6"),
        ("hypodiploidy_40_43", "hypodiploidy (40-43 chromosomes)"),
        ("trisomy_19", "trisomy 19"),
        ("N/KRAS", "N/KRAS"),
        ("PAX5_P80R", "PAX5 P80R"),
    ],
)
def test_a_marker_that_the_bank_does_not_use_is_said_to_be_unused(bank, name, said):
    found = ch.predict(bank, PATIENT | {name: "present"}, ["as_observed"])
    assert found.notes[-1].endswith(f"too few patients with it: {said}.")


def test_trials_can_be_left_out(bank_pool):
    data, _ = read_bank_data(bank_pool)
    kept = keep_trials(data, ["SYN-ADULT-1"])
    assert set(kept.trial.tolist()) == {"SYN-ADULT-1"}
    assert len(kept.values) == (data.trial == "SYN-ADULT-1").sum()
    assert kept.stays.patient.max() < len(kept.values)
    with pytest.raises(InputError, match="unknown trial NOWHERE"):
        keep_trials(data, ["NOWHERE"])


def test_commands_fit_and_predict(bank_pool, tmp_path):
    runner = CliRunner()
    folder, file, out = tmp_path / "BANK", tmp_path / "patient.json", tmp_path / "answer.json"
    done = runner.invoke(app, ["bank", "fit", str(bank_pool.path), "-o", str(folder)])
    assert done.exit_code == 0, done.output
    assert "SYNTHETIC" in done.output
    file.write_text(json.dumps(PATIENT))
    done = runner.invoke(
        app,
        ["predict", str(folder), str(file), "--strategy", "anti_cd20", "--strategy",
         "anti_cd20_none", "--json", str(out)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    answer = json.loads(out.read_text())
    assert answer["analysis"] == "predict"
    contrast = answer["contrasts"][0]
    assert {"first", "second", "estimate", "lower", "upper", "share_better", "evidence"} <= set(
        contrast
    )
    assert contrast["evidence"] == "randomised"
    assert "Test next:" in done.output


def test_a_patient_file_that_is_none_is_named(bank_folder, tmp_path):
    from chorall.analyses.bank.predict import read_patient_file

    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "twice.json").write_text('{"TP53": "absent", "TP53": "present"}')
    for name, said in (
        ("none", "no such file"),
        ("list", "no JSON object"),
        ("broken", "not readable"),
        ("twice", "a name stands twice"),
    ):
        with pytest.raises(InputError, match=said):
            read_patient_file(tmp_path / f"{name}.json")
    assert ch.read_bank(bank_folder).strategies
