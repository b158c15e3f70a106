"""Small cohorts by hand: reclassification of eight patients, net benefit, flags, sensitivity."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.risk.agreement import split_by_worst
from chorall.analyses.risk.decisions import draw_decision_curves, name_bands, tabulate_moves
from chorall.analyses.risk.finder import describe_flags, find_pseudo_outcomes, flag_within_trials
from chorall.analyses.risk.groupings import NOT_APPLICABLE, OPEN, Grouping, Placement
from chorall.analyses.risk.intensity import map_intensity
from chorall.analyses.risk.members import Members, estimate_risk
from chorall.analyses.risk.moments import View
from chorall.analyses.risk.transported import carry_over_risk
from chorall.analyses.risk.waiting import Pair
from chorall.models.design_matrix import DesignMatrix

HORIZON = 10.0


def make_members(
    group, time, cause, trial=None, *, risk=None, groups=("low", "high"), start=0.0
) -> Members:
    """Return patients with given groups, times and causes (1 relapse)."""
    n = len(time)
    of = np.zeros(n, int) if trial is None else np.asarray(trial)
    placement = Placement(
        np.asarray(group), np.maximum(group, 0), np.where(np.asarray(group) < 0, 1, group),
        None if risk is None else np.asarray(risk, float),
    )  # fmt: skip
    grouping = Grouping("g", "g", groups, {}, {start: placement}, "seen")
    names = tuple("ABC"[: of.max() + 1])
    cohort = EndpointCohort(
        "EFS", "EFS", 6, pl.Series([str(at) for at in range(n)]), np.asarray(time, float),
        np.asarray(cause), None, of, names, DesignMatrix((), np.zeros((n, 0)), {}), 0,
    )  # fmt: skip
    simple = np.where(np.asarray(cause) == 1, 1, np.where(np.asarray(cause) > 0, 2, 0))
    return Members(
        View("day 33" if start else "day 0", start, start, cohort), grouping, placement,
        cohort.time, simple, cohort.cause, None, of, names, np.arange(n),
    )  # fmt: skip


# Eight patients, all followed to day 20 or an event; relapse by day 10 in 1, 2, 3 and 5.
TIME = [1, 2, 3, 20, 5, 20, 20, 20]
CAUSE = [1, 1, 1, 0, 1, 0, 0, 0]
BEFORE = [0.1, 0.1, 0.4, 0.4, 0.1, 0.1, 0.02, 0.4]
AFTER = [0.4, 0.4, 0.4, 0.1, 0.1, 0.02, 0.02, 0.02]


@pytest.fixture
def pair():
    members = make_members([0] * 8, TIME, CAUSE, start=33.0)
    return Pair(members, np.array(BEFORE), np.array(AFTER), np.zeros(8, bool))


def test_reclassification_of_eight_patients(pair):
    lines = pl.DataFrame(tabulate_moves(pair, HORIZON, [0.05, 0.3], 0.95))
    table = {
        (line["from_risk"], line["to_risk"]): (line["n_patients"], line["observed"])
        for line in lines.to_dicts()
        if line["n_patients"]
    }
    low, middle, high = name_bands([0.05, 0.3])
    assert (low, middle, high) == ("below 5 %", "5 % to 30 %", "30 % or more")
    # 1, 2: middle to high, both relapse; 3 stays high, relapses; 4: high to middle, none;
    # 5 stays in the middle, relapses; 6: middle to low; 7 stays low; 8: high to low: none relapse
    assert table == {
        (middle, high): (2, 1.0), (high, high): (1, 1.0), (high, middle): (1, 0.0),
        (middle, middle): (1, 1.0), (middle, low): (1, 0.0), (low, low): (1, 0.0),
        (high, low): (1, 0.0),
    }  # fmt: skip
    assert lines.filter(move="up")["n_patients"].sum() == 2
    assert lines.filter(move="down")["n_patients"].sum() == 3


def test_net_benefit_by_hand(pair):
    lines = pl.DataFrame(draw_decision_curves(pair, HORIZON))

    def at(strategy):
        own = lines.filter(strategy=strategy).filter((pl.col("threshold") - 0.2).abs() < 1e-9)
        return own["net_benefit"][0]

    odds = Fraction(1, 4)
    # day 0 acts in 3, 4 and 8: one relapses; later in 1, 2 and 3: all relapse
    assert at("day 0") == pytest.approx(float(Fraction(1, 8) - odds * Fraction(2, 8)))
    assert at("day 33") == pytest.approx(float(Fraction(3, 8)))
    assert at("everybody") == pytest.approx(float(Fraction(4, 8) - odds * Fraction(4, 8)))
    assert at("nobody") == 0


def test_net_benefit_agrees_with_a_plain_loop(pair):
    lines = pl.DataFrame(draw_decision_curves(pair, HORIZON)).filter(strategy="day 33")
    event = np.array(CAUSE) == 1
    for threshold, benefit in lines.select("threshold", "net_benefit").iter_rows():
        acts = np.array(AFTER) >= threshold
        true, false = (acts & event).sum() / 8, (acts & ~event).sum() / 8
        assert benefit == pytest.approx(true - false * threshold / (1 - threshold), abs=1e-12)


def test_a_cut_group_is_flagged_in_part():
    risk = np.array([0.5, 0.3, 0.3, 0.3, 0.1, 0.1, np.nan, 0.1, 0.1, 0.1])
    flags = flag_within_trials(risk, np.zeros(10, int), 0.2)
    np.testing.assert_allclose(flags, [1, 1 / 3, 1 / 3, 1 / 3, 0, 0, 0, 0, 0, 0])
    assert flags.sum() == pytest.approx(2.0)
    two = flag_within_trials(np.tile(risk, 2), np.repeat([0, 1], 10), 0.2)
    np.testing.assert_allclose(two, np.tile(flags, 2))


def test_sensitivity_lead_and_risks_by_hand():
    members = make_members([0] * 8, TIME, CAUSE)
    flags = np.array([1, 0.5, 0.5, 0, 0, 0, 0, 0.0])
    happened = find_pseudo_outcomes(members, HORIZON)
    np.testing.assert_allclose(happened, np.array(CAUSE, float), atol=1e-12)
    rows = np.ones(8, bool)
    line = describe_flags(members, rows, flags, happened, HORIZON, 0.95)
    sensitivity = Fraction(2, 4)
    assert line["sensitivity"] == pytest.approx(float(sensitivity))
    # influence of each relapse: (flag - 1/2) / 4; its squares sum to 2 (1/8)^2
    error = 1.959963984540054 * np.sqrt(2 * (1 / 8) ** 2)
    assert line["upper"] == pytest.approx(0.5 + error)
    assert line["risk_flagged"] == pytest.approx(1.0)
    assert line["risk_others"] == pytest.approx(2 / 6)
    assert line["lead_days"] == 1.0  # half of the flags of relapses is reached on day 1


def test_the_own_trial_never_foretells_itself():
    rng = np.random.default_rng(2)
    n = 120
    trial, group = np.repeat([0, 1, 2], 40), np.tile([0, 1], 60)
    time, cause = rng.integers(1, 30, n), rng.integers(0, 3, n)
    first = carry_over_risk(make_members(group, time, cause, trial), HORIZON)
    own = trial == 1
    shuffled = cause.copy()
    shuffled[own] = rng.permutation(cause[own])
    time[own] = rng.integers(1, 30, 40)
    again = carry_over_risk(make_members(group, time, shuffled, trial), HORIZON)
    np.testing.assert_array_equal(first[own], again[own])
    assert not np.array_equal(first[~own], again[~own])


def test_who_is_high_by_one_only():
    first = make_members([1, 1, 0, 0, OPEN, NOT_APPLICABLE], [5] * 6, [0] * 6)
    second = make_members([1, 0, 1, 0, 1, 1], [5] * 6, [0] * 6)
    found = {who: rows.tolist() for who, rows in split_by_worst(first, second)}
    picked = {who: [at for at, is_in in enumerate(rows) if is_in] for who, rows in found.items()}
    assert picked == {
        "high by both": [0], "high by the first only": [1], "high by the second only": [2],
        "high by neither": [3], "not assessable by one or both": [4],
    }  # fmt: skip


def test_nobody_and_everybody_still_have_limits():
    rows = np.ones(20, bool)
    nobody = make_members([0] * 20, [30] * 20, [0] * 20)
    assert estimate_risk(nobody, rows, HORIZON, 0.95) == pytest.approx(
        (0.0, 0.0, 1 - 0.025 ** (1 / 20))
    )
    everybody = make_members([0] * 20, [3] * 20, [1] * 20)
    assert estimate_risk(everybody, rows, HORIZON, 0.95) == pytest.approx(
        (1.0, 0.025 ** (1 / 20), 1.0)
    )


def test_treatment_counts_from_allocation():
    n = 60
    time = np.where(np.arange(n) < 3, 4, 30)  # three deaths on day 4, allocation on day 33 + 5
    cause = np.where(np.arange(n) < 3, 2, np.where(np.arange(n) < 9, 1, 0))
    members = make_members([1] * n, time, cause, start=33.0)
    patients = pl.DataFrame({
        "patient_id": [f"P{at:02d}" for at in range(n)], "year_band": ["2000-2004"] * n
    })  # fmt: skip
    allocations = pl.DataFrame({
        "patient_id": patients["patient_id"][:40], "day": [38.0] * 40,
        "component": ["steroid"] * 40, "level": ["steroid_dexamethasone"] * 40,
        "evidence": ["randomised"] * 40,
    })  # fmt: skip
    found = map_intensity(members, patients, allocations, HORIZON, 0.95, [0.05, 0.3])
    lines = pl.DataFrame(found, infer_schema_length=None).filter(era="all")
    given, other = lines.to_dicts()
    assert (given["level"], given["evidence"]) == ("dexamethasone", "randomised")
    assert given["n_patients"] == 37  # three died before they could be allocated
    assert (other["level"], other["n_patients"]) == ("no allocation recorded", 20)
    assert given["relapse"] == 0.0
    assert given["n_relapses"] == 6  # on day 30, after the horizon
    assert given["reading"] == ""


def test_bands_name_all_risks():
    names = name_bands([0.05, 0.1, 0.3])
    assert names == ["below 5 %", "5 % to 10 %", "10 % to 30 %", "30 % or more"]
    assert all(first != second for first, second in pairwise(names))


def test_the_better_of_two_placements_is_kept_with_its_risk():
    members = make_members([0, 1], [5, 6], [1, 0], risk=[0.2, 0.9])
    taken = members.take(np.array([False, True]))
    assert taken.placement.risk is not None
    assert taken.placement.risk.tolist() == [0.9]
    assert replace(taken.placement, risk=None).risk is None
    np.testing.assert_array_equal(carry_over_risk(members, HORIZON), [0.2, 0.9])
