"""Names in sentences: markers, items with their unit, treatments."""

import pytest

from chorall.knowledge.naming import name_item, name_marker, name_treatment
from chorall.knowledge.taxonomy_schemes import exclude_one_another
from chorall.reports.wording import name_marker as name_in_reports


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        ("hypodiploidy_44_45", "hypodiploidy (44-45 chromosomes)"),
        ("hypodiploidy_40_43", "hypodiploidy (40-43 chromosomes)"),
        ("high_hyperdiploidy", "high hyperdiploidy"),
        ("IKZF1_del", "IKZF1 del"),
        ("BCR::ABL1", "BCR::ABL1"),
    ],
)
def test_a_marker_is_named_without_underscores(marker, words):
    assert name_marker(marker) == name_in_reports(marker) == name_item(marker) == words


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("age_years", "age at diagnosis (years)"),
        ("wbc_10e9_per_l", "white cell count at diagnosis (10^9/L)"),
        ("mrd_end_of_induction", "MRD at the end of induction"),
        ("haemoglobin_g_per_l", "haemoglobin (g/L)"),
        ("ecog_grade", "ECOG performance status"),
        ("down_syndrome", "Down syndrome"),
    ],
)
def test_an_item_has_its_unit(item, words):
    assert name_item(item) == words


def test_parts_of_a_strategy_are_named_each():
    assert name_treatment("tki_first_generation+no_transplant") == (
        "imatinib (first-generation inhibitor), no transplantation in first remission"
    )
    assert name_treatment("as_observed") == "as treated in the trials"
    assert name_treatment("made_by_hand") == "made by hand"


@pytest.mark.parametrize(
    ("one", "other", "excluded"),
    [
        ("ETV6::RUNX1", "BCR::ABL1", True),
        ("KMT2A::AFF1", "BCR::ABL1", True),
        ("KMT2A::AFF1", "KMT2A-r", False),
        ("BCR::ABL1", "BCR::ABL1", False),
        ("high_hyperdiploidy", "BCR::ABL1", False),
        ("TP53", "BCR::ABL1", False),
    ],
)
def test_two_lesions_that_settle_different_subtypes_exclude_one_another(one, other, excluded):
    """High hyperdiploidy settles nothing: it is seen with BCR::ABL1; mutations go with any."""
    assert exclude_one_another(one, other) is exclude_one_another(other, one) is excluded
