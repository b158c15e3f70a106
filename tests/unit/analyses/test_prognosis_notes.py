"""What cannot be given is null, with the reason in words; what is left out is warned of."""

import polars as pl
import pytest

from chorall.analyses.prognosis import prognosis
from chorall.errors import DataError, DefinitionError


def with_status(consortium, status: pl.Expr):
    """Replace the status of TP53 and leave the other marker out."""
    statuses = consortium["statuses"].filter(marker="TP53")
    happened = consortium["outcomes"].filter(endpoint="OS").select("patient_id", "cause", "time")
    patients = consortium["patients"].drop("age_years", "wbc_10e9_per_l")
    table = statuses.join(happened, on="patient_id").join(patients, on="patient_id")
    return consortium | {"statuses": table.select("patient_id", "marker", status=status)}


def only_row(result):
    assert result.summary.height == 1
    return result.summary.row(0, named=True)


def test_no_event_in_one_group_gives_no_hazard_ratio_but_a_test(make_pool, consortium):
    present = (pl.col("cause") == 0) & (pl.col("trial_id") != "C")
    tables = with_status(
        consortium, pl.when(present).then(pl.lit("present")).otherwise(pl.lit("absent"))
    )
    row = only_row(prognosis(make_pool(**tables), endpoints=["OS"]))
    assert row["hazard_ratio"] is row["adjusted_hazard_ratio"] is row["q_value"] is None
    assert f"no event among the {row['n_present']} patients with the marker" in row["note"]
    assert row["logrank_p_value"] < 0.05


def test_a_marker_known_in_other_trials_only_is_not_compared(make_pool, consortium):
    """All of A present, all others absent: within a trial there is nothing to compare."""
    tables = with_status(
        consortium,
        pl.when(pl.col("trial_id") == "A").then(pl.lit("present")).otherwise(pl.lit("absent")),
    )
    row = only_row(prognosis(make_pool(**tables), endpoints=["OS"], adjust=[]))
    assert row["hazard_ratio"] is row["logrank_p_value"] is row["logrank_chi_square"] is None
    assert row["n_trials"] == 0
    assert "the same for all patients at risk within each stratum" in row["note"]


def test_a_marker_that_equals_a_covariate_has_no_adjusted_figure(make_pool, consortium):
    tables = with_status(
        consortium,
        pl.when(pl.col("sex") == "male").then(pl.lit("present")).otherwise(pl.lit("absent")),
    )
    row = only_row(prognosis(make_pool(**tables), endpoints=["OS"], adjust=["sex"]))
    assert row["hazard_ratio"] is not None
    assert row["adjusted_hazard_ratio"] is None
    assert row["note"] == "adjusted: TP53: determined by the other covariates, so it was left out"


def test_separation_in_time_is_a_note_and_no_traceback(make_pool, consortium):
    """Every event of the present comes before every event of the absent, who are all at risk."""
    tables = with_status(
        consortium,
        pl.when(pl.col("time") < 200).then(pl.lit("present")).otherwise(pl.lit("absent")),
    )
    row = only_row(prognosis(make_pool(**tables), endpoints=["OS"], adjust=[], horizon_years=1))
    assert row["hazard_ratio"] is None
    assert "no finite solution" in row["note"]
    assert "no patient with the marker was followed for 1 years without an event" not in row["note"]


def test_a_rare_level_without_events_does_not_cost_the_adjusted_figure(make_pool, consortium):
    rare = pl.col("patient_id").is_in(["P000", "P001"])
    patients = consortium["patients"].with_columns(
        sex=pl.when(rare).then(pl.lit("other")).otherwise("sex")
    )
    outcomes = consortium["outcomes"].with_columns(cause=pl.when(rare).then(0).otherwise("cause"))
    pool = make_pool(**consortium | {"patients": patients, "outcomes": outcomes})
    row = only_row(prognosis(pool, markers=["TP53"], endpoints=["OS"]))
    assert row["adjusted_hazard_ratio"] is not None
    assert "sex: other" in row["note"]


def test_no_figure_is_given_beyond_follow_up(make_pool, consortium):
    last = consortium["outcomes"].with_columns(
        cause=pl.when(pl.col("time") > 1000).then(0).otherwise("cause")
    )
    pool = make_pool(**consortium | {"outcomes": last})
    row = only_row(prognosis(pool, markers=["TP53"], endpoints=["OS"], horizon_years=30))
    assert row["estimate_present"] is row["lower_present"] is row["estimate_absent"] is None
    assert "with or without the marker was followed for 30 years" in row["note"]
    assert row["hazard_ratio"] is not None


def test_covariates_missing_everywhere_are_left_out_with_a_warning(make_pool, consortium):
    result = prognosis(make_pool(**consortium), adjust=["age", "lineage"])
    assert result.adjusted_for == ("age_years",)
    assert "`lineage` is not known for any of the 400 patients" in result.warnings[0]


def test_a_covariate_missing_in_one_trial_is_warned_of_with_numbers(make_pool, consortium):
    patients = consortium["patients"].with_columns(
        wbc_10e9_per_l=pl.when(pl.col("trial_id") != "B").then("wbc_10e9_per_l")
    )
    result = prognosis(make_pool(**consortium | {"patients": patients}), adjust=["wbc"])
    n = patients.filter(trial_id="B").height
    assert f"`wbc_10e9_per_l` is missing for all {n} patients of trial B" in result.warnings[0]
    assert f"rest on the {400 - n} of 400 patients" in result.warnings[1]
    by_trial = result.by_trial.filter(marker="TP53", endpoint="OS", trial_id="B")
    assert by_trial["note"].to_list() == ["only 0 patients with the marker"]


def test_an_endpoint_that_nobody_has_is_left_out_with_a_warning(make_pool, consortium):
    result = prognosis(make_pool(**consortium), endpoints=["OS", "RFS"])
    assert result.endpoints == ("OS",)
    assert result.warnings[0].startswith("RFS: no patient of the 3 trials has this endpoint")


def test_endpoints_of_which_the_pool_has_none_are_refused_with_those_it_has(make_pool, consortium):
    with pytest.raises(DataError, match=r"RFS: no patient[\s\S]*It has: OS, EFS, CIR"):
        prognosis(make_pool(**consortium), endpoints=["RFS"])


def test_a_pool_without_any_endpoint_gives_empty_rows_and_warnings(make_pool, consortium):
    without = consortium | {"outcomes": consortium["outcomes"].clear()}
    empty = prognosis(make_pool(**without), endpoints=["RFS"])
    assert (empty.summary.height, empty.curves.height, empty.at_risk.height) == (0, 0, 0)
    assert empty.warnings[0].startswith("RFS: no patient of the 3 trials")


def test_an_endpoint_that_no_pool_can_give_is_refused_with_what_is_missing(make_pool, consortium):
    with pytest.raises(DefinitionError, match=r"GRFS: .*graft-versus-host"):
        prognosis(make_pool(**consortium), endpoints=["OS", "GRFS"])


def test_an_endpoint_may_be_asked_for_by_its_long_name(make_pool, consortium):
    result = prognosis(make_pool(**consortium), endpoints=["cumulative_incidence_of_relapse"])
    assert result.endpoints == ("CIR",)


def test_definitions_from_memory_are_labelled(make_pool, consortium):
    pool = make_pool(**consortium)
    assert "Definitions not verified in a source: EFS" in prognosis(pool).warnings[-1]
    seen = prognosis(pool, endpoints=["OS", "CIR"]).warnings
    assert not any("not verified" in line for line in seen)


def test_the_uk_relapse_rate_is_shown_as_one_minus_kaplan_meier(make_pool, consortium):
    relapses = (
        consortium["outcomes"]
        .filter(endpoint="CIR")
        .with_columns(
            endpoint=pl.lit("relapse_rate_km"),
            cause=(pl.col("cause") == 1).cast(pl.Int64),
        )
    )
    both = pl.concat([consortium["outcomes"].filter(endpoint="CIR"), relapses])
    result = prognosis(
        make_pool(**consortium | {"outcomes": both}),
        markers=["TP53"],
        endpoints=["CIR", "relapse_rate_km"],
    )
    cir, rate = result.summary["estimate_present"]
    assert rate > cir > 0
    present = result.curves.filter(endpoint="relapse_rate_km", group="present")["estimate"]
    assert present.is_sorted()


def test_delayed_entry_counts_at_risk_from_entry(make_pool, consortium):
    late = consortium["outcomes"].with_columns(
        entry_day=pl.when(pl.col("patient_id") < "P100").then(200).otherwise(0)
    )
    gone = late.filter(endpoint="OS", entry_day=200).filter(pl.col("time") <= 200).height
    result = prognosis(make_pool(**consortium | {"outcomes": late}), endpoints=["OS"])
    assert result.warnings[-1].startswith(f"OS: {gone} patients are left out")
    at_risk = result.at_risk.filter(marker="TP53", endpoint="OS", time_years=0.0)
    assert at_risk["n_at_risk"].sum() == 300
    assert result.summary["n_patients"].to_list() == [400 - gone] * 2


def test_an_event_on_day_0_counts_with_and_without_late_entries(make_pool, consortium):
    first = consortium["outcomes"].with_columns(
        time=pl.when(pl.col("patient_id") == "P050").then(0).otherwise("time"),
        cause=pl.when(pl.col("patient_id") == "P050").then(1).otherwise("cause"),
        entry_day=pl.when(pl.col("patient_id") == "P051").then(1).otherwise(0),
    )
    rows = [
        prognosis(make_pool(**consortium | {"outcomes": frame}), endpoints=["OS"]).summary
        for frame in (first, first.drop("entry_day"))
    ]
    assert rows[0]["events_present"].to_list() == rows[1]["events_present"].to_list()
    assert rows[0]["hazard_ratio"].to_list() == pytest.approx(
        rows[1]["hazard_ratio"].to_list(), rel=1e-2
    )
