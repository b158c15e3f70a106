"""What the endpoints of one marker tell of each other is hidden: small examples by hand."""

from __future__ import annotations

import numpy as np
import polars as pl

from chorall.reports.disclosure_outcomes import Outcomes, find_hidden_outcomes
from chorall.reports.disclosure_sets import cross_sets, find_hidden_pairs

SHOWN = {"n_present": 20, "n_absent": 60, "n_tested": 80, "n_without_result": 20}


def take(first, *rest):
    """Return 100 patients, True for those named: of 20 carriers, 60 others, 20 not tested."""
    spans = [(0, first), *zip((20, 80), rest, strict=True)]
    return np.array([any(start <= n < start + size for start, size in spans) for n in range(100)])


def make(deaths, events, told=(), *, complete=(20, 60, 20)):
    """Return outcomes of two endpoints that everybody has; who dies has an event."""
    everybody = take(20, 60, 20)
    sets = {
        "all": everybody, "n OS": everybody, "events OS": take(*deaths),
        "n EFS": everybody, "events EFS": take(*events),
    }  # fmt: skip
    ids = pl.Series([f"P{n}" for n in range(100)])
    return Outcomes(ids, ("OS", "EFS"), sets, take(*complete), frozenset(told or sets))


def find(outcomes, shown=SHOWN):
    words = ["present"] * 20 + ["absent"] * 60
    results = pl.DataFrame(
        {"patient_id": outcomes.patient_ids[:80], "phase": "diagnosis", "marker": "M",
         "status": words, "rules_out": True}
    )  # fmt: skip
    return find_hidden_outcomes(outcomes, results, "M", shown, 5)


def test_sets_are_crossed_into_parts():
    inner, outer = np.array([True, True, False, False]), np.array([True, True, True, False])
    girls = np.array([True, False, True, True])
    crossed = cross_sets({"outer": outer, "inner": inner}, {"girls": girls})
    assert crossed.size("inner", "girls") == 1
    assert crossed.size("outer", "girls") == 2
    assert sorted(crossed.list_small(5) @ crossed.sizes) == [1, 1, 2], "outer and not inner too"
    assert sorted(crossed.list_small(2) @ crossed.sizes) == [1, 1]


def test_one_of_two_that_differ_by_few_is_hidden_the_one_of_less_worth():
    inner, outer = np.arange(30) < 20, np.arange(30) < 22
    crossed = cross_sets({"outer": outer, "inner": inner}, {"all": np.full(30, fill_value=True)})
    outer_pair, inner_pair = ("outer", "all"), ("inner", "all")
    assert find_hidden_pairs(crossed, {outer_pair: 1, inner_pair: 2}, 5) == {outer_pair}
    assert find_hidden_pairs(crossed, {outer_pair: 2, inner_pair: 1}, 5) == {inner_pair}
    assert find_hidden_pairs(crossed, {outer_pair: 2, inner_pair: 1}, 2) == frozenset()
    assert find_hidden_pairs(crossed, {inner_pair: 2}, 5, known=[outer_pair]) == {inner_pair}
    assert find_hidden_pairs(crossed, {inner_pair: 2}, 5, secret=[inner_pair]) == {inner_pair}


def test_nothing_is_hidden_where_no_difference_is_small():
    assert find(make((7, 20, 8), (13, 30, 14))) == frozenset()


def test_two_with_an_event_who_live_are_not_told_by_eight_less_six():
    """8 carriers with an event, 6 died; of all 100 patients it is 54 and 32."""
    found = find(make((6, 20, 6), (8, 30, 16)))
    assert ("events EFS", "present") in found
    assert not {("events OS", "present"), ("n OS", "present"), ("n EFS", "present")} & found


def test_nor_by_what_the_totals_and_the_other_groups_leave():
    """Hidden in one group it must be in a second one: the totals stand with other markers."""
    found = find(make((6, 20, 6), (8, 30, 16)))
    assert {("events EFS", "unknown"), ("events EFS", "absent")} & found


def test_few_without_their_covariates_are_not_told():
    found = find(make((7, 20, 8), (13, 30, 14), complete=(18, 59, 20)))
    assert ("n OS", "adjusted") in found, "80 tested, 77 in the model"
    assert found == {(name, "adjusted") for name, _ in found}, "nothing else need go"


def test_a_total_that_must_not_be_told_is_told_by_no_marker():
    found = find(make((7, 20, 8), (13, 30, 14), told=("all", "events OS")))
    assert {("events EFS", "unknown"), ("events EFS", "all")} <= found


def test_what_a_frequency_hides_is_hidden_here_too():
    gone = dict.fromkeys(("n_absent", "n_tested", "n_without_result"))
    found = find(make((7, 20, 8), (13, 30, 14)), SHOWN | gone)
    assert {("n OS", "absent"), ("n EFS", "absent")} <= found
    assert {("n OS", "present"), ("n OS", "unknown")} & found, "or it would be what they leave"
