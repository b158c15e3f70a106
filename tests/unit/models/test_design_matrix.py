import math

import numpy as np
import polars as pl
import pytest

from chorall.errors import InputError
from chorall.models.design_matrix import Term, build_design


def build_one(column: str, kind, values) -> tuple[list[str], np.ndarray]:
    design = build_design(pl.DataFrame({column: values}), [Term(column, kind)])
    return [c.name for c in design.columns], design.values


def test_log2_is_of_x_plus_a_tenth_so_that_zero_is_allowed():
    names, values = build_one("wbc", "log2", [0.0, 0.9, None])
    assert names == ["log2 wbc"]
    assert values[:2, 0] == pytest.approx([math.log2(0.1), 0.0])
    assert np.isnan(values[2, 0])


@pytest.mark.parametrize(
    ("levels", "reference", "names"),
    [
        (["male", "female", "male", None], "male", ["sex: female"]),
        (["male", "female"], "female", ["sex: male"]),
        (["T", "B", "MPAL", "B"], "B", ["sex: MPAL", "sex: T"]),
    ],
)
def test_the_most_frequent_level_is_the_reference_and_ties_go_by_alphabet(levels, reference, names):
    design = build_design(pl.DataFrame({"sex": levels}), [Term("sex", "categorical")])
    assert [c.name for c in design.columns] == names
    assert {c.reference for c in design.columns} == {reference}


def test_a_missing_level_is_missing_in_every_column_and_never_the_reference():
    _, values = build_one("lineage", "categorical", ["B", "B", "T", "MPAL", None])
    assert values[:4].tolist() == [[0, 0], [0, 0], [0, 1], [1, 0]]
    assert np.isnan(values[4]).all()


def test_a_missing_boolean_is_not_false():
    _, values = build_one("down_syndrome", "boolean", [True, False, None])
    assert values[:2, 0].tolist() == [1, 0]
    assert np.isnan(values[2, 0])


def test_a_single_level_stays_as_a_constant_column():
    names, values = build_one("sex", "categorical", ["male", None, "male"])
    assert names == ["sex: male"]
    assert values[[0, 2], 0].tolist() == [1, 1]
    assert np.isnan(values[1, 0])


def test_missing_values_are_counted_by_term():
    frame = pl.DataFrame({"age": [1.0, None, 3.0], "sex": [None, None, "male"]})
    design = build_design(frame, [Term("age", "numeric"), Term("sex", "categorical")])
    assert design.missing == {"age": 1, "sex": 2}
    assert design.complete.tolist() == [False, False, True]


def test_lacking_columns_are_told_all_at_once():
    with pytest.raises(InputError, match=r"`age`\n.*`sex`\n.*The frame has: wbc"):
        build_design(pl.DataFrame({"wbc": [1.0]}), [Term("age", "numeric"), Term("sex", "boolean")])


def test_no_terms_give_no_columns_and_everybody_is_complete():
    design = build_design(pl.DataFrame({"x": [1, 2]}), [])
    assert design.values.shape == (2, 0)
    assert design.complete.all()
