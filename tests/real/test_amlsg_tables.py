"""The baseline table of real trials against a plain count of the delivered file."""

from __future__ import annotations

import csv
import statistics
from collections import Counter
from pathlib import Path

import pytest

from chorall.analyses import table_one
from chorall.tables.store import Pool

SEXES = {"1": "male", "2": "female"}


@pytest.fixture(scope="module")
def delivered(amlsg_pool: Pool) -> list[dict[str, str]]:
    data = Path(__file__).parents[3] / "shared" / "data" / "aml-multistage"
    with (data / "clinical.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_sex_and_age_of_each_trial(amlsg_pool: Pool, delivered: list[dict[str, str]]) -> None:
    result = table_one(amlsg_pool, variables=["sex", "age_years"], markers=[], smallest=1)
    for trial in ("AMLHD98A", "AMLHD98B", "AMLSG0704"):
        rows = [row for row in delivered if row["Study"] == trial]
        lines = result.rows.filter(group=trial)
        counted = Counter(SEXES[row["gender"]] for row in rows)
        for sex in ("male", "female"):
            assert lines.filter(variable="sex", level=sex)["n"].item() == counted[sex]
        ages = [float(row["AOD"]) for row in rows]
        quartiles = statistics.quantiles(ages, n=4, method="inclusive")
        found = lines.filter(variable="age_years", known=True)
        assert found.select("lower_quartile", "median", "upper_quartile").row(0) == pytest.approx(
            quartiles, rel=1e-12
        )


def test_ages_lie_as_far_apart_as_counted_by_hand(
    amlsg_pool: Pool, delivered: list[dict[str, str]]
) -> None:
    trials = ["AMLHD98A", "AMLSG0704"]
    result = table_one(amlsg_pool, variables=["age_years"], markers=[], trials=trials)
    first, second = (
        [float(row["AOD"]) for row in delivered if row["Study"] == trial] for trial in trials
    )
    spread = ((statistics.variance(first) + statistics.variance(second)) / 2) ** 0.5
    expected = abs(statistics.mean(first) - statistics.mean(second)) / spread
    found = result.differences.row(0, named=True)
    assert found["standardised_difference"] == pytest.approx(expected, rel=1e-12)
    assert found["between"] == "AMLHD98A and AMLSG0704"
