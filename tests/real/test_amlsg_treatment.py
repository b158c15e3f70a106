"""Treatment in the AMLSG trials: a dated transplantation as in R, and a drug nobody can assess."""

from __future__ import annotations

import math

import polars as pl
import pytest

from chorall.analyses import transplant, treatment
from chorall.errors import DataError
from chorall.tables.store import Pool

Reference = dict[tuple[str, str], float]

PRINTED = 1e-6  # reference_R.csv gives seven significant digits
DATED = "Cox(efron):OS time-dependent alloHSCT-CR1 (ALLO,FREMD; Time_Diag_TPL) + age10 strata Study"


@pytest.fixture(scope="module")
def rows(amlsg_pool: Pool) -> pl.DataFrame:
    return transplant(
        amlsg_pool, endpoints=["OS"], adjust=["age"], donors=["other_related", "unrelated"]
    ).rows


def test_the_dated_transplantation_is_that_of_r(
    rows: pl.DataFrame, amlsg_reference: Reference
) -> None:
    line = rows.filter(method="time-dependent covariate").row(0, named=True)
    assert math.log(line["hazard_ratio"]) == pytest.approx(
        amlsg_reference[DATED, "tx"], rel=PRINTED
    )
    assert round(line["hazard_ratio"], 2) == 0.83
    assert round(line["p_value"], 3) == 0.046
    assert (line["n_patients"], line["n_transplanted"]) == (1540, 340)
    assert line["events_transplanted"] + line["events_other"] == 904
    assert line["evidence"] == "observational"


def test_the_fixed_covariate_is_far_off_and_named_wrong(rows: pl.DataFrame) -> None:
    dated = rows.filter(method="time-dependent covariate").row(0, named=True)
    fixed = rows.filter(method="fixed covariate (wrong)").row(0, named=True)
    # whoever was transplanted in first remission had lived to reach it and the day
    # R: coxph(Surv(OS, Status) ~ ever + AOD + strata(Study)) gives -0.468523692
    assert math.log(fixed["hazard_ratio"]) == pytest.approx(-0.468523692, rel=PRINTED)
    assert fixed["hazard_ratio"] < dated["lower"]
    assert "immortal time" in fixed["note"]


def test_atra_is_not_assessable_across_trials(amlsg_pool: Pool) -> None:
    with pytest.raises(DataError, match="not assessable across trials") as caught:
        treatment(
            amlsg_pool,
            markers=["NPM1"],
            strategies=["all-trans retinoic acid"],
            endpoints=["OS"],
        )
    assert "AMLHD98A: 0 of 627 patients received it: no comparison" in str(caught.value)
    assert "AMLSG0704" in str(caught.value)
