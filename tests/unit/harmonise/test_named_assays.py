"""A mapping may name an assay of the field instead of spelling out what it sees."""

from __future__ import annotations

import pytest
from unit.harmonise.trial_builder import BASE, parse_mapping

from chorall.errors import DefinitionError
from chorall.harmonise.assay_tables import describe_assays

NAMED = """
[[assays]]
id = "mlpa"
assay = "mlpa_p335"
version = "C1"
no_run = "not_tested"
"""
PANEL = """
[[assays]]
id = "ngs"
assay = "targeted_panel"
genes = ["MLL", "KMT2A", "TP53"]
version = "1"
no_run = "not_reported"
"""


def coverage_of(text: str) -> list[tuple[object, ...]]:
    _, coverage = describe_assays(parse_mapping(BASE + text))
    return coverage.select("target", "alteration_class", "scope", "negative_capable").rows()


def test_a_named_assay_brings_its_coverage_and_its_method() -> None:
    assays, coverage = describe_assays(parse_mapping(BASE + NAMED))
    assert assays.select("assay_id", "method", "version").rows() == [("T/mlpa", "MLPA", "C1")]
    assert coverage.height == 9
    assert ("IKZF1", "deletion", "complete", True) in coverage_of(NAMED)


def test_what_the_mapping_spells_out_goes_first() -> None:
    own = """
[[assays.covers]]
targets = ["IKZF1", "NR3C1"]
alteration_class = "deletion"
scope = "partial"
negative_capable = true
"""
    covered = coverage_of(NAMED + own)
    assert len(covered) == 10
    assert ("IKZF1", "deletion", "partial", True) in covered
    assert ("IKZF1", "deletion", "complete", True) not in covered
    assert ("PAX5", "deletion", "complete", True) in covered


def test_a_panel_takes_its_genes_from_the_mapping_once_each() -> None:
    assert coverage_of(PANEL) == [
        ("KMT2A", "mutation", "complete", True),
        ("TP53", "mutation", "complete", True),
    ]


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        (NAMED, "mlpa_p335", "mlpa_p353", r"no known assay `mlpa_p353`: did you mean `mlpa_p335`"),
        (NAMED, 'assay = "mlpa_p335"\n', "", "assay `mlpa` must say its `method`"),
        (NAMED, 'assay = "mlpa_p335"\n', 'method = "MLPA"\n', "assay `mlpa` must say its `covers`"),
        (NAMED, 'version = "C1"', 'version = "C1"\ngenes = ["TP53"]', "`genes` belongs to a panel"),
        (PANEL, 'genes = ["MLL", "KMT2A", "TP53"]\n', "", "`targeted_panel` must name its `genes`"),
        (PANEL, '"TP53"', '"TP35"', r"no gene `TP35`: did you mean"),
    ],
)
def test_a_named_assay_that_cannot_be_meant_is_told(
    text: str, old: str, new: str, message: str
) -> None:
    assert old in text
    with pytest.raises(DefinitionError, match=message):
        parse_mapping(BASE + text.replace(old, new))
