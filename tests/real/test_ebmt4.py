"""The ALL transplant registry ebmt4: day 0 is transplantation; figures as in R."""

from __future__ import annotations

import polars as pl
import pytest

from chorall.endpoints import endpoint_times
from chorall.stats import cumulative_incidence, kaplan_meier
from chorall.tables.store import Pool

PRINTED = 1e-6  # reference_R.csv gives seven significant digits
YEARS = ("365.25", "1826.2", "3652.5")


def _outcomes(pool: Pool, endpoint: str) -> pl.DataFrame:
    return endpoint_times(pool.table("endpoint").filter(pl.col("endpoint") == endpoint))


def test_patients_and_events_are_all_there(ebmt_pool: Pool) -> None:
    assert ebmt_pool.table("patient").height == 2279
    events = dict(ebmt_pool.table("event")["type"].value_counts().iter_rows())
    assert events == {"relapse": 370, "death": 838}
    assert ebmt_pool.table("quarantine").is_empty()


def test_relapse_and_death_without_relapse_are_those_of_r(
    ebmt_pool: Pool, ebmt_reference: dict[tuple[str, str], float]
) -> None:
    rows = _outcomes(ebmt_pool, "CIR_HCT")
    curve = cumulative_incidence(rows["time"].to_numpy(), rows["cause"].to_numpy())
    at = curve.at([float(year) for year in YEARS])
    for cause in (1, 2):
        for position, year in enumerate(YEARS):
            expected = ebmt_reference["CIF:ebmt4 relapse(1)/NRM(2)", f"1 {cause}|t={year}"]
            got = at.cumulative_incidence[cause - 1, position]
            assert got == pytest.approx(expected, rel=PRINTED)
    assert [round(float(v), 3) for v in at.cumulative_incidence[:, 1]] == [0.164, 0.227]


def test_overall_survival_is_that_of_r(
    ebmt_pool: Pool, ebmt_reference: dict[tuple[str, str], float]
) -> None:
    rows = _outcomes(ebmt_pool, "OS")
    curve = kaplan_meier(rows["time"].to_numpy(), (rows["cause"] == 1).to_numpy())
    for year in YEARS:
        expected = ebmt_reference["KM:ebmt4 OS", f"all|S({year})"]
        assert curve.at([float(year)]).survival[0] == pytest.approx(expected, rel=PRINTED)
