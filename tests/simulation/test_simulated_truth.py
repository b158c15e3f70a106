"""Pooling a simulated consortium gives back exactly what was planted, and loses nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from chorall.consortium.build import build_pool
from chorall.errors import InputError
from chorall.simulation import simulate
from chorall.tables.store import Pool

TRIALS = (
    "SYN-PAED-1", "SYN-AYA-1", "SYN-ADULT-1", "SYN-OLDER-1", "SYN-KIDS-1", "SYN-GRAND-1",
    "SYN-PH-1", "SYN-MINI-1",
)  # fmt: skip

Pooled = tuple[Pool, dict[str, Any]]


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Pooled:
    folder = tmp_path_factory.mktemp("truth")
    made = simulate(folder / "consortium", patients=1600, trials=8, markers=52, seed=11)
    return build_pool(made.consortium_toml, folder / "pool"), made.truth


def of_trial(pool: Pool, table: str, trial_id: str) -> pl.DataFrame:
    return pool.table(table).filter(trial_id=trial_id)


def count_words(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(Counter(frame[column].cast(pl.String)))


@pytest.mark.parametrize("trial_id", TRIALS)
class TestTrial:
    def test_patients_are_all_there(self, pooled: Pooled, trial_id: str) -> None:
        pool, truth = pooled
        planted = truth["trials"][trial_id]["pooled"]
        assert of_trial(pool, "patient", trial_id).height == planted["patients"]
        assert of_trial(pool, "patient", trial_id)["patient_id"].n_unique() == planted["patients"]

    def test_events_and_their_days_are_the_planted_ones(
        self, pooled: Pooled, trial_id: str
    ) -> None:
        pool, truth = pooled
        planted = truth["trials"][trial_id]["pooled"]
        event = of_trial(pool, "event", trial_id)
        happened = {kind: n for kind, n in planted["events"].items() if n}
        assert count_words(event, "type") == happened
        days = {kind: int(event.filter(type=kind)["day"].sum()) for kind in planted["event_days"]}
        assert days == planted["event_days"]

    def test_follow_up_is_the_planted_one(self, pooled: Pooled, trial_id: str) -> None:
        pool, truth = pooled
        planted = truth["trials"][trial_id]["pooled"]
        follow_up = of_trial(pool, "follow_up", trial_id)
        assert follow_up["last_contact_day"].sum() == planted["follow_up_days"]
        assert count_words(follow_up, "vital_status").get("dead", 0) == planted["events"]["death"]

    def test_treatment_and_measurements_are_the_planted_ones(
        self, pooled: Pooled, trial_id: str
    ) -> None:
        pool, truth = pooled
        planted = truth["trials"][trial_id]["pooled"]
        allocation = of_trial(pool, "allocation", trial_id)
        assert count_words(allocation, "assigned_arm") == planted["randomised"]
        assert of_trial(pool, "transplant", trial_id).height == planted["transplants"]
        searched = of_trial(pool, "donor_search", trial_id)
        assert searched.height == planted["donor_searches"]
        assert searched["available"].sum() == planted["donors_found"]
        assert of_trial(pool, "mrd", trial_id).height == planted["mrd"]

    def test_every_marker_has_the_planted_statuses(self, pooled: Pooled, trial_id: str) -> None:
        pool, truth = pooled
        result = of_trial(pool, "marker_result", trial_id)
        planted = truth["trials"][trial_id]["pooled"]["marker_status"]
        for marker, counts in planted.items():
            found = count_words(result.filter(marker=marker), "status")
            assert found == {status: n for status, n in counts.items() if n}, marker

    def test_markers_the_trial_does_not_know_are_never_tested(
        self, pooled: Pooled, trial_id: str
    ) -> None:
        pool, truth = pooled
        known = list(truth["trials"][trial_id]["pooled"]["marker_status"])
        result = of_trial(pool, "marker_result", trial_id)
        own = result.filter(pl.col("basis").cast(pl.String) != "derived")
        # A karyotype speaks of many more markers than the law has.
        own = own.filter(~pl.col("evidence").fill_null("").str.contains("SYN-MINI-1/cytogenetics"))
        unknown = own.filter(~pl.col("marker").is_in(known))
        assert unknown.filter(pl.col("status").is_in(["present", "absent"])).is_empty()

    def test_quarantine_holds_the_planted_dirt_and_nothing_else(
        self, pooled: Pooled, trial_id: str
    ) -> None:
        pool, truth = pooled
        planted: Counter[tuple[str, str]] = Counter()
        for dirt in truth["trials"][trial_id]["dirt"]:
            planted[dirt["file"], dirt["reason"]] += dirt["n"]
        quarantine = of_trial(pool, "quarantine", trial_id)
        assert Counter(quarantine.select("file", "reason").iter_rows()) == planted


def test_planted_dirt_adds_up(pooled: Pooled) -> None:
    pool, truth = pooled
    assert count_words(pool.table("quarantine"), "reason") == truth["planted_dirt"]
    assert truth["planted_dirt"]["out_of_range"] == 5


def test_no_unmapped_value_is_pooled(pooled: Pooled) -> None:
    pool, _ = pooled
    withheld = pool.table("patient").filter(wbc_10e9_per_l_missing="withheld")
    assert withheld.height == 5


def test_no_calendar_date_enters_the_pool(pooled: Pooled) -> None:
    pool, _ = pooled
    bands = pool.table("patient")["year_band"]
    assert bands.null_count() == 0
    assert bands.str.contains(r"^20\d\d-20\d\d$").all()


def test_pool_says_that_it_is_synthetic(pooled: Pooled) -> None:
    pool, _ = pooled
    assert pool.table("trial")["synthetic"].all()


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Pooled:
    folder = tmp_path_factory.mktemp("dirty")
    made = simulate(folder / "consortium", patients=1600, trials=8, seed=3, scenario="dirty")
    return build_pool(made.consortium_toml, folder / "pool"), made.truth


def test_every_trap_is_told_and_nothing_else(dirty: Pooled) -> None:
    pool, truth = dirty
    planted = {(trap["check_id"], trap["trial_id"]): trap["n"] for trap in truth["planted_traps"]}
    failed = pool.table("quality").filter(status="failed", kind="plausibility")
    told = {(row["check_id"], row["trial_id"]): row["n_bad"] for row in failed.to_dicts()}
    assert told == {place: n for place, n in planted.items() if n}
    assert {check for check, _ in told} == {
        "event_after_last_contact", "transplant_after_death", "relapse_before_remission",
        "same_person_in_two_trials",
    }  # fmt: skip


@pytest.mark.parametrize("trial_id", TRIALS)
def test_contradictions_are_pooled_as_they_came(dirty: Pooled, trial_id: str) -> None:
    pool, truth = dirty
    planted = truth["trials"][trial_id]["pooled"]
    event = of_trial(pool, "event", trial_id)
    assert count_words(event, "type") == {kind: n for kind, n in planted["events"].items() if n}
    days = {kind: int(event.filter(type=kind)["day"].sum()) for kind in planted["event_days"]}
    assert days == planted["event_days"]
    assert of_trial(pool, "transplant", trial_id).height == planted["transplants"]
    known = planted["marker_status"]
    result = of_trial(pool, "marker_result", trial_id)
    for marker, counts in known.items():
        found = count_words(result.filter(marker=marker), "status")
        assert found == {status: n for status, n in counts.items() if n}, marker


def test_potential_outcomes_stand_beside_the_deliveries(tmp_path: Path) -> None:
    made = simulate(tmp_path / "c", patients=400, trials=2, seed=5)
    outcomes = pl.read_parquet(made.directory / "truth" / "potential_outcomes.parquet")
    patients = pl.read_parquet(made.directory / "truth" / "patients.parquet")
    assert patients.height == 400
    assert set(outcomes["strategy"]) == {"R1=2DI", "R1=1DI", "R1=STD", "R1=EXP", "transplant"}
    assert outcomes.height == 3 * 400
    probabilities = outcomes.select("relapse_5y", "event_free_5y", "alive_5y")
    assert probabilities.min_horizontal().min() > 0
    assert probabilities.max_horizontal().max() < 1
    low = patients.filter(pl.col("log10_mrd") < -4).select("trial_id", "number")
    high = patients.filter(pl.col("log10_mrd") >= -3).select("trial_id", "number")
    mean = {}
    for name, chosen in (("low", low), ("high", high)):
        of = outcomes.join(chosen, on=["trial_id", "number"])
        mean[name] = of.group_by("strategy").agg(pl.col("relapse_5y").mean())
    gain = {
        name: frame.filter(pl.col("strategy").is_in(["R1=STD", "transplant"]))
        .sort("strategy")["relapse_5y"]
        .to_list()
        for name, frame in mean.items()
    }
    assert gain["high"][1] < gain["high"][0]


def test_unknown_scenario_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Known: prognostic, null"):
        simulate(tmp_path / "c", patients=400, scenario="cure")
