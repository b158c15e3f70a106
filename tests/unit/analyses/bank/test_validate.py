"""Validation: every patient judged once by a bank that has not seen them, differences, alarm."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import chorall as ch
from chorall.analyses.bank import validate
from chorall.analyses.bank.alarm import TOO_GOOD, name_suspects, sound_alarm
from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.measures import Outcome, compare, measure
from chorall.analyses.bank.outcome import read_outcome
from chorall.analyses.bank.rivals.published import ask_classifiers
from chorall.analyses.bank.schemes import list_schemes
from chorall.cli.app import app
from chorall.errors import DataError, InputError
from chorall.knowledge.tripod_items import tripod_checklist
from chorall.models.bank.bank_fit import fit_bank, keep_patients
from chorall.models.bank.batch import predict_many
from chorall.models.bank.strategy import read_strategy
from chorall.stats import concordance


@pytest.fixture(scope="module")
def validation(bank_pool):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validate, "CURVE_RESAMPLES", 20)
        return ch.validate_bank(
            bank_pool, endpoints=("OS",), against=("age_and_wbc", "stepwise_bic"), n_folds=2,
            n_repeats=2, n_resamples=100,
        )  # fmt: skip


def pick(validation, **wanted):
    rows = validation.rows
    for name, value in wanted.items():
        rows = rows.filter(pl.col(name) == value)
    return rows


def test_each_trial_is_judged_by_a_bank_of_the_others(validation, bank_pool):
    """One trial again by hand."""
    data, _ = read_bank_data(bank_pool)
    trial = "SYN-ADULT-1"
    held_out = data.trial == trial
    bank = fit_bank(keep_patients(data, ~held_out), {})
    values = data.values[held_out].copy()
    values[:, [feature.kind == "mrd" for feature in data.features]] = np.nan
    found = predict_many(bank, values, read_strategy(bank, "as_observed"), years=(3.0,))
    rows = bank_pool.table("endpoint").filter(pl.col("endpoint") == "OS")
    ids = bank_pool.table("patient").filter(pl.col("trial_id") == trial).select("patient_id")
    own = ids.join(rows, on="patient_id", how="left", maintain_order="left")
    by_hand = concordance(
        -found["overall_survival"][:, 0], own["exit_day"], (own["cause"] > 0).to_numpy()
    )
    row = pick(
        validation, scheme="leave_one_trial_out", group=f"trial {trial}", model="bank",
        measure="concordance",
    )  # fmt: skip
    assert row["estimate"].item() == pytest.approx(by_hand.concordance, abs=1e-9)


def test_the_bank_tells_patients_apart_that_it_has_not_seen(validation):
    for scheme in ("leave_one_trial_out", "cross_validation"):
        row = pick(validation, scheme=scheme, group="all", model="bank", measure="concordance")
        assert row["lower"].item() > 0.5
        assert row["estimate"].item() < TOO_GOOD


def test_differences_are_those_of_the_two_models(validation):
    where = {"scheme": "leave_one_trial_out", "group": "all"}
    for name in ("concordance", "brier"):
        values = [
            pick(validation, **where, model=model, measure=name)["estimate"].item()
            for model in ("bank", "stepwise_bic", "difference to stepwise_bic")
        ]
        assert values[2] == pytest.approx(values[0] - values[1], abs=1e-9)


def test_every_measure_has_its_interval(validation):
    rows = pick(validation, scheme="leave_one_trial_out", group="all", model="bank")
    assert set(rows["measure"]) == {
        "concordance", "concordance_uno", "auc", "brier", "scaled_brier",
        "observed_over_expected", "calibration_intercept", "calibration_slope",
        "observed_over_expected_recalibrated", "brier_recalibrated",
    }  # fmt: skip
    assert (rows["lower"] <= rows["estimate"]).all()
    assert (rows["estimate"] <= rows["upper"]).all()
    assert set(pick(validation, model="bank")["group"]) >= {
        "all",
        "sex female",
        "lineage B",
        "age 16-39",
    }


def test_a_published_classifier_is_compared_where_it_places_patients(bank_pool, validation):
    (groups,) = [one for one in ask_classifiers(bank_pool) if one.name == "ukallxii_clinical"]
    assert set(groups.order[np.isfinite(groups.order)]) <= {0.0, 1.0, 2.0}
    rows = pick(validation, model="difference to ukallxii_clinical", group="all")
    assert set(rows["measure"]) == {"concordance", "brier"}
    assert (rows["n"] < 900).all()
    assert pick(validation, model="ukallxii_clinical", measure="concordance").height


@pytest.mark.parametrize(
    ("group", "column", "alarms"),
    [("all", "estimate", 1), ("trial A", "estimate", 0), ("trial A", "lower", 1)],
)
def test_a_covariate_that_knows_the_outcome_sounds_the_alarm(group, column, alarms):
    """The rule: the estimate among all, the lower limit in a part; 0.85 itself is not above."""
    row = {
        "measure": "auc", "model": "bank", "group": group, "estimate": 0.85, "lower": 0.85
    }  # fmt: skip
    assert sound_alarm(pl.DataFrame([row])) == []
    high = pl.DataFrame([row | {column: 0.86}])
    assert len(sound_alarm(high)) == alarms
    assert sound_alarm(high.with_columns(model=pl.lit("age_and_wbc"))) == []


def test_a_feature_that_knows_the_outcome_is_named(bank_pool):
    data, _ = read_bank_data(bank_pool)
    outcome = read_outcome(bank_pool, "OS")
    assert name_suspects(data, outcome) == []
    values = data.values.copy()
    values[:, 0] = -np.nan_to_num(outcome.time)
    (said,) = name_suspects(replace(data, values=values), outcome)
    assert said.startswith(f"Suspect, by its concordance alone: {data.features[0].name}")


def test_a_perfect_and_a_useless_risk_are_measured_as_such():
    random = np.random.default_rng(1)
    time = random.exponential(1000, 400)
    outcome = Outcome("OS", time, np.ones(400, bool), np.zeros(400))
    everybody, trial = np.ones(400, bool), np.array(["A"] * 400)
    perfect, useless = np.exp(-time / 300), random.random(400)
    found = {row["measure"]: row for row in measure(outcome, everybody, perfect, trial, 900.0)}
    assert found["concordance"]["estimate"] == pytest.approx(1, abs=1e-3)
    (difference, _) = compare(outcome, everybody, (perfect, useless), trial, 900.0)
    assert difference["estimate"] == pytest.approx(0.5, abs=0.06)


def test_one_trial_alone_cannot_be_validated(bank_pool):
    data, _ = read_bank_data(bank_pool)
    one = keep_patients(data, data.trial == "SYN-ADULT-1")
    with pytest.raises(DataError, match="no trial can be left out"):
        list(list_schemes(one, np.ones(1, bool), 5, 0, 1))


@pytest.mark.parametrize(
    "options",
    [
        {"endpoints": ("PFS",)},
        {"endpoints": ()},
        {"horizon_years": 20.0},
        {"n_folds": 1},
        {"n_resamples": 10},
        {"against": ("oracle",)},
    ],
)
def test_what_cannot_be_validated_is_refused(bank_pool, options):
    with pytest.raises(InputError):
        ch.validate_bank(bank_pool, **options)


def test_the_command_prints_and_writes(bank_pool, tmp_path):
    file = tmp_path / "validation.json"
    done = CliRunner().invoke(
        app,
        [
            "bank",
            "validate",
            str(bank_pool.path),
            "-e",
            "OS",
            "--against",
            "age_and_wbc",
            "--resamples",
            "100",
            "--repeats",
            "0",
            "--json",
            str(file),
            "--out",
            str(tmp_path / "out"),
        ],
    )
    assert done.exit_code == 0, done.output
    assert "leave_one_trial_out" in done.output
    written = pl.read_csv(tmp_path / "out" / "bank-validate-tripod.csv")
    assert written.columns == ["item", "topic", "known", "to_fill"]
    assert written.height == 52
    assert '"analysis": "bank-validate"' in file.read_text()


def test_the_checklist_is_filled_from_the_run_and_leaves_the_rest_to_a_person(
    validation, bank_pool
):
    tripod = validation.tripod
    numbers = [int(re.sub(r"\D", "", item)) for item in tripod["item"]]
    assert sorted(set(numbers)) == list(range(1, 28))
    assert numbers == sorted(numbers)
    assert tripod["item"].n_unique() == tripod.height
    known = dict(tripod.select("item", "known").iter_rows())
    to_fill = dict(tripod.select("item", "to_fill").iter_rows())
    assert all(known[item] or to_fill[item] for item in known)
    for person in ("2", "6b", "17", "18a", "18b", "18c", "18d", "19", "25"):
        assert known[person] == ""
    assert known["12a"] == (
        "Each of 3 trials left out in turn; beside it 2 folds of all patients, 2 times; seed 1"
    )
    assert known["10"].startswith(f"OS: {bank_pool.table('patient').height:,} patients, ")
    row = pick(
        validation, scheme="leave_one_trial_out", group="all", model="bank", measure="concordance"
    )
    shown = f"{row['estimate'].item():.3f} ({row['lower'].item():.3f} to {row['upper'].item():.3f})"
    assert known["23a"].startswith(f"OS concordance {shown}; ")
    assert "age_and_wbc, stepwise_bic, " in known["3a"]
    assert known["8a"].endswith("; judged at 3 years")
    assert validation.further_frames["tripod"] is tripod


def test_every_key_of_the_checklist_is_one_that_a_run_fills(validation):
    items = tripod_checklist().items
    assert tripod_checklist().source.confidence == "unverified"
    known = dict(validation.tripod.select("item", "known").iter_rows())
    asked = {item.number for item in items if item.knows}
    assert {number for number, text in known.items() if text} >= asked - {"26"}
    assert len(items) == 52
