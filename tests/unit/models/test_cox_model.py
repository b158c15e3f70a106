import math

import numpy as np
import polars as pl
import pytest

from chorall.errors import DataError, InputError
from chorall.models.cox_model import fit_cox_model
from chorall.models.design_matrix import Term
from chorall.stats import fit_cox


@pytest.fixture
def cohort() -> pl.DataFrame:
    rng = np.random.default_rng(7)
    n = 300
    return pl.DataFrame({
        "time": rng.integers(1, 400, n),
        "event": rng.random(n) < 0.6,
        "age": rng.uniform(0, 60, n),
        "wbc": rng.exponential(30, n),
        "sex": rng.choice(["female", "male", "male"], n),
        "trial": rng.choice(["A", "B", "C"], n),
    })  # fmt: skip


TERMS = [Term("age", "numeric"), Term("wbc", "log2"), Term("sex", "categorical")]


def test_figures_equal_a_direct_call_of_the_kernel(cohort):
    model = fit_cox_model(cohort, terms=TERMS, strata="trial", conf_level=0.9)
    x = np.column_stack(
        [cohort["age"], np.log2(cohort["wbc"].to_numpy() + 0.1), cohort["sex"] == "female"]
    ).astype(float)
    kernel = fit_cox(
        x, cohort["time"], cohort["event"], strata=cohort["trial"].to_numpy(), conf_level=0.9
    )
    assert [term.name for term in model.terms] == ["age", "log2 wbc", "sex: female"]
    for j, term in enumerate(model.terms):
        assert term.hazard_ratio == pytest.approx(kernel.hazard_ratio[j])
        assert term.standard_error == pytest.approx(kernel.standard_error[j])
        assert term.z == pytest.approx(kernel.z[j])
        assert term.p_value == pytest.approx(kernel.p_value[j])
        assert (term.lower, term.upper) == pytest.approx((kernel.lower[j], kernel.upper[j]))
    assert (model.n_used, model.n_left_out, model.left_out_by) == (300, 0, {})


def test_three_patients_by_hand():
    """Event of the first (x = 1) of all three, of the second (x = 0) of the last two."""
    frame = pl.DataFrame({
        "time": [1, 2, 3],
        "event": [True, True, False],
        "x": [1.0, 0.0, 1.0],
    })  # fmt: skip
    # L(r) = r / (2 r + 1) * 1 / (1 + r), largest where 2 r^2 = 1
    model = fit_cox_model(frame, terms=[Term("x", "numeric")])
    assert model.term("x").hazard_ratio == pytest.approx(math.sqrt(0.5), abs=1e-6)


def test_incomplete_rows_are_counted_by_what_is_missing(cohort):
    holed = cohort.with_columns(
        age=pl.when(pl.int_range(pl.len()) < 10).then(None).otherwise("age"),
        sex=pl.when(pl.int_range(pl.len()).is_between(5, 24)).then(None).otherwise("sex"),
    )
    model = fit_cox_model(holed, terms=TERMS, strata="trial")
    assert (model.n_used, model.n_left_out) == (275, 25)
    assert model.left_out_by == {"age": 10, "sex": 20}
    complete = fit_cox_model(cohort[25:], terms=TERMS, strata="trial")
    assert model.term("age").hazard_ratio == pytest.approx(complete.term("age").hazard_ratio)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.lit(3.0), "the same for all patients"),
        (pl.col("age") * 2 + 1, "determined by the other covariates"),
        (pl.col("trial").rank("dense").cast(pl.Float64), "the same for all patients"),
    ],
)
def test_what_cannot_be_estimated_keeps_its_place_and_is_explained(cohort, column, expected):
    frame = cohort.with_columns(extra=column)
    model = fit_cox_model(
        frame, terms=[Term("age", "numeric"), Term("extra", "numeric")], strata="trial"
    )
    plain = fit_cox_model(cohort, terms=[Term("age", "numeric")], strata="trial")
    assert not model.term("extra").estimated
    assert math.isnan(model.term("extra").hazard_ratio)
    assert model.notes[0].startswith("extra: ")
    assert expected in model.notes[0]
    assert model.term("age").hazard_ratio == pytest.approx(plain.term("age").hazard_ratio)


def test_a_level_without_events_does_not_spoil_the_other_terms(cohort):
    """R's coxph lets the coefficient run to minus infinity; the others are as in the limit."""
    rare = pl.int_range(pl.len()) < 6
    frame = cohort.with_columns(
        sex=pl.when(rare).then(pl.lit("other")).otherwise("sex"),
        event=pl.when(rare).then(False).otherwise("event"),
    )
    model = fit_cox_model(frame, terms=TERMS, strata="trial")
    without = fit_cox_model(frame[6:], terms=TERMS, strata="trial")
    assert not model.term("sex: other").estimated
    assert "no event" in model.notes[0]
    for name in ("age", "log2 wbc", "sex: female"):
        assert model.term(name).hazard_ratio == pytest.approx(without.term(name).hazard_ratio)


def test_delayed_entry_is_passed_on(cohort):
    late = cohort.with_columns(entry_time=pl.col("time") * 0.5)
    model = fit_cox_model(late, terms=[Term("age", "numeric")])
    kernel = fit_cox(
        late["age"].to_numpy()[:, None], late["time"], late["event"], entry_time=late["entry_time"]
    )
    assert model.term("age").hazard_ratio == pytest.approx(kernel.hazard_ratio[0])


def test_no_event_among_the_complete_cases_is_told(cohort):
    with pytest.raises(DataError, match="none of the 300 rows"):
        fit_cox_model(cohort.with_columns(event=False), terms=TERMS)


def test_an_unknown_term_lists_the_known_ones(cohort):
    with pytest.raises(InputError, match="It has: age"):
        fit_cox_model(cohort, terms=TERMS[:1]).term("agee")


def test_a_frame_without_outcome_is_refused():
    with pytest.raises(InputError, match=r"`time`\n.*`event`\n.*`trial`"):
        fit_cox_model(pl.DataFrame({"age": [1.0]}), terms=TERMS[:1], strata="trial")
