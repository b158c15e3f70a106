"""What a pool says of one marker, beside what it says of all."""

from __future__ import annotations

import json

import polars as pl
import pytest
from unit.analyses.scan_pool import build_scan_pool, draw_scan_tables

import chorall as ch
from chorall.analyses.marker_sheet import GROUPINGS, names_one
from chorall.errors import InputError


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    return build_scan_pool(tmp_path_factory.mktemp("sheet"), draw_scan_tables())


@pytest.fixture(scope="module")
def sheet(pool):
    return ch.marker(pool, "M0", endpoints=["OS", "CIR"])


def test_a_sheet_is_the_part_of_all_markers_that_speaks_of_one(pool, sheet):
    whole = ch.prognosis(pool, endpoints=["OS", "CIR"])
    mine = pl.col("marker") == "M0"
    for name in ("rows", "summary", "curves", "at_risk", "by_trial"):
        assert getattr(sheet.prognosis, name).equals(getattr(whole, name).filter(mine)), name
    assert sheet.prognosis.summary["q_value"].count() == 2
    alone = ch.incidence(pool, markers=["M0"], by=GROUPINGS)
    assert sheet.incidence.rows.equals(alone.rows)
    assert set(alone.rows["by"].unique()) == {"overall", "age_band", "lineage"}
    assert sheet.incidence.rows["trial"].n_unique() == 4  # three trials and all of them


def test_plain_values_hold_both_parts(sheet):
    found = json.loads(json.dumps(sheet.to_dict(), allow_nan=False))
    assert found["analysis"] == "marker"
    assert found["marker"] == "M0"
    assert {row["marker"] for row in found["rows"]} == {"M0"}
    assert {"n_not_tested", "n_failed", "n_inconclusive"} <= set(found["incidence"][0])
    assert [line["endpoint"] for line in found["summary"]] == ["OS", "CIR"]


def test_an_unknown_marker_is_told_with_the_nearest(pool):
    with pytest.raises(InputError, match="did you mean"):
        ch.marker(pool, "M00")
    with pytest.raises(InputError, match="the name of one marker"):
        ch.marker(pool, ["M0"])


@pytest.mark.parametrize(
    ("text", "marker", "expected"),
    [
        ("A trial tests TP53 late.", "TP53", True),
        ("A trial tests TP53_del late.", "TP53", False),
        ("Everybody carries BCR::ABL1 (172).", "BCR::ABL1", True),
        ("Everybody carries BCR::ABL1.", "ABL1", False),
        ("N/KRAS: few", "N/KRAS", True),
    ],
)
def test_a_name_counts_as_a_word_of_its_own(text, marker, expected):
    assert names_one(text, [marker]) is expected


def test_no_names_are_in_no_text():
    assert not names_one("anything", [])
