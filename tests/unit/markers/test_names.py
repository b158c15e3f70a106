"""One lesion has one name, row by row and column by column."""

from __future__ import annotations

import polars as pl
import pytest

from chorall.errors import DefinitionError
from chorall.markers import marker_name_expr, name_marker

NAMES = [
    ("TP53", "mutation", None, "TP53"),
    ("IKZF1", "deletion", None, "IKZF1_del"),
    ("RUNX1", "gain", None, "RUNX1_gain"),
    ("PAR1", "deletion", None, "PAR1_del"),
    ("BCR", "fusion", "ABL1", "BCR::ABL1"),
    ("ABL1", "fusion", "BCR", "BCR::ABL1"),
    ("BCR::ABL1", "fusion", None, "BCR::ABL1"),
    ("ABL1::BCR", "fusion", None, "BCR::ABL1"),
    ("ZZ1", "fusion", "AA1", "AA1::ZZ1"),
    ("AA1", "fusion", "ZZ1", "AA1::ZZ1"),
    ("KMT2A", "fusion", None, "KMT2A-r"),
    ("KMT2A", "fusion", "", "KMT2A-r"),
    ("KMT2A", "rearrangement", None, "KMT2A-r"),
    ("KMT2A", "rearrangement", "AFF1", "KMT2A-r"),
    ("TP53", "mutation", "AFF1", "TP53"),
    ("high_hyperdiploidy", "karyotype", None, "high_hyperdiploidy"),
]


@pytest.mark.parametrize(("gene", "kind", "partner", "marker"), NAMES)
def test_a_lesion_has_its_name(gene: str, kind: str, partner: str | None, marker: str) -> None:
    assert name_marker(gene, kind, partner) == marker


def test_columns_have_the_same_names_as_single_lesions() -> None:
    schema = ["gene", "alteration_class", "partner", "marker"]
    table = pl.DataFrame(NAMES, schema=schema, orient="row")
    assert table.select(name=marker_name_expr())["name"].to_list() == table["marker"].to_list()


def test_tables_without_partners_take_the_pair_from_the_target() -> None:
    table = pl.DataFrame({"target": ["ABL1::BCR", "KMT2A"], "alteration_class": ["fusion"] * 2})
    names = table.select(name=marker_name_expr("target", partner=None))["name"]
    assert names.to_list() == ["BCR::ABL1", "KMT2A-r"]


def test_an_unknown_class_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DefinitionError, match=r"`loss` is no alteration class[\s\S]*deletion"):
        name_marker("TP53", "loss")
