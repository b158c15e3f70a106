"""Fusions as laboratories write them, in one column; dates where a gene symbol should stand."""

from __future__ import annotations

import pytest
from unit.harmonise.trial_builder import BASE, harmonise, list_quarantine, parse_mapping

from chorall.errors import DefinitionError
from chorall.harmonise.assay_tables import describe_assays
from chorall.harmonise.trial import HarmonisedTrial
from chorall.knowledge.spreadsheet_dates import guess_damaged_symbols, looks_like_date

RUN = """
[sources.found]
file = "found.csv"
patient = "id"
[[assays]]
id = "pcr"
method = "PCR"
version = "1"
no_run = "not_tested"
[[assays.covers]]
targets = ["BCR-ABL1", "TEL-AML1", "KMT2A::AFF1"]
alteration_class = "fusion"
scope = "complete"
negative_capable = true
[[rules]]
id = "R1"
to = "assay_run"
source = "clinical"
assay = "pcr"
[rules.set]
performed = { value = "yes" }
quality = { value = "passed" }
"""
FOUND = """
[[rules]]
id = "F1"
to = "finding"
source = "found"
assay = "pcr"
[rules.set]
gene = { from = "fusion", blank = "quarantine" }
alteration_class = { value = "CLASS" }
call = { value = "present" }
"""
CLINICAL = "id,sex,days\n1,1,10\n"


def deliver(words: list[str], kind: str = "fusion") -> HarmonisedTrial:
    rows = "".join(f"1,{word}\n" for word in words)
    mapping = BASE + RUN + FOUND.replace("CLASS", kind)
    return harmonise(mapping, clinical=CLINICAL, found="id,fusion\n" + rows)


def test_fusions_in_one_column_are_parted_into_gene_and_partner() -> None:
    words = ["BCR-ABL1", "abl/bcr", "t(12;21)", "Ph+", "MLL rearranged", "TEL-AML1", "MLL"]
    found = deliver(words).tables["finding"]
    assert found.select("gene", "partner").rows() == [
        ("BCR", "ABL1"), ("BCR", "ABL1"), ("ETV6", "RUNX1"), ("BCR", "ABL1"), ("KMT2A", None),
        ("ETV6", "RUNX1"), ("KMT2A", None),
    ]  # fmt: skip
    assert found["partner_missing"].cast(str).to_list() == [
        None, None, None, None, "not_reported", None, "not_reported",
    ]  # fmt: skip


def test_an_unclear_fusion_is_quarantined_and_puts_the_run_in_doubt() -> None:
    made = deliver(["BCR-XYZ", "TP53-9"])
    assert {line[3] for line in list_quarantine(made)} == {"not_a_gene"}
    assert made.doubts["gene"].to_list() == [None]


def test_a_mutation_is_no_fusion() -> None:
    made = deliver(["BCR-ABL1"], "mutation")
    assert made.tables["finding"].is_empty()
    assert [line[3] for line in list_quarantine(made)] == ["unknown_gene"]


@pytest.mark.parametrize("word", ["9-Sep", "Mar-01", "2006-09-09", "1. Mrz", "09.09.2006", "Dec-1"])
def test_a_gene_turned_into_a_date_is_told_and_puts_the_run_in_doubt(word: str) -> None:
    made = deliver([word], "mutation")
    assert [line[3] for line in list_quarantine(made)] == ["gene_turned_into_date"]
    assert made.doubts["gene"].to_list() == [None]


@pytest.mark.parametrize(
    ("word", "symbols"),
    [("9-Sep", ("SEPT9",)), ("Sep-09", ("SEPT9",)), ("1-Mar", ("MARCH1", "MARC1")),
     ("Dec-1", ("DEC1",)), ("2006-09-09", ()), ("SEPT9", ()), ("9-May", ())],
)  # fmt: skip
def test_what_a_date_may_have_been(word: str, symbols: tuple[str, ...]) -> None:
    assert guess_damaged_symbols(word) == symbols


@pytest.mark.parametrize("word", ["SEPT9", "MARCHF1", "NKX2-1", "TP53", "DEC1", "HOXA9", "9p21"])
def test_symbols_are_no_dates(word: str) -> None:
    assert not looks_like_date(word)


def test_targets_of_class_fusion_have_the_name_of_the_fusion() -> None:
    _, coverage = describe_assays(parse_mapping(BASE + RUN + FOUND.replace("CLASS", "fusion")))
    assert coverage["target"].to_list() == ["BCR::ABL1", "ETV6::RUNX1", "KMT2A::AFF1"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('["BCR-ABL1", ', '["BCR-ABL1", "Ph+", '), r"`Ph\+` \(fusion\) is covered twice"),
        (('{ from = "fusion", blank = "quarantine" }', '{ value = "TEL-AML1" }'), "ETV6::RUNX1"),
    ],
)
def test_other_names_of_a_fusion_are_told(change: tuple[str, str], message: str) -> None:
    mapping = (BASE + RUN + FOUND.replace("CLASS", "fusion")).replace(*change)
    with pytest.raises(DefinitionError, match=message):
        parse_mapping(mapping)


def test_a_column_of_a_fusion_is_named_by_its_marker() -> None:
    wide = """
[[rules]]
id = "M1"
to = "marker_result"
source = "clinical"
markers = { bcr = "BCR-ABL1" }
[rules.set]
status = { map = { "1" = "present" }, blank = "not_tested" }
"""
    with pytest.raises(DefinitionError, match="`BCR-ABL1` is the marker `BCR::ABL1`: write that"):
        parse_mapping(BASE + wide)


def test_a_target_turned_into_a_date_is_told() -> None:
    mapping = (BASE + RUN + FOUND.replace("CLASS", "fusion")).replace(
        'targets = ["BCR-ABL1", "TEL-AML1", "KMT2A::AFF1"]\nalteration_class = "fusion"',
        'targets = ["9-Sep"]\nalteration_class = "mutation"',
    )
    with pytest.raises(DefinitionError, match="turned SEPT9 into a date"):
        parse_mapping(mapping)
