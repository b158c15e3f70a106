"""Stepwise selection against step() of R: the same features with the same coefficients."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle

from chorall.analyses.bank.rivals.stepwise import select
from chorall.analyses.bank.rivals.task import Task
from chorall.models.bank.features import Feature
from chorall.stats import fit_cox

MARKERS = [f"M{number}" for number in range(1, 6)]
NAMES = ["age", "wbc", "male", *MARKERS, "a2", "am", "aw"]
SAME = 1e-6  # step() stops Newton at relative changes of 1e-9 of the likelihood


@pytest.fixture(scope="module")
def task():
    rows = read_oracle("scan_patients").with_columns(
        pl.col(*MARKERS).fill_null(0),
        age=pl.col("age") / 10,
        wbc=pl.col("wbc").log(2),
        male=(pl.col("sex") == "male").cast(pl.Float64),
    )
    rows = rows.with_columns(
        a2=pl.col("age") ** 2, am=pl.col("age") * pl.col("male"), aw=pl.col("age") * pl.col("wbc")
    ).drop_nulls([*NAMES, "os_time", "os_event"])
    x = rows.select(NAMES).cast(pl.Float64).to_numpy()
    features = tuple(Feature(name, "number", "clinical") for name in NAMES)
    time = rows["os_time"].cast(pl.Float64).to_numpy()
    event = (rows["os_event"] == 1).to_numpy()
    return Task(features, x, time, event, np.zeros(len(time)), x[:1], 1000.0, 1)


@pytest.mark.parametrize("case", ["aic", "bic"])
def test_step_chooses_the_same(task, case):
    expected = read_oracle("stepwise").filter(case=case).sort("name")
    price = 2.0 if case == "aic" else np.log(task.event.sum())
    chosen = sorted(select(task, price), key=lambda place: NAMES[place])
    assert [NAMES[place] for place in chosen] == expected["name"].to_list()
    fit = fit_cox(task.x_train[:, chosen], task.time, task.event)
    np.testing.assert_allclose(fit.log_hazard_ratio, expected["value"], atol=SAME)
