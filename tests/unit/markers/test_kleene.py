"""Kleene's truth tables, and the rule behind them: unknown never becomes absent."""

from __future__ import annotations

import itertools

import polars as pl
import pytest

from chorall.markers.kleene import kleene_and, kleene_not, kleene_or, read_truth
from chorall.tables.words import MARKER_STATUSES

TRUTHS = (True, None, False)
ORDER = {False: 0, None: 1, True: 2}
NINE = list(itertools.product(TRUTHS, repeat=2))
TWENTY_SEVEN = list(itertools.product(TRUTHS, repeat=3))


def evaluate(expression: pl.Expr, values: tuple[bool | None, ...]) -> bool | None:
    columns = {f"c{place}": [value] for place, value in enumerate(values)}
    schema = dict.fromkeys(columns, pl.Boolean)
    result: bool | None = pl.DataFrame(columns, schema=schema).select(x=expression)["x"].item()
    return result


@pytest.mark.parametrize("values", NINE + TWENTY_SEVEN, ids=str)
def test_and_is_the_smallest_truth_and_or_the_largest(values: tuple[bool | None, ...]) -> None:
    columns = [pl.col(f"c{place}") for place in range(len(values))]
    assert evaluate(kleene_and(*columns), values) is min(values, key=ORDER.__getitem__)
    assert evaluate(kleene_or(*columns), values) is max(values, key=ORDER.__getitem__)


@pytest.mark.parametrize(("value", "opposite"), [(True, False), (False, True), (None, None)])
def test_not_turns_truth_round_and_leaves_unknown(
    value: bool | None, opposite: bool | None
) -> None:
    assert evaluate(kleene_not(pl.col("c0")), (value,)) is opposite


def test_only_present_and_absent_are_known() -> None:
    table = pl.DataFrame({"TP53": MARKER_STATUSES}, schema={"TP53": pl.Enum(MARKER_STATUSES)})
    truths = table.select(known=read_truth("TP53"))["known"]
    assert dict(zip(MARKER_STATUSES, truths, strict=True)) == {
        "present": True,
        "absent": False,
        "inconclusive": None,
        "failed": None,
        "not_tested": None,
        "not_reported": None,
    }
