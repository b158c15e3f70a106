import polars as pl
import pytest

from chorall.analyses.incidence import incidence
from chorall.errors import InputError
from chorall.stats import proportion_interval

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


def line(result, marker, by="overall", group="all"):
    rows = result.rows.filter(marker=marker, by=by, group=group)
    assert rows.height == 1
    return rows.row(0, named=True)


def test_only_present_and_absent_are_in_the_denominator(tiny):
    row = line(incidence(tiny), "TP53")
    assert [row[f"n_{word}"] for word in WORDS] == [2, 1, 1, 1, 1, 1]
    assert (row["n_patients"], row["n_tested"], row["frequency"]) == (7, 3, pytest.approx(2 / 3))


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
    assert (row["n_present"], row["n_tested"], row["frequency"]) == (1, 2, 0.5)
    assert row["n_positive_only"] == 5
    assert sum(row[f"n_{word}"] for word in (*WORDS, "positive_only")) == row["n_patients"]


def test_limits_are_those_of_the_kernel(tiny):
    for method in ("wilson", "clopper-pearson"):
        row = line(incidence(tiny, method=method, conf_level=0.9), "KRAS")
        kernel = proportion_interval(1, 7, conf_level=0.9, method=method)
        assert (row["lower"], row["upper"]) == (float(kernel.lower), float(kernel.upper))


def test_nobody_tested_is_null_and_never_zero(tiny):
    row = line(incidence(tiny), "ZNF")
    assert (row["n_tested"], row["n_absent"]) == (0, 0)
    assert row["frequency"] is row["lower"] is row["upper"] is None


def test_age_bands_contain_their_lower_bound_and_not_their_upper(tiny):
    rows = incidence(tiny, markers=["KRAS"], by=["age_band"]).rows
    assert rows["group"].to_list() == ["0-1", "1-9", "10-15", "16-25", "40-54", ">=65", "unknown"]
    assert rows["n_patients"].to_list() == [1] * 7


def test_groups_have_their_natural_order(tiny):
    rows = incidence(tiny, markers=["KRAS"], by=["trial", "lineage"]).rows
    assert rows["group"].to_list() == ["Z", "A", "B", "T", "MPAL", "unknown"]


def test_markers_are_ordered_by_overall_frequency_with_the_untested_last(tiny):
    rows = incidence(tiny, by=["trial"]).rows
    assert rows["marker"].unique(maintain_order=True).to_list() == ["TP53", "KRAS", "ZNF"]


def test_groups_of_a_grouping_add_up_to_the_whole(tiny):
    rows = incidence(tiny).rows
    counts = [name for name in rows.columns if name.startswith("n_")]
    sums = rows.group_by("marker", "by").agg(pl.col(counts).sum()).sort("marker", "by")
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
    nobody, few, unclear = incidence(tiny).warnings
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
    (warning,) = incidence(pool).warnings
    assert warning.startswith(
        "Trial B tested genetics at relapse: its frequencies at diagnosis (n = 1)"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"markers": ["TP35"]}, "did you mean `TP53`"),
        ({"by": ["age"]}, "or `age_band`"),
        ({"phase": "diagnose"}, "did you mean `diagnosis`"),
        ({"method": "wald"}, "Known: wilson, clopper-pearson"),
        ({"conf_level": 95}, "conf_level"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(tiny, arguments, message):
    with pytest.raises(InputError, match=message):
        incidence(tiny, **arguments)
