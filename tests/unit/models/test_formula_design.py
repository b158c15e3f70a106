"""Formulas: what they code, what they keep for new patients, and what they refuse to evaluate."""

import numpy as np
import polars as pl
import pytest

from chorall.errors import InputError
from chorall.models.design_matrix import Term, build_design
from chorall.models.formula_design import build_formula_design

FRAME = pl.DataFrame(
    {
        "age": [1.0, 4.0, None, 7.0, 9.0, 12.0, 15.0, 17.0],
        "sex": ["m", "f", "m", "m", None, "f", "m", "f"],
        "wbc": [0.0, 10.0, 5.0, 8.0, 3.0, 50.0, 100.0, 2.0],
        "down": [True, False, False, None, False, True, False, True],
    }
)


def test_plain_terms_are_those_of_a_list_of_terms():
    terms = [Term("sex", "categorical"), Term("wbc", "log2"), Term("down", "boolean")]
    expected = build_design(FRAME, terms)
    found = build_formula_design(FRAME, "sex + log2(wbc) + down").design
    np.testing.assert_array_equal(found.complete, expected.complete)
    known = found.complete
    np.testing.assert_allclose(found.values[known], expected.values[known], rtol=1e-15)
    assert [c.name for c in found.columns] == ["sex: f", "log2(wbc)", "down"]
    assert (found.columns[0].level, found.columns[0].reference) == ("f", "m")
    assert found.missing == {"sex": 1, "wbc": 0, "down": 1}


def test_a_row_with_a_missing_covariate_is_missing_throughout_and_kept_in_its_place():
    values = build_formula_design(FRAME, "age + wbc").design.values
    assert np.isnan(values[2]).all()
    np.testing.assert_array_equal(values[3], [7, 8])


def test_an_interaction_has_its_products():
    design = build_formula_design(FRAME, "sex * age").design
    assert [c.term for c in design.columns] == ["sex", "age", "sex:age"]
    known = design.complete
    np.testing.assert_array_equal(
        design.values[known, 2], design.values[known, 0] * design.values[known, 1]
    )


def test_new_patients_get_the_knots_and_references_of_the_first():
    built = build_formula_design(FRAME, "sex + ns(age, df=2) + rcs(wbc, 3)")
    some = FRAME[[1, 7]]
    np.testing.assert_array_equal(built.apply(some).values, built.design.values[[1, 7]])
    assert built.apply(FRAME).columns == built.design.columns
    with pytest.raises(InputError, match="`sex`: x"):
        built.apply(some.with_columns(sex=pl.lit("x")))
    with pytest.raises(InputError, match="lacks columns of the formula"):
        built.apply(some.drop("age"))


@pytest.mark.parametrize(
    "formula",
    [
        "np.exp(age)", "__import__('os')", "I(age)", "{age + 1}", "ns(ns(age, 3), 3)",
        "ns(age, df=age.sum())", "ns(age, df=3, _state={})", "C(sex)", "log(open('x'))",
    ],
)  # fmt: skip
def test_nothing_else_is_evaluated(formula):
    with pytest.raises(InputError, match="not evaluated"):
        build_formula_design(FRAME, formula)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("age +", "cannot be read"),
        ("age ~ sex", "cannot be read"),
        ("agee", "`agee`"),
        ("ns(age)", "either `df`"),
        ("ns(age, df=2, knots=[5])", "either `df`"),
        ("ns(age, knots=[50])", "lie within the data"),
        ("rcs(age, 7)", "expected 3, 4 or 5"),
        ("rcs(down, 4)", "3 of 4 distinct knots"),
        ("log(wbc)", "not above 0"),
    ],
)
def test_formulas_that_cannot_be_used_are_refused(formula, message):
    with pytest.raises(InputError, match=message):
        build_formula_design(FRAME, formula)
