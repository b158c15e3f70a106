"""Pooling a simulated consortium gives back exactly what was planted, and loses nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest

from chorall.consortium.build import build_pool
from chorall.simulation import simulate
from chorall.tables.store import Pool

TRIALS = ("SYN-PAED-1", "SYN-AYA-1", "SYN-ADULT-1", "SYN-OLDER-1")

Pooled = tuple[Pool, dict[str, Any]]


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Pooled:
    folder = tmp_path_factory.mktemp("truth")
    made = simulate(folder / "consortium", patients=1000, markers=52, seed=11)
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
    assert truth["planted_dirt"]["out_of_range"] == 3


def test_no_unmapped_value_is_pooled(pooled: Pooled) -> None:
    pool, _ = pooled
    withheld = pool.table("patient").filter(wbc_10e9_per_l_missing="withheld")
    assert withheld.height == 3


def test_no_calendar_date_enters_the_pool(pooled: Pooled) -> None:
    pool, _ = pooled
    bands = pool.table("patient")["year_band"]
    assert bands.null_count() == 0
    assert bands.str.contains(r"^20\d\d-20\d\d$").all()


def test_pool_says_that_it_is_synthetic(pooled: Pooled) -> None:
    pool, _ = pooled
    assert pool.table("trial")["synthetic"].all()
