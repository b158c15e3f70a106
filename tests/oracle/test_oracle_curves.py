"""Curves against R: survfit and cuminc."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.stats import cumulative_incidence, kaplan_meier

# closed forms: sums of some hundred terms in another order than R's
CLOSED_FORM = 1e-12
# cmprsk sums terms of size 1 / S(t)^2 before it subtracts them
AALEN_VARIANCE = 1e-10

CURVE_COLUMNS = [
    "time", "n_at_risk", "n_events", "n_censored", "survival", "standard_error", "lower", "upper",
]  # fmt: skip


@pytest.mark.parametrize("conf_type", ["plain", "log", "log-log"])
@pytest.mark.parametrize("conf_level", [0.95, 0.8])
@pytest.mark.parametrize("case", ["all", "weights", "entry", "entry_weights"])
def test_kaplan_meier_is_survfit(case, conf_type, conf_level):
    expected = read_oracle("kaplan_meier").filter(
        case=case, conf_type=conf_type, conf_level=conf_level
    )
    if expected.is_empty():
        assert (conf_type, conf_level) in {("plain", 0.8), ("log", 0.8)}
        return
    patients = read_patients()
    curve = kaplan_meier(
        patients["time"],
        patients["event"],
        entry_time=patients["entry_time"] if "entry" in case else None,
        weights=patients["weights"] if "weights" in case else None,
        conf_level=conf_level,
        conf_type=conf_type,
    )
    for column in CURVE_COLUMNS:
        wanted = expected[column].cast(pl.Float64).to_numpy()
        np.testing.assert_allclose(
            getattr(curve, column), wanted, rtol=CLOSED_FORM, atol=CLOSED_FORM, err_msg=column
        )
    for name, part in [("median", 0.5), ("quarter", 0.25)]:
        found = curve.quantile(part)
        wanted = expected[name, f"{name}_lower", f"{name}_upper"].cast(pl.Float64).row(0)
        wanted = [np.nan if value is None else value for value in wanted]
        np.testing.assert_array_equal([found.estimate, found.lower, found.upper], wanted)


@pytest.mark.parametrize("subset", ["all", "A", "B", "C"])
def test_cumulative_incidence_is_cuminc(subset):
    patients = read_patients()
    if subset != "all":
        patients = patients.filter(group=subset)
    curves = cumulative_incidence(patients["time"], patients["cause"])
    expected = read_oracle("cumulative_incidence").filter(source="cmprsk", subset=subset)
    for kind in (1, 2):
        rows = expected.filter(cause=kind)
        found = curves.at(rows["time"])
        np.testing.assert_allclose(
            found.cumulative_incidence[kind - 1], rows["cumulative_incidence"], atol=CLOSED_FORM
        )
        np.testing.assert_allclose(
            found.standard_error[kind - 1], rows["standard_error"], rtol=0, atol=AALEN_VARIANCE
        )


@pytest.mark.parametrize("case", ["all", "entry", "all_weights", "entry_weights"])
def test_weighted_cumulative_incidence_and_its_jackknife_are_survfit(case):
    patients = read_patients()
    curves = cumulative_incidence(
        patients["time"],
        patients["cause"],
        entry_time=patients["entry_time"] if "entry" in case else None,
        weights=patients["weights"] if "weights" in case else None,
        robust=True,
    )
    expected = read_oracle("cumulative_incidence")
    for kind in (1, 2):
        rows = expected.filter(source="jackknife", subset=case, cause=kind)
        np.testing.assert_array_equal(curves.time, rows["time"])
        for name in ("cumulative_incidence", "standard_error"):
            found = getattr(curves, name)[kind - 1]
            # sums of squares are expanded here, not in R
            np.testing.assert_allclose(found, rows[name], atol=AALEN_VARIANCE)


def test_cumulative_incidence_with_delayed_entry_is_survfit():
    patients = read_patients()
    curves = cumulative_incidence(
        patients["time"], patients["cause"], entry_time=patients["entry_time"]
    )
    expected = read_oracle("cumulative_incidence").filter(source="survfit")
    for kind in (1, 2):
        rows = expected.filter(cause=kind)
        np.testing.assert_array_equal(curves.time, rows["time"])
        np.testing.assert_allclose(
            curves.cumulative_incidence[kind - 1], rows["cumulative_incidence"], atol=CLOSED_FORM
        )
