"""Day 0 against the landmark: incidences, carried-over risks, net benefit and moves against R."""

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import FOLDER, read_oracle
from unit.analyses.risk.drawn_pool import RULE, make_pool

from chorall.analyses import risk

R_PRINTS = 1e-12
EXPECTED = read_oracle("risk")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("risk")
    (folder / "own.toml").write_text(RULE, "utf-8")
    pool = make_pool(folder / "pool", pl.read_csv(FOLDER / "risk_patients.csv"))
    return risk(
        pool, classifiers=["own_mrd"], rules=[folder / "own.toml"], cuts=[0.2, 0.5],
        landmark_day=33, n_resamples=20,
    )  # fmt: skip


def expect(measure, **values):
    return EXPECTED.filter(pl.col("measure") == measure, **values)


def test_groups_at_the_landmark_have_the_risk_of_cuminc(found):
    rows = found.rows.filter(view="day 33", trial_id="all", cause="relapse")
    names = {"low": "low", "high": "high", "open": "not assessable (not tested)"}
    for place, value, n in expect("risk").select("place", "value", "n").iter_rows():
        line = rows.filter(group=names[place])
        assert line["n_patients"][0] == n
        assert line["risk"][0] == pytest.approx(value, abs=R_PRINTS)


@pytest.mark.parametrize(("model", "column"), [("p0", "day_0"), ("p1", "landmark")])
def test_net_benefit_and_order_of_both_answers_are_those_of_r(found, model, column):
    lines = found.waiting.filter(trial_id="all")
    assert set(lines["risk_from"]) == {"other trials"}
    benefit = lines.filter(measure="net_benefit").sort("threshold")
    expected = expect("net_benefit", trial=model).sort("place")
    np.testing.assert_allclose(benefit[column], expected["value"], atol=R_PRINTS)
    order = lines.filter(measure="concordance")
    value, n = expect("concordance", trial=model).select("value", "n").row(0)
    assert order[column][0] == pytest.approx(value, abs=R_PRINTS)
    assert order["n_patients"][0] == n


def test_differences_are_the_landmark_less_day_0(found):
    lines = found.waiting.filter(trial_id="all")
    np.testing.assert_allclose(
        lines["difference"], lines["landmark"] - lines["day_0"], atol=R_PRINTS
    )
    assert (lines["lower"] <= lines["difference"]).all()
    assert (lines["difference"] <= lines["upper"]).all()


def test_who_moves_and_what_became_of_them_is_as_in_r(found):
    bands = ["below 20 %", "20 % to 50 %", "50 % or more"]
    for place, value, n in expect("moved").select("place", "value", "n").iter_rows():
        start, end = (bands[int(part)] for part in place.split())
        line = found.reclassification.filter(from_risk=start, to_risk=end)
        assert line["n_patients"][0] == n
        if value is not None:
            assert line["observed"][0] == pytest.approx(value, abs=R_PRINTS)
