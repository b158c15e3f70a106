"""Two answers side by side: of those tested and with imputed values, and how they compare."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from chorall.analyses.imputing import impute_prognosis
from chorall.analyses.imputing.agreement import judge_agreement, write_statement
from chorall.analyses.imputing.answers import Answer
from chorall.analyses.prognosis import prognosis
from chorall.errors import DefinitionError, InputError
from chorall.stats import combine_imputations, fit_cox

QUICK = {"n_imputations": 5, "n_iterations": 3}


@pytest.fixture
def pool(make_pool, consortium):
    return make_pool(**consortium)


def line(result, marker: str, endpoint: str) -> dict[str, object]:
    return result.rows.row(
        by_predicate=(pl.col("marker") == marker) & (pl.col("endpoint") == endpoint), named=True
    )


def test_both_answers_stand_side_by_side(pool, consortium) -> None:
    result = impute_prognosis(pool, ["TP53", "IKZF1_del"], endpoints=["OS", "CIR"], **QUICK)
    assert result.rows.select("marker", "endpoint").rows() == [
        ("TP53", "OS"), ("TP53", "CIR"), ("IKZF1_del", "OS"), ("IKZF1_del", "CIR"),
    ]  # fmt: skip
    row = line(result, "TP53", "OS")
    status = consortium["statuses"].filter(marker="TP53")["status"]
    n_untested = int((status == "not_tested").sum())
    assert (row["n_marker_imputed"], row["n_not_imputed"]) == (n_untested, 0)
    assert row["imputed_n"] == 400
    assert row["n"] < 400 - n_untested + 1
    assert row["n_present"] < row["imputed_n_present"] < row["n_present"] + n_untested
    assert row["adjust"] == "age_years + sex + log2 wbc_10e9_per_l"
    assert 0 < row["missing_fraction"] < 1
    assert row["lower"] < row["hazard_ratio"] < row["upper"]
    assert row["imputed_lower"] < row["imputed_hazard_ratio"] < row["imputed_upper"]
    assert json.loads(json.dumps(result.to_dict()))["rows"][0]["marker"] == "TP53"


def test_without_missing_values_both_answers_are_the_cox_model(make_pool, consortium) -> None:
    known = {
        **consortium,
        "patients": consortium["patients"].with_columns(pl.col("age_years").fill_null(30.0)),
        "statuses": consortium["statuses"].filter(marker="TP53").with_columns(
            status=pl.col("status").replace("not_tested", "absent")
        ),
    }  # fmt: skip
    result = impute_prognosis(
        make_pool(**known), ["TP53"], endpoints=["OS"], adjust=["age"], **QUICK
    )
    row = line(result, "TP53", "OS")
    frame = known["patients"].join(known["statuses"], on="patient_id").join(
        known["outcomes"].filter(endpoint="OS"), on="patient_id"
    )  # fmt: skip
    fit = fit_cox(
        np.column_stack([frame["age_years"], frame["status"] == "present"]).astype(float),
        frame["time"].to_numpy().astype(float), frame["cause"].to_numpy() == 1,
        strata=frame["trial_id"].to_numpy(),
    )  # fmt: skip
    for prefix in ("", "imputed_"):
        assert row[f"{prefix}hazard_ratio"] == pytest.approx(fit.hazard_ratio[1], rel=1e-9)
    assert row["lower"] == pytest.approx(fit.lower[1], rel=1e-9)
    assert row["p_value"] == pytest.approx(fit.p_value[1], rel=1e-9)
    assert (row["n_marker_imputed"], row["agreement"]) == (0, "agree")
    # Rubin's limits by t with events less 2 degrees of freedom, a little wider
    expected = combine_imputations(
        [fit.log_hazard_ratio[1]] * 2, [fit.standard_error[1]] * 2,
        complete_degrees_of_freedom=fit.n_events - 2,
    )  # fmt: skip
    assert row["imputed_upper"] == pytest.approx(np.exp(expected.upper), rel=1e-9)


@pytest.mark.parametrize("adjust", [["age_spline", "sex", "wbc"], []])
def test_the_answer_of_those_tested_is_that_of_prognosis(pool, adjust) -> None:
    given = {"markers": ["TP53", "IKZF1_del"], "endpoints": ["OS", "CIR"], "adjust": adjust}
    found = impute_prognosis(pool, **given, **QUICK)
    rows = prognosis(pool, **given).rows.filter(pl.col("trial").is_null(), model="cox")
    names = ["n", "n_events", "hazard_ratio", "lower", "upper", "p_value"]
    for row in found.rows.iter_rows(named=True):
        same = rows.filter(**{name: row[name] for name in ("marker", "endpoint", "adjust")})
        expected = same.row(0, named=True)
        assert [row[name] for name in names] == pytest.approx(
            [expected[name] for name in names], rel=1e-9
        )


def test_the_seed_decides(pool) -> None:
    given = {"endpoints": ["OS"], **QUICK}
    one = impute_prognosis(pool, ["TP53"], seed=4, **given)
    again = impute_prognosis(pool, ["TP53"], seed=4, n_jobs=2, **given)
    other = impute_prognosis(pool, ["TP53"], seed=5, **given)
    assert one.rows.equals(again.rows)
    assert line(one, "TP53", "OS")["hazard_ratio"] == line(other, "TP53", "OS")["hazard_ratio"]
    name = "imputed_hazard_ratio"
    assert line(one, "TP53", "OS")[name] != line(other, "TP53", "OS")[name]


def test_what_does_not_apply_or_was_not_collected_is_never_imputed(make_pool, consortium) -> None:
    """Trial C tested nobody; in the others the marker applies to B lineage only."""
    patients = consortium["patients"].with_columns(
        lineage=pl.when(pl.int_range(pl.len()) % 4 == 0).then(pl.lit("T")).otherwise(pl.lit("B"))
    )
    joined = consortium["statuses"].filter(marker="TP53").join(patients, on="patient_id")
    statuses = joined.select(
        "patient_id", "marker",
        status=pl.when(trial_id="C").then(pl.lit("not_tested")).otherwise("status"),
    )  # fmt: skip
    pool = make_pool(patients=patients, statuses=statuses, outcomes=consortium["outcomes"])
    given = {"endpoints": ["OS"], "adjust": [], **QUICK}
    result = impute_prognosis(pool, ["TP53"], applies_to={"TP53": ["B"]}, **given)
    frame = statuses.join(patients, on="patient_id")
    unknown = pl.col("status") == "not_tested"
    imputable = unknown & (pl.col("trial_id") != "C") & (pl.col("lineage") == "B")
    row = line(result, "TP53", "OS")
    assert row["n_marker_imputed"] == frame.filter(imputable).height
    assert row["n_not_imputed"] == frame.filter(unknown & ~imputable).height
    assert row["imputed_n"] == 400 - row["n_not_imputed"]
    everywhere = impute_prognosis(pool, ["TP53"], **given)
    assert line(everywhere, "TP53", "OS")["n_marker_imputed"] > row["n_marker_imputed"]


def test_a_covariate_that_a_trial_did_not_collect_is_not_imputed_there(
    make_pool, consortium
) -> None:
    patients = consortium["patients"].with_columns(
        age_years=pl.when(trial_id="B").then(None).otherwise("age_years")
    )
    pool = make_pool(**{**consortium, "patients": patients})
    result = impute_prognosis(pool, ["TP53"], endpoints=["OS"], adjust=["age"], **QUICK)
    n_in_b = patients.filter(trial_id="B").height
    assert line(result, "TP53", "OS")["imputed_n"] == 400 - n_in_b
    assert f"`age_years` is neither known nor imputed for {n_in_b} patients" in result.warnings[0]


def test_a_rare_marker_has_no_figure_and_says_why(make_pool, consortium) -> None:
    rare = consortium["statuses"].filter(marker="TP53").with_columns(
        status=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("present"))
        .when(pl.int_range(pl.len()) < 300).then(pl.lit("absent")).otherwise(pl.lit("failed")),
        marker=pl.lit("RARE"),
    )  # fmt: skip
    pool = make_pool(**{**consortium, "statuses": pl.concat([consortium["statuses"], rare])})
    result = impute_prognosis(pool, ["RARE", "TP53"], endpoints=["OS"], **QUICK)
    row = line(result, "RARE", "OS")
    assert row["agreement"] == "not assessable"
    assert row["note"].startswith("3 patients with and 297 without the marker")
    assert (row["hazard_ratio"], row["imputed_hazard_ratio"]) == (None, None)
    assert (row["n_marker_imputed"], row["n_not_imputed"]) == (0, 100)
    assert line(result, "TP53", "OS")["imputed_hazard_ratio"] is not None


def test_unequal_testing_by_outcome_is_corrected_and_said(make_pool, consortium) -> None:
    """Carriers who die and have a companion lesion lose their result: they seem to live longer."""
    rng = np.random.default_rng(3)
    n = 1500
    ids = [f"P{i:04d}" for i in range(n)]
    marker = rng.random(n) < 0.4
    companion = rng.random(n) < np.where(marker, 0.9, 0.1)
    death = rng.exponential(1000 / np.exp(0.9 * marker))
    follow_up = rng.uniform(200, 900, n)
    died = death <= follow_up
    lost = rng.random(n) < np.where(died & companion, 0.95, 0.05)
    words = np.where(marker, "present", "absent")
    pool = make_pool(
        patients=pl.DataFrame({"patient_id": ids, "trial_id": "A"}),
        statuses=pl.concat([
            pl.DataFrame({"patient_id": ids, "marker": "X",
                          "status": np.where(lost, "not_tested", words)}),
            pl.DataFrame({"patient_id": ids, "marker": "Y",
                          "status": np.where(companion, "present", "absent")}),
        ]),
        outcomes=pl.DataFrame({
            "patient_id": ids, "endpoint": "OS", "cause": died.astype(int),
            "time": np.ceil(np.minimum(death, follow_up)).astype(int),
        }),
    )  # fmt: skip
    result = impute_prognosis(
        pool, ["X"], endpoints=["OS"], adjust=[], auxiliary=["Y"], n_imputations=20
    )
    row = line(result, "X", "OS")
    assert row["upper"] < np.exp(0.9)
    assert row["imputed_lower"] < np.exp(0.9) < row["imputed_upper"]
    assert row["agreement"].startswith("differ")
    assert "THE ANSWERS DISAGREE" in row["statement"]
    assert row["statement"] in result.warnings
    assert result.rows["marker"].to_list() == ["X"]


def answer(estimate: float, error: float) -> Answer:
    return Answer(
        100, 50, 20, estimate, error, estimate - 1.96 * error, estimate + 1.96 * error, 0.5
    )


@pytest.mark.parametrize(
    ("tested", "imputed", "expected"),
    [
        ((0.5, 0.2), (0.55, 0.2), "agree"),
        ((0.1, 0.2), (-0.05, 0.2), "agree"),
        ((0.5, 0.2), (0.75, 0.2), "differ in size"),
        ((0.5, 0.2), (0.69, 0.2), "agree"),
        ((0.45, 0.2), (0.3, 0.2), "differ in evidence"),
        # the variances differ by 0.0675: by chance they lie up to 0.51 apart
        ((0.8, 0.3), (1.3, 0.15), "agree"),
        ((0.8, 0.3), (1.32, 0.15), "differ in size"),
        ((0.5, 0.2), (-0.1, 0.2), "differ in direction"),
        ((0.5, 0.2), (np.nan, 0.2), "not assessable"),
    ],
)
def test_the_rule_of_agreement(tested, imputed, expected) -> None:
    one, other = answer(*tested), answer(*imputed)
    assert judge_agreement(one, other) == expected
    said = write_statement("TP53", "OS", one, other)
    assert said.startswith("TP53, OS: ")
    assert ("DISAGREE" in said) == (expected in ("differ in size", "differ in direction"))


def test_what_cannot_be_asked_is_refused(pool) -> None:
    for change, said in [
        ({"markers": ["NOPE"]}, "NOPE"),
        ({"markers": []}, "`markers` is empty"),
        ({"adjust": ["shoe_size"]}, "shoe_size"),
        ({"auxiliary": ["NOPE"]}, "NOPE"),
        ({"applies_to": {"TP53": ["X"]}}, "unknown lineage"),
        ({"applies_to": {"NOPE": ["B"]}}, "applies_to"),
        ({"n_imputations": 1}, "at least 2"),
        ({"conf_level": 2.0}, "conf_level"),
        ({"trials": ["Z"]}, "unknown trial"),
    ]:  # fmt: skip
        given = {"markers": ["TP53"], "endpoints": ["OS"], **QUICK} | change
        with pytest.raises(InputError, match=said):
            impute_prognosis(pool, **given)
    with pytest.raises((InputError, DefinitionError)):
        impute_prognosis(pool, ["TP53"], endpoints=["XYZ"], **QUICK)
