"""The facts of the classifiers: the files are sound, and what is wrong is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from chorall.errors import DefinitionError
from chorall.knowledge.classifier_definitions import (
    classifier_definitions,
    read_classifier_definition,
)
from chorall.knowledge.classifier_expressions import (
    Count,
    GroupOf,
    ItemTest,
    Not,
    list_tests,
    parse_expression,
)
from chorall.knowledge.classifier_items import classifier_items
from chorall.knowledge.measurements import measurement_items

SOUND = """id = "own"
name = "Own"
completeness = "FULL"
[[groups]]
id = "low"
in_words = "low"
[[groups]]
id = "high"
in_words = "high"
[[rules]]
group = "high"
when = "age_years >= 10 or TP53"
[[rules]]
group = "low"
[source]
keys = ["S1"]
cites = "made up"
confidence = "seen"
"""

PUBLISHED = {
    "nci", "cog_2007", "cog_aall08b1", "heh_cog_trisomies", "heh_eortc_modal_number",
    "heh_eortc_dna_index", "heh_moorman_2003", "ukall_heh", "hypodiploid_classes",
    "uk_cytogenetic", "ukall_cna", "gen_gr_pr", "ikzf1_plus", "pi_ukall", "aieop_bfm_2000_mrd",
    "aieop_bfm_2009_mrd", "dcog_all10_mrd", "ukall_2011_mrd", "total_xvi_mrd", "all06_sr",
    "ukallxii_clinical", "ukallxii_cytogenetic", "e2993_tiers", "graall_2014_genetics",
    "graall_2014", "t_all_nfrp", "fralle_2000t", "ngs_t_all_2024", "graall_kmt2a",
    "pethema_all19", "ukall14", "nccn_adult_b", "euromrd_end_of_induction",
    "euromrd_end_of_consolidation", "relapse_cog", "relapse_bfm", "relapse_uk",
}  # fmt: skip
FROM_MEMORY = {
    "cog_aall08b1",
    "ukall_heh",
    "uk_cytogenetic",
    "gen_gr_pr",
    "pi_ukall",
    "nccn_adult_b",
}
NOT_KNOWN = {
    "picog", "ewall_pi", "pi_ukall_groups", "paediatric_dri", "ukall_cna_3tier", "eln_2024",
}  # fmt: skip


def test_every_published_rule_is_shipped_and_marked_as_it_was_found() -> None:
    definitions = classifier_definitions()
    assert set(definitions) == PUBLISHED | NOT_KNOWN
    assert {name for name, d in definitions.items() if not d.is_available} == NOT_KNOWN
    unverified = {name for name in PUBLISHED if definitions[name].confidence == "unverified"}
    assert unverified == FROM_MEMORY
    assert all(definitions[name].completeness in ("FULL", "FULL-M") for name in PUBLISHED)


def test_an_expression_is_read_with_its_precedence() -> None:
    low = ItemTest("age_years", "<", value=10)
    assert parse_expression("age_years < 10") == low
    assert parse_expression("TP53 or KRAS and not NRAS") == Count(
        1,
        2,
        (
            ItemTest("TP53", "present"),
            Count(2, 2, (ItemTest("KRAS", "present"), Not(ItemTest("NRAS", "present")))),
        ),
    )
    both = (ItemTest("BCR::ABL1", "present"), ItemTest("KMT2A-r", "present"))
    assert parse_expression("at least 1 of (BCR::ABL1, KMT2A-r)") == Count(1, 2, both)
    assert parse_expression("none of (BCR::ABL1, KMT2A-r)") == Count(0, 0, both)
    assert parse_expression("exactly 2 of (BCR::ABL1, KMT2A-r)") == Count(2, 2, both)
    assert parse_expression("group of nci is one of (standard, high)") == GroupOf(
        "nci", ("standard", "high")
    )
    assert list(list_tests(parse_expression("not (age_years < 10)"))) == [low]


@pytest.mark.parametrize(
    "text", ["", "and TP53", "TP53 KRAS", "(TP53", "age_years >=", "any of TP53", "TP53 or", "is"]
)
def test_an_expression_that_does_not_end_or_begin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|could not convert"):
        parse_expression(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("TP53", "TP35", "`TP35` is no item"),
        ("age_years >= 10", "age_years", "it cannot be asked with `present`"),
        ("TP53", "lineage is X", "`lineage` is never X"),
        ("TP53", "TP53 KRAS", "was not expected"),
        ('group = "low"\n[source]', 'group = "lowest"\n[source]', "not in"),
        ('group = "low"\n[source]', 'group = "low"\nwhen = "KRAS"\n[source]', "no `when`"),
        (
            'in_words = "high"\n',
            'in_words = "high"\n[[groups]]\nid = "low"\nin_words = "x"\n',
            "same id",
        ),
        ('confidence = "seen"', 'confidence = "sure"', "`source.confidence`"),
        ('name = "Own"', 'name = "Own"\nmissing = "all"', "exactly one of"),
        ('name = "Own"', 'name = "Own"\npoplation = []', "did you mean `population`"),
    ],
)
def test_a_definition_that_is_wrong_is_told_with_file_and_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in SOUND
    file = tmp_path / "own.toml"
    file.write_text(SOUND.replace(old, new), "utf-8")
    with pytest.raises(DefinitionError) as raised:
        read_classifier_definition(file)
    assert message in str(raised.value)
    assert "own.toml:" in str(raised.value)


def test_a_sound_definition_is_read(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(SOUND, "utf-8")
    assert [group.id for group in read_classifier_definition(file).groups] == ["low", "high"]


def test_items_have_one_name_each_and_known_subtypes() -> None:
    items = classifier_items()
    subtypes = items["subtype"].values
    assert all(item.subtype in (*subtypes, "") for item in items.values())
    assert items["KMT2A-r"].is_implied_by("KMT2A::USP2")
    assert not items["KMT2A-r"].is_implied_by("BCR::ABL1")


def test_numbers_that_a_pool_holds_as_measurements_have_the_same_range_there() -> None:
    measured = measurement_items()
    shared = [item for item in classifier_items().values() if item.name in measured]
    assert {item.name for item in shared} == {"modal_number", "dna_index"}
    for item in shared:
        there = measured[item.name]
        assert (item.minimum, item.maximum) == (there.minimum, there.maximum)
