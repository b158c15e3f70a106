"""One patient asked: what counts as known, what follows from what, what is refused."""

from __future__ import annotations

import dataclasses

import pytest

from chorall.errors import DefinitionError, InputError
from chorall.markers.classifiers import choose_classifiers, classify_patient
from chorall.tables.mrd_result import MrdResult
from chorall.tables.words import MARKER_STATUSES, MISSING_REASONS

CHILD = {"lineage": "B", "age_years": 4, "wbc_10e9_per_l": 10}
NO_HIGH_RISK = dict.fromkeys(
    ("BCR::ABL1", "KMT2A-r", "near_haploidy", "low_hypodiploidy", "iAMP21", "TCF3::HLF"), "absent"
)
UNKNOWN_WORDS = [*MARKER_STATUSES[2:], "not_done", "withheld", None]


@pytest.mark.parametrize("word", UNKNOWN_WORDS)
def test_not_tested_never_gives_the_answer_of_absent(word: str | None) -> None:
    known = CHILD | NO_HIGH_RISK | {"high_hyperdiploidy": "absent"}
    absent = classify_patient(known | {"ETV6::RUNX1": "absent"}, ["uk_cytogenetic"])
    unknown = classify_patient(known | {"ETV6::RUNX1": word}, ["uk_cytogenetic"])
    assert absent["uk_cytogenetic"].result == "intermediate"
    answer = unknown["uk_cytogenetic"]
    assert (answer.result, answer.best, answer.worst) == (None, "good", "intermediate")
    assert answer.resolving == ("ETV6::RUNX1",)
    assert not answer.is_determined


@pytest.mark.parametrize("word", UNKNOWN_WORDS)
def test_a_missing_test_that_cannot_matter_leaves_the_answer_certain(word: str | None) -> None:
    answer = classify_patient(
        CHILD | {"iAMP21": "present", "ETV6::RUNX1": word}, ["uk_cytogenetic"]
    )
    assert answer["uk_cytogenetic"].result == "high"
    assert answer["uk_cytogenetic"].resolving == ()


@pytest.mark.parametrize("reason", MISSING_REASONS)
def test_a_missing_reason_in_place_of_a_number_is_not_known(reason: str) -> None:
    answer = classify_patient({"lineage": "B", "age_years": 4, "wbc_10e9_per_l": reason}, ["nci"])
    assert answer["nci"].possible == ("standard", "high")
    assert answer["nci"].resolving == ("wbc_10e9_per_l",)


def test_an_unknown_population_is_said_and_gives_no_result() -> None:
    answer = classify_patient({"age_years": 12, "wbc_10e9_per_l": 10}, ["nci"])["nci"]
    assert (answer.applicable, answer.result) == (None, None)
    assert answer.best == answer.worst == "high"  # if it applies
    assert answer.reason == "not known whether: B lineage"
    assert answer.resolving == ("lineage",)


def test_out_of_the_population_every_reason_is_given() -> None:
    answer = classify_patient({"lineage": "T", "age_years": 40}, ["nci"])["nci"]
    assert answer.applicable is False
    assert answer.reason == (
        "not applicable: T lineage or mixed phenotype, 22 years of age or more"
    )
    assert (answer.best, answer.possible, answer.resolving) == (None, (), ())
    assert answer.is_determined


def test_a_fusion_implies_the_rearrangement_and_its_absence_rules_the_fusion_out() -> None:
    adult = {"lineage": "B", "age_years": 30}
    fused = classify_patient(adult | {"KMT2A::EPS15": "present"}, ["graall_kmt2a"])
    assert fused["graall_kmt2a"].applicable is True
    others = dict.fromkeys(("low_hypodiploidy", "near_triploidy", "complex_karyotype"), "absent")
    negative = MrdResult("undetected", sensitivity=1e-4)
    known = adult | others | {"BCR::ABL1": "absent", "mrd_end_of_induction": negative}
    assert (
        classify_patient(known | {"KMT2A-r": "absent"}, ["ukall14"])["ukall14"].result == "standard"
    )
    assert classify_patient(known, ["ukall14"])["ukall14"].resolving == ("KMT2A::AFF1",)


def test_one_fusion_that_is_absent_leaves_the_rearrangement_open() -> None:
    known = {"lineage": "B", "age_years": 30, "KMT2A::AFF1": "absent"}
    assert classify_patient(known, ["graall_kmt2a"])["graall_kmt2a"].applicable is None


def test_a_subtype_implies_its_lesion_and_rules_no_other_out() -> None:
    known = CHILD | {"subtype": "etv6_runx1"}
    answer = classify_patient(known, ["uk_cytogenetic"])["uk_cytogenetic"]
    assert answer.possible == ("good", "high")
    assert "ETV6::RUNX1" not in answer.resolving
    poor = classify_patient(CHILD | {"subtype": "kmt2a_r"}, ["uk_cytogenetic"])
    assert poor["uk_cytogenetic"].result == "high"


def test_par1_and_its_fusion_are_one_lesion() -> None:
    known = {"lineage": "B", "IKZF1_del": True, "ERG_del": False}
    rest = {"CDKN2A_del": False, "CDKN2B_del": False, "PAX5_del": False}
    by_fusion = classify_patient(known | rest | {"P2RY8::CRLF2": "absent"}, ["ikzf1_plus"])
    assert by_fusion["ikzf1_plus"].result == "deleted"
    by_deletion = classify_patient(known | {"PAR1_del": "present"}, ["ikzf1_plus"])
    assert by_deletion["ikzf1_plus"].result == "plus"


@pytest.mark.parametrize(
    ("cdkn2a", "cdkn2b", "locus", "result"),
    [
        ("present", "not_tested", "not_tested", "plus"),
        ("absent", "absent", "not_tested", "deleted"),
        ("absent", "not_tested", "not_tested", None),
        ("not_tested", "not_tested", "present", "plus"),
        ("not_tested", "not_tested", "absent", "deleted"),
        ("not_tested", "failed", "inconclusive", None),
    ],
)
def test_either_of_two_genes_is_a_kleene_or(
    cdkn2a: str, cdkn2b: str, locus: str, result: str | None
) -> None:
    known = {"lineage": "B", "IKZF1_del": "present", "PAX5_del": "absent", "PAR1_del": "absent"}
    loci = {"CDKN2A_del": cdkn2a, "CDKN2B_del": cdkn2b, "CDKN2A/B_del": locus, "ERG_del": "absent"}
    answer = classify_patient(known | loci, ["ikzf1_plus"])["ikzf1_plus"]
    assert answer.result == result


def test_markers_that_no_rule_asks_are_taken_and_change_nothing() -> None:
    others = {"JAK2": "present", "CRLF2-r": "absent", "RUNX1_gain": "present", "JAK2_del": None}
    assert classify_patient(CHILD | others, ["nci"]) == classify_patient(CHILD, ["nci"])


def test_a_result_of_pcr_means_that_a_marker_was_available() -> None:
    negative = MrdResult("undetected", sensitivity=1e-4, method="Ig/TR PCR")
    known = {
        "lineage": "B", "age_years": 4, "protocol_high_risk_factor": "absent",
        "mrd_day_15": MrdResult("quantified", 0.01), "mrd_end_of_induction": negative,
    }  # fmt: skip
    answer = classify_patient(known, ["aieop_bfm_2009_mrd"])["aieop_bfm_2009_mrd"]
    assert answer.resolving == ("mrd_end_of_consolidation",)
    whole = known | {"mrd_end_of_consolidation": negative}
    assert (
        classify_patient(whole, ["aieop_bfm_2009_mrd"])["aieop_bfm_2009_mrd"].result == "standard"
    )
    by_flow = MrdResult("undetected", sensitivity=1e-4, method="flow")
    open_ = whole | {"mrd_end_of_induction": by_flow, "mrd_end_of_consolidation": by_flow}
    answer = classify_patient(open_, ["aieop_bfm_2009_mrd"])["aieop_bfm_2009_mrd"]
    assert answer.resolving == ("pcr_mrd_not_available",)


def test_an_undetected_result_of_poor_sensitivity_does_not_pass_a_threshold() -> None:
    known = {"lineage": "B", "age_years": 4, "protocol_unfavourable_factor": "absent"}
    day_29 = MrdResult("undetected", sensitivity=1e-4)  # the rule asks for less than 5e-5
    answer = classify_patient(known | {"mrd_end_of_induction": day_29}, ["ukall_2011_mrd"])
    assert answer["ukall_2011_mrd"].result is None
    assert "mrd_end_of_induction" in answer["ukall_2011_mrd"].resolving


def test_all_problems_of_the_items_are_told_at_once() -> None:
    wrong = {
        "age_yaers": 4, "wbc_10e9_per_l": -1, "lineage": "X", "TP53": "yes", "sex": 1,
        "mrd_day_8": 0.01,
    }  # fmt: skip
    with pytest.raises(InputError) as raised:
        classify_patient(wrong, ["nci"])
    message = str(raised.value)
    for part in ("did you mean `age_years`", "0 to 2000", "B, T, MPAL", "six words", "MrdResult"):
        assert part in message
    assert "-1" not in message


def test_an_answer_is_frozen() -> None:
    answer = classify_patient(CHILD, ["nci"])["nci"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.result = "high"  # type: ignore[misc]


def test_unverified_rules_can_be_switched_off_and_are_labelled() -> None:
    every, verified = choose_classifiers(), choose_classifiers(include_unverified=False)
    assert set(verified) < set(every)
    assert {found.confidence for found in verified.values()} == {"seen"}
    assert "ukall_heh" not in verified
    assert classify_patient(CHILD, ["ukall_heh"])["ukall_heh"].confidence == "unverified"
    with pytest.raises(DefinitionError, match="`ukall_heh` is unverified"):
        choose_classifiers(["ukall_heh"], include_unverified=False)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("picog", "coefficients and cut-points were not obtained"),
        ("ewall_pi", "modifications that were not obtained"),
        ("pi_ukall_groups", "three thresholds"),
        ("paediatric_dri", "points of age and disease status"),
        ("ukall_cna_3tier", "intermediate tier is not known"),
    ],
)
def test_what_was_not_obtained_is_never_invented(name: str, what: str) -> None:
    assert name not in choose_classifiers()
    with pytest.raises(DefinitionError) as raised:
        classify_patient(CHILD, [name])
    assert what in str(raised.value)
    assert "--score-file" in str(raised.value)


def test_an_unknown_classifier_is_told_with_the_nearest() -> None:
    with pytest.raises(DefinitionError, match="did you mean `ukall_heh`"):
        classify_patient(CHILD, ["ukal_heh"])


def test_a_source_that_reports_two_genes_as_one_is_understood() -> None:
    adult = {"lineage": "T", "age_years": 30, "N/KRAS": "absent", "PTEN_altered": "absent"}
    known = classify_patient(adult | {"NOTCH1/FBXW7": "present"}, ["t_all_nfrp"])
    assert known["t_all_nfrp"].result == "low"
    by_gene = classify_patient(adult | {"NOTCH1": "absent", "FBXW7": "not_tested"}, ["t_all_nfrp"])
    assert by_gene["t_all_nfrp"].resolving == ("NOTCH1/FBXW7",)
