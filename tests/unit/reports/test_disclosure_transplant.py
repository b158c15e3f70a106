"""Transplantation and donors: no small count is shown, none follows from others or from words."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from unit.analyses.donors.test_donor import draw, make_pool
from unit.reports.test_disclosure_questions import Cells, judge, walk

import chorall as ch
from chorall.reports.disclosure_donor import hide_donor, hide_received
from chorall.reports.disclosure_transplant import hide_transplant
from chorall.reports.disclosure_words import hide_in_sentences

COUNTS = ("n_patients", "n_transplanted", "events_transplanted", "events_other")
DATED, LANDMARK, OVERLAP = "time-dependent covariate", "landmark", "landmark, overlap weights"
STATES, SEQUENCE = "multi-state", "sequential landmarks"
INNER = {LANDMARK: DATED, SEQUENCE: DATED, OVERLAP: LANDMARK}
"""Patients of the one are among those of the other."""


@pytest.fixture(scope="module")
def transplants(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grafted")
    ch.simulate(folder / "sim", patients=300, trials=2, seed=5)
    pool = ch.build_pool(folder / "sim" / "consortium.toml", folder / "POOL")
    return ch.transplant(pool), pool.table("patient").height


def lay_out(lines, n_pooled):
    """Return every count, what is shown of it, and the sums, written again apart from the code."""
    cells = Cells()
    by_method = {}
    for line, seen in lines:
        if line["n_patients"] is None:
            continue
        key = (line["endpoint"], line["method"])
        own = {
            name: cells.add((*key, name), line[name], is_shown=seen[name] is not None)
            for name in COUNTS
        }
        n, after, events, other = own.values()
        never = (*key, "never")
        cells.split(n, [after], never)
        cells.split(after, [events], (*key, "free after"))
        if line["method"] != SEQUENCE and cells.values.get(never, 0) >= line["events_other"]:
            cells.split(never, [other], (*key, "free never"))
        by_method[key] = own
    for (endpoint, method), own in by_method.items():
        whole = by_method.get((endpoint, INNER.get(method)))
        for name in COUNTS[:3] if whole else ():
            cells.split(whole[name], [own[name]], (endpoint, method, name, "left over"))
        if method == LANDMARK:
            for name in COUNTS[:3]:
                cells.split(by_method[endpoint, STATES][name], [own[name]],
                            (endpoint, "later", name))  # fmt: skip
        if method == DATED:
            whole = cells.add(("pool", endpoint), n_pooled, is_shown=True)
            cells.split(whole, [own["n_patients"]], (endpoint, "covariates"))
    return cells


@pytest.mark.parametrize("fewest", [5, 10])
def test_answers_on_transplantation(transplants, fewest):
    result, n_pooled = transplants
    shown, drawn = hide_transplant(result, n_pooled, fewest)
    lines = walk(result.rows, shown.drop("note").with_columns(note=pl.lit("")))
    cells = lay_out(lines, n_pooled)
    judge(cells.sums, cells.values, cells.shown, fewest)
    for line, seen in lines:
        counts = [line[name] for name in COUNTS if line[name] is not None]
        if any(0 < number < fewest for number in counts):
            figures = [v for k, v in seen.items() if isinstance(v, float) and k != "landmark_days"]
            assert not figures
    told = drawn.rows.drop_nulls("n_patients").select("endpoint", "method")
    assert told.height < result.rows.height
    whole = [endpoint for endpoint, method in told.iter_rows() if method == STATES]
    assert set(drawn.curves["endpoint"]) <= set(whole)
    assert drawn.curves.filter(pl.col("n_at_risk") < fewest).is_empty()
    assert drawn.states.is_empty()


def make_rows(result, changes):
    """Return a result of a few lines with counts of our own; figures as if all were estimated."""
    lines = []
    for method, counts in changes.items():
        line = dict.fromkeys(result.rows.columns)
        line |= {"endpoint": "OS", "method": method, "group": "all", "evidence": "observational",
                 "note": "", "hazard_ratio": 0.8, "lower": 0.6, "upper": 1.1}  # fmt: skip
        lines.append(line | dict(zip(COUNTS, counts, strict=True)))
    return replace(result, rows=pl.DataFrame(lines, schema=result.rows.schema))


@pytest.mark.parametrize(
    ("changes", "n_pooled", "expected"),
    [
        # nothing is small
        ({DATED: (100, 30, 12, 20)}, 110, {DATED: (100, 30, 12, 20)}),
        # 3 of 100 have no white cell count: the page names all 100
        ({DATED: (97, 30, 12, 20)}, 100, {DATED: (None, 30, 12, 20)}),
        # 28 of 30 had the event: two are left
        ({DATED: (100, 30, 28, 20)}, 110, {DATED: (100, 30, None, 20)}),
        # at the landmark 1 of 13 had it; 29 of 30 before would tell that 17 left with 28
        ({DATED: (100, 30, 20, 20), LANDMARK: (80, 13, 1, 18)}, 110,
         {DATED: (100, 30, 20, 20), LANDMARK: (80, 13, None, 18)}),
        # two patients were transplanted after the landmark
        ({DATED: (100, 30, 12, 20), LANDMARK: (80, 28, 12, 18)}, 110,
         {DATED: (100, 30, 12, 20), LANDMARK: (80, None, 12, 18)}),
        # fewer trials can be weighed: the four patients of a trial without both sides
        ({LANDMARK: (80, 28, 12, 18), OVERLAP: (76, 28, 12, 16)}, 110,
         {LANDMARK: (80, 28, 12, 18), OVERLAP: (None, 28, 12, None)}),
    ],
)  # fmt: skip
def test_by_hand(transplants, changes, n_pooled, expected):
    result, _ = transplants
    shown, drawn = hide_transplant(make_rows(result, changes), n_pooled)
    found = {line["method"]: tuple(line[name] for name in COUNTS) for line in shown.to_dicts()}
    hidden = {method for method, counts in found.items() if None in counts}
    assert {method for method, counts in expected.items() if None in counts} == hidden
    assert found == expected
    for line in shown.to_dicts():
        assert (line["hazard_ratio"] is None) == line["hidden"] == (line["method"] in hidden)
    assert set(drawn.rows["method"]) == set(found) - hidden


def test_what_is_said_tells_no_hidden_figure(transplants):
    result, n_pooled = transplants
    shown, drawn = hide_transplant(result, n_pooled)
    said = " ".join(drawn.warnings)
    for line in result.rows.filter(pl.Series(shown["hidden"])).to_dicts():
        if line["hazard_ratio"] is not None:
            assert f"{line['hazard_ratio']:.2f} ({line['lower']:.2f}" not in said
    assert "time-dependent covariate 1.95 (0.97 to 3.90); multi-state hidden" in said
    assert "297" not in said
    assert "wbc_10e9_per_l \N{HORIZONTAL ELLIPSIS}" in said
    assert "Observational: patients were chosen for transplantation" in said
    for seen in shown.filter("hidden").to_dicts():
        assert not [one for one in ("refused: ", " events after") if one in seen["note"]]


def test_counts_above_a_thousand_are_read_in_sentences():
    told = "the 1,498 of 1,500 patients, 3 left out, 12.5 %, in SYN-1, from day 180"
    assert hide_in_sentences([told]) == (
        "the nearly all of 1500 patients, fewer than 5 left out, 12.5 %, in SYN-1, from day 180",
    )
    assert hide_in_sentences(["of 1,500 patients"]) == ("of 1,500 patients",)
    (none,) = hide_in_sentences([told], beside_hidden=True)
    assert not {"1", "3", "180", "498"} & set(none.replace(",", " ").split())
    assert "12.5 %" in none
    assert "SYN-1" in none


@pytest.fixture(scope="module")
def donors(tmp_path_factory):
    rows = draw(n=180)
    status = pl.when(pl.int_range(pl.len()) % 9 == 0).then(pl.lit("not_tested"))
    rows = rows.with_columns(status=status.otherwise(pl.col("status")))
    pool = make_pool(tmp_path_factory.mktemp("typed") / "POOL", rows)
    return ch.donor(pool, endpoints=["OS"], markers=["IKZF1_del"])


@pytest.mark.parametrize("fewest", [5, 8, 20])
def test_donor_against_no_donor(donors, fewest):
    shown, drawn = hide_donor(donors, fewest)
    cells, whole, parts = Cells(), {}, {}
    for line, seen in walk(donors.rows, shown.drop("note").with_columns(note=pl.lit(""))):
        if line["group"] == "interaction":
            closed = shown.filter(pl.col("marker").is_not_null(), pl.col("group") != "interaction")
            if closed["n_donor"].null_count() or closed["events_donor"].null_count():
                assert seen["hazard_ratio"] is None
                assert seen["n_donor"] is None
            continue
        for side in ("donor", "no_donor"):
            n, events = f"n_{side}", f"events_{side}"
            share = f"transplanted_{side}"
            key = (side, line["marker"], line["group"], line["trial"])
            own = {
                "n": cells.add((*key, n), line[n], is_shown=seen[n] is not None),
                "events": cells.add((*key, events), line[events],
                                    is_shown=seen[events] is not None),
                "grafted": cells.add((*key, share), round(line[share] * line[n]),
                                     is_shown=seen[share] is not None and seen[n] is not None),
            }  # fmt: skip
            cells.split(own["n"], [own["events"]], (*key, "free"))
            cells.split(own["n"], [own["grafted"]], (*key, "not grafted"))
            if line["marker"] is None and line["trial"] is None:
                whole[side] = own
            else:
                parts.setdefault((side, line["marker"]), []).append(own)
    for (side, marker), members in parts.items():
        for kind, cell in whole[side].items():
            cells.split(cell, [own[kind] for own in members], (side, marker, kind, "elsewhere"))
    judge(cells.sums, cells.values, cells.shown, fewest)
    assert drawn.rows.height == shown.filter(~pl.col("hidden")).height


def test_nothing_is_hidden_where_nothing_is_small(donors):
    """With a limit of 1 all is as the library says it, to the last digit."""
    shown, drawn = hide_donor(donors, 1)
    assert shown.drop("hidden", "hidden_values", "note").equals(donors.rows.drop("note"))
    assert drawn.warnings == donors.warnings


def test_who_was_given_what():
    rows = pl.DataFrame({
        "trial_id": ["A", "B", "C", "D", "E"],
        "n_patients": [100, 100, 100, 0, 50],
        "n_received": [0, 3, 97, 0, 50],
    })  # fmt: skip
    assert hide_received(rows)["n_received"].to_list() == [0, None, None, 0, 50]
