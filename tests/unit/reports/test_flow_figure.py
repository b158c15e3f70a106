"""Flows between two classifiers against a table by hand; small counts are hidden."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from unit.reports.made_results import made_flows
from unit.reports.text_boxes import find_faults, read_boxes

from chorall.errors import InputError
from chorall.reports.figure import FIGURE_WIDTHS
from chorall.reports.figure_sets import draw_figures
from chorall.reports.flow_drawing import UNKNOWN, shade
from chorall.reports.flow_figure import draw_flow

# By hand, fewest 5. `standard` to `not assessable` holds 3 patients: hidden. Its row (153 = 120 +
# 30 + 3) and its column (18 = 3 + 8 + 7) would tell it: 30 and 7 go too, and 9 so that these two
# stay hidden in `not assessable` (28 = 12 + 9 + 7). 12 patients with 9 events leave 3 without: the
# events go, not the number of patients. Of all groups of B, `not assessable` has 1 event of 59: the
# table hides it, and with it the 25 of `low`. So that no figure tells these two, the events of
# their flows from `standard`, the largest group of A, are never told.
HIDDEN_NUMBERS = {
    ("standard", "high"), ("standard", "not assessable (not tested)"),
    ("not assessable (not tested)", "high"),
    ("not assessable (not tested)", "not assessable (not tested)"),
}  # fmt: skip
HIDDEN_EVENTS_ONLY = {("not assessable (not tested)", "low"), ("standard", "low")}


def words(figure, width="two_column"):
    return [text for text, *_ in read_boxes(figure, width)[0]]


def test_every_flow_of_the_table_is_drawn_in_the_order_of_both_classifiers():
    data = draw_flow(made_flows(), "A", "B", fewest=1).data
    assert data.select("first_group", "second_group", "n_patients", "n_events").rows() == [
        ("standard", "low", 120, 10),
        ("standard", "high", 30, 9),
        ("standard", "not assessable (not tested)", 3, 1),
        ("high", "low", 20, 6),
        ("high", "high", 60, 24),
        ("high", "not assessable (not tested)", 8, 0),
        ("not assessable (not tested)", "low", 12, 9),
        ("not assessable (not tested)", "high", 9, 0),
        ("not assessable (not tested)", "not assessable (not tested)", 7, 0),
    ]
    assert data["risk"][0] == pytest.approx(10 / 120)
    assert not data["hidden"].any()


def test_small_counts_and_all_that_tells_them_are_hidden():
    data = draw_flow(made_flows(), "A", "B").data
    rows = {(row["first_group"], row["second_group"]): row for row in data.to_dicts()}
    assert {key for key, row in rows.items() if row["n_patients"] is None} == HIDDEN_NUMBERS
    lost = {key for key, row in rows.items() if row["hidden"]}
    assert lost == HIDDEN_NUMBERS | HIDDEN_EVENTS_ONLY
    for key in lost:
        assert all(rows[key][name] is None for name in ("n_events", "risk", "lower", "upper"))
    assert rows["high", "high"]["n_events"] == 24


def test_a_hidden_number_is_nowhere_not_even_in_the_width_of_its_flow():
    result = made_flows()
    moved = {3: 4, 30: 29, 9: 10, 7: 6}  # with the same groups on either side
    larger = result.agreement.with_columns(pl.col("n_patients").replace(moved))
    other = dataclasses.replace(result, agreement=larger)
    one, two = (draw_flow(found, "A", "B") for found in (result, other))
    assert one.data.equals(two.data)
    paths = [figure.svg().count("<path") for figure in (one, two)]
    assert paths[0] == paths[1]
    assert "not assessable: number and risk hidden" in one.alt


def test_who_cannot_be_classified_is_a_group_of_its_own_on_either_side():
    figure = draw_flow(made_flows(), "A", "B")
    shown = words(figure)
    assert shown.count("not assessable") == 2
    assert "28" in shown
    assert "18" in shown
    assert "A: 28 patients not assessable; B: 18 patients not assessable." in figure.alt


def test_the_classifiers_may_be_named_the_other_way_round():
    figure = draw_flow(made_flows(), "B", "A", fewest=1)
    assert figure.data.row(1)[:5] == ("low", "high", 20, 6, 0.3)
    assert figure.title.startswith("From B to A")
    one, two = (draw_flow(made_flows(), *pair).data for pair in (("A", "B"), ("B", "A")))
    shown = ["n_patients", "n_events", "risk", "hidden"]
    turned = two.rename({"first_group": "second_group", "second_group": "first_group"})
    both = one.join(turned, on=["first_group", "second_group"], nulls_equal=True, suffix="_turned")
    assert both.height == one.height
    for name in shown:
        assert both[name].to_list() == both[f"{name}_turned"].to_list(), "the same is hidden"


def test_a_flow_is_as_dark_as_its_risk_and_hatched_without_one():
    colours = [shade({"risk": risk})["facecolor"] for risk in (0.05, 0.15, 0.3, 0.7, 1.0)]
    assert len(set(colours)) == 4
    assert shade({"risk": None}) == UNKNOWN


@pytest.mark.parametrize("width", FIGURE_WIDTHS)
@pytest.mark.parametrize("n_groups", [1, 4])
def test_one_group_and_four_with_long_names_stay_legible(width, n_groups):
    result = made_flows(tuple(f"a group with a name that goes on {n}" for n in range(n_groups)))
    figure = draw_flow(result, "A", "B")
    assert find_faults(figure, width) == []
    assert any("a group with" in text for text in words(figure, width))


def test_unknown_classifiers_and_nobody_in_common_are_told():
    result = made_flows()
    with pytest.raises(InputError, match="no classifier `C`"):
        draw_flow(result, "A", "C")
    empty = dataclasses.replace(result, agreement=result.agreement.clear())
    with pytest.raises(InputError, match="no patient to whom both"):
        draw_flow(empty, "A", "B")


def test_two_classifiers_compared_bring_their_flow():
    names = [figure.name for figure in draw_figures(made_flows())]
    assert names.count("risk-flow-A-B") == 1
