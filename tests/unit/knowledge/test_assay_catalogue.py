"""The known assays are sound, and together they can find what the taxonomies ask for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chorall.errors import DefinitionError
from chorall.knowledge.assay_catalogue import ASSAYS_FOLDER, KnownAssay, known_assays, read_assays
from chorall.knowledge.gene_names import known_symbols
from chorall.knowledge.taxonomy_schemes import taxonomy_schemes
from chorall.markers import assign_subtype, name_marker
from chorall.markers.karyotype import derive_karyotype_statuses, read_karyotype
from chorall.tables.words import ALTERATION_CLASSES, ASSAY_SCOPES

ASSAYS = known_assays()


def see(assay: KnownAssay, *, whole: bool = True) -> set[str]:
    """Return the markers that a clean result of the assay excludes."""
    return {
        name_marker(target, cover.alteration_class)
        for cover in assay.covers
        for target in cover.targets
        if not whole or (cover.scope == "complete" and cover.negative_capable)
    }


@pytest.mark.parametrize("name", ASSAYS)
def test_an_assay_speaks_the_words_of_the_pool(name: str) -> None:
    seen: set[tuple[str, str]] = set()
    for cover in ASSAYS[name].covers:
        assert cover.alteration_class in ALTERATION_CLASSES
        assert cover.scope in ASSAY_SCOPES
        for target in cover.targets:
            genes = target.split("::")
            if cover.alteration_class not in ("karyotype", "expression"):
                assert all(gene in known_symbols() for gene in genes), target
            assert (target, cover.alteration_class) not in seen, target
            seen.add((target, cover.alteration_class))
    assert ASSAYS[name].confidence == "seen" or re.search("memory", ASSAYS[name].source)


def test_the_real_assays_of_the_field_are_there() -> None:
    wanted = {
        "karyotype", "fish_bcr_abl1", "fish_kmt2a", "fish_etv6_runx1", "fish_tcf3", "fish_crlf2",
        "fish_abl1", "fish_abl2", "fish_pdgfrb", "fish_centromeres", "mlpa_p335", "snp_array",
        "rt_pcr_bcr_abl1", "rt_pcr_bcr_abl1_p190", "ikzf1_pcr", "targeted_panel", "wes", "wgs",
        "rnaseq", "flow_b", "flow_t",
    }  # fmt: skip
    assert wanted <= set(ASSAYS)


@pytest.mark.parametrize(
    ("assay", "marker", "excludes"),
    [
        ("mlpa_p335", "IKZF1_del", True),
        ("ikzf1_pcr", "IKZF1_del", False),
        ("karyotype", "ETV6::RUNX1", False),
        ("karyotype", "BCR::ABL1", True),
        ("karyotype", "iAMP21", False),
        ("karyotype", "high_hyperdiploidy", True),
        ("fish_kmt2a", "KMT2A-r", True),
        ("rt_pcr_fusions", "KMT2A-r", False),
        ("rt_pcr_fusions", "KMT2A::AFF1", True),
        ("rt_pcr_bcr_abl1_p190", "BCR::ABL1", False),
        ("snp_array", "BCR::ABL1", False),
        ("rnaseq", "bcr_abl1_like", True),
        ("flow_b", "CRLF2-r", False),
    ],
)
def test_what_a_clean_result_excludes(assay: str, marker: str, excludes: bool) -> None:
    assert (marker in see(ASSAYS[assay])) is excludes


@pytest.mark.parametrize("scheme", list(taxonomy_schemes()))
def test_b_other_and_t_other_can_be_reached_by_assays_of_the_field(scheme: str) -> None:
    done = ("karyotype", "snp_array", "rnaseq", "wgs", "flow_t")
    clean = {marker: "absent" for name in done for marker in see(ASSAYS[name])}
    assert assign_subtype(clean, "B", scheme=scheme).subtype == "b_other"
    assert assign_subtype(clean, "T", scheme=scheme).subtype == "t_other"


def test_karyotype_and_fish_alone_do_not_make_b_other() -> None:
    done = [name for name in ASSAYS if name == "karyotype" or name.startswith("fish_")]
    clean = {marker: "absent" for name in done for marker in see(ASSAYS[name])}
    left = assign_subtype(clean, "B").cannot_be_excluded
    assert {"dux4_r", "bcr_abl1_like", "pax5alt"} <= set(left)
    assert not {"bcr_abl1", "kmt2a_r", "etv6_runx1", "high_hyperdiploidy"} & set(left)


def test_the_karyotype_excludes_what_the_reader_of_karyotypes_calls_absent() -> None:
    """One fact in two places would drift apart: a normal karyotype of 25 metaphases, read."""
    read = derive_karyotype_statuses(read_karyotype("46,XY[25]"))
    excluded, seen = see(ASSAYS["karyotype"]), see(ASSAYS["karyotype"], whole=False)
    assert {marker: read[marker].status for marker in seen if marker in read} == {
        marker: "absent" if marker in excluded else "inconclusive"
        for marker in seen
        if marker in read
    }
    assert excluded <= read.keys()


def test_an_assay_has_one_definition(tmp_path: Path) -> None:
    text = (ASSAYS_FOLDER / "immunophenotype.toml").read_text("utf-8")
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(DefinitionError, match=r"b.toml: `flow_b` is defined twice"):
        read_assays(tmp_path)
