import polars as pl
import pytest
from unit.analyses.pool_builder import complete_table

from chorall.analyses.incidence import incidence
from chorall.errors import InputError
from chorall.markers import derive_marker_results
from chorall.stats import pool_proportions, proportion_interval

WORDS = ("present", "absent", "inconclusive", "failed", "not_tested", "not_reported")


@pytest.fixture
def tiny(make_pool):
    """Seven patients: P1-P4 in trial Z, P5-P7 in trial A (the order of the consortium)."""
    patients = pl.DataFrame({
        "patient_id": [f"P{i}" for i in range(1, 8)],
        "trial_id": ["Z"] * 4 + ["A"] * 3,
        "age_years": [0.5, 9.99, 10.0, 65.0, 40.0, None, 25.99],
        "lineage": ["T", "B", "B", "B", "T", None, "MPAL"],
    })  # fmt: skip
    statuses = pl.concat([
        pl.DataFrame({"patient_id": patients["patient_id"], "marker": marker, "status": status})
        for marker, status in {
            "KRAS": ["absent", "present", "absent", "absent", "absent", "absent", "absent"],
            "TP53": ["present", *WORDS[1:], "present"],
            "ZNF": ["not_tested"] * 4 + ["not_reported"] * 3,
        }.items()
    ])  # fmt: skip
    return make_pool(patients=patients, statuses=statuses)


def line(result, marker, by="overall", group="all", trial=None):
    rows = result.rows.filter(
        pl.col("trial").eq_missing(pl.lit(trial)), marker=marker, by=by, group=group
    )
    assert rows.height == 1
    return rows.row(0, named=True)


def test_only_present_and_absent_are_in_the_denominator(tiny):
    row = line(incidence(tiny), "TP53")
    assert [row[f"n_{word}"] for word in WORDS] == [2, 1, 1, 1, 1, 1]
    assert (row["n_patients"], row["n_tested"], row["crude_proportion"]) == (
        7,
        3,
        pytest.approx(2 / 3),
    )


def test_a_list_of_positives_gives_no_frequency(make_pool):
    """Five carriers found by an assay that cannot show absence are not 5 of 5 tested."""
    patients = pl.DataFrame({"patient_id": list("abcdefgh"), "trial_id": ["Z"] * 8})
    statuses = patients.select(
        "patient_id",
        marker=pl.lit("JAK2"),
        status=pl.Series(["present"] * 6 + ["absent", "inconclusive"]),
        rules_out=pl.Series([False] * 5 + [True, True, False]),
    )
    row = line(incidence(make_pool(patients=patients, statuses=statuses)), "JAK2")
    assert (row["n_present"], row["n_tested"], row["proportion"]) == (1, 2, 0.5)
    assert row["n_positive_only"] == 5
    assert sum(row[f"n_{word}"] for word in (*WORDS, "positive_only")) == row["n_patients"]


def test_limits_are_those_of_the_kernel(tiny):
    for method in ("wilson", "clopper-pearson"):
        row = line(incidence(tiny, method=method, conf_level=0.9), "KRAS", trial="Z")
        kernel = proportion_interval(1, 4, conf_level=0.9, method=method)
        assert (row["lower"], row["upper"]) == (float(kernel.lower), float(kernel.upper))


def test_nobody_tested_is_null_and_never_zero(tiny):
    row = line(incidence(tiny), "ZNF")
    assert (row["n_tested"], row["n_absent"]) == (0, 0)
    assert row["proportion"] is row["lower"] is row["upper"] is row["crude_proportion"] is None
    assert row["note"] == "nobody tested"


def test_age_bands_contain_their_lower_bound_and_not_their_upper(tiny):
    rows = incidence(tiny, markers=["KRAS"], by=["age_band"]).rows
    assert rows["group"].to_list() == ["0-1", "1-9", "10-15", "16-25", "40-54", ">=65", "unknown"]
    assert rows["n_patients"].to_list() == [1] * 7


def test_groups_have_their_natural_order(tiny):
    rows = incidence(tiny, markers=["KRAS"], by=["trial", "lineage"]).rows
    pooled = rows.filter(pl.col("trial").is_null())
    assert pooled["group"].to_list() == ["all", "B", "T", "MPAL", "unknown"]
    assert rows.filter(by="overall")["trial"].to_list() == [None, "Z", "A"]


def test_markers_are_ordered_by_overall_frequency_with_the_untested_last(tiny):
    rows = incidence(tiny, by=["trial"]).rows
    assert rows["marker"].unique(maintain_order=True).to_list() == ["TP53", "KRAS", "ZNF"]


def test_groups_of_a_grouping_add_up_to_the_whole(tiny):
    rows = incidence(tiny).rows
    counts = [name for name in rows.columns if name.startswith("n_") and name != "n_trials"]
    for trial in (None, "Z", "A"):
        mine = rows.filter(pl.col("trial").eq_missing(pl.lit(trial)))
        sums = mine.group_by("marker", "by").agg(pl.col(counts).sum()).sort("marker", "by")
        for (_,), frame in sums.group_by("marker"):
            assert frame.select(counts).unique().height == 1


def test_a_relapse_is_counted_among_those_with_a_result_at_relapse(make_pool):
    patients = pl.DataFrame({"patient_id": ["P1", "P2"], "trial_id": ["A", "A"]})
    statuses = pl.DataFrame({
        "patient_id": ["P1", "P2", "P1"],
        "marker": ["TP53"] * 3,
        "status": ["absent", "absent", "present"],
        "phase": ["diagnosis", "diagnosis", "relapse_1"],
    })  # fmt: skip
    result = incidence(make_pool(patients=patients, statuses=statuses), phase="relapse_1")
    assert result.phase == "relapse_1"
    assert line(result, "TP53")["n_patients"] == line(result, "TP53")["n_present"] == 1


def test_warnings_carry_the_numbers(tiny):
    nobody, few, unclear = incidence(tiny).warnings[:3]
    assert nobody == "Nobody was tested for 1 marker: ZNF (0 of 7)."
    assert few == "Fewer than half of the patients were tested for 1 marker: TP53 (3 of 7)."
    assert "inconclusive for 1 marker: TP53 (1 of 4)." in unclear


def test_a_trial_that_tested_at_relapse_is_warned_of(make_pool):
    patients = pl.DataFrame({"patient_id": ["P1", "P2"], "trial_id": ["A", "B"]})
    trials = pl.DataFrame(
        {"trial_id": ["A", "B"], "genetics_ascertainment": ["mandated", "at_relapse"]}
    )
    statuses = pl.DataFrame({"patient_id": ["P1", "P2"], "marker": "TP53", "status": "absent"})
    pool = make_pool(patients=patients, statuses=statuses, others={"trial": trials})
    (warning,) = (line for line in incidence(pool).warnings if line.startswith("Trial"))
    assert warning.startswith(
        "Trial B tested genetics at relapse: its frequencies at diagnosis (n = 1)"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"markers": ["TP35"]}, "did you mean `TP53`"),
        ({"by": ["age"]}, "or `age_band`"),
        ({"by": ["lineage+ages"]}, "or `age_band`"),
        ({"trials": ["Y"]}, "Known: Z, A"),
        ({"phase": "diagnose"}, "did you mean `diagnosis`"),
        ({"method": "wald"}, "Known: wilson, clopper-pearson"),
        ({"conf_level": 95}, "conf_level"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(tiny, arguments, message):
    with pytest.raises(InputError, match=message):
        incidence(tiny, **arguments)


@pytest.fixture
def three_trials(make_pool):
    """Trials with 12 of 120, 30 of 190 and 7 of 95 carriers; 20 more of the first untested."""
    sizes = {"A": (12, 120, 20), "B": (30, 190, 0), "C": (7, 95, 0)}
    parts = [
        pl.DataFrame({
            "trial_id": trial,
            "status": ["present"] * some + ["absent"] * (tested - some) + ["not_tested"] * untested,
        })
        for trial, (some, tested, untested) in sizes.items()
    ]  # fmt: skip
    whole = pl.concat(parts).with_row_index("n")
    whole = whole.with_columns(
        patient_id=pl.format("P{}", "n"),
        marker=pl.lit("TP53"),
        sex=pl.when(pl.col("n") % 3 == 0).then(pl.lit("male")).otherwise(pl.lit("female")),
        lineage=pl.when(pl.col("n") % 5 == 0).then(pl.lit("T")).otherwise(pl.lit("B")),
        age_years=pl.col("n") % 70,
    )
    patients = whole.select(
        "patient_id", "trial_id", "sex", "lineage", pl.col("age_years").cast(float)
    )
    return make_pool(patients=patients, statuses=whole.select("patient_id", "marker", "status"))


def test_trials_are_pooled_by_the_binomial_normal_model(three_trials):
    """The kernel's own example, which R's rma.glmm confirms."""
    row = line(incidence(three_trials), "TP53")
    kernel = pool_proportions([12, 30, 7], [120, 190, 95])
    assert row["proportion"] == pytest.approx(kernel.estimate, abs=1e-7)
    assert row["tau2"] == pytest.approx(kernel.tau2, abs=1e-6)
    for name in ("lower", "upper", "prediction_lower", "prediction_upper"):
        assert row[name] == pytest.approx(getattr(kernel, name), abs=1e-6)
    assert row["crude_proportion"] == pytest.approx(49 / 405)
    assert (row["n_trials"], row["n_not_tested"], row["note"]) == (3, 20, "")
    assert 0 < row["i2"] < 1


def test_the_rows_of_a_trial_are_its_own_and_nothing_is_pooled_in_them(three_trials):
    row = line(incidence(three_trials), "TP53", trial="A")
    kernel = proportion_interval(12, 120)
    assert (row["proportion"], row["lower"]) == (pytest.approx(0.1), float(kernel.lower))
    assert row["i2"] is row["tau2"] is row["prediction_lower"] is None
    assert row["n_not_tested"] == 20


def test_without_trial_in_the_groupings_there_are_pooled_rows_only(three_trials):
    assert incidence(three_trials, by=["overall", "sex"]).rows["trial"].null_count() == 3


def test_strata_are_combined_on_request(three_trials):
    result = incidence(three_trials, by=["lineage+sex"])
    assert result.rows["group"].to_list() == ["B, female", "B, male", "T, female", "T, male"]
    row = result.to_dict()["rows"][1]
    assert row["stratum"] == {"lineage": "B", "sex": "male"}
    assert "lineage" not in row
    assert result.rows["n_patients"].sum() == 425


def test_stable_keys_of_the_json_rows(three_trials):
    rows = incidence(three_trials).to_dict()["rows"]
    keys = {
        "marker", "trial", "stratum", "n_tested", "n_present", "n_not_tested", "n_failed",
        "n_inconclusive", "proportion", "lower", "upper", "i2", "tau2", "prediction_lower",
        "prediction_upper",
    }  # fmt: skip
    assert all(keys <= row.keys() for row in rows)
    assert rows[0]["stratum"] == {}
    assert {"age_band": "1-9"} in [row["stratum"] for row in rows]


def test_one_trial_gives_its_own_figure_and_the_reason(three_trials):
    row = line(incidence(three_trials, trials=["B"]), "TP53")
    kernel = proportion_interval(30, 190)
    assert (row["lower"], row["upper"]) == (float(kernel.lower), float(kernel.upper))
    assert row["i2"] is row["tau2"] is row["prediction_upper"] is None
    assert row["note"].startswith("one trial")


def test_two_trials_have_normal_limits_and_no_prediction(three_trials):
    row = line(incidence(three_trials, trials=["A", "B"]), "TP53")
    kernel = pool_proportions([12, 30], [120, 190], t_distribution=False)
    assert row["lower"] == pytest.approx(kernel.lower, abs=1e-7)
    assert row["prediction_lower"] is None
    assert row["note"].startswith("two trials")


def test_ph_status_is_that_of_tested_patients(make_pool):
    patients = pl.DataFrame({"patient_id": list("abcd"), "trial_id": ["A"] * 4})
    statuses = pl.DataFrame({
        "patient_id": [*"abcd", *"abcd"],
        "marker": ["BCR::ABL1"] * 4 + ["TP53"] * 4,
        "status": ["present", "absent", "failed", "not_tested", *["absent"] * 4],
    })  # fmt: skip
    rows = incidence(
        make_pool(patients=patients, statuses=statuses), markers=["TP53"], by=["ph_status"]
    ).rows
    assert dict(rows.select("ph_status", "n_tested").iter_rows()) == {
        "present": 1, "absent": 1, "unknown": 2,
    }  # fmt: skip


@pytest.fixture
def two_assays(make_pool):
    """Four patients with MLPA, of whom the last two have the panel (blind to absence) as well."""
    patients = pl.DataFrame({"patient_id": list("abcde"), "trial_id": ["A"] * 5})
    assays = pl.DataFrame({
        "assay_id": ["A/mlpa", "A/panel"], "trial_id": "A", "method": ["MLPA", "panel"],
        "version": "1", "no_run": "not_tested",
    })  # fmt: skip
    coverage = pl.DataFrame({
        "assay_id": ["A/mlpa", "A/panel"], "target": "IKZF1", "alteration_class": "deletion",
        "marker": "IKZF1_del", "scope": ["complete", "partial"], "negative_capable": True,
    })  # fmt: skip
    runs = pl.DataFrame({
        "run_id": ["r1", "r2", "r3", "r4", "r5", "r6"],
        "patient_id": ["a", "b", "c", "d", "c", "d"],
        "trial_id": "A",
        "assay_id": ["A/mlpa"] * 4 + ["A/panel"] * 2,
        "performed": "yes",
        "quality": ["passed", "passed", "failed", "passed", "passed", "passed"],
        "ascertainment": ["routine"] * 3 + ["retrospective"] * 3,
    })  # fmt: skip
    findings = pl.DataFrame({
        "run_id": ["r1", "r5"], "patient_id": ["a", "c"], "trial_id": "A", "gene": "IKZF1",
        "alteration_class": "deletion", "marker": "IKZF1_del", "call": "present",
    })  # fmt: skip
    empty = pl.DataFrame(
        schema=dict.fromkeys(
            ("patient_id", "trial_id", "phase", "marker", "status", "evidence"), pl.String
        )
    )
    given = {
        "assay": assays, "assay_coverage": coverage,
        "assay_run": complete_table("assay_run", runs),
        "finding": complete_table("finding", findings),
    }  # fmt: skip
    results = derive_marker_results(
        patients=patients, assays=assays, coverage=coverage, runs=given["assay_run"],
        findings=given["finding"], asserted=empty,
    )  # fmt: skip
    return make_pool(patients=patients, others=given | {"marker_result": results})


def test_each_assay_has_the_denominator_of_those_it_could_have_found_it_in(two_assays):
    rows = incidence(two_assays, by=["assay"]).rows
    names = ["group", "n_patients", "n_present", "n_tested", "n_failed", "n_not_tested"]
    assert rows.select(*names, "n_positive_only", "n_inconclusive").rows() == [
        ("MLPA", 5, 1, 3, 1, 1, 0, 0),
        # c's deletion was found by an assay that could not have shown its absence; d has no finding
        ("panel", 5, 0, 0, 0, 3, 1, 1),
    ]


def test_ways_of_being_tested_are_kept_apart_and_selective_ones_warned_of(two_assays):
    result = incidence(two_assays, by=["ascertainment"])
    counts = dict(result.rows.select("group", "n_tested").iter_rows())
    # c was tested routinely without success and in retrospect: the least selective way counts
    assert counts == {"routine": 2, "retrospective": 1, "unknown": 0}
    (warning,) = (line for line in result.warnings if "retrospectively" in line)
    assert "IKZF1_del (1 of 3 tested)" in warning


def test_testing_that_goes_with_relapse_is_warned_of_with_the_numbers(make_pool):
    n = 200
    patients = pl.DataFrame({"patient_id": [f"P{i}" for i in range(n)], "trial_id": ["A"] * n})
    relapsed = patients["patient_id"].head(50)
    tested = [i < 45 or i % 5 == 0 for i in range(n)]
    statuses = patients.select(
        "patient_id", marker=pl.lit("TP53"),
        status=pl.Series(["absent" if one else "not_tested" for one in tested]),
    )  # fmt: skip
    events = pl.DataFrame({"patient_id": relapsed, "trial_id": "A", "type": "relapse", "day": 300})
    pool = make_pool(patients=patients, statuses=statuses, others={"event": events})
    (warning,) = (line for line in incidence(pool).warnings if "went with relapse" in line)
    assert "TP53 (tested: 46 of 50 who relapsed, 30 of 150 others, odds ratio 46)" in warning
    even = statuses.with_columns(status=pl.Series(["absent", "not_tested"] * (n // 2)))
    again = make_pool(patients=patients, statuses=even, others={"event": events})
    assert not [line for line in incidence(again).warnings if "went with relapse" in line]


def test_a_trial_that_enrols_by_the_marker_is_named(make_pool):
    patients = pl.DataFrame({
        "patient_id": [f"P{i}" for i in range(60)], "trial_id": ["A"] * 30 + ["B"] * 30,
    })  # fmt: skip
    statuses = patients.select(
        "patient_id",
        marker=pl.lit("BCR::ABL1"),
        status=pl.Series(["present"] * 33 + ["absent"] * 27),
    )
    (warning,) = incidence(make_pool(patients=patients, statuses=statuses)).warnings
    assert warning.startswith("Everybody tested in A carries BCR::ABL1 (30 of 30)")


def test_age_is_compared_within_trials_only(three_trials, make_pool):
    """One trial of children without, one of adults with the marker: nothing is said of age."""
    result = incidence(three_trials)
    assert result.age_trend.row(0, named=True)["n_trials"] == 3
    assert result.age_curve["proportion"].is_between(0, 1).all()
    patients = pl.DataFrame({
        "patient_id": [f"P{i}" for i in range(80)], "trial_id": ["A"] * 40 + ["B"] * 40,
        "age_years": [5.0 + i % 7 for i in range(40)] + [40.0 + i % 7 for i in range(40)],
    })  # fmt: skip
    statuses = patients.select(
        "patient_id", marker=pl.lit("TP53"), status=pl.Series(["absent"] * 40 + ["present"] * 40)
    )
    apart = incidence(make_pool(patients=patients, statuses=statuses))
    trend = apart.age_trend.row(0, named=True)
    assert trend["odds_ratio"] is trend["p_value"] is None
    assert trend["left_out"] == "A, B"
    child, younger = apart.adults.to_dicts()
    assert (child["n_present_adults"], child["n_tested_others"]) == (40, 40)
    assert child["odds_ratio"] is younger["odds_ratio"] is None
    assert child["note"] == "no trial tested both"
