"""The taxonomy is sound: its rules can be read, its markers exist, its facts have a source."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from chorall.errors import DefinitionError
from chorall.knowledge.derived_markers import derived_markers
from chorall.knowledge.gene_names import known_symbols
from chorall.knowledge.marker_expressions import list_markers, parse_expression
from chorall.knowledge.taxonomy_schemes import TAXONOMY_FOLDER, read_taxonomy, taxonomy_schemes

KARYOTYPE_MARKERS = {"high_hyperdiploidy", "low_hypodiploidy", "near_haploidy", "iAMP21"}
DERIVED = {one.marker for one in derived_markers().specific}
ENTITIES = [
    entity
    for scheme in taxonomy_schemes().values()
    for entities in scheme.entities.values()
    for entity in entities
]


def is_marker_of_a_known_gene(marker: str) -> bool:
    genes = [part.removesuffix("_del").removesuffix("-r") for part in marker.split("::")]
    return all(gene in known_symbols() for gene in genes)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: f"{entity.name}, {entity.label}")
def test_an_entity_is_made_of_markers_that_the_pool_can_have(entity: object) -> None:
    lesions = getattr(entity, "lesions", None)
    for marker in () if lesions is None else list_markers(lesions):
        known = marker in KARYOTYPE_MARKERS | DERIVED or is_marker_of_a_known_gene(marker)
        assert known, marker


def test_a_fact_that_no_source_states_is_unverified() -> None:
    for entity in ENTITIES:
        if not re.search(r"S\d", entity.source):
            assert entity.confidence == "unverified", entity.name
    for scheme in taxonomy_schemes().values():
        assert "memory" in scheme.source
        assert scheme.confidence == "unverified"


def test_the_named_entities_are_there() -> None:
    icc = taxonomy_schemes()["ICC-2022"]
    names = {lineage: {entity.name for entity in found} for lineage, found in icc.entities.items()}
    assert {
        "bcr_abl1", "high_hyperdiploidy", "etv6_runx1", "etv6_runx1_like", "dux4_r", "kmt2a_r",
        "bcr_abl1_like", "low_hypodiploidy", "near_haploidy", "iamp21", "tcf3_pbx1", "tcf3_hlf",
        "mef2d_r", "znf384_r", "nutm1_r", "pax5alt", "pax5_p80r", "ikzf1_n159y", "bcl2_myc_r",
        "cdx2_ubtf", "igh_il3",
    } <= names["B"]  # fmt: skip
    assert {"tal1", "tlx1", "tlx3", "hoxa", "nkx2_1", "lmo2_lyl1", "etp", "bcl11b"} <= names["T"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A AND B OR C", "need parentheses"),
        ("A AND", "a marker is missing"),
        ("(A OR B", "closing parenthesis"),
        ("A B", "one too many"),
        ("", "a marker is missing"),
    ],
)
def test_a_rule_that_can_be_read_in_two_ways_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_expression(text)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("icc_2022.toml", 'tlx1 = "T', 'tlx9 = "T', "no entity `tlx9`"),
        ("icc_2022.toml", 'b_other = "B', 'x = "B', "no entity `x`\n.*`b_other` has no label"),
        ("b_entities.toml", '"MYC-r OR BCL2-r"', '"MYC-r OR"', r"b_entities.toml:\d+: .*missing"),
        ("t_entities.toml", "settles = false", "settles = 0.5", r"t_entities.toml:\d+"),
    ],
)
def test_a_taxonomy_that_is_not_sound_is_told(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    folder = tmp_path / "taxonomy"
    shutil.copytree(TAXONOMY_FOLDER, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError, match=message):
        read_taxonomy(folder)
