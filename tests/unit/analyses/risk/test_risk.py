"""Risk groups: what was known when, who is not assessable, what waiting adds in drawn trials."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from unit.analyses.risk.drawn_pool import RULE, draw, make_pool

from chorall.analyses import risk
from chorall.analyses.risk.bank_groups import group_by_bank
from chorall.analyses.risk.causes import CAUSES, read_first_events
from chorall.analyses.risk.given import read_given
from chorall.analyses.risk.groupings import OPEN, read_groupings
from chorall.analyses.risk.moments import choose_landmark, known_by, make_views
from chorall.errors import DataError, InputError
from chorall.reports.figure_sets import draw_figures
from chorall.stats import cumulative_incidence

DAYS = 365.25


@pytest.fixture(scope="module")
def rows():
    return draw()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("risk")


@pytest.fixture(scope="module")
def rule(folder):
    file = folder / "own.toml"
    file.write_text(RULE, "utf-8")
    return file


@pytest.fixture(scope="module")
def pool(folder, rows):
    return make_pool(folder / "pool", rows)


@pytest.fixture(scope="module")
def steps():
    return []


@pytest.fixture(scope="module")
def result(pool, rule, steps):
    return risk(
        pool, classifiers=["nci", "own_mrd"], rules=[rule], n_resamples=40,
        progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip


def pick(frame, **values):
    return frame.filter(*(pl.col(name) == value for name, value in values.items()))


def test_progress_counts_every_grouping_in_every_view_and_once_compared(result, steps):
    total = 4 * len(result.groupings)
    assert steps == [(done, total) for done in range(1, total + 1)]


def test_the_landmark_waits_for_the_samples(pool):
    assert choose_landmark(pool, None).day == 33
    asked = choose_landmark(pool, 29)
    late = pool.table("mrd").filter(pl.col("day") > 29).height
    assert asked.day == 29
    assert asked.n_later == late > 0
    assert str(f"{late:,} patients had MRD") in " ".join(asked.warnings)


def test_a_sample_after_the_landmark_is_not_known(pool):
    then = known_by(pool, 30.0)
    assert then.table("mrd")["day"].max() == 30
    assert then.table("event")["day"].max() <= 30
    assert known_by(pool, 0.0).table("mrd").height == 0
    assert pool.table("mrd")["day"].max() == 33


def test_the_landmark_and_day_0_speak_of_the_same_patients(pool):
    cohort, _ = read_first_events(pool, "EFS", pool.trials)
    start, before, after = make_views(cohort, 33.0)
    assert start.cohort.time.min() <= 33 < start.cohort.time.max()
    assert before.cohort is after.cohort
    free = cohort.time > 33
    np.testing.assert_allclose(after.cohort.time, cohort.time[free] - 33)


def test_not_tested_is_not_assessable_and_never_low(pool, rule, rows):
    groupings, _ = read_groupings(pool, ["own_mrd"], [rule], (0.0, 33.0))
    placed = groupings[0].placed
    status = rows["status"].to_numpy()
    day_0, end = placed[0.0].group, placed[33.0].group
    assert set(day_0[status == "present"]) == {1}
    assert set(day_0[status != "present"]) == {OPEN}
    low_mrd = (rows["mrd_fraction"] < 1e-4).to_numpy() & (
        rows["time"] >= rows["mrd_day"]
    ).to_numpy()
    untested = low_mrd & (status == "not_tested")
    assert untested.any()
    assert set(end[untested]) == {OPEN}
    assert set(placed[33.0].best[untested]) == {0}
    assert set(placed[33.0].worst[untested]) == {1}


def test_groups_have_the_incidence_of_aalen_and_johansen(result, rows, pool):
    line = pick(result.rows, grouping="nci", view="day 0", trial_id="B", group="high",
                cause="relapse")  # fmt: skip
    own = rows.filter(
        pl.col("trial_id") == "B",
        (pl.col("age_years") >= 10) | (pl.col("wbc_10e9_per_l") >= 50),
    )
    cause = own["event_type"].replace_strict({"censored": 0, "relapse": 1, "death": 2}).to_numpy()
    at = cumulative_incidence(own["time"].to_numpy(), cause).at(5 * DAYS)
    assert line["n_patients"][0] == own.height
    assert line["risk"][0] == pytest.approx(at.cumulative_incidence[0, 0], abs=1e-12)
    assert line["upper"][0] == pytest.approx(at.upper[0, 0], abs=1e-12)


def test_deaths_are_split_by_remission(tmp_path):
    rows = draw(60).with_columns(
        time=pl.when(pl.int_range(60) < 3).then(10).otherwise("time"),
        event_type=pl.when(pl.int_range(60) < 3).then(pl.lit("death")).otherwise("event_type"),
    )
    pool = make_pool(tmp_path / "pool", rows)
    cohort, _ = read_first_events(pool, "EFS", pool.trials)
    found = [CAUSES[code - 1] if code else "" for code in cohort.cause]
    assert found[:3] == ["death in induction"] * 3
    after = (rows["time"] >= 27) & (rows["event_type"] == "death")
    assert after.sum() > 0
    assert [found[at] for at in after.arg_true()] == ["death in remission"] * after.sum()


def test_waiting_helps_where_mrd_decides(result):
    lines = pick(result.waiting, grouping="own_mrd", trial_id="all")
    assert set(lines["risk_from"]) == {"other trials"}
    order = pick(lines, measure="concordance")
    assert order["lower"][0] > 0.02
    assert pick(lines, measure="brier")["upper"][0] < 0
    assert result.waiting.filter(grouping="nci").height == 0  # nothing to wait for


def test_waiting_adds_nothing_where_mrd_does_not_matter(tmp_path, rule):
    pool = make_pool(tmp_path / "pool", draw(by_mrd=0.0, by_deletion=1.2, seed=8))
    found = risk(pool, classifiers=["own_mrd"], rules=[rule], n_resamples=40)
    order = pick(found.waiting, trial_id="all", measure="concordance")
    assert order["lower"][0] < 0 < order["upper"][0] or order["upper"][0] < 0


def test_who_was_high_on_day_0_already_gains_the_days(result):
    lines = pick(result.finder, grouping="own_mrd", view="day 33", trial_id="all")
    nci = pick(result.finder, grouping="nci", view="day 33", trial_id="all")
    assert nci["days_gained"].to_list() == pytest.approx([33.0] * 3)
    assert (lines["days_gained"] < 33).all()
    assert lines["days_gained"].to_list() == pytest.approx(
        (lines["already_flagged"] * 33).to_list()
    )


def test_the_worst_case_moves_only_those_not_tested(result):
    lines = pick(result.stability, grouping="own_mrd", view="day 33").sort("group")
    high, low = lines.to_dicts()
    assert high["n_best"] == high["n_known"]
    assert low["n_worst"] == low["n_known"]
    assert low["n_best"] - low["n_known"] == high["n_worst"] - high["n_known"] > 0
    moved = pick(result.migration, grouping="own_mrd", view="day 33", best="low", worst="high")
    assert moved["n_patients"][0] == low["n_best"] - low["n_known"]


def test_disagreement_counts_every_patient_once(result):
    lines = pick(result.disagreement, first="nci", second="own_mrd", view="day 33")
    n = pick(result.rows, grouping="nci", view="day 33", trial_id="all", cause="relapse")
    assert lines["n_patients"].sum() == n["n_patients"].sum()
    assert lines["share"].sum() == pytest.approx(1.0)


def test_a_trial_with_all_others_gone_has_no_risk_carried_over(pool, rule):
    found = risk(pool, classifiers=["own_mrd"], rules=[rule], trials=["A"], n_resamples=20)
    assert set(found.waiting["risk_from"]) == {"same trial (optimistic)"}
    judged = pick(found.performance, measure="brier", view="day 33", trial_id="A")
    assert judged["estimate"][0] is None
    assert "other trials have too few" in judged["note"][0]


def test_bad_arguments_are_gathered(pool):
    with pytest.raises(InputError, match=r"(?s)`most`.*`cuts`.*`shares`.*`n_resamples`"):
        risk(pool, most=0, cuts=[0.3, 0.1], shares=[2.0], n_resamples=1)
    with pytest.raises(InputError, match="unknown target"):
        risk(pool, target="death")
    with pytest.raises(InputError, match="landmark_day"):
        risk(pool, landmark_day=0)
    with pytest.raises(InputError, match="without cut points"):
        risk(pool, classifiers=["pi_ukall"])
    with pytest.raises(DataError, match="none of the endpoints"):
        risk(pool, endpoint="EFS_UKALL")


def test_figures_tell_groups_causes_decisions(result):
    figures = draw_figures(result)
    assert [figure.name for figure in figures][:5] == [
        "risk-groups", "risk-causes-nci", "risk-causes-own_mrd", "risk-flow-nci-own_mrd",
        "risk-decision-own_mrd",
    ]  # fmt: skip
    for figure in figures:
        assert "SYNTHETIC" in figure.svg()
    assert "not assessable" in figures[0].svg()


def follow(rows):
    return rows.select(
        "patient_id", "trial_id", entry_day=pl.lit(0), last_contact_day=pl.col("time"),
        vital_status=pl.when(pl.col("event_type") == "death").then(pl.lit("dead"))
        .otherwise(pl.lit("alive")),
    )  # fmt: skip


def test_the_bank_foretells_each_trial_from_the_others_and_waiting_helps(tmp_path):
    rows = draw(600, seed=21)
    pool = make_pool(tmp_path / "pool", rows, {"follow_up": follow(rows)})
    found = risk(pool, classifiers=["nci"], bank=True, cuts=[0.3, 0.5], n_resamples=20)
    assert found.groupings == ("bank", "nci")
    order = pick(found.waiting, grouping="bank", trial_id="all", measure="concordance")
    assert order["lower"][0] > 0.02
    assert set(pick(found.waiting, grouping="bank")["risk_from"]) == {"other trials"}
    groups = pick(found.printed, grouping="bank", view="day 33").sort("risk")
    assert groups["group"].to_list() == ["low", "intermediate", "high"]
    assert any("integrated over" in line for line in found.warnings)


def test_the_bank_of_a_trial_does_not_see_its_outcomes(tmp_path):
    rows = draw(240, seed=4)
    later = (pl.col("trial_id") == "C") & (pl.col("time") > 33)
    turned = pl.col("time").max() - pl.col("time") + 34
    moved = rows.with_columns(time=pl.when(later).then(turned).otherwise("time"))
    risks = []
    for at, each in enumerate((rows, moved)):
        # who was sampled stays the same; only what happened to those of C afterwards changes
        pool = make_pool(tmp_path / f"pool{at}", each, {"follow_up": follow(each)})
        cohort, _ = read_first_events(pool, "EFS", pool.trials)
        start = make_views(cohort, 33.0)[:1]
        placed = group_by_bank(pool, start, [0.3], 5.0, "relapse").place(start[0])
        risks.append(placed.risk[(rows["trial_id"] == "C").to_numpy()])
    np.testing.assert_allclose(risks[0], risks[1], rtol=1e-9)


def test_what_was_received_goes_before_what_was_allocated(tmp_path):
    rows = draw(30)
    ids = rows.select("patient_id", "trial_id")
    arms = pl.DataFrame({
        "trial_id": ["A", "A"], "arm_id": ["S", "D"], "label": ["S", "D"],
        "strategy_id": ["steroid_prednisolone", "steroid_dexamethasone"],
    })  # fmt: skip
    one = ids.filter(pl.col("trial_id") == "A").head(4)
    allocated = one.with_columns(
        question=pl.lit("R1"), randomised=pl.lit(value=True), assigned_arm=pl.lit("S"),
        day=pl.Series([35, 36, 37, None], dtype=pl.Int32),
    )  # fmt: skip
    treated = one.head(2).with_columns(
        kind=pl.lit("phase"), item=pl.lit("induction"), arm_received=pl.lit("D"),
        start_day=pl.Series([40, None], dtype=pl.Int32),
    )  # fmt: skip
    pool = make_pool(
        tmp_path / "pool", rows, {"arm": arms, "allocation": allocated, "treatment": treated}
    )
    given, warned = read_given(pool)
    assert given.select("day", "level", "evidence").sort("day").rows() == [
        (36.0, "steroid_dexamethasone", "as received"),
        (37.0, "steroid_prednisolone", "randomised"),
        (40.0, "steroid_dexamethasone", "as received"),
    ]
    assert warned[0].startswith("1 treatments have no day")


def test_only_those_that_place_most_can_be_asked_for(pool, rule):
    every = risk(pool, rules=[rule], n_resamples=20)
    assert len(every.groupings) > 1
    few = risk(pool, rules=[rule], most=1, n_resamples=20)
    assert few.groupings == every.groupings[:1]
    left = f"{len(every.groupings) - 1} of {len(every.groupings)} classifiers"
    assert any(left in line for line in few.warnings)
    named = risk(pool, classifiers=["nci", "own_mrd"], rules=[rule], most=1, n_resamples=20)
    assert len(named.groupings) == 2, "a choice of yours is kept whole"
