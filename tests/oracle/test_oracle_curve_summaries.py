"""Nelson-Aalen, restricted mean, survival given a landmark and follow-up against survfit."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.stats import (
    conditional_survival,
    nelson_aalen,
    restricted_mean,
    reverse_kaplan_meier,
)

CLOSED_FORM = 1e-12
LANDMARK = 6.5
CASES = ["all", "weights", "entry", "entry_weights"]


def read_quantity(quantity, case):
    return read_oracle("curve_summaries").filter(quantity=quantity, case=case)


def choose(case):
    patients = read_patients()
    options = {
        "entry_time": patients["entry_time"] if "entry" in case else None,
        "weights": patients["weights"] if "weights" in case else None,
    }
    return patients["time"], patients["event"], options


def assert_close(found, expected):
    expected = expected.cast(pl.Float64).to_numpy()
    np.testing.assert_allclose(found, expected, rtol=CLOSED_FORM, atol=CLOSED_FORM)


@pytest.mark.parametrize("case", CASES)
def test_nelson_aalen_is_survfit(case):
    time, event, options = choose(case)
    curve = nelson_aalen(time, event, **options)
    expected = read_quantity("nelson_aalen", case)
    assert_close(curve.time, expected["at"])
    assert_close(curve.cumulative_hazard, expected["estimate"])
    assert_close(curve.standard_error, expected["standard_error"])


@pytest.mark.parametrize("case", CASES)
def test_restricted_mean_is_survfit(case):
    time, event, options = choose(case)
    expected = read_quantity("restricted_mean", case)
    assert len(expected) == 4
    found = [restricted_mean(time, event, horizon=cut, **options) for cut in expected["at"]]
    assert_close([mean.restricted_mean for mean in found], expected["estimate"])
    assert_close([mean.standard_error for mean in found], expected["standard_error"])


@pytest.mark.parametrize("case", CASES)
def test_conditional_survival_is_survfit_from_a_later_start(case):
    time, event, options = choose(case)
    expected = read_quantity("conditional", case)
    found = conditional_survival(time, event, given=LANDMARK, **options)
    found = found.at(expected["at"] - LANDMARK)
    assert_close(found.survival, expected["estimate"])
    for column in ("standard_error", "lower", "upper"):
        assert_close(getattr(found, column), expected[column])


def test_median_follow_up_is_survfit_of_censoring():
    time, event, _ = choose("all")
    found = reverse_kaplan_meier(time, event).median
    expected = read_quantity("follow_up", "all").row(0, named=True)
    assert [found.estimate, found.lower, found.upper] == [
        float(expected[column]) for column in ("estimate", "lower", "upper")
    ]
