"""Quartiles and standardised differences of the baseline table against R."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.analyses.baseline.differences import compare_means, compare_shares, find_largest

CLOSED_FORM = 1e-12

PATIENTS = read_patients()
ORACLE = read_oracle("baseline")
GROUPS = sorted(PATIENTS["group"].unique())


def expected(what: str, group: str) -> float:
    return float(ORACLE.filter(what=what, group=group)["value"].item())


def count(what: str, group: str) -> np.ndarray:
    levels = sorted(PATIENTS[what].unique())
    found = PATIENTS.filter(group=group)[what]
    return np.array([(found == level).sum() for level in levels])


@pytest.mark.parametrize("group", GROUPS)
def test_quartiles_are_those_of_type_7(group: str) -> None:
    times = PATIENTS.filter(group=group)["time"].to_numpy()
    for share in (0.25, 0.5, 0.75):
        found = np.quantile(times, share)
        assert found == pytest.approx(expected(f"quantile_{share:g}", group), rel=CLOSED_FORM)


@pytest.mark.parametrize("what", ["event", "cause", "stratum"])
@pytest.mark.parametrize("pair", list(combinations(GROUPS, 2)))
def test_differences_of_shares(what: str, pair: tuple[str, str]) -> None:
    found = compare_shares(count(what, pair[0]), count(what, pair[1]))
    assert found == pytest.approx(expected(what, " and ".join(pair)), rel=CLOSED_FORM)


def test_differences_of_means_and_the_largest_of_them() -> None:
    times = [PATIENTS.filter(group=g)["time"].cast(pl.Float64).to_numpy() for g in GROUPS]
    pairs = {}
    for (a, first), (b, second) in combinations(zip(GROUPS, times, strict=True), 2):
        pairs[f"{a} and {b}"] = expected("time", f"{a} and {b}")
        found = compare_means(first, second)
        assert found == pytest.approx(pairs[f"{a} and {b}"], rel=CLOSED_FORM)
    value, between = find_largest(times, GROUPS, compare_means)
    assert (value, between) == (
        pytest.approx(max(pairs.values()), rel=CLOSED_FORM),
        max(pairs, key=pairs.__getitem__),
    )
