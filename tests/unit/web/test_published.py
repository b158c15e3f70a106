"""Published classifiers on the page: what decides first, in words; what is open, folded."""

from __future__ import annotations

import json
import re

import pytest

from chorall.analyses.bank.published import ask_published
from chorall.reports.published_words import list_published
from chorall.web.doctor.answer_words import write_points

CHILD = {"age_years": 6.0, "lineage": "B", "wbc_10e9_per_l": 9.0, "mrd_end_of_induction": 0.01}


def test_what_decides_comes_first_with_its_words_and_the_rest_says_between_what_it_is_open():
    decided, still_open = map(dict, list_published(ask_published(CHILD)))
    assert decided["NCI/Rome risk groups"] == (
        "standard risk: age 1 to below 10 years and white cells below 50"
    )
    assert still_open["Classes of hypodiploidy"].startswith("44 chromosomes to ")
    assert still_open["UK cytogenetic risk groups"] == (
        "good to high (rule unverified); missing: BCR::ABL1, KMT2A-r, near haploidy and 5 more"
    )
    assert not {*decided} & {*still_open}
    assert "_" not in "".join([*decided.values(), *still_open.values()])


def test_rules_for_a_relapse_say_nothing_of_a_patient_before_one():
    known = ask_published(CHILD)
    assert "relapse_bfm" in known
    decided, still_open = list_published(known)
    assert "First relapse" not in json.dumps([decided, still_open])


def test_the_index_of_the_uk_is_a_score_with_its_range_until_the_karyotype_is_known():
    """By hand: MRD 0.01, white cells 9: 0.218 * ln(0.01) + 0.138 * ln(10), and 1.066 for iAMP21."""
    known = ask_published({**CHILD, "iAMP21": "present"})["pi_ukall"]
    assert known["score"] == known["score_lower"] == known["score_upper"]
    assert known["score"] == pytest.approx(0.3798296, abs=1e-6)
    decided, _ = map(dict, list_published({"pi_ukall": known}))
    assert decided["UKALL prognostic index (formula)"] == "score 0.38 (rule unverified)"
    unknown = ask_published(CHILD)["pi_ukall"]
    assert unknown["score"] is None
    assert unknown["score_upper"] == pytest.approx(known["score"])
    assert unknown["score_lower"] == pytest.approx(known["score"] - 1.066 - 0.440)
    _, still_open = map(dict, list_published({"pi_ukall": unknown}))
    assert still_open["UKALL prognostic index (formula)"] == (
        "score \N{MINUS SIGN}1.13 to 0.38 (rule unverified); missing: BCR::ABL1, KMT2A-r, near "
        "haploidy and 5 more"
    )
    assert "score" not in ask_published(CHILD)["nci"]


def test_the_page_shows_both_and_harm_beside_benefit(ask):
    text = ask(age_years="30", lineage="B", sex="male", wbc_10e9_per_l="60").text
    part = text[text.index("Published classifiers") :]
    assert "<strong>" in part[: part.index("Still open, because a result is missing")]
    against = text[text.index("A against B at") : text.index("What is not known")]
    benefit, harm = against.split("<h4>Harm</h4>")
    assert re.findall(r"<dt>([^:]*):", benefit) == [
        "Alive", "Alive without failure or relapse", "Relapsed",
    ]  # fmt: skip
    assert re.findall(r"<dt>([^:]*):", harm) == ["Died in remission"]
    assert "neither side effects nor late effects" in harm


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0004, "0.0"), (-0.0004, "0.0"), (0.0006, "+0.1"), (-0.0512, "\N{MINUS SIGN}5.1")],
)
def test_what_rounds_to_nothing_has_no_sign(value, words):
    assert write_points(value) == words
