"""Comparable patients by trial: the pool's own counts, and no small one follows from them."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from unit.reports.solving import find_told

import chorall as ch
from chorall.analyses.bank.pool_stays import read_stays
from chorall.analyses.bank.pool_strategies import read_allocations
from chorall.analyses.bank.support import hide_support
from chorall.models.bank.bank import AGE_EDGES

ANY = "(any)"


def name_group(age):
    return f"from {np.array(AGE_EDGES)[np.searchsorted(AGE_EDGES, age, side='right') - 1]}"


@pytest.fixture(scope="module")
def counted(bank_pool):
    """Count by joins: strategy, age group, lineage, trial, any of each among them; by joins."""
    allocations = read_allocations(bank_pool)
    _, stays = read_stays(bank_pool, allocations)
    states = stays.select("patient_id", state=pl.col("from_state").cast(pl.String))
    by_patient = states.group_by("patient_id").agg("state")
    transplanted = pl.col("state").list.contains("transplant_in_first_remission")
    observed = by_patient.select(
        "patient_id",
        strategy=pl.when(transplanted)
        .then(pl.lit("transplant"))
        .when(pl.col("state").list.contains("remission"))
        .then(pl.lit("no_transplant"))
        .otherwise(pl.lit("no remission")),
    )
    arms = [(name, one.strategy) for name, own in allocations.by_patient.items() for one in own]
    named = pl.DataFrame(arms, schema=["patient_id", "strategy"], orient="row").unique()
    everybody = by_patient.select("patient_id", strategy=pl.lit("as_observed"))
    patients = bank_pool.table("patient").select(
        "patient_id",
        age=pl.col("age_years").map_elements(name_group, return_dtype=pl.String),
        lineage=pl.col("lineage").cast(pl.String),
        trial=pl.col("trial_id").cast(pl.String),
    )
    rows = pl.concat([observed, named, everybody]).join(patients, on="patient_id")
    parts = []
    for anyone in itertools.product([False, True], repeat=3):
        names = ("age", "lineage", "trial")
        blurred = [pl.lit(ANY).alias(n) for n, on in zip(names, anyone, strict=True) if on]
        parts.append(rows.with_columns(blurred).group_by("strategy", *names).len())
    both = pl.concat(parts).with_columns(pl.col("age", "lineage").fill_null("(missing)"))
    return {tuple(row[:4]): row[4] for row in both.iter_rows()}


def list_shown(bank):
    """Return what a bank shows, by the keys of `counted`."""
    ages = {f"age {a}-{b - 1}": name_group(a) for a, b in itertools.pairwise(AGE_EDGES)}
    ages |= {"age 0": name_group(0), "age 65 or more": name_group(65), "age not known": ANY}
    shown = {}
    for cell, own in bank.support.items():
        age, lineage = cell.split(", lineage ")
        head = (ages[age], ANY if lineage == "not known" else lineage)
        for name, whole in own.items():
            shown[name, *head, ANY] = whole
            for trial, part in bank.support_by_trial.get(cell, {}).get(name, {}).items():
                shown[name, *head, trial] = part
    return shown


def test_the_counts_are_those_of_the_pool(bank, counted):
    shown = {key: n for key, n in list_shown(bank).items() if n}
    assert len(shown) > 40
    assert {key[3] for key in shown} > {ANY}
    assert min(shown.values()) >= 5
    assert {key: counted[key] for key in shown} == shown


def test_no_count_below_five_follows_from_those_shown(bank, counted):
    """Solve all sums for what is not shown: a small count must stay undetermined."""
    check_nothing_small_follows(list_shown(bank), counted, fewest=5)


@pytest.mark.parametrize("fewest", [10, 25])
def test_more_can_be_hidden_when_it_is_served(bank, counted, fewest):
    shown = list_shown(hide_support(bank, fewest))
    assert not [n for n in shown.values() if n and n < fewest]
    check_nothing_small_follows(shown, counted, fewest)
    asked = {"age_years": 5, "lineage": "B"}
    before, after = (
        ch.predict(one, asked, ["as_observed", "transplant"], draws=100, years=(1,))
        for one in (bank, hide_support(bank, fewest))
    )
    assert before.refused == after.refused
    assert before.outcomes == after.outcomes


def check_nothing_small_follows(shown, counted, fewest):
    sums = []
    for key in counted:
        for spot in (1, 2, 3):
            if key[spot] == ANY:
                parts = [one for one in counted if one[spot] != ANY and is_but(one, key, spot)]
                sums.append((key, parts))
        if key[0] == "as_observed":
            kinds = ("transplant", "no_transplant", "no remission")
            parts = [(kind, *key[1:]) for kind in kinds if (kind, *key[1:]) in counted]
            sums.append((key, parts))
    told = find_told(sums, {key for key, number in shown.items() if number})
    assert len(told) < len(counted) - len(shown), "something must stay open"
    assert [key for key in told if counted[key] < fewest] == []


def is_but(one, key, spot):
    return all(a == b for n, (a, b) in enumerate(zip(one, key, strict=True)) if n != spot)


def test_a_whole_that_is_small_is_not_told_by_trial(bank):
    small = [
        (cell, name) for cell, own in bank.support.items() for name, n in own.items() if n == 0
    ]
    assert small
    assert not [name for cell, name in small if name in bank.support_by_trial.get(cell, {})]


def test_a_hidden_whole_is_answered(bank):
    """It is hidden although it is large: nothing may be refused for it."""
    hidden = [
        (cell, name)
        for cell, own in bank.support.items()
        for name, n in own.items()
        if n is None and "not known" not in cell
    ]
    assert hidden
    cell, name = hidden[0]
    age, lineage = cell.removeprefix("age ").split(", lineage ")
    patient = {"age_years": int(age.split("-")[0].split()[0]) + 0.5, "lineage": lineage}
    found = ch.predict(bank, patient, [name], draws=100, years=(1,))
    assert found.comparable == {name: None}
    assert "fewer than" not in found.refused.get(name, "")


def test_an_answer_tells_in_which_trials(bank, bank_pool):
    found = ch.predict(bank, {}, ["as_observed"], draws=100, years=(1,))
    by_trial = found.comparable_by_trial["as_observed"]
    assert set(by_trial) == set(bank_pool.trials)
    assert list(by_trial.values()) == sorted(by_trial.values(), reverse=True)
    assert sum(by_trial.values()) == found.comparable["as_observed"]
    assert found.to_dict()["comparable_by_trial"] == found.comparable_by_trial
