"""Markers of the same patients are one hypothesis, told under each of its names."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from unit.analyses.scan_pool import build_scan_pool, draw_scan_tables

from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN
from chorall.analyses.marker_twins import find_twins
from chorall.analyses.prognosis import prognosis
from chorall.analyses.scan import scan_prognosis

FEW = ["M0", "M1", "M2", "M3"]


def test_only_the_same_statuses_of_everybody_make_twins():
    groups = np.array(
        [
            [PRESENT, PRESENT, PRESENT, ABSENT, ABSENT],
            [ABSENT, ABSENT, UNKNOWN, ABSENT, ABSENT],
        ],
        dtype=np.int8,
    )
    twins = find_twins(groups, ["a", "b", "c", "d", "e"])
    assert twins.first == {"a": "a", "b": "a", "c": "c", "d": "d", "e": "d"}
    assert twins.distinct == ["a", "c", "d"]
    assert twins.keep(groups).tolist() == groups[:, [0, 2, 3]].tolist()
    # nobody carries d and e: there is nothing to tell
    assert twins.twins == {"b": "a"}
    assert len(twins.warn()) == 1
    assert "a = b" in twins.warn()[0]


def test_lines_are_repeated_in_the_order_asked_for():
    groups = np.array([[PRESENT, ABSENT, PRESENT], [ABSENT, PRESENT, ABSENT]], dtype=np.int8)
    twins = find_twins(groups, ["x", "y", "z"])
    frame = pl.DataFrame(
        {
            "marker": ["x", "y", "x", "y"],
            "endpoint": ["OS", "OS", "EFS", "EFS"],
            "value": [1, 2, 3, 4],
            "warnings": ["", "", "few", ""],
        }
    )
    told = twins.repeat(frame, ["endpoint"])
    assert told.select("marker", "endpoint", "value").rows() == [
        ("x", "OS", 1), ("y", "OS", 2), ("z", "OS", 1),
        ("x", "EFS", 3), ("y", "EFS", 4), ("z", "EFS", 3),
    ]  # fmt: skip
    words = "one hypothesis, counted once"
    assert told["warnings"].to_list() == [
        f"the same patients as z: {words}", "", f"the same patients as x: {words}",
        f"few; the same patients as z: {words}", "", f"few; the same patients as x: {words}",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def pools(tmp_path_factory):
    """Build a pool of four markers, and the same with M0 under two further names."""
    tables = draw_scan_tables()
    few = tables["statuses"].filter(pl.col("marker").is_in(FEW))
    again = [
        few.filter(pl.col("marker") == "M0").with_columns(marker=pl.lit(name))
        for name in ("A0", "Z0")
    ]
    paths = [tmp_path_factory.mktemp(name) for name in ("once", "thrice")]
    once = build_scan_pool(paths[0], tables, statuses=few)
    thrice = build_scan_pool(paths[1], tables, statuses=pl.concat([few, *again]))
    return once, thrice


@pytest.mark.parametrize("analyse", [prognosis, scan_prognosis])
def test_a_second_name_changes_no_q_value_and_has_the_same_lines(pools, analyse):
    once, thrice = (analyse(pool, endpoints=["OS", "CIR"]) for pool in pools)
    numbers = [name for name, dtype in once.rows.schema.items() if dtype.is_numeric()]
    assert once.rows["q_value"].count() > 0
    for name, original in (("M0", "M0"), ("A0", "M0"), ("Z0", "M0"), ("M2", "M2")):
        found = thrice.rows.filter(pl.col("marker") == name).select(numbers)
        assert found.equals(once.rows.filter(pl.col("marker") == original).select(numbers))
    assert [line for line in thrice.warnings if "A0 = M0 = Z0" in line]
    assert not [line for line in once.warnings if "one hypothesis" in line]
    places = thrice.rows["marker"].unique(maintain_order=True).to_list()
    assert places == sorted(places)
