"""What holds of incidence and prognosis for any pool."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.analyses.pool_builder import build_pool

from chorall.analyses.incidence import incidence
from chorall.analyses.prognosis import prognosis
from chorall.tables.schema import TABLES
from chorall.tables.words import MARKER_STATUSES

few_examples = settings(max_examples=8)

patient = st.fixed_dictionaries({
    "trial_id": st.sampled_from(["A", "B"]),
    "age_years": st.none() | st.sampled_from([0.0, 9.0, 26.0, 70.0]),
    "sex": st.none() | st.sampled_from(["female", "male"]),
    "status": st.sampled_from(["present", "present", "absent", "absent", *MARKER_STATUSES]),
    "time": st.sampled_from([0, 1, 2, 3, 400, 3000]),
    "cause": st.sampled_from([0, 1, 2]),
})  # fmt: skip
patients = st.lists(patient, min_size=1, max_size=60)


def pool_of(rows, *, shuffled: bool = False, **changes: pl.Expr):
    ids = [f"P{i:02d}" for i in range(len(rows))]
    schema = {"age_years": pl.Float64, "sex": pl.String}
    frame = pl.DataFrame(rows, schema_overrides=schema).with_columns(patient_id=pl.Series(ids))
    frame = frame.with_columns(**changes)
    frame = frame.reverse() if shuffled else frame
    single = frame.with_columns(endpoint=pl.lit("OS"), cause=(pl.col("cause") == 1).cast(pl.Int64))
    competing = frame.with_columns(endpoint=pl.lit("CIR"))
    named = ["patient_id", "endpoint", "time", "cause"]
    trials = pl.DataFrame({"trial_id": ["A", "B"]})
    with tempfile.TemporaryDirectory() as folder:
        pool = build_pool(
            Path(folder) / "pool",
            patients=frame.select("patient_id", "trial_id", "age_years", "sex"),
            statuses=frame.select("patient_id", "status", marker=pl.lit("TP53")),
            outcomes=pl.concat([single.select(named), competing.select(named)]),
            others={"trial": trials},
        )
        for name in TABLES:
            pool.table(name)  # read while the folder is there
    return pool


ALL_OR_NOTHING = "trials are all or nothing: not pooled"
untested = pl.when(pl.col("status") == "absent").then(pl.lit("not_tested")).otherwise("status")
half_untested = (
    pl.when((pl.col("status") == "absent") & (pl.col("time") < 3))
    .then(pl.lit("not_tested"))
    .otherwise("status")
)


def analyse(pool):
    return prognosis(pool, endpoints=["OS", "CIR"], adjust=["age", "sex"])


@few_examples
@given(patients)
def test_the_six_words_add_up_and_the_frequency_lies_within_its_limits(rows):
    counts = incidence(pool_of(rows)).rows
    words = [f"n_{word}" for word in MARKER_STATUSES]
    assert (counts["n_patients"] == counts.select(pl.sum_horizontal(words)).to_series()).all()
    assert (counts["n_tested"] == counts["n_present"] + counts["n_absent"]).all()
    assert (counts["crude_proportion"].is_null() == (counts["n_tested"] == 0)).all()
    untold = counts["proportion"].is_null() & (counts["n_tested"] > 0)
    assert (counts.filter(untold)["note"] == ALL_OR_NOTHING).all()
    assert (
        counts.drop_nulls("proportion")
        .select(
            (pl.col("lower") <= pl.col("proportion")).all()
            & (pl.col("proportion") <= pl.col("upper")).all()
        )
        .item()
    )


@few_examples
@given(patients, st.sampled_from([untested, half_untested]))
def test_untesting_lowers_the_denominator_and_never_makes_a_negative(rows, change):
    before = incidence(pool_of(rows)).rows.sort("by", "group")
    after = incidence(pool_of(rows, status=change)).rows.sort("by", "group")
    assert (after["n_absent"] <= before["n_absent"]).all()
    assert (after["n_present"] == before["n_present"]).all()
    assert (after["n_tested"] - before["n_tested"] == after["n_absent"] - before["n_absent"]).all()


@few_examples
@given(patients, st.sampled_from([untested, half_untested]))
def test_untesting_leaves_those_with_the_marker_as_they_are(rows, change):
    before, after = (analyse(pool_of(rows, status=s)) for s in (pl.col("status"), change))
    kept = [name for name in before.summary.columns if name.endswith("_present")]
    assert after.summary.select(kept).equals(before.summary.select(kept))
    assert (after.summary["n_absent"] <= before.summary["n_absent"]).all()
    assert (after.summary["n_patients"] == before.summary["n_patients"]).all()


@few_examples
@given(patients)
def test_the_order_of_rows_changes_nothing(rows):
    one, other = pool_of(rows), pool_of(rows, shuffled=True)
    assert incidence(one).rows.equals(incidence(other).rows)
    before, after = analyse(one), analyse(other)
    for name in ("rows", "summary", "curves", "at_risk", "by_trial"):
        assert getattr(before, name).equals(getattr(after, name))


@few_examples
@given(patients)
def test_groups_add_up_and_every_missing_ratio_has_its_reason(rows):
    result = analyse(pool_of(rows)).summary
    groups = result["n_present"] + result["n_absent"] + result["n_unknown"]
    assert (groups == result["n_patients"]).all()
    silent = result.filter(pl.col("adjusted_hazard_ratio").is_null(), pl.col("note") == "")
    assert silent.is_empty()


@settings(max_examples=4)
@given(patients)
def test_pooled_counts_are_the_sums_of_the_trials(rows):
    found = incidence(pool_of(rows), by=["sex+age_band", "trial"]).rows
    counts = ["n_patients", "n_tested", "n_present", "n_not_tested", "n_failed", "n_inconclusive"]
    own = found.drop_nulls("trial").group_by("group").agg(pl.col(counts).sum())
    pooled = found.filter(pl.col("trial").is_null()).select("group", *counts)
    assert own.sort("group").equals(pooled.sort("group"))


@settings(max_examples=4)
@given(patients, st.sampled_from([untested, half_untested]))
def test_untesting_lowers_the_denominators_of_every_stratum_and_never_adds_a_negative(rows, change):
    key = ["by", "group", "trial"]
    names = ["n_tested", "n_absent", "n_present", "n_patients"]
    groupings = ["overall", "sex", "ascertainment", "trial"]
    before, after = (
        incidence(pool, by=groupings).rows.select(*key, *names)
        for pool in (pool_of(rows), pool_of(rows, status=change))
    )
    both = before.join(after, on=key, nulls_equal=True, suffix="_after")
    assert both.height == before.height == after.height
    assert (both["n_tested_after"] <= both["n_tested"]).all()
    assert (both["n_absent_after"] <= both["n_absent"]).all()
    assert (both["n_present_after"] == both["n_present"]).all()
    assert (both["n_patients_after"] == both["n_patients"]).all()
