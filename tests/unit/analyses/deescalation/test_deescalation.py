"""`ch.deescalation` on pools small enough to count by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from unit.analyses.deescalation.children_pool import (
    REDUCED,
    STANDARD,
    YEAR,
    Child,
    make_pool,
    many,
)

import chorall as ch
from chorall.analyses.deescalation import DeescalationResult, deescalation
from chorall.analyses.planning import plan_study
from chorall.tables.store import Pool

GOOD = {"ETV6::RUNX1": "present"}
OTHER = {"ETV6::RUNX1": "absent"}
RULE = "ETV6::RUNX1"
ARMS = {"STD": STANDARD, "LESS": REDUCED}


def spread(n: int, trial: str, event: str, **given: object) -> list[Child]:
    """Return n children with the event at different times of the first four years."""
    return [Child(trial, event, years, **given) for years in np.linspace(0.5, 4, n)]  # type: ignore[arg-type]


def draw_low(trial: str, n: int = 400, relapses: int = 3) -> list[Child]:
    """Return a trial with a group of low risk and as many others who fare worse."""
    return [
        *many(n - relapses, trial, markers=GOOD),
        *spread(relapses, trial, "relapse", markers=GOOD),
        *many(n - 60, trial, markers=OTHER),
        *spread(60, trial, "relapse", markers=OTHER, dead_after_relapse=1.5),
    ]


@pytest.fixture(scope="module")
def low(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    people = [one for trial in "ABC" for one in draw_low(trial)]
    return make_pool(tmp_path_factory.mktemp("low") / "pool", people, ARMS)


@pytest.fixture(scope="module")
def found(low: Pool) -> DeescalationResult:
    return ch.deescalation(low, rules=[RULE])


def test_a_low_risk_in_three_trials_is_a_hypothesis(found: DeescalationResult) -> None:
    row = found.printed.row(0, named=True)
    assert row["word"] == "hypothesis for a randomised trial"
    assert (row["n_group"], row["n_children"], row["n_unknown"]) == (1200, 2400, 0)
    assert (row["n_relapses"], row["n_trials"], row["share"]) == (9, 3, 0.5)
    assert row["relapse"] == pytest.approx(9 / 1200, abs=1e-4)
    assert row["relapse"] < row["relapse_upper"] <= row["relapse_prediction_upper"] < 0.05
    assert row["share_of_relapses"] == pytest.approx(9 / 189)
    assert row["median_follow_up"] == pytest.approx(8.0, abs=0.01)


def test_every_trial_stands_below_with_its_own_limits(found: DeescalationResult) -> None:
    trials = found.rows.filter(pl.col("trial").is_not_null())
    assert trials["trial"].to_list() == ["A", "B", "C"]
    assert trials["word"].null_count() == 3
    assert trials["relapse"].to_list() == pytest.approx([3 / 400] * 3)
    assert trials["relapse_upper"].to_list() == pytest.approx([0.021764] * 3, abs=1e-5)  # R below
    # R: binom.test(3, 400)$conf.int[2] is 0.02176


def test_the_backbone_and_the_era_stand_beside_it(found: DeescalationResult) -> None:
    first = found.backbone.row(0, named=True)
    assert first["accrual"] == "2000\N{EN DASH}2004"
    assert first["era"] == "2000-2004"
    assert "no pulses" in first["treatment"]
    assert "pulses every four weeks" in first["treatment"]


def test_the_answering_trial_is_that_of_the_planner(found: DeescalationResult) -> None:
    row = found.printed.row(0, named=True)
    plan = plan_study(
        "non-inferiority", success=row["event_free"], margin=0.04, power=0.8, alpha=0.025,
        simulations=0,
    )  # fmt: skip
    assert found.plans["n_per_arm"][0] == plan.rows["n_per_arm"][0]
    assert found.plans["n_screened"][0] == 2 * plan.rows["n_patients"][0]


def test_what_ends_event_free_survival_adds_up(tmp_path: Path) -> None:
    people = [
        *many(60, "A", markers=GOOD),
        *spread(5, "A", "relapse", markers=GOOD),
        *spread(4, "A", "death", markers=GOOD),
        *spread(3, "A", "second_malignancy", markers=GOOD),
        *spread(2, "A", "death", markers=GOOD, in_remission=False),
        *spread(1, "A", "induction_failure", markers=GOOD, in_remission=False),
    ]
    result = deescalation(make_pool(tmp_path / "p", people), rules=[RULE])
    last = result.stacked.filter(pl.col("time_years") == 5.0)
    got = dict(last.select("kind", "cumulative_incidence").iter_rows())
    assert got == pytest.approx(
        {
            "relapse": 5 / 75, "death in remission": 4 / 75, "second malignancy": 3 / 75,
            "induction death": 2 / 75, "induction failure": 1 / 75,
        }
    )  # fmt: skip
    row = result.printed.row(0, named=True)
    assert sum(got.values()) == pytest.approx(1 - row["event_free"])
    assert row["treatment_death"] == pytest.approx(6 / 75)
    assert row["n_treatment_death"] == 6
    assert row["second_malignancy"] == pytest.approx(3 / 75)
    assert row["n_relapses"] == 5


def test_a_trial_without_remissions_is_told(tmp_path: Path) -> None:
    people = [
        *many(30, "A", markers=GOOD),
        *many(30, "B", markers=GOOD, in_remission=False),
        *spread(3, "B", "death", markers=GOOD, in_remission=False),
    ]
    result = deescalation(make_pool(tmp_path / "p", people), rules=[RULE])
    assert any(line.startswith("B: no child has a dated remission") for line in result.warnings)
    second = result.rows.filter(trial="B").row(0, named=True)
    assert (second["relapse"], second["n_treatment_death"]) == (None, 3)
    assert "1 trial with 20 members" in result.printed["reason"][0]


def test_ukall_heh_good_risk_has_few_relapses_and_most_of_them(tmp_path: Path) -> None:
    # 579 good and 146 poor risk, 5 against 16 % relapse, yet 53 % of the relapses (S50, S53)
    heh = {"high_hyperdiploidy": "present"}
    good = heh | {"trisomy_17": "present", "trisomy_18": "present"}
    poor = heh | {"trisomy_17": "absent", "trisomy_18": "absent"}
    people = [
        *many(579 - 27, "A", markers=good),
        *spread(27, "A", "relapse", markers=good),
        *many(146 - 24, "A", markers=poor),
        *spread(24, "A", "relapse", markers=poor),
        *spread(40, "A", "relapse", markers={"high_hyperdiploidy": "absent"}),
    ]
    pool = make_pool(tmp_path / "p", people)
    result = deescalation(pool, classifiers=["ukall_heh:good", "ukall_heh:poor"])
    first, second = result.printed.rows(named=True)
    assert (first["n_group"], second["n_group"]) == (579, 146)
    assert (round(100 * first["relapse"]), round(100 * second["relapse"])) == (5, 16)
    assert round(100 * first["share_of_relapses_in_population"]) == 53
    assert first["share_of_relapses"] == pytest.approx(27 / 91)
    assert first["n_population"] == 725


def test_children_of_whom_the_group_is_not_known_bound_the_share(tmp_path: Path) -> None:
    people = [
        *many(50, "A", markers=GOOD),
        *spread(2, "A", "relapse", markers=GOOD),
        *spread(4, "A", "relapse", markers=OTHER),
        *spread(3, "A", "relapse", markers={RULE: "not_tested"}),
    ]
    row = deescalation(make_pool(tmp_path / "p", people), rules=[RULE]).printed.row(0, named=True)
    assert row["n_unknown"] == 3
    assert row["share_of_relapses"] == pytest.approx(2 / 6)
    assert row["share_of_relapses_least"] == pytest.approx(2 / 9)
    assert row["share_of_relapses_most"] == pytest.approx(5 / 9)


def test_no_headline_comes_from_trials_on_which_the_group_was_chosen(low: Pool) -> None:
    result = deescalation(low, rules=[RULE], chosen_on=["A"])
    row = result.printed.row(0, named=True)
    assert (row["n_group"], row["n_trials"]) == (800, 2)
    assert result.rows.filter(pl.col("trial").is_not_null()).select("trial", "headline").rows() == [
        ("B", True), ("C", True), ("A", False),
    ]  # fmt: skip
    assert set(result.backbone["trial"]) == {"B", "C"}
    assert result.conditional["n_in_remission"][0] == 800
    assert result.stacked["n_at_risk"].max() == 800
    assert result.subgroups.filter(subgroup="sex")["n"].sum() == 800
    assert result.salvage["n_relapses"].to_list() == [6] * 3
    assert any("chosen on A" in line for line in result.warnings)
    nowhere = deescalation(low, rules=[RULE], chosen_on=list("ABC")).printed.row(0, named=True)
    assert nowhere["word"] == "insufficient evidence"
    assert "no trial is left" in nowhere["reason"]
    assert nowhere["relapse"] is None


def test_short_follow_up_is_flagged_and_is_no_hypothesis(tmp_path: Path) -> None:
    people = [
        Child(trial, years=4.0 if place < 250 else 5.5, markers=GOOD)
        for trial in "ABC"
        for place in range(400)
    ]
    result = deescalation(make_pool(tmp_path / "p", people), rules=[RULE])
    row = result.printed.row(0, named=True)
    assert row["word"] == "insufficient evidence"
    assert "median follow-up 4.0 years, 5 needed" in row["reason"]
    assert any("A (4.0 years)" in line for line in result.warnings)


def test_risk_given_years_in_remission_and_rescue_after_relapse(found: DeescalationResult) -> None:
    first, second = found.conditional.rows(named=True)[:2]
    assert (first["n_in_remission"], first["n_relapses"]) == (1200, 9)
    # relapses at 0.5, 2.25 and 4 years in each trial
    assert (second["n_in_remission"], second["n_relapses"]) == (1197, 6)
    assert second["risk"] == pytest.approx(6 / 1197)
    assert found.printed["n_late_relapses"].to_list() == [3]
    upper = found.conditional["upper"].to_list()
    below = [year for year, one in enumerate(upper) if one is not None and one < 0.01]
    assert found.printed["years_to_low"].to_list() == [below[0]]
    rescued = found.salvage.filter(years_after_relapse=3.0).row(0, named=True)
    assert (rescued["n_relapses"], rescued["n_deaths"], rescued["survival"]) == (9, 0, 1.0)


def test_those_who_carry_more_toxicity_are_shown_apart(tmp_path: Path) -> None:
    people = [
        *many(40, "A", markers=GOOD),
        *many(8, "A", markers=GOOD, down_syndrome=True, sex="male"),
        *spread(2, "A", "death", markers=GOOD, down_syndrome=True, sex="male"),
        *many(5, "A", markers=GOOD, age=16.5, down_syndrome=None, sex=None),
        *many(5, "A", markers=OTHER, age=16.5, down_syndrome=True),
    ]
    result = deescalation(make_pool(tmp_path / "p", people), rules=[RULE])
    shown = {(row["subgroup"], row["level"]): row for row in result.subgroups.to_dicts()}
    down = shown["Down syndrome", "yes"]
    assert (down["n"], down["treatment_death"]) == (10, pytest.approx(0.2))
    assert shown["Down syndrome", "no"]["n"] == 40
    assert shown["Down syndrome", "not known"]["n"] == 5
    assert shown["age", "16 to below 18 years"]["n"] == 5
    assert shown["sex", "female"]["n"] == 40
    assert shown["sex", "other or not known"]["n"] == 5


def randomise(trial: str, standard: int, reduced: int, n: int = 300) -> list[Child]:
    """Return a trial in which so many of n in each arm relapse."""
    people = []
    for arm, events in (("STD", standard), ("LESS", reduced)):
        given = {"markers": GOOD, "arm": arm, "received": arm}
        people += [*many(n - events, trial, **given), *spread(events, trial, "relapse", **given)]
    return people


def test_a_reduction_that_did_harm_makes_the_group_not_supported(tmp_path: Path) -> None:
    people = [*randomise("A", 3, 21), *randomise("B", 3, 24)]
    result = deescalation(
        make_pool(tmp_path / "p", people, ARMS), rules=[RULE], relapse_bound=0.2,
        event_free_bound=0.8,
    )  # fmt: skip
    row = result.reductions.filter(population="intention to treat").row(0, named=True)
    assert row["word"] == "worse"
    assert row["difference"] == pytest.approx(-(21 + 24 - 6) / 600)
    assert (row["n_standard"], row["n_reduced"]) == (600, 600)
    assert (row["events_standard"], row["events_reduced"]) == (6, 45)
    assert result.printed["word"].to_list() == ["not supported"]
    assert result.plans.is_empty()
    curve = result.difference_curves.filter(population="intention to treat")
    at_five = curve.filter(pl.col("time_years") == 5.0).row(0, named=True)
    assert at_five["difference"] == pytest.approx(row["difference"])
    assert at_five["lower"] == pytest.approx(row["lower"])


def test_per_protocol_counts_those_who_kept_to_their_arm(tmp_path: Path) -> None:
    people = randomise("A", 6, 6)
    # thirty of the reduced arm received standard treatment and all of them relapsed
    moved = spread(30, "A", "relapse", markers=GOOD, arm="LESS", received="STD")
    silent = many(10, "A", markers=GOOD, arm="LESS")
    pool = make_pool(tmp_path / "p", [*people, *moved, *silent], ARMS)
    result = deescalation(pool, rules=[RULE], relapse_bound=0.2, event_free_bound=0.8)
    itt, kept = result.reductions.rows(named=True)
    assert (itt["population"], itt["n_reduced"], itt["events_reduced"]) == (
        "intention to treat", 340, 36,
    )  # fmt: skip
    assert (kept["population"], kept["n_reduced"], kept["events_reduced"]) == (
        "per protocol", 300, 6,
    )  # fmt: skip
    assert kept["difference"] == pytest.approx(0.0)
    assert itt["difference"] == pytest.approx(6 / 300 - 36 / 340)


def test_a_reduction_of_a_trial_on_which_the_group_was_chosen_is_left_out(tmp_path: Path) -> None:
    people = [*randomise("A", 3, 60), *randomise("B", 3, 3)]
    pool = make_pool(tmp_path / "p", people, ARMS)
    result = deescalation(pool, rules=[RULE], chosen_on=["A"])
    assert set(result.reductions["trials"]) == {"B R1"}
    assert set(result.reductions["word"]) == {"non-inferior"}


def test_where_nobody_says_what_was_received_the_reader_is_told(tmp_path: Path) -> None:
    people = [
        *many(100, "A", markers=GOOD, arm="STD"), *many(100, "A", markers=GOOD, arm="LESS"),
    ]  # fmt: skip
    result = deescalation(make_pool(tmp_path / "p", people, ARMS), rules=[RULE])
    kept = result.reductions.filter(population="per protocol").row(0, named=True)
    assert (kept["word"], kept["difference"]) == ("not compared", None)
    assert any("does not say which arm was received" in line for line in result.warnings)


def test_an_arm_without_its_strategy_is_said_to_be_unmapped(tmp_path: Path) -> None:
    result = deescalation(make_pool(tmp_path / "p", many(30, "A", markers=GOOD)), rules=[RULE])
    assert result.backbone["treatment"].to_list() == ["not mapped"]
    assert any("is not mapped" in line for line in result.warnings)


def test_several_groups_bring_the_nested_choice(low: Pool) -> None:
    result = deescalation(low, rules=[RULE, f"not {RULE}"])
    assert result.printed["group"].to_list() == [RULE, f"not {RULE}", "selected"]
    assert result.chosen["chosen"].to_list() == [RULE] * 3
    assert result.chosen["relapse"].to_list() == result.chosen["apparent_relapse"].to_list()
    row = result.printed.filter(group="selected").row(0, named=True)
    assert (row["n_group"], row["word"]) == (1200, "hypothesis for a randomised trial")
    assert any("a choice by these data" in line for line in result.warnings)


def test_the_result_is_written_as_json_and_drawn(found: DeescalationResult) -> None:
    written = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert written["analysis"] == "deescalation"
    assert len(written["rows"]) == 4
    assert written["relapse_bound"] == 0.05
    assert found.plot().data.height == 1
    assert "hypothesis for a randomised trial" in found._repr_html_()
    with pytest.raises(AttributeError):
        found.margin = 0.1  # type: ignore[misc]
    assert ch.deescalation is deescalation


def test_days_and_years_agree() -> None:
    assert pytest.approx(365.25) == YEAR
