"""Classifiers asked about a pool: items from its tables, one line per patient, the summary."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from chorall.analyses.classify import classify
from chorall.analyses.classify_items import read_items
from chorall.errors import DefinitionError, InputError
from chorall.markers.classifiers import choose_classifiers, classify_patient
from chorall.markers.classifiers.columns import MarkerColumn, MrdColumn, NumberColumn
from chorall.tables.mrd_result import MrdResult
from chorall.tables.store import Pool

MakePool = Callable[..., Pool]
UK_HIGH = ("BCR::ABL1", "KMT2A-r", "near_haploidy", "low_hypodiploidy", "iAMP21", "TCF3::HLF")


@pytest.fixture
def pool(make_pool: MakePool) -> Pool:
    """P0 a child of standard risk, P1 without a cell count, P2 of T lineage, P3 of unknown one."""
    patients = pl.DataFrame({
        "patient_id": ["P0", "P1", "P2", "P3"],
        "trial_id": ["A", "A", "B", "B"],
        "lineage": ["B", "B", "T", None],
        "age_years": [4.0, 5.0, 6.0, 12.0],
        "wbc_10e9_per_l": [10.0, None, 10.0, 10.0],
        "sex": ["female", "male", "male", "female"],
    })  # fmt: skip
    statuses = pl.DataFrame(
        [("P0", marker, "absent") for marker in UK_HIGH if marker != "KMT2A-r"]
        + [("P0", "ETV6::RUNX1", "present"), ("P0", "KMT2A-r", "not_tested")]
        + [("P1", "KMT2A::USP2", "present"), ("P2", "iAMP21", "present")],
        schema=["patient_id", "marker", "status"],
        orient="row",
    )
    mrd = pl.DataFrame({
        "patient_id": ["P0", "P0", "P0", "P1", "P2"],
        "trial_id": ["A", "A", "A", "A", "B"],
        "timepoint": ["end_of_induction"] * 3 + ["end_of_consolidation", "month_6"],
        "day": [40, 33, 33, 78, 180],
        "category": ["undetected", "undetected", "quantified", "quantified", "undetected"],
        "mrd_fraction": [None, None, 2e-3, 1e-3, None],
        "sensitivity": [1e-5, 1e-4, 1e-3, 1e-5, 1e-5],
    })  # fmt: skip
    measurement = pl.DataFrame({
        "patient_id": ["P0", "P0"], "trial_id": "A", "item": "modal_number", "day": [5, 0],
        "value": [55.0, 46.0],
    })  # fmt: skip
    event = pl.DataFrame({"patient_id": ["P1"], "trial_id": ["A"], "type": "relapse", "day": [400]})
    response = pl.DataFrame({
        "patient_id": ["P0", "P1"], "trial_id": "A", "timepoint": "end_of_induction", "day": 33,
        "status": ["remission", "not_evaluable"],
    })  # fmt: skip
    others = {"mrd": mrd, "measurement": measurement, "event": event, "response": response}
    return make_pool(patients=patients, statuses=statuses, others=others)


def read_line(rows: pl.DataFrame, patient: str, classifier: str) -> dict[str, Any]:
    found = rows.filter(pl.col("patient_id") == patient, pl.col("classifier") == classifier)
    assert found.height == 1
    return found.row(0, named=True)


def test_there_is_one_line_per_patient_and_classifier(pool: Pool) -> None:
    result = classify(pool, ["nci", "uk_cytogenetic"])
    assert result.rows.height == 8
    lines = [read_line(result.rows, f"P{i}", "nci") for i in range(4)]
    assert [line["result"] for line in lines] == ["standard", None, None, None]
    assert [line["applicable"] for line in lines] == [True, True, False, None]
    assert [line["best"] for line in lines] == ["standard", "standard", None, "high"]
    assert lines[1]["resolving"] == "wbc_10e9_per_l"
    assert lines[2]["reason"] == "not applicable: T lineage or mixed phenotype"
    assert lines[3]["reason"] == "not known whether: B lineage"


def test_a_marker_that_was_not_tested_leaves_the_group_open(pool: Pool) -> None:
    line = read_line(classify(pool, ["uk_cytogenetic"]).rows, "P0", "uk_cytogenetic")
    assert (line["result"], line["possible"], line["resolving"]) == (None, "good; high", "KMT2A-r")
    fused = read_line(classify(pool, ["uk_cytogenetic"]).rows, "P1", "uk_cytogenetic")
    assert fused["result"] == "high"  # KMT2A::USP2 is a rearrangement of KMT2A


def test_items_come_from_their_tables_and_absence_needs_reporting(pool: Pool) -> None:
    items = read_items(pool)
    modal, induction = items["modal_number"], items["mrd_end_of_induction"]
    assert isinstance(modal, NumberColumn)
    assert modal.values.tolist()[:1] == [46.0]  # the earliest
    assert isinstance(induction, MrdColumn)
    assert induction.reports[induction.codes[0]] == MrdResult("undetected", sensitivity=1e-5)
    assert induction.codes.tolist()[1:] == [-1, -1, -1]
    relapse, failure = items["first_relapse"], items["induction_failure"]
    remission = items["complete_remission_end_of_induction"]
    assert isinstance(relapse, MarkerColumn)
    assert isinstance(failure, MarkerColumn)
    assert isinstance(remission, MarkerColumn)
    assert relapse.codes.tolist() == [0, 1, -1, -1]  # trial B reports no relapse at all
    assert failure.codes.tolist() == [-1] * 4
    assert remission.codes.tolist() == [1, -1, -1, -1]


def test_a_pool_without_mrd_and_measurements_knows_neither(make_pool: MakePool) -> None:
    patients = pl.DataFrame({
        "patient_id": ["P0"], "trial_id": ["A"], "lineage": ["B"], "age_years": [4.0],
    })  # fmt: skip
    statuses = pl.DataFrame({
        "patient_id": ["P0"], "marker": ["high_hyperdiploidy"], "status": ["present"],
    })  # fmt: skip
    pool = make_pool(patients=patients, statuses=statuses)
    rows = classify(pool, ["aieop_bfm_2000_mrd", "heh_eortc_modal_number"]).rows
    mrd = read_line(rows, "P0", "aieop_bfm_2000_mrd")
    assert (mrd["best"], mrd["worst"], mrd["result"]) == ("standard", "high", None)
    modal = read_line(rows, "P0", "heh_eortc_modal_number")
    assert (modal["applicable"], modal["resolving"]) == (None, "modal_number")


def test_own_items_go_before_the_pool_and_a_null_leaves_it(pool: Pool) -> None:
    own = pl.DataFrame({
        "patient_id": ["P1", "P0", "P3"],
        "wbc_10e9_per_l": [60.0, None, None],
        "KMT2A-r": [None, "absent", None],
        "lineage": [None, None, "B"],
        "subtype": ["kmt2a_r", None, None],
    })  # fmt: skip
    rows = classify(pool, ["nci", "uk_cytogenetic"], items=own).rows
    assert read_line(rows, "P1", "nci")["result"] == "high"
    assert read_line(rows, "P0", "nci")["result"] == "standard"
    assert read_line(rows, "P3", "nci")["result"] == "high"
    assert read_line(rows, "P2", "nci")["applicable"] is False
    assert read_line(rows, "P0", "uk_cytogenetic")["result"] == "good"


@pytest.mark.parametrize(
    ("column", "message"),
    [("KMT2A_r", "did you mean `KMT2A-r`"), ("mrd_day_8", "MRD comes from the table mrd")],
)
def test_own_items_that_are_no_items_are_refused(pool: Pool, column: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        classify(pool, items=pl.DataFrame({"patient_id": ["P0"], column: ["absent"]}))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("age_years", 200.0, "1 values that are no number from 0 to 110"),
        ("age_years", "four", "no number"),
        ("lineage", "C", "Known: B, T, MPAL"),
    ],
)
def test_own_values_must_be_of_their_item(
    pool: Pool, column: str, value: object, message: str
) -> None:
    with pytest.raises(InputError, match=message) as raised:
        classify(pool, items=pl.DataFrame({"patient_id": ["P0"], column: [value]}))
    assert str(value) not in str(raised.value).replace("column", "")


def test_the_subtype_of_the_pool_is_asked(make_pool: MakePool) -> None:
    patients = pl.DataFrame({
        "patient_id": ["P0", "P1"], "trial_id": "A", "lineage": "B", "age_years": [40.0, 41.0],
    })  # fmt: skip
    statuses = pl.DataFrame({
        "patient_id": ["P0", "P1"], "marker": "BCR::ABL1", "status": "absent",
    })  # fmt: skip
    subtype = pl.DataFrame({
        "patient_id": ["P0", "P0", "P1"], "trial_id": "A",
        "scheme": ["ICC-2022", "WHO-HAEM5", "ICC-2022"], "subtype": ["mef2d_r", "b_other", None],
        "basis": ["lesion", "exclusion", "none"],
    })  # fmt: skip
    pool = make_pool(patients=patients, statuses=statuses, others={"subtype": subtype})
    rows = classify(pool, ["e2993_tiers"]).rows
    assert read_line(rows, "P0", "e2993_tiers")["result"] == "intermediate"
    assert read_line(rows, "P1", "e2993_tiers")["resolving"] == "subtype; KMT2A::AFF1"


def test_an_empty_pool_has_no_lines(make_pool: MakePool) -> None:
    patients = pl.DataFrame(schema={"patient_id": pl.String, "trial_id": pl.String})
    result = classify(make_pool(patients=patients))
    assert result.rows.height == 0
    assert result.summary["n_patients"].sum() == 0


def test_own_statuses_must_be_the_six_words(pool: Pool) -> None:
    with pytest.raises(InputError, match="no marker status") as raised:
        classify(pool, items=pl.DataFrame({"patient_id": ["P0"], "iAMP21": ["negative"]}))
    assert "negative" not in str(raised.value)


def test_the_summary_counts_every_patient_once_and_says_what_is_missing(pool: Pool) -> None:
    result = classify(pool, ["nci", "pi_ukall"])
    lines = result.summary.filter(pl.col("classifier") == "nci").select(
        "answer", "n_patients", "share", "lacking"
    )
    assert lines.rows() == [
        ("standard", 1, 0.5, ""),
        ("high", 0, 0.0, ""),
        ("undetermined", 1, 0.5, "wbc_10e9_per_l 1"),
        ("population not known", 1, None, "lineage 1"),
        ("not applicable", 1, None, ""),
    ]
    totals = result.summary.group_by("classifier").agg(pl.col("n_patients").sum())
    assert totals["n_patients"].to_list() == [4, 4]


def test_the_pool_gives_what_asking_patient_by_patient_gives(pool: Pool) -> None:
    result = classify(pool)
    markers = dict.fromkeys(UK_HIGH, "absent") | {"ETV6::RUNX1": "present", "KMT2A-r": "not_tested"}
    known = {
        "lineage": "B", "age_years": 4, "wbc_10e9_per_l": 10, "sex": "female", "modal_number": 46,
        "mrd_end_of_induction": MrdResult("undetected", sensitivity=1e-5),
        "first_relapse": "absent", "complete_remission_end_of_induction": "present",
    }  # fmt: skip
    for name, answer in classify_patient(known | markers).items():
        line = read_line(result.rows, "P0", name)
        assert line["result"] == answer.result
        assert line["possible"] == "; ".join(answer.possible)
        assert set(line["resolving"].split("; ")) == set(answer.resolving or ("",))
        assert line["score_lower"] == answer.score_lower
        assert (line["applicable"], line["reason"]) == (answer.applicable, answer.reason)


def test_unverified_rules_are_labelled_told_and_can_be_switched_off(pool: Pool) -> None:
    every = classify(pool)
    assert "ukall_heh" in every.warnings[0]
    assert set(every.rows["confidence"]) == {"seen", "unverified"}
    assert "picog" in every.warnings[1]
    verified = classify(pool, include_unverified=False)
    assert set(verified.rows["confidence"]) == {"seen"}
    assert set(verified.summary["confidence"]) == {"seen"}


def test_a_score_that_is_not_shipped_is_refused_with_the_way_to_supply_it(pool: Pool) -> None:
    with pytest.raises(DefinitionError, match="score-file"):
        classify(pool, ["picog"])


def test_a_definition_of_your_own_is_asked(pool: Pool, tmp_path: Path) -> None:
    file = tmp_path / "picog.toml"
    file.write_text(
        'id = "picog"\nname = "Made up for the test"\ncompleteness = "FULL"\n'
        '[[groups]]\nid = "low"\nin_words = "low"\n[[groups]]\nid = "high"\nin_words = "high"\n'
        '[score]\ncut_points = [1.0]\n[[score.terms]]\nitem = "wbc_10e9_per_l"\n'
        'coefficient = 0.05\n[source]\nkeys = []\ncites = "nobody"\nconfidence = "computed"\n',
        "utf-8",
    )
    rows = classify(pool, ["picog"], score_files=[file]).rows
    assert [read_line(rows, f"P{i}", "picog")["score"] for i in range(4)] == [0.5, None, 0.5, 0.5]
    open_ = read_line(rows, "P1", "picog")
    assert (open_["score_lower"], open_["score_upper"]) == (0.0, 100.0)
    assert open_["possible"] == "low; high"


def test_the_benchmark_asks_every_classifier_about_its_pool() -> None:
    path = Path(__file__).parents[3] / "tools" / "bench_classify.py"
    spec = importlib.util.spec_from_file_location("bench_classify", path)
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    result = classify(bench.make_pool(40))
    assert result.rows.height == 40 * len(choose_classifiers())
    assert bench.bench_classify(40, repeats=1) > 0
