"""Pairs of markers within subtype and trial, and every patient in three states."""

import polars as pl
import pytest

from chorall.analyses import co_occurrence, oncoprint
from chorall.errors import InputError
from chorall.stats import mantel_haenszel


def expand(groups):
    """Make patients from rows of trial, subtype, first, second, number of patients."""
    rows = [group[:4] for group in groups for _ in range(group[4])]
    frame = pl.DataFrame(
        rows, schema=["trial_id", "subtype", "FLT3", "TP53"], orient="row"
    ).with_row_index("n")
    return frame.with_columns(patient_id=pl.format("P{}", "n"), lineage=pl.lit("B")).drop("n")


def pool_of(make_pool, frame):
    long = frame.unpivot(
        ["FLT3", "TP53"], index="patient_id", variable_name="marker", value_name="status"
    )
    subtypes = frame.select(
        "patient_id", "trial_id", "subtype", scheme=pl.lit("ICC-2022"), basis=pl.lit("lesion")
    )
    patients = frame.select("patient_id", "trial_id", "lineage")
    return make_pool(patients=patients, statuses=long, others={"subtype": subtypes})


# subtype bcr_abl1 has both, kmt2a_r none: taken together they come together, within them never
CONFOUNDED = [
    ("A", "bcr_abl1", "present", "present", 20),
    ("A", "bcr_abl1", "present", "absent", 20),
    ("A", "bcr_abl1", "absent", "present", 20),
    ("A", "bcr_abl1", "absent", "absent", 20),
    ("A", "kmt2a_r", "absent", "absent", 60),
    ("A", "kmt2a_r", "present", "absent", 5),
    ("B", "kmt2a_r", "absent", "present", 5),
    ("B", "bcr_abl1", "not_tested", "present", 30),
    ("B", "bcr_abl1", "inconclusive", "absent", 30),
]


def find(result, subtype="all"):
    return result.rows.filter(subtype=subtype).row(0, named=True)


def test_what_a_subtype_brings_with_it_is_no_co_occurrence(make_pool):
    row = find(co_occurrence(pool_of(make_pool, expand(CONFOUNDED))))
    assert row["odds_ratio"] == pytest.approx(1.0)
    assert row["p_value"] == pytest.approx(1.0)
    crude = mantel_haenszel([[[20, 25], [25, 80]]])
    assert crude.p_value < 0.05


def test_only_patients_tested_for_both_count(make_pool):
    row = find(co_occurrence(pool_of(make_pool, expand(CONFOUNDED))))
    counts = [row[name] for name in ("n_both", "n_a_only", "n_b_only", "n_neither", "n_tested")]
    assert counts == [20, 25, 25, 80, 150]


def test_one_subtype_is_stratified_by_trial(make_pool):
    groups = [
        (trial, "kmt2a_r", first, second, n)
        for trial, ns in {"A": (9, 4, 3, 20), "B": (5, 6, 2, 15)}.items()
        for (first, second), n in zip(
            [(a, b) for a in ("present", "absent") for b in ("present", "absent")], ns, strict=True
        )
    ]
    result = co_occurrence(pool_of(make_pool, expand(groups)))
    kernel = mantel_haenszel([[[9, 4], [3, 20]], [[5, 6], [2, 15]]])
    row = find(result, "kmt2a_r")
    assert row["odds_ratio"] == pytest.approx(kernel.odds_ratio)
    assert row["p_value"] == pytest.approx(kernel.p_value)
    assert row["n_strata"] == 2
    assert find(result)["p_value"] == pytest.approx(kernel.p_value)


def test_few_carriers_are_not_assessed_and_say_why(make_pool):
    groups = [("A", "kmt2a_r", "present", "absent", 4), ("A", "kmt2a_r", "absent", "present", 30)]
    result = co_occurrence(pool_of(make_pool, expand(groups)))
    row = find(result)
    assert row["odds_ratio"] is row["p_value"] is row["q_value"] is None
    assert row["note"].startswith("fewer than 5 carriers")
    assert result.rows.height == 1
    assert "1 of 1 pairs could not be assessed" in result.warnings[-1]


def test_markers_of_one_finding_are_no_pair(make_pool):
    patients = pl.DataFrame({"patient_id": [f"P{i}" for i in range(40)], "trial_id": "A"})
    status = pl.Series(["present", "absent"] * 20)
    statuses = pl.concat(
        [
            patients.select("patient_id", marker=pl.lit(name), status=status)
            for name in ("N/KRAS", "NRAS")
        ]
    )
    row = find(co_occurrence(make_pool(patients=patients, statuses=statuses)))
    assert (row["p_value"], row["note"]) == (None, "one marker is made from the other")


def test_open_subtypes_are_warned_of(make_pool):
    groups = [("A", None, "present", "absent", 9), ("A", "kmt2a_r", "absent", "present", 30)]
    (warning, _) = co_occurrence(pool_of(make_pool, expand(groups))).warnings
    assert warning.startswith("The subtype of 9 of 39 patients is open")


def test_an_oncoprint_keeps_every_patient_in_three_states(make_pool):
    result = oncoprint(pool_of(make_pool, expand(CONFOUNDED)))
    assert result.rows["n_patients"].to_list() == [210, 210]
    assert result.rows.row(0) == ("TP53", 210, 75, 135, 0)
    assert result.rows.row(1) == ("FLT3", 210, 45, 105, 60)
    assert result.cells.height == 2 * 210
    assert result.cells["patient_id"].n_unique() == 210


def test_absence_by_an_assay_that_cannot_show_it_is_not_tested(make_pool):
    patients = pl.DataFrame({"patient_id": ["a", "b", "c"], "trial_id": ["A"] * 3})
    statuses = patients.select(
        "patient_id", marker=pl.lit("TP53"), status=pl.Series(["present", "absent", "absent"]),
        rules_out=pl.Series([False, False, True]),
    )  # fmt: skip
    result = oncoprint(make_pool(patients=patients, statuses=statuses))
    assert result.rows.row(0) == ("TP53", 3, 1, 1, 1)


def test_an_oncoprint_is_sorted_present_absent_not_tested(make_pool):
    cells = oncoprint(pool_of(make_pool, expand(CONFOUNDED))).cells
    wide = cells.pivot("marker", index="position", values="state").sort("position")
    pairs = list(dict.fromkeys(wide.select("TP53", "FLT3").rows()))
    assert pairs == [
        ("present", "present"), ("present", "absent"), ("present", "not tested"),
        ("absent", "present"), ("absent", "absent"), ("absent", "not tested"),
    ]  # fmt: skip


def test_trials_can_be_chosen_and_unknown_names_are_refused(make_pool):
    pool = pool_of(make_pool, expand(CONFOUNDED))
    assert oncoprint(pool, trials=["B"]).rows["n_patients"].to_list() == [65, 65]
    assert find(co_occurrence(pool, trials=["B"]))["n_tested"] == 5
    for call in (co_occurrence, oncoprint):
        with pytest.raises(InputError, match="did you mean `TP53`"):
            call(pool, markers=["TP35"])
