"""Treatment with and without a marker: from randomisation, within trials, with its grade."""

import numpy as np
import polars as pl
import pytest
from unit.analyses.treatments.randomised_pool import STEROIDS, draw_trial, make_pool

import chorall.reports  # noqa: F401  registers how results are drawn
from chorall.analyses import compare_strategies, scan_treatment, treatment
from chorall.errors import DataError, DefinitionError, InputError
from chorall.stats import fit_cox, kaplan_meier, pool_effects

DAYS = 365.25


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(41)
    return [draw_trial(rng, name, 500, with_marker=0.4) for name in "ABC"]


@pytest.fixture(scope="module")
def pool(drawn, tmp_path_factory):
    path = tmp_path_factory.mktemp("treatment") / "pool"
    return make_pool(path, drawn, dict.fromkeys("ABC", STEROIDS))


@pytest.fixture(scope="module")
def result(pool):
    return treatment(pool, markers=["IKZF1_del"], strategies=["steroid"], endpoints=["OS"])


def fit_one(rows):
    known = rows.filter(pl.col("status") != "not_tested")
    marker = (known["status"] == "present").to_numpy()
    arm = (known["arm"] == "EXP").to_numpy()
    x = np.column_stack([marker, arm, marker & arm]).astype(float)
    return fit_cox(x, known["days"].to_numpy(), known["cause"].to_numpy() == 1)


def test_each_trial_is_its_own_model_from_randomisation(drawn, result):
    for rows in drawn:
        fit = fit_one(rows)
        line = result.rows.filter(trial=rows["trial_id"][0]).row(0, named=True)
        assert line["interaction_ratio"] == pytest.approx(fit.hazard_ratio[2])
        assert line["interaction_p_value"] == pytest.approx(fit.p_value[2])
        assert line["hazard_ratio_absent"] == pytest.approx(fit.hazard_ratio[1])


def test_trials_are_pooled_in_two_stages(drawn, result):
    fits = [fit_one(rows) for rows in drawn]
    pooled = pool_effects(
        [fit.log_hazard_ratio[2] for fit in fits], [fit.standard_error[2] for fit in fits]
    )
    line = result.rows.row(0, named=True)
    assert line["trial"] is None
    assert line["n_trials"] == 3
    assert np.log(line["interaction_ratio"]) == pytest.approx(pooled.estimate)
    assert line["interaction_p_value"] == pytest.approx(pooled.p_value)
    assert np.log(line["interaction_lower"]) == pytest.approx(pooled.lower)
    assert line["interaction_ratio"] < 0.6
    left = result.leave_one_out.filter(left_out="B R1").row(0, named=True)
    others = pool_effects(
        [fits[at].log_hazard_ratio[2] for at in (0, 2)],
        [fits[at].standard_error[2] for at in (0, 2)],
    )
    assert np.log(left["interaction_ratio"]) == pytest.approx(others.estimate)


def test_absolute_effects_are_those_of_the_curves(drawn, result):
    rows = drawn[0].filter(status="present")
    risk = {
        arm: 1
        - kaplan_meier(part["days"].to_numpy(), part["cause"].to_numpy() == 1)
        .at([5 * DAYS])
        .survival[0]
        for (arm,), part in rows.group_by("arm")
    }
    line = result.rows.filter(trial="A").row(0, named=True)
    assert line["risk_difference_present"] == pytest.approx(risk["EXP"] - risk["STD"])
    assert line["risk_difference_present"] < -0.1
    assert line["years_gained_present"] > 0.3


def test_every_line_carries_its_grade(result):
    assert set(result.rows["evidence"]) == {"randomised"}
    assert result.rows.filter(pl.col("trial").is_null())["claim"].to_list() == ["replicated"]
    assert result.plot().data["evidence"].unique().to_list() == ["randomised"]
    assert "randomised" in result.plot().alt
    assert "randomised" in result._repr_html_()


def test_the_json_holds_what_a_reader_needs(result):
    plain = result.to_dict()
    assert plain["analysis"] == "treatment"
    keys = {"marker", "strategy", "endpoint", "evidence", "trial", "interaction_ratio",
            "interaction_p_value", "q_value", "claim", "risk_difference_present"}  # fmt: skip
    assert keys <= set(plain["rows"][0])
    assert len(plain["leave_one_out"]) == 3
    counted = plain["questions"][0]
    assert (counted["n_randomised"], counted["n_compared"]) == (500, 500)


def test_not_tested_enters_nothing(drawn, result):
    unknown = sum((rows["status"] == "not_tested").sum() for rows in drawn)
    line = result.rows.row(0, named=True)
    assert line["n_unknown"] == unknown
    assert line["n_patients"] == 1500 - unknown
    cells = [
        line[f"n_{side}_{arm}"] for side in ("present", "absent") for arm in ("treated", "control")
    ]
    assert sum(cells) == line["n_patients"]


def test_events_before_randomisation_do_not_count(drawn, tmp_path):
    late = [rows.with_columns(days=pl.when(pl.int_range(pl.len()) < 10).then(-5).otherwise("days"))
            for rows in drawn]  # fmt: skip
    pool = make_pool(tmp_path / "pool", late, dict.fromkeys("ABC", STEROIDS))
    found = treatment(pool, markers=["IKZF1_del"], endpoints=["OS"])
    assert found.questions["n_before"].to_list() == [10, 10, 10]
    assert found.questions["n_compared"].to_list() == [490, 490, 490]


def test_trials_with_other_levels_are_never_pooled(drawn, tmp_path):
    arms = {"A": STEROIDS, "B": ("asparaginase_standard", "asparaginase_intensive"), "C": STEROIDS}
    pool = make_pool(tmp_path / "pool", drawn, arms)
    found = treatment(pool, markers=["IKZF1_del"], endpoints=["OS"])
    pooled = found.rows.filter(pl.col("trial").is_null())
    assert dict(pooled.select("component", "n_trials").iter_rows()) == {
        "steroid": 2,
        "asparaginase": 1,
    }
    assert pooled.filter(component="asparaginase")["claim"].item() == "single trial"
    assert any("only B R1 asks" in line for line in found.warnings)
    table = compare_strategies(pool).rows
    shared = dict(table.select("trial_id", "shared_with").iter_rows())
    assert shared == {"A": "C", "B": None, "C": "A"}


def test_arms_that_differ_in_two_components_answer_nothing(drawn, tmp_path):
    both = ("steroid_prednisolone + anti_cd20_none", "steroid_dexamethasone+anti_cd20")
    pool = make_pool(tmp_path / "pool", drawn, {"A": both, "B": STEROIDS, "C": (None, None)})
    found = treatment(pool, markers=["IKZF1_del"], endpoints=["OS"])
    assert found.rows["n_trials"].to_list() == [1, 1]
    assert any("A R1" in line and "anti_cd20 and steroid" in line for line in found.warnings)
    assert any("C R1" in line and "no `strategy_id`" in line for line in found.warnings)


def test_a_scan_corrects_over_all_its_lines(tmp_path):
    rng = np.random.default_rng(2)
    drawn = [draw_trial(rng, name, 400, with_marker=0.3) for name in "ABCDE"]
    rows = pl.concat(drawn)
    noise = {
        f"M{at}": rows.with_columns(
            status=pl.Series(rng.choice(["present", "absent"], rows.height))
        )
        for at in range(20)
    }
    pool = make_pool(
        tmp_path / "pool", drawn, dict.fromkeys("ABCDE", STEROIDS), extra_markers=noise
    )
    found = scan_treatment(pool, endpoints=["OS"])
    assert found.rows.height == 21
    assert found.rows.filter(marker="IKZF1_del")["q_value"].item() < 0.05
    assert (found.rows["q_value"] >= found.rows["interaction_p_value"]).all()
    shown = found.rows.filter(pl.col("q_value") < 0.05)
    assert (found.rows["claim"] != "not shown").sum() == shown.height


def test_a_three_way_term_is_exploratory_unless_two_trials_show_it(tmp_path):
    rng = np.random.default_rng(77)
    carriers, others = (draw_trial(rng, "A", 700, with_marker=ratio) for ratio in (0.15, 1.0))
    others = others.with_columns(pl.col("patient_id") + "x")
    both = pl.concat([carriers, others])
    carrier = pl.col("patient_id").is_in(carriers["patient_id"].implode())
    second = both.with_columns(
        status=pl.when(carrier).then(pl.lit("present")).otherwise(pl.lit("absent"))
    )
    pool = make_pool(tmp_path / "pool", [both], {"A": STEROIDS}, extra_markers={"SECOND": second})
    found = treatment(pool, markers=["IKZF1_del"], modifier="SECOND", endpoints=["OS"])
    line = found.rows.row(0, named=True)
    assert line["term"] == "marker x modifier x treatment"
    assert line["claim"] == "exploratory"
    assert line["hazard_ratio_present"] is None
    # stratified by the modifier: the difference of two independent interactions
    three_way = fit_one(carriers).log_hazard_ratio[2] - fit_one(others).log_hazard_ratio[2]
    assert np.log(line["interaction_ratio"]) == pytest.approx(three_way)


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"strategies": ["steriod"]}, InputError, "did you mean `steroid`"),
        ({"strategies": ["anti_cd22"]}, DataError, "no randomised question"),
        ({"markers": ["NOBODY"]}, InputError, "unknown marker"),
        ({"markers": []}, InputError, "no marker"),
        ({"modifier": "IKZF1_del"}, InputError, "cannot modify itself"),
        ({"horizon_years": 0}, InputError, "horizon_years"),
        ({"conf_level": 1}, InputError, "conf_level"),
    ],
)
def test_what_cannot_be_asked_is_refused(pool, asked, error, words):
    with pytest.raises(error, match=words):
        treatment(pool, **({"markers": ["IKZF1_del"], "endpoints": ["OS"]} | asked))


def test_an_unknown_strategy_of_an_arm_is_refused(drawn, tmp_path):
    pool = make_pool(tmp_path / "pool", drawn, dict.fromkeys("ABC", ("nothing", "known")))
    with pytest.raises(DefinitionError, match="`nothing` is not known"):
        treatment(pool, markers=["IKZF1_del"], endpoints=["OS"])
