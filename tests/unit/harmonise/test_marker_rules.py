"""Markers as delivered: wide and long assertions, runs and findings, and what stays in doubt."""

from __future__ import annotations

import polars as pl
import pytest
from unit.harmonise.trial_builder import BASE, harmonise, list_quarantine, parse_mapping

from chorall.harmonise.assay_tables import describe_assays, name_target
from chorall.harmonise.doubts import spread_doubts

WIDE = """
[[rules]]
id = "M1"
to = "marker_result"
source = "clinical"
markers = { tp53 = "TP53", ikzf1 = "IKZF1_del" }
[rules.set]
status = { map = { "0" = "absent", "1" = "present" }, missing_codes = { "9" = "failed" }, blank = "BLANK" }
"""  # noqa: E501
LONG = """
[sources.long]
file = "long.csv"
patient = "id"
[[rules]]
id = "M2"
to = "marker_result"
source = "long"
[rules.set]
marker = { from = "marker", blank = "quarantine" }
status = { from = "status", blank = "quarantine" }
"""
PANEL = """
[sources.found]
file = "found.csv"
patient = "id"
[[assays]]
id = "panel"
method = "panel"
version = "1"
no_run = "not_tested"
[[assays.covers]]
targets = ["TP53", "MLL"]
alteration_class = "mutation"
scope = "complete"
negative_capable = true
[[assays.covers]]
targets = ["BCR::ABL1", "KMT2A::AFF1"]
alteration_class = "fusion"
scope = "complete"
negative_capable = true
[[rules]]
id = "R1"
to = "assay_run"
source = "clinical"
assay = "panel"
when = [{ column = "run", in = ["1"] }]
[rules.set]
performed = { value = "yes" }
quality = { value = "passed" }
[[rules]]
id = "F1"
to = "finding"
source = "found"
assay = "panel"
[rules.set]
gene = { from = "gene", blank = "quarantine" }
partner = { from = "partner", blank = "not_reported" }
alteration_class = { from = "class", blank = "quarantine" }
call = { from = "call", blank = "quarantine" }
vaf = { from = "vaf", unit = "percent", blank = "not_reported" }
"""
ONE = "id,sex,days,run\n1,1,10,1\n2,1,10,0\n"


@pytest.mark.parametrize("blank", ["absent", "not_tested", "inconclusive", "quarantine"])
def test_wide_markers_have_a_status_in_every_cell(blank: str) -> None:
    made = harmonise(
        BASE + WIDE.replace("BLANK", blank),
        clinical="id,sex,days,tp53,ikzf1\n1,1,10,1,\n2,1,10,9,2\n",
    )
    expected = "not_reported" if blank == "quarantine" else blank
    assert made.asserted.select("marker", "status", "evidence").rows() == [
        ("TP53", "present", "M1"),
        ("TP53", "failed", "M1"),
        ("IKZF1_del", expected, "M1"),
        ("IKZF1_del", "not_reported", "M1"),
    ]
    lines = [("clinical.csv", 3, "M1", "unmapped_code", False)]
    if blank == "quarantine":
        lines.insert(0, ("clinical.csv", 2, "M1", "blank_not_allowed", False))
    assert list_quarantine(made) == lines


def test_wide_markers_may_leave_blanks_out() -> None:
    made = harmonise(
        BASE + WIDE.replace("BLANK", "no_row"),
        clinical="id,sex,days,tp53,ikzf1\n1,1,10,,0\n2,1,10,1,\n",
    )
    assert made.asserted.select("marker", "status").rows() == [
        ("TP53", "present"),
        ("IKZF1_del", "absent"),
    ]


def test_long_markers_need_marker_and_status() -> None:
    made = harmonise(
        BASE + LONG,
        clinical="id,sex,days\n1,1,10\n2,1,10\n",
        long="id,marker,status\n1,TP53,present\n1,NRAS,maybe\n2,,absent\n2,NRAS,\n2,KRAS,not_tested\n",
    )
    assert made.asserted.select("marker", "status").rows() == [
        ("TP53", "present"),
        ("KRAS", "not_tested"),
    ]
    assert [line[1:4] for line in list_quarantine(made)] == [
        (3, "M2", "unmapped_code"),
        (4, "M2", "blank_not_allowed"),
        (5, "M2", "blank_not_allowed"),
    ]


def test_two_long_rows_of_one_marker_are_both_refused() -> None:
    made = harmonise(
        BASE + LONG,
        clinical="id,sex,days\n1,1,10\n",
        long="id,marker,status\n1,TP53,present\n1,TP53,absent\n1,NRAS,absent\n",
    )
    assert made.asserted["marker"].to_list() == ["NRAS"]


def test_a_status_may_stand_in_the_first_of_several_columns() -> None:
    text = LONG.replace(
        'from = "status", blank = "quarantine"', 'first_of = ["a", "b"], blank = "not_tested"'
    )
    made = harmonise(
        BASE + text,
        clinical="id,sex,days\n1,1,10\n",
        long="id,marker,a,b\n1,TP53,,present\n1,NRAS,,\n",
    )
    assert made.asserted.select("marker", "status").rows() == [
        ("TP53", "present"),
        ("NRAS", "not_tested"),
    ]


def test_assays_name_their_targets_by_symbol() -> None:
    assays, coverage = describe_assays(parse_mapping(BASE + PANEL))
    assert assays["assay_id"].to_list() == ["T/panel"]
    assert coverage["target"].to_list() == ["TP53", "KMT2A", "BCR::ABL1", "KMT2A::AFF1"]
    assert name_target("high_hyperdiploidy", "karyotype") == "high_hyperdiploidy"


def test_a_finding_without_a_run_is_refused() -> None:
    made = harmonise(
        BASE + PANEL,
        clinical=ONE,
        found="id,gene,partner,class,call,vaf\n1,MLL,,mutation,present,40\n2,TP53,,mutation,present,\n",
    )
    assert made.tables["finding"].select("gene", "vaf").rows() == [("KMT2A", 0.4)]
    assert list_quarantine(made) == [("found.csv", 3, "F1", "no_run", True)]


DOUBTS = [
    ("TP53,,mutation,present", None),
    ("NOSUCH1,,mutation,present", None),  # a gene that the panel cannot list
    ("KMT2A,NOSUCH1,fusion,present", None),
    (",,mutation,present", "any"),
    ("TP 53,,mutation,present", "any"),
    ("TP53,,mutation,", "TP53"),
    ("TP53,,mutation,perhaps", "TP53"),
    ("MLL,,,present", "KMT2A"),
    ("BCR,,fusion,present", "BCR"),  # a fusion of BCR: with which gene?
    ("BCR,?,fusion,present", "BCR"),
]


@pytest.mark.parametrize(("row", "gene"), DOUBTS)
def test_a_lesion_that_cannot_be_read_puts_its_run_in_doubt(row: str, gene: str | None) -> None:
    made = harmonise(
        BASE + PANEL, clinical=ONE, found=f"id,gene,partner,class,call,vaf\n1,{row},\n"
    )
    doubted = made.doubts["gene"].to_list()
    assert doubted == ([] if gene is None else [None if gene == "any" else gene])


@pytest.mark.parametrize(
    ("gene", "markers"),
    [
        (None, ["BCR::ABL1", "KMT2A", "KMT2A::AFF1", "TP53"]),
        ("KMT2A", ["KMT2A", "KMT2A::AFF1"]),
        ("TP53", ["TP53"]),
        ("NRAS", []),
    ],
)
def test_a_doubt_spreads_to_the_markers_it_may_be(gene: str | None, markers: list[str]) -> None:
    _, coverage = describe_assays(parse_mapping(BASE + PANEL))
    named = coverage.with_columns(pl.col("target").alias("marker"))
    doubts = pl.DataFrame(
        {"trial_id": ["T"], "run_id": ["r"], "assay_id": ["T/panel"], "gene": [gene]},
        schema_overrides={"gene": pl.String},
    )
    spread = spread_doubts(doubts, named)
    assert spread["marker"].to_list() == markers
    assert set(spread["call"]) <= {"equivocal"}
