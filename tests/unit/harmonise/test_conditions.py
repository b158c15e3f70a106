"""Conditions choose rows by their text; a blank is in no list."""

from __future__ import annotations

import polars as pl
import pytest

from chorall.harmonise.conditions import meets_all
from chorall.harmonise.mapping import ConditionPart

CELLS = ["1", " 1 ", "2", "", "  ", None]


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"in": ["1"]}, [True, True, False, False, False, False]),
        ({"in": []}, [False] * 6),
        ({"not_in": ["1"]}, [False, False, True, True, True, True]),
        ({"not_in": []}, [True] * 6),
        ({"blank": True}, [False, False, False, True, True, True]),
        ({"blank": False}, [True, True, True, False, False, False]),
    ],
)
def test_a_condition_is_met_or_not_never_unknown(
    condition: dict[str, object], met: list[bool]
) -> None:
    part = ConditionPart.model_validate({"column": "x", **condition})
    frame = pl.DataFrame({"x": CELLS}, schema={"x": pl.String})
    assert frame.select(meets_all([part]).alias("met"))["met"].to_list() == met


def test_several_conditions_must_all_be_met() -> None:
    parts = [
        ConditionPart.model_validate({"column": "x", "in": ["1", "2"]}),
        ConditionPart.model_validate({"column": "y", "blank": False}),
    ]
    frame = pl.DataFrame({"x": ["1", "2", "3"], "y": ["a", None, "a"]})
    assert frame.filter(meets_all(parts))["x"].to_list() == ["1"]


def test_without_conditions_every_row_is_met() -> None:
    assert pl.DataFrame({"x": ["1", "2"]}).filter(meets_all([])).height == 2


@pytest.mark.parametrize("given", [{}, {"in": ["1"], "blank": True}, {"in": ["1"], "not_in": []}])
def test_a_condition_makes_exactly_one_test(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="exactly one of `in`, `not_in` and `blank`"):
        ConditionPart.model_validate({"column": "x", **given})
