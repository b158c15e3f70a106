"""Treatment, risk groups and de-escalation: no small count is shown, none follows from others."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from unit.reports.solving import find_told

import chorall as ch
from chorall.reports.disclosure import hide_incidence
from chorall.reports.disclosure_arms import find_hidden_arms, read_arms
from chorall.reports.disclosure_groups import (
    RiskGroups,
    hide_groups,
    hide_reductions,
    tell_without_sizes,
)
from chorall.reports.disclosure_outcomes import find_hidden_outcomes, read_outcomes
from chorall.reports.disclosure_quality import hide_quality, hide_quarantine
from chorall.reports.disclosure_risk import hide_risk, hide_waiting
from chorall.reports.disclosure_treatment import hide_strategies, hide_treatment
from chorall.reports.flow_counts import cross_groups

SPOTS = ("present_treated", "present_control", "absent_treated", "absent_control")


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hidden")
    ch.simulate(folder / "sim", patients=500, trials=3, seed=8)
    return ch.build_pool(folder / "sim" / "consortium.toml", folder / "POOL")


@pytest.fixture(scope="module")
def risk(pool):
    return ch.risk(pool, classifiers=["nci", "uk_cytogenetic", "gen_gr_pr", "ukallxii_clinical"])


def walk(whole, shown):
    """Return pairs of lines: as they are, and as they may be shown."""
    assert shown.height == whole.height > 0
    assert shown["hidden"].any(), "the sample must have something to hide"
    pairs = list(zip(whole.to_dicts(), shown.to_dicts(), strict=True))
    for line, seen in pairs:
        named = set(seen["hidden_values"].split())
        gone = {name for name in line if line[name] is not None and seen[name] is None}
        assert gone <= named, "what was hidden is told from what was not there"
        assert all(seen[name] is None for name in named)
    return pairs


def judge(sums, values, shown, fewest=5):
    """No small value is shown, and none follows."""
    assert sums
    assert not [cell for cell in shown if 0 < values[cell] < fewest]
    told = find_told(sums, shown)
    assert not [cell for cell in told if 0 < values.get(cell, 0) < fewest]


class Cells:
    """Values and what is shown of them, gathered by name."""

    def __init__(self):
        self.values, self.shown, self.sums = {}, set(), []

    def add(self, cell, value, *, is_shown):
        self.values[cell] = value
        if is_shown:
            self.shown.add(cell)
        return cell

    def split(self, whole, parts, rest):
        left = self.values[whole] - sum(self.values[part] for part in parts)
        if left > 0:
            parts = [*parts, self.add(rest, left, is_shown=False)]
        self.sums.append((whole, parts))


def hide_lines(pool, whole):
    results, markers = pool.table("marker_result"), whole["marker"].unique().to_list()
    outcomes = read_outcomes(pool, ("OS", "EFS", "CIR"), 5)
    shown = hide_incidence(ch.incidence(pool, markers=markers).rows)
    frequencies = shown.filter(pl.col("trial").is_null(), by="overall").to_dicts()
    comparisons = read_arms(pool, outcomes, 5)
    hidden = {
        (one["marker"], *contrast): found
        for one in frequencies
        for contrast, found in find_hidden_arms(
            comparisons, outcomes, results, one["marker"],
            find_hidden_outcomes(outcomes, results, one["marker"], one, 5), 5,
        ).items()
    }  # fmt: skip
    return hide_treatment(whole, hidden)


def test_treatment(pool):
    whole = ch.scan_treatment(pool).rows.filter(pl.col("n_patients") > 0)[::3]
    cells = Cells()
    for place, (line, seen) in enumerate(walk(whole, hide_lines(pool, whole))):
        tested = cells.add((place, "tested"), line["n_patients"],
                           is_shown=seen["n_patients"] is not None)  # fmt: skip
        parts = []
        for spot in SPOTS:
            # the same patients stand in the lines of other endpoints too
            who = (line["marker"], line["question"], line["strategy"], spot, line[f"n_{spot}"])
            n = cells.add(who, line[f"n_{spot}"] or 0, is_shown=seen[f"n_{spot}"] is not None)
            events = cells.add((place, spot, "events"), line[f"events_{spot}"] or 0,
                               is_shown=seen[f"events_{spot}"] is not None)  # fmt: skip
            cells.split(n, [events], (place, spot, "free"))
            parts.append(n)
        cells.split(tested, parts, (place, "elsewhere"))
        few = [line[f"{what}_{spot}"] or 0 for spot in SPOTS for what in ("n", "events")]
        if any(0 < number < 5 for number in few):
            assert seen["hidden"]
            assert not [name for name, value in seen.items() if isinstance(value, float)]
    judge(cells.sums, cells.values, cells.shown)


def test_risk_groups(risk):
    whole = risk.printed
    cells, totals = Cells(), defaultdict(list)
    for line, seen in walk(whole, hide_risk(whole, risk.intensity)[0]):
        key = (line["grouping"], line["view"], line["group"])
        n = cells.add(key, line["n_patients"], is_shown=seen["n_patients"] is not None)
        events = cells.add(
            (*key, "events"), line["n_events"], is_shown=seen["n_events"] is not None
        )
        cells.split(n, [events], (*key, "free"))
        totals[key[:2]].append((n, events, seen["share"] is not None))
        if cells.values[n] < 5 or 0 < line["n_events"] < 5:
            assert seen["risk"] is None
    views = whole["view"].unique(maintain_order=True).to_list()
    for grouping, group in whole.select("grouping", "group").unique().iter_rows():
        early, late = ((grouping, view, group) for view in views)
        if cells.values.get(late, 0) <= cells.values.get(early, -1) and late in cells.values:
            cells.split(early, [late], (grouping, group, "left"))
    for (_, view), members in totals.items():
        for place, what in enumerate(("patients", "events")):
            parts = [one[place] for one in members]
            total = sum(cells.values[n] for n in parts)
            cell = ("all", what, view, total)  # the same total in two groupings is told by either
            cells.add(cell, total, is_shown=any(is_shown for *_, is_shown in members))
            cells.sums.append((cell, parts))
    judge(cells.sums, cells.values, cells.shown)


def test_a_total_that_stands_elsewhere_does_not_tell_a_small_group(risk):
    """3 + 50 + 47 are the 100 patients of the pool, which every page names; 2 + 20 + 20 relapse."""
    lines = risk.printed.head(3).with_columns(
        grouping=pl.lit("a"), view=pl.lit("day 0"), group=pl.Series(["low", "middle", "high"]),
        n_patients=pl.Series([3, 50, 47]), n_events=pl.Series([0, 20, 20]),
    )  # fmt: skip
    groups, _ = hide_risk(lines, risk.intensity.clear())
    assert groups["n_patients"].to_list() == [None, 50, None]
    lines = lines.with_columns(
        n_patients=pl.Series([30, 40, 47]), n_events=pl.Series([2, 20, 25]), risk=pl.lit(0.2)
    )
    groups, _ = hide_risk(lines, risk.intensity.clear())
    assert groups["n_patients"].to_list() == [30, 40, 47]
    assert groups["n_events"].to_list() == [None, None, 25]
    assert groups["risk"].is_null().to_list() == [True, True, False]


def test_the_map_of_treatment(risk):
    whole = risk.intensity.filter(pl.col("era") == "all")
    cells, totals = Cells(), defaultdict(list)
    for line, seen in walk(whole, hide_risk(risk.printed, risk.intensity)[1]):
        key = tuple(line[name] for name in ("grouping", "trial_id", "component", "level", "group"))
        n = cells.add(key, line["n_patients"], is_shown=seen["n_patients"] is not None)
        both = [
            cells.add((*key, name), line[name], is_shown=seen[name] is not None)
            for name in ("n_relapses", "n_treatment_deaths")
        ]
        cells.split(n, both, (*key, "free"))
        totals[key[:4]].append(n)
        if 0 < line["n_relapses"] < 5:
            assert seen["relapse"] is seen["upper_relapse"] is seen["reading"] is None
    for key, parts in totals.items():
        total = sum(cells.values[n] for n in parts)
        cell = ("all", *key[1:], total)
        cells.add(cell, total, is_shown=False)
        cells.sums.append((cell, parts))
    judge(cells.sums, cells.values, cells.shown)


def test_the_map_does_not_tell_what_the_groups_hide_nor_they_what_it_hides(risk):
    """Each trial of this pool randomised one thing: lines of the map add up to a group's end."""
    whole = risk.intensity.filter(pl.col("era") == "all")
    groups, of_map = hide_risk(risk.printed, risk.intensity)
    ends = {
        (line["grouping"], line["group"]): (line, seen) for line, seen in walk(risk.printed, groups)
    }
    cells, arms = Cells(), defaultdict(list)
    pairs = [("n_patients", "n_patients"), ("n_events", "n_relapses")]
    for line, seen in walk(whole, of_map):
        for _, name in pairs:
            key = (line["grouping"], line["group"], name)
            arm = tuple(line[name] for name in ("trial_id", "component", "level"))
            arms[key].append(cells.add((*key, *arm), line[name], is_shown=seen[name] is not None))
    for key, (line, seen) in ends.items():
        for own, name in pairs:
            parts = arms.get((*key, name), [])
            cell = cells.add((*key, "end", own), line[own], is_shown=seen[own] is not None)
            if parts:
                cells.split(cell, parts, (*key, "left", own))
    early = {
        (line["grouping"], line["group"]): (line, seen)
        for line, seen in reversed(walk(risk.printed, groups))
    }
    for key, (line, seen) in early.items():
        first = cells.add((*key, "begin"), line["n_patients"],
                          is_shown=seen["n_patients"] is not None)  # fmt: skip
        if key in arms or (*key, "n_patients") in arms:
            cells.split(first, [(*key, "end", "n_patients")], (*key, "lost"))
    judge(cells.sums, cells.values, cells.shown)


def read_table(risk, cells, sizes):
    """Add the groups at the landmark, as the table of risk groups shows them."""
    view = f"day {risk.landmark_day:.0f}"
    for line, seen in walk(risk.printed, hide_risk(risk.printed, risk.intensity)[0]):
        if line["view"] == view:
            size = (line["n_patients"], line["n_events"])
            sizes[line["grouping"], line["group"]].add(size)
            for what, number in zip(("n_patients", "n_events"), size, strict=True):
                cells.add((line["grouping"], line["group"], *size, what), number,
                          is_shown=seen[what] is not None)  # fmt: skip


def read_flows(risk, pair, cells, sizes):
    """Add the flows of a pair, and its groups: of the same size they are those of the table."""
    whole, seen = (cross_groups(risk, *pair, fewest) for fewest in (1, 5))
    sides = ("first_group", "second_group")
    parts = defaultdict(list)
    for line, shown in zip(whole.flows.to_dicts(), seen.flows.to_dicts(), strict=True):
        flow = ("flow", *pair, *(line[side] for side in sides))
        own = [
            cells.add((*flow, what), line[what], is_shown=shown[what] is not None)
            for what in ("n_patients", "n_events")
        ]
        cells.split(own[0], own[1:], (*flow, "free"))
        for place, side in enumerate(sides):
            parts[place, line[side]].append(own)
    wholes = defaultdict(list)
    for (place, group), flows in parts.items():
        numbers = [[cells.values[one[what]] for one in flows] for what in (0, 1)]
        size = (sum(numbers[0]), sum(numbers[1]))
        sizes[pair[place], group].add(size)
        for what, name in enumerate(("n_patients", "n_events")):
            node = (pair[place], group, *size, name)
            cells.add(node, size[what], is_shown=not what and seen.nodes[place][group] is not None)
            cells.sums.append((node, [one[what] for one in flows]))
            wholes[place, name].append(node)
    for (_, name), nodes in wholes.items():
        total = sum(cells.values[node] for node in nodes)
        cells.sums.append((cells.add(("all", *pair, name), total, is_shown=False), nodes))


def test_flows_of_all_pairs_of_classifiers_and_the_table_together(risk):
    cells, sizes = Cells(), defaultdict(set)
    read_table(risk, cells, sizes)
    pairs = list(combinations(risk.groupings, 2))
    for pair in pairs:
        read_flows(risk, pair, cells, sizes)
    for group, found in sizes.items():
        for small, large in combinations(sorted(found), 2):
            for place, name in enumerate(("n_patients", "n_events")):
                if small[place] <= large[place]:
                    cells.split((*group, *large, name), [(*group, *small, name)],
                                ("apart", *group, small, large, name))  # fmt: skip
    assert len([cell for cell in cells.shown if cell[0] == "flow"]) > 2 * len(pairs)
    judge(cells.sums, cells.values, cells.shown)


def test_waiting_has_no_line_of_few():
    rows = pl.DataFrame(
        {
            "trial_id": ["all", "all", "all", "A"],
            "n_patients": [100, 100, 100, 50],
            "n_events": [40, 3, 98, 20],
            "difference": [0.1, 0.2, 0.3, 0.4],
        }
    ).with_columns(grouping=pl.lit("a"))
    groups = pl.DataFrame({"grouping": ["a", "a"], "group": ["low", "high"], "n_events": [15, 25]})
    shown = hide_waiting(rows, groups)
    assert shown.select("difference", "n_patients", "n_events").rows() == [(0.1, 100, 40)]


def test_waiting_does_not_tell_the_events_that_a_group_hides():
    """28 events of all groups less 27 of one were 1 event of the other."""
    pool_rows = pl.DataFrame(
        {"grouping": ["a", "b"], "trial_id": "all", "n_patients": 98, "n_events": 28,
         "difference": 0.1}
    )  # fmt: skip
    groups = pl.DataFrame(
        {"grouping": ["a", "a", "b", "b"],
         "group": ["high", "very_high", "low", "not assessable (not tested)"],
         "n_events": [None, 27, 28, None]}
    )  # fmt: skip
    shown = hide_waiting(pool_rows, groups)
    assert shown["n_events"].to_list() == [None, 28]
    assert shown["n_patients"].to_list() == [None, 98]
    assert shown["hidden_values"].to_list() == ["n_events n_patients", ""]
    assert shown["difference"].to_list() == [0.1, 0.1]


@pytest.fixture(scope="module")
def children(pool):
    return ch.deescalation(pool)


def test_groups_of_children(children):
    whole = children.printed
    cells, told = Cells(), 0
    for line, seen in walk(whole, hide_groups(children.rows)):
        name = line["group"]
        people = cells.add(("children",), line["n_children"], is_shown=True)
        known, unknown, own = (
            cells.add((name, what), line[what], is_shown=seen[what] is not None)
            for what in ("n_population", "n_unknown", "n_group")
        )
        cells.split(people, [known, unknown], (name, "not asked"))
        cells.split(known, [own], (name, "outside"))
        for what in ("n_relapses", "n_treatment_death", "n_second_malignancy"):
            events = cells.add((name, what), line[what] or 0, is_shown=seen[what] is not None)
            cells.split(own, [events], (name, what, "free"))
        if 0 < (line["n_relapses"] or 0) < 5:
            for figure in ("relapse", "relapse_upper", "share_of_relapses", "n_late_relapses"):
                assert seen[figure] is None
        assert "%" not in seen["reason"]
        told += seen["relapse"] is not None
    assert told
    judge(cells.sums, cells.values, cells.shown)


def subtract(children, groups):
    """Return what somebody finds who takes children from the risk groups of the same name."""
    early = {
        f"{line['grouping']}: {line['group']}": line
        for line in groups.filter(view="day 0").to_dicts()
    }
    pairs = [("n_patients", "n_group"), ("n_events", "n_relapses")]
    return [
        early[line["group"]][whole] - line[part]
        for line in children.filter(known_from="diagnosis").to_dicts()
        if line["group"] in early
        for whole, part in pairs
        if early[line["group"]][whole] is not None and line[part] is not None
    ]


def test_groups_of_children_beside_risk_groups_leave_no_few_over(children, risk):
    """The same children are in both; of their relapses one page counts those of a horizon."""
    rng = np.random.default_rng(4)
    line = children.rows.filter(pl.col("trial").is_null(), group="nci: standard")
    other = risk.printed.filter(view="day 0", grouping="nci", group="standard")
    assert line.height == other.height == 1
    succeeded = 0
    for older, later in rng.integers(0, 9, (60, 2)):
        n, relapses = rng.integers(60, 500), rng.integers(5, 30)
        rows = line.with_columns(
            n_group=pl.lit(n), n_population=pl.lit(n + 99), n_relapses=pl.lit(relapses),
            n_late_relapses=pl.lit(0),
        )  # fmt: skip
        groups = other.with_columns(n_patients=pl.lit(n + older),
                                    n_events=pl.lit(relapses + later))  # fmt: skip
        apart = subtract(hide_groups(rows), groups)
        succeeded += any(0 < one < 5 for one in apart)
        left = subtract(hide_groups(rows, 5, RiskGroups(groups, groups)), groups)
        assert not [one for one in left if 0 < one < 5]
    assert succeeded > 20, "the attack succeeds where each page hides for itself"


def test_figures_are_rounded_where_their_relapses_are_hidden(children, risk):
    name = "nci: standard"
    line = children.rows.filter(pl.col("trial").is_null(), group=name)
    line = line.with_columns(
        n_group=pl.lit(300), n_population=pl.lit(400), n_relapses=pl.lit(40),
        n_late_relapses=pl.lit(10), relapse=pl.lit(0.137), event_free=pl.lit(0.8123),
    )  # fmt: skip
    whole = risk.printed.filter(view="day 0", grouping="nci", group="standard")
    for n_patients, n_events, told in (
        (300, 42, {"n_group": 300, "n_relapses": None, "relapse": 0.14, "event_free": 0.82}),
        (303, 50, {"n_group": None, "n_relapses": None, "relapse": None, "event_free": None}),
        (320, 50, {"n_group": 300, "n_relapses": 40, "relapse": 0.137, "event_free": 0.8123}),
    ):
        other = whole.with_columns(n_patients=pl.lit(n_patients), n_events=pl.lit(n_events))
        (seen,) = hide_groups(line, 5, RiskGroups(other, other)).to_dicts()
        assert {column: seen[column] for column in told} == told


def test_reductions_of_few_events_have_no_difference(children):
    whole = children.reductions.filter(pl.col("difference").is_not_null())
    assert whole.height
    most = int(whole["events_reduced"].max()) + 1
    shown = hide_reductions(children.reductions, most)
    assert shown.height == whole.height
    assert shown["difference"].null_count() == whole.height
    assert shown["margin"].null_count() == 0
    assert hide_reductions(children.reductions, 1)["difference"].null_count() == 0
    small = hide_reductions(children.reductions, int(whole["n_reduced"].max()) + 1)
    assert small["n_reduced"].null_count() == small["n_standard"].null_count() == whole.height


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            "relapse, X-1: lower limit 8.3 % above 5.0 %; event-free survival, X-1: upper limit "
            "87.2 % below 90.0 %",
            "relapse, X-1: lower limit above the bound; event-free survival, X-1: upper limit "
            "below the bound",
        ),
        ("less (per protocol): lower limit -10.6 points, margin -4.0 points",
         "less (per protocol): lower limit beyond the margin"),
        ("less: event-free survival worse by 5.0 points (3.0 to 7.0)",
         "less: event-free survival worse"),
        ("1 trial with 20 members or more followed to 5 years, 2 needed",) * 2,
    ],
)  # fmt: skip
def test_a_reason_keeps_its_words_and_loses_the_size_of_limits(reason, told):
    assert tell_without_sizes(reason) == told


def test_quality_shows_neither_few_bad_nor_few_good_rows():
    rows = pl.DataFrame(
        {"n_bad": [0, 2, 97, 50, 3, 8], "n_rows": [100, 100, 100, 100, 3, 8]},
    )
    shown = hide_quality(rows)
    assert shown["n_bad"].to_list() == [0, None, None, 50, None, 8]
    assert shown["n_rows"].to_list() == [100, 100, 100, 100, None, 8]
    assert shown["hidden"].to_list() == [False, True, True, False, True, False]


def test_what_was_left_out_is_counted_by_place_without_rows():
    columns = ("trial_id", "file", "source_row", "rule_id", "column", "reason", "detail",
               "whole_row")  # fmt: skip
    many = [("A", "a.csv", n, "P1", "SEX", "unmapped_code", "", False) for n in range(9)]
    few = [("A", "a.csv", n, "P1", "WBC", "out_of_range", "", False) for n in range(2)]
    more = [("A", "a.csv", n, "P1", "CNS", "bad_date", "", False) for n in range(7)]
    rows = pl.DataFrame(many + few + more, schema=list(columns), orient="row")
    shown = hide_quarantine(rows)
    assert shown.columns == ["trial_id", "file", "column", "reason", "whole_row", "n_quarantined",
                             "hidden", "hidden_values"]  # fmt: skip
    # the two are hidden, and the seven, or the two would be what is left of the trial's eighteen
    assert dict(shown.select("column", "n_quarantined").iter_rows()) == {
        "SEX": 9, "CNS": None, "WBC": None,
    }  # fmt: skip
    assert hide_quarantine(rows, 1)["n_quarantined"].to_list() == [9, 7, 2]


def test_randomised_questions_of_few_have_no_number():
    rows = pl.DataFrame({"n_randomised": [205, 4, None]}, schema={"n_randomised": pl.Int64})
    shown = hide_strategies(rows)
    assert shown["n_randomised"].to_list() == [205, None, None]
    assert shown["hidden"].to_list() == [False, True, False]
