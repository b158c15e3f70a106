"""Small counts are hidden, and nobody can find them by adding and subtracting."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chorall.analyses.hidden_counts import find_hidden, find_told
from chorall.errors import InputError
from chorall.reports.disclosure import hide_in_words, hide_incidence
from chorall.reports.disclosure_tables import (
    cut_curves,
    has_few_steps,
    hide_overview,
    hide_prognosis,
)


def find_by_rank(sums, hidden):
    """Return the hidden cells that the sums and the cells shown determine: plain linear algebra.

    A second implementation of the question: a cell is told where its unit vector lies in the span
    of the sums, written over the hidden cells alone.
    """
    unknown = sorted(hidden, key=str)
    place = {cell: number for number, cell in enumerate(unknown)}
    rows = []
    for whole, parts in sums:
        row = np.zeros(len(unknown))
        if whole in place:
            row[place[whole]] = -1
        for part in parts:
            if part in place:
                row[place[part]] = 1
        rows.append(row)
    matrix = np.array(rows).reshape(len(rows), len(unknown))
    rank = np.linalg.matrix_rank(matrix) if matrix.size else 0
    unit = np.eye(len(unknown))
    return {
        cell
        for cell, number in place.items()
        if np.linalg.matrix_rank(np.vstack([matrix, unit[number]])) == rank
    }


def make_table(inner):
    """Return counts and sums of a table with margins: rows are groups, columns present, absent."""
    counts, sums = {}, []
    for row, values in enumerate(inner):
        for column, value in enumerate(values):
            counts[row, column] = value
        counts[row, "all"] = sum(values)
        sums.append(((row, "all"), tuple((row, column) for column in range(len(values)))))
    for column in (*range(len(inner[0])), "all"):
        counts["all", column] = sum(counts[row, column] for row in range(len(inner)))
        sums.append((("all", column), tuple((row, column) for row in range(len(inner)))))
    return counts, sums


TABLES = st.integers(2, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 12), min_size=width, max_size=width), min_size=2, max_size=5
    )
)


@settings(max_examples=40)
@given(TABLES)
def test_no_small_count_is_told_by_the_others(inner):
    counts, sums = make_table(inner)
    hidden = find_hidden(counts, sums, 5)
    small = {cell for cell, count in counts.items() if 0 < count < 5}
    assert small <= hidden
    told = find_by_rank(sums, hidden)
    assert not small & told
    assert set(find_told(hidden, sums)) == told


def test_by_hand_the_smallest_other_goes_too():
    counts = {"whole": 30, "a": 3, "b": 9, "c": 18}
    assert find_hidden(counts, [("whole", ("a", "b", "c"))], 5) == {"a", "b"}


@settings(max_examples=40)
@given(TABLES, st.data())
def test_nor_by_what_is_known_from_elsewhere(inner, data):
    """The totals of the columns stand elsewhere, and some of the cells are shown to nobody."""
    counts, sums = make_table(inner)
    fixed = [("all", column) for column in range(len(inner[0])) if counts["all", column] >= 5]
    inside = [cell for cell in counts if "all" not in cell]
    unseen = data.draw(st.sets(st.sampled_from(inside), max_size=3))
    hidden = find_hidden(counts, sums, 5, unseen=unseen, fixed=fixed)
    small = {cell for cell, count in counts.items() if 0 < count < 5}
    assert small | unseen <= hidden
    assert not set(fixed) & hidden
    by_these_alone = find_by_rank(sums, counts.keys() - set(fixed))
    assert small & find_by_rank(sums, hidden) <= by_these_alone


@settings(max_examples=40)
@given(TABLES)
def test_few_in_several_hidden_cells_together_are_not_told_either(inner):
    counts, sums = make_table(inner)
    hidden = find_hidden(counts, sums, 5)
    for whole, parts in sums:
        own = [part for part in parts if part in hidden]
        few = 0 < sum(counts[part] for part in own) < 5
        assert whole in hidden or not few or len(own) == 0


def test_by_hand_two_small_ones_take_a_third():
    counts = {"whole": 30, "a": 1, "b": 2, "c": 12, "d": 15}
    found = find_hidden(counts, [("whole", ("a", "b", "c", "d"))], 5)
    assert found == {"a", "b", "c"}, "30 - 12 - 15 = 3 would be a or b"


def test_by_hand_what_nobody_sees_need_not_be_hidden_further():
    counts = {"whole": 30, "a": 12, "rest": 18}
    sums = [("whole", ("a", "rest"))]
    assert find_hidden(counts, sums, 5, unseen=["rest"]) == {"rest"}
    counts |= {"a": 27, "rest": 3}
    assert find_hidden(counts, sums, 5, unseen=["rest"]) == {"rest", "a"}
    assert find_hidden(counts, sums, 5, unseen=["rest"], fixed=["a"]) == {"rest", "whole"}


def test_by_hand_what_is_hidden_elsewhere_is_not_told_here():
    counts = {"whole": 60, "a": 12, "b": 18, "c": 30}
    sums = [("whole", ("a", "b", "c"))]
    assert find_hidden(counts, sums, 5, secret=["c"]) == {"c", "a"}
    assert find_hidden(counts, sums, 5, secret=["c"], fixed=["a"]) == {"c", "b"}


def test_without_small_counts_nothing_is_hidden():
    counts = {"whole": 30, "a": 12, "b": 18, "none": 0}
    assert find_hidden(counts, [("whole", ("a", "b", "none"))], 5) == set()
    with pytest.raises(InputError, match="1 or more"):
        find_hidden(counts, [], 0)


def test_a_zero_goes_where_nothing_else_is_left():
    counts = {"whole": 3, "a": 3, "b": 0}
    assert find_hidden(counts, [("whole", ("a", "b"))], 5) == {"whole", "a"}


def make_incidence_row(group, present, absent, without, by="age_band", trial=None):
    return {
        "marker": "M", "by": by, "group": group, "trial": trial, "note": "",
        "n_patients": present + absent + without, "n_tested": present + absent,
        "n_present": present, "n_absent": absent, "n_inconclusive": 0, "n_failed": without,
        "n_not_tested": 0, "n_not_reported": 0, "n_positive_only": 0,
        "crude_proportion": 0.1, "proportion": 0.1, "lower": 0.0, "upper": 0.2, "i2": None,
        "tau2": None, "prediction_lower": None, "prediction_upper": None,
    }  # fmt: skip


def test_a_small_group_takes_another_one_and_both_lose_their_frequency():
    rows = pl.DataFrame(
        [
            make_incidence_row("all", 40, 160, 50, by="overall"),
            make_incidence_row("child", 2, 60, 20),
            make_incidence_row("young", 8, 50, 15),
            make_incidence_row("adult", 30, 50, 15),
        ],
        infer_schema_length=None,
    )
    found = {row["group"]: row for row in hide_incidence(rows).to_dicts()}
    assert found["child"]["n_present"] is None
    assert found["child"]["proportion"] is None
    assert found["young"]["n_present"] is None, "30 + 8 + 2 = 40 would tell"
    assert found["young"]["proportion"] is None
    assert found["adult"]["n_present"] == 30
    assert found["adult"]["proportion"] == 0.1
    assert found["all"]["n_present"] == 40
    assert not found["all"]["hidden"]


def test_the_table_of_trials_hides_in_rows_and_columns():
    rows = pl.DataFrame(
        {
            "trial_id": ["A", "B", "C"],
            "n_patients": [100, 80, 60],
            "n_children": [97, 10, 20],
            "n_young_adults": [3, 40, 20],
            "n_adults": [0, 30, 20],
            "n_age_unknown": [0, 0, 0],
            "n_events": [40, 78, None],
            "n_quarantined": [0, 3, 12],
        }
    )
    found = hide_overview(rows)
    assert found["n_quarantined"].to_list() == [0, None, 12]
    assert found["n_young_adults"][0] is None
    assert found["n_children"][0] is None
    assert found["n_young_adults"].null_count() >= 2
    assert found["n_children"].null_count() >= 2
    assert found["n_events"].to_list() == [40, None, None], "two are alive in B"


SUMMARY = {
    "marker": "M", "endpoint": "OS", "endpoint_label": "overall survival", "n_patients": 100,
    "n_present": 20, "n_absent": 70, "n_unknown": 10, "events_present": 6, "events_absent": 20,
    "events_unknown": 5, "estimate_present": 0.7, "lower_present": 0.5, "upper_present": 0.9,
    "estimate_absent": 0.7, "lower_absent": 0.5, "upper_absent": 0.9, "difference": 0.0,
    "difference_lower": 0.0, "difference_upper": 0.0, "n_adjusted": 88, "events_adjusted": 25,
    "hazard_ratio": 1.2, "note": "", "warnings": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "hidden", "gone", "kept"),
    [
        ({}, (), (), ("n_present", "events_present", "estimate_present", "hazard_ratio")),
        ({}, ("events present",), ("events_present", "estimate_present", "difference"),
         ("n_present", "events_absent", "estimate_absent", "hazard_ratio", "n_adjusted")),
        ({}, ("n present",), ("n_present", "estimate_present", "difference"),
         ("n_absent", "events_present", "estimate_absent", "hazard_ratio")),
        ({}, ("n adjusted", "n all", "events unknown"),
         ("n_adjusted", "n_patients", "events_unknown"),
         ("n_present", "estimate_present", "difference", "hazard_ratio")),
        ({"n_present": 3, "events_present": 0}, ("n present", "n absent"),
         ("n_present", "n_absent", "hazard_ratio", "estimate_absent"),
         ("endpoint_label", "n_patients")),
    ],
)  # fmt: skip
def test_a_prognosis_hides_what_would_tell_a_small_count(change, hidden, gone, kept):
    line = {**SUMMARY, **change}
    named = {"M": {(f"{what} OS", who) for what, who in (one.split() for one in hidden)}}
    (found,) = hide_prognosis(pl.DataFrame([line]), named).to_dicts()
    assert [name for name in gone if found[name] is not None] == []
    assert {name: found[name] for name in kept} == {name: line[name] for name in kept}
    assert found["hidden"] == bool(gone)
    assert set(gone) <= set(found["hidden_values"].split())


def test_what_is_hidden_of_another_endpoint_does_not_matter():
    named = {"M": {("events EFS", "present"), ("n CIR", "absent")}}
    (found,) = hide_prognosis(pl.DataFrame([SUMMARY]), named).to_dicts()
    assert not found["hidden"]


def test_curves_end_before_anybody_stands_alone():
    at_risk = pl.DataFrame(
        {
            "marker": ["M"] * 6, "endpoint": ["OS"] * 6,
            "group": ["present"] * 3 + ["absent"] * 3, "time_years": [0.0, 1.0, 2.0] * 2,
            "n_at_risk": [20, 9, 4, 70, 50, 30],
        }
    )  # fmt: skip
    curves = pl.DataFrame(
        {
            "marker": ["M"] * 3, "endpoint": ["OS"] * 3, "group": ["present", "present", "absent"],
            "cause": [1, 1, 1], "time_years": [0.5, 1.5, 1.7], "estimate": [0.9, 0.8, 0.9],
        }
    )  # fmt: skip
    kept, risk = cut_curves(curves, at_risk)
    assert kept["time_years"].to_list() == [0.5]
    assert risk.select("group", "time_years").rows() == [
        ("present", 0.0), ("present", 1.0), ("absent", 0.0), ("absent", 1.0),
    ]  # fmt: skip


def test_a_curve_of_few_steps_counts_its_events():
    curve = {"group": ["present"] * 4, "cause": [2] * 4, "estimate": [0.0, 0.1, 0.1, 0.2]}
    assert has_few_steps(pl.DataFrame(curve))
    assert not has_few_steps(pl.DataFrame({**curve, "estimate": [0.0] * 4}))
    assert not has_few_steps(pl.DataFrame(curve), 2)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("895 of 900 patients (missing: sex 2, age_years 0)",
         "895 of 900 patients (missing: sex fewer than 5, age_years 0)"),
        ("897 of the 900 patients", "nearly all of 900 patients"),
        ("1,498 of 1,500 patients, 3 left", "nearly all of 1500 patients, fewer than 5 left"),
        ("of 1,500 patients", "of 1,500 patients"),
        ("SYN-ADULT-1: more than 2.5 % or 4 % of 12", "SYN-ADULT-1: more than 2.5 % or 4 % of 12"),
    ],
)  # fmt: skip
def test_words_hide_small_counts_too(said, shown):
    assert hide_in_words([said]) == (shown,)
