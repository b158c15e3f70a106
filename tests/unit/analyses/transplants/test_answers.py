"""Four answers side by side, the doubly robust one, negative controls, and what is said of them."""

import numpy as np
import polars as pl
import pytest
from unit.analyses.pool_builder import build_pool

from chorall.analyses import donor, transplant
from chorall.analyses.transplants.agreement import say_agreement
from chorall.errors import InputError
from chorall.stats import cumulative_incidence, doubly_robust_risk

DAYS = 365.25
NEVER = 100_000


def draw(n=2400, seed=8, *, hidden=0.0):
    """Draw patients who are transplanted less when old, and die sooner; it does nothing.

    So, with `hidden`, do carriers of a lesion. Who has a donor is chance.
    """
    rng = np.random.default_rng(seed)
    age, carrier = rng.uniform(20, 60, n), rng.random(n) < 0.4
    willing = rng.random(n) < 1 / (1 + np.exp((age - 42) / 8 + 2 * hidden * (carrier - 0.4)))
    available = rng.random(n) < 0.6
    planned = np.where(willing & available, rng.integers(40, 170, n), NEVER)
    death = rng.exponential(2500 * np.exp(-(age - 40) / 15 - hidden * (carrier - 0.4)), n)
    seen = rng.uniform(2100, 4000, n)
    blind = rng.exponential(3000 * np.exp(-hidden * (carrier - 0.4)), n)
    return pl.DataFrame({
        "patient_id": [f"P{at:04d}" for at in range(n)],
        "trial_id": rng.choice(["A", "B", "C"], n),
        "age_years": age,
        "sex": rng.choice(["male", "female"], n),
        "time": np.ceil(np.minimum(death, seen)).astype(int),
        "cause": (death < seen).astype(int),
        "blind_time": np.ceil(np.minimum(blind, 4000)).astype(int),
        "blind_cause": (blind < 4000).astype(int),
        "planned": planned,
        "available": available,
        "status": np.where(carrier, "present", "absent"),
    })  # fmt: skip


def make_pool(path, rows, *, typed=True):
    done = rows.filter(pl.col("planned") <= pl.col("time"))
    others = {
        "transplant": done.select(
            "patient_id", "trial_id", n=pl.lit(1), day="planned", donor=pl.lit("unrelated"),
            remission_status=pl.lit("first_remission"),
        ),
        "treatment": done.select(
            "patient_id", "trial_id", kind=pl.lit("drug"), item=pl.lit("vitamin"),
            start_day="planned",
        ),
    }  # fmt: skip
    if typed:
        others["donor_search"] = rows.select(
            "patient_id", "trial_id", "available", donor=pl.lit("any"), day=pl.lit(20)
        )
    blind = rows.select(
        "patient_id", time="blind_time", cause="blind_cause", endpoint=pl.lit("BLIND")
    )
    return build_pool(
        path,
        patients=rows.select("patient_id", "trial_id", "age_years", "sex"),
        statuses=rows.select("patient_id", "status", marker=pl.lit("IKZF1_del")),
        outcomes=pl.concat(
            [rows.select("patient_id", "time", "cause", endpoint=pl.lit("OS")), blind]
        ),
        others=others,
    )


@pytest.fixture(scope="module")
def rows():
    return draw()


@pytest.fixture(scope="module")
def pool(rows, tmp_path_factory):
    return make_pool(tmp_path_factory.mktemp("answers") / "pool", rows)


@pytest.fixture(scope="module")
def result(pool):
    return transplant(
        pool, endpoints=["OS"], adjust=["age"],
        negative_outcomes=["BLIND", "IKZF1_del", "sex"], negative_exposures=["vitamin"],
    )  # fmt: skip


def line_of(result, method):
    return result.rows.filter(method=method, endpoint="OS").row(0, named=True)


def test_the_four_answers_come_first(result):
    assert result.rows["method"].to_list()[:4] == [
        "time-dependent covariate", "multi-state", "landmark", "donor against no donor",
    ]  # fmt: skip


def test_the_doubly_robust_difference_is_that_of_the_kernel(rows, result):
    left = rows.filter(pl.col("time") > 180)
    expected = doubly_robust_risk(
        left.select("age_years").to_numpy(), (left["planned"] <= 180).to_numpy(),
        left["time"].to_numpy() - 180, left["cause"].to_numpy(),
        horizon=5 * DAYS, strata=left["trial_id"].to_numpy(),
    )  # fmt: skip
    line = line_of(result, "landmark, doubly robust")
    assert line["risk_difference"] == pytest.approx(expected.risk_difference)
    assert line["upper_risk_difference"] == pytest.approx(expected.upper)
    assert line["lower_risk_difference"] < 0 < line["upper_risk_difference"]
    assert line["hazard_ratio"] is None
    # the crude landmark is fooled by age
    assert line_of(result, "landmark")["upper_risk_difference"] < -0.1


def test_the_states_from_the_landmark_on(rows, result):
    time, planned = rows["time"].to_numpy().astype(float), rows["planned"].to_numpy().astype(float)
    cause = rows["cause"].to_numpy()
    line = line_of(result, "multi-state")
    after = np.flatnonzero((planned < time) & (time > 180))
    curve = cumulative_incidence(
        time[after] - 180, cause[after], entry_time=np.maximum(planned[after], 180) - 180
    )
    assert line["risk_transplanted"] == pytest.approx(
        curve.at([5 * DAYS]).cumulative_incidence[0, 0]
    )
    still = np.flatnonzero((time > 180) & (planned > 180))
    # nobody is transplanted later here
    curve = cumulative_incidence(time[still] - 180, cause[still])
    assert line["risk_other"] == pytest.approx(curve.at([5 * DAYS]).cumulative_incidence[0, 0])


def test_the_natural_experiment_stands_beside_and_is_not_fooled(pool, result):
    line = line_of(result, "donor against no donor")
    expected = donor(pool, endpoints=["OS"]).rows.row(0, named=True)
    assert line["evidence"] == "natural"
    assert line["hazard_ratio"] == expected["hazard_ratio"]
    assert line["risk_difference"] == expected["risk_difference"]
    assert line["lower"] < 1 < line["upper"]
    assert "with and 0 % without were transplanted" in line["note"]
    words = " ".join(result.warnings)
    assert "OS, four answers: time-dependent covariate" in words
    assert "donor against no donor" in words
    assert "DISAGREE" in words
    assert "shows an effect and the natural experiment none" in words


def test_controls_find_nothing_where_all_is_measured_and_something_where_it_is_not(
    result, tmp_path
):
    blind = result.rows.filter(pl.col("method").str.starts_with("negative control outcome"))
    assert blind["endpoint"].to_list() == ["BLIND", "OS", "OS"]
    for row in blind.to_dicts():
        assert row["lower_risk_difference"] < 0 < row["upper_risk_difference"], row["method"]
    assert sum("no sign of confounding left" in line for line in result.warnings) == 4
    # the item was given with every transplantation: the same comparison
    vitamin = line_of(result, "negative control exposure: vitamin")
    weighed = line_of(result, "landmark, overlap weights")
    assert vitamin["risk_difference"] == pytest.approx(weighed["risk_difference"])
    pool = make_pool(tmp_path / "pool", draw(hidden=1.2))
    found = transplant(
        pool, endpoints=["OS"], adjust=["age"], negative_outcomes=["BLIND", "IKZF1_del"]
    )
    shown = [line for line in found.warnings if "where there can be no effect" in line]
    assert len(shown) == 2
    carriers = found.rows.filter(method="negative control outcome: IKZF1_del").row(0, named=True)
    assert carriers["upper_risk_difference"] < -0.1


def test_a_control_that_is_adjusted_for_is_none(pool):
    with pytest.raises(InputError, match="is adjusted for"):
        transplant(pool, endpoints=["OS"], adjust=["age", "sex"], negative_outcomes=["sex"])


def test_without_searches_the_place_of_the_donors_stays_and_says_why(rows, tmp_path):
    found = transplant(make_pool(tmp_path / "p", rows, typed=False), endpoints=["OS"], adjust=[])
    line = line_of(found, "donor against no donor")
    assert line["hazard_ratio"] is None
    assert "does not hold who was typed" in line["note"]
    assert any("donor against no donor not answered" in text for text in found.warnings)


def answer(method, ratio=None, points=None):
    empty = dict.fromkeys(
        ("hazard_ratio", "lower", "upper", "risk_difference", "lower_risk_difference",
         "upper_risk_difference"),
    )  # fmt: skip
    row = {"endpoint": "RFS", "group": "all", "method": method, **empty}
    if ratio:
        row |= dict(zip(("hazard_ratio", "lower", "upper"), ratio, strict=True))
    if points:
        names = ("risk_difference", "lower_risk_difference", "upper_risk_difference")
        row |= dict(zip(names, points, strict=True))
    return row


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("landmark", (0.8, 0.6, 0.9)), ("time-dependent covariate", (0.7, 0.5, 0.95)), False),
        (("landmark", (0.8, 0.7, 0.9)), ("time-dependent covariate", (1.2, 0.8, 1.9)), True),
        (("landmark", (0.8, 0.6, 1.1)), ("time-dependent covariate", (1.2, 0.8, 1.9)), False),
        (("landmark", (0.5, 0.4, 0.6)), ("time-dependent covariate", (0.8, 0.7, 0.9)), True),
        # having a donor is less than being transplanted: intervals need not meet
        (("landmark", (0.5, 0.4, 0.6)), ("donor against no donor", (0.8, 0.7, 0.9)), False),
        (("landmark", (0.5, 0.4, 0.6)), ("donor against no donor", (1.2, 0.8, 1.9)), True),
        (("landmark", None, (-0.1, -0.2, -0.05)), ("multi-state", None, (0.05, -0.1, 0.2)), True),
        (("landmark", None, (-0.1, -0.2, -0.05)), ("multi-state", None, (-0.2, -0.3, -0.1)), False),
    ],
)
def test_what_counts_as_disagreement(one, other, apart):
    rows = pl.DataFrame([answer(*one), answer(*other)], infer_schema_length=None)
    told = " ".join(say_agreement(rows))
    assert ("DISAGREE" in told) == apart
    assert ("the answers agree" in told) == (not apart)
