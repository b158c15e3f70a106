"""Learning curves: the law found again, shares nested, larger banks judged on the same patients."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from scipy.optimize import least_squares
from typer.testing import CliRunner

import chorall as ch
from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.learning import learn
from chorall.analyses.bank.learning.curves import Run, average
from chorall.analyses.bank.learning.power_law import fit_power_law
from chorall.analyses.bank.learning.subsample import (
    draw_patients,
    drop_markers,
    list_marker_places,
)
from chorall.cli.app import app
from chorall.errors import InputError
from chorall.reports.figure_sets import draw_figures

SIZES = np.array([100.0, 200, 400, 800])


@pytest.mark.parametrize(
    ("ceiling", "slope", "exponent", "better"), [(0.7, 1.5, 0.5, True), (0.2, -3.0, 0.9, False)]
)
def test_the_law_is_found_again(ceiling, slope, exponent, better):
    law = fit_power_law(SIZES, ceiling - slope * SIZES**-exponent, higher_is_better=better)
    assert (law.ceiling, law.slope, law.exponent) == pytest.approx((ceiling, slope, exponent))
    assert law.at(np.array([1600.0]))[0] == pytest.approx(ceiling - slope * 1600**-exponent)


def test_least_squares_agrees_where_the_curve_is_rough():
    """A general minimiser finds no better fit; the grid of exponents costs a little."""
    values = np.array([0.601, 0.634, 0.641, 0.655])
    law = fit_power_law(SIZES, values, higher_is_better=True)
    free = least_squares(
        lambda p: p[0] - p[1] * (SIZES / 800) ** -p[2] - values, [0.7, 0.05, 0.5],
        bounds=([0, 0, 0.1], [1, 1, 2]), xtol=1e-12,
    )  # fmt: skip
    own = ((law.at(SIZES) - values) ** 2).sum()
    assert 2 * free.cost <= own <= 2 * free.cost * 1.01
    assert law.exponent == pytest.approx(free.x[2], abs=0.05)


def test_what_gets_worse_with_size_is_flat():
    law = fit_power_law(SIZES, np.array([0.7, 0.68, 0.66, 0.64]), higher_is_better=True)
    assert law.slope == 0
    np.testing.assert_allclose(law.at(SIZES), 0.67)


def test_smaller_shares_are_part_of_larger_ones(bank_pool):
    data, _ = read_bank_data(bank_pool)
    train = np.flatnonzero(data.trial != "SYN-ADULT-1")
    shares = [
        set(draw_patients(data.trial, train, share, np.random.default_rng([1, 2])).tolist())
        for share in (0.25, 0.5, 1.0)
    ]
    assert shares[0] < shares[1] < shares[2] == set(train.tolist())
    assert len(shares[1]) == pytest.approx(len(train) / 2, abs=2)
    half, none = (drop_markers(data, share, np.random.default_rng(1)) for share in (0.5, 0.0))
    assert len(list_marker_places(half)) == round(len(list_marker_places(data)) / 2)
    assert not len(list_marker_places(none))
    assert none.values.shape == (len(data.values), len(none.features))
    assert {one.name for one in none.features} < {one.name for one in half.features}


def test_repeats_are_averaged_and_what_was_fitted_once_counts_as_it_is():
    runs = [Run("patients", 10.0, k, np.empty(0)) for k in (0, 1)]
    runs.append(Run("patients", 20.0, 0, np.empty(0)))
    values = np.array([0.5, 0.7, 0.8])
    np.testing.assert_allclose(average(runs, values, "patients", [0, 1]), [0.6, 0.8])
    np.testing.assert_allclose(average(runs, values, "patients", [1, 1]), [0.7, 0.8])


@pytest.fixture(scope="module")
def learned(bank_pool, tmp_path_factory):
    folder = tmp_path_factory.mktemp("learning")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learn, "SHARES", (0.25, 0.5, 1.0))
        patch.setattr(learn, "MARKER_SHARES", (0.0, 1.0))
        done = CliRunner().invoke(
            app,
            ["bank", "learning", str(bank_pool.path), "--repeats", "2", "--resamples", "100",
             "--json", str(folder / "found.json"), "--out", str(folder / "out")],
        )  # fmt: skip
    assert done.exit_code == 0, done.output
    return done.output, folder


def test_the_command_says_what_more_patients_would_gain(learned):
    output, folder = learned
    assert "Research use only" in output
    assert "extrapolated" in output
    found = json.loads((folder / "found.json").read_text())
    assert found["analysis"] == "bank-learning"
    rows = pl.DataFrame(found["rows"], infer_schema_length=None)
    own = rows.filter(by="patients", measure="concordance").sort("size")
    assert own["kind"].to_list() == ["measured"] * 3 + ["extrapolated"] * 2
    sizes = own["size"].to_list()
    assert sizes[2] == pytest.approx(600, abs=1)
    assert sizes[3:] == [2 * sizes[2], 4 * sizes[2]]
    assert own["estimate"][0] < own["estimate"][2] <= own["estimate"][4]
    assert (own["lower"] <= own["estimate"]).all()
    none, everything = rows.filter(by="markers", measure="brier").sort("size")["estimate"]
    assert everything < none
    assert list((folder / "out").glob("bank-learning-figure-1.svg"))


def test_the_whole_bank_is_that_of_the_validation(bank_pool, learned):
    rows = json.loads((learned[1] / "found.json").read_text())["rows"]
    own = [r for r in rows if r["by"] == "patients" and r["measure"] == "concordance"]
    result = ch.validate_bank(
        bank_pool, endpoints=("OS",), against=("age_and_wbc",), n_repeats=0, n_resamples=100
    )
    found = result.rows.filter(
        scheme="leave_one_trial_out", group="all", model="bank", measure="concordance"
    )
    assert own[2]["estimate"] == pytest.approx(found["estimate"].item(), abs=1e-9)
    assert [figure.name for figure in draw_figures(result)] == [
        "bank-differences-OS", "bank-calibration-OS", "bank-decisions-OS",
    ]  # fmt: skip
    for figure in draw_figures(result):
        assert figure.svg().startswith("<svg")


@pytest.mark.parametrize(
    "options", [{"endpoint": "PFS"}, {"n_repeats": 1}, {"n_resamples": 5}, {"horizon_years": 0}]
)
def test_what_cannot_be_learned_is_refused(bank_pool, options):
    with pytest.raises(InputError):
        ch.bank_learning(bank_pool, **options)
