"""Treatment with and without a marker against R: coxph, survfit, metafor."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import read_oracle, read_patients

from chorall.stats import pool_effect_rows, scan_interactions

# both sides climb until rounding stops them
ITERATED = 1e-8
CLOSED_FORM = 1e-12
HORIZON = 12

PATIENTS = read_patients()
ORACLE = read_oracle("treatment")
MARKER = PATIENTS["x1"].cast(pl.Int64).to_numpy()[:, None]
TREATED = (PATIENTS["x2"] > 0).to_numpy()


def expected(what: str, group: int | None = None) -> tuple[float, float]:
    rows = ORACLE.filter(what=what)
    if group is not None:
        rows = rows.filter(group=group)
    return rows.select("value", "error").row(0)


def scan(rows=slice(None), cause="cause", late=False):
    return scan_interactions(
        MARKER[rows],
        TREATED[rows],
        PATIENTS["time"].to_numpy()[rows],
        PATIENTS[cause].cast(pl.Int64).to_numpy()[rows],
        horizon=HORIZON,
        entry_time=PATIENTS["entry_time"].to_numpy()[rows] if late else None,
    )


@pytest.mark.parametrize(("label", "late"), [("all", False), ("late", True)])
def test_hazard_ratios_and_their_interaction(label, late):
    found = scan(late=late)
    for group, side in enumerate(("absent", "present")):
        value, error = expected(f"{label}_{side}")
        assert found.log_hazard_ratio[group, 0] == pytest.approx(value, abs=ITERATED)
        assert found.standard_error[group, 0] == pytest.approx(error, abs=ITERATED)
    value, error = expected(f"{label}_interaction")
    assert found.interaction[0] == pytest.approx(value, abs=ITERATED)
    assert found.interaction_error[0] == pytest.approx(error, abs=ITERATED)


@pytest.mark.parametrize("group", [0, 1])
@pytest.mark.parametrize("name", ["risk_difference", "time_gained"])
def test_absolute_effects_without_competing_causes(name, group):
    found = scan(cause="event")
    value, error = expected(name, group)
    assert getattr(found, name)[group, 0] == pytest.approx(value, abs=CLOSED_FORM)
    assert getattr(found, f"{name}_error")[group, 0] == pytest.approx(error, abs=CLOSED_FORM)


@pytest.mark.parametrize("group", [0, 1])
def test_absolute_effects_with_competing_causes(group):
    value, _ = expected("competing_risk_difference", group)
    assert scan().risk_difference[group, 0] == pytest.approx(value, abs=CLOSED_FORM)


def test_the_two_stages():
    strata = PATIENTS["stratum"].to_numpy()
    parts = [scan(strata == name, cause="event") for name in np.unique(strata)]
    pooled = pool_effect_rows(
        np.column_stack([part.interaction for part in parts]),
        np.column_stack([part.interaction_error for part in parts]),
    )
    assert (pooled.estimate[0], pooled.standard_error[0]) == pytest.approx(
        expected("deft"), abs=ITERATED
    )
    assert pooled.p_value[0] == pytest.approx(expected("deft_p")[0], abs=ITERATED)
    assert pooled.tau2[0] == pytest.approx(expected("deft_tau2")[0], abs=ITERATED)
    assert pooled.lower[0] == pytest.approx(expected("deft_lower")[0], abs=ITERATED)
