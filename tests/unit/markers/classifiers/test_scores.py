"""Continuous scores: value, interval, cut points of a score file."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from chorall.errors import DefinitionError
from chorall.knowledge.classifier_definitions import CLASSIFIERS_FOLDER
from chorall.markers.classifiers import Classification, classify_patient
from chorall.tables.mrd_result import MrdResult

KNOWN = {
    "lineage": "B", "age_years": 4, "wbc_10e9_per_l": 9, "iAMP21": "present",
    "mrd_end_of_induction": MrdResult("quantified", mrd_fraction=0.01),
}  # fmt: skip
NEGATIVE = MrdResult("undetected", sensitivity=1e-5)
LOWEST = math.log(1e6)


def ask(items: dict[str, object]) -> Classification:
    return classify_patient(items, ["pi_ukall"])["pi_ukall"]


def test_the_formula_by_hand() -> None:
    answer = ask(KNOWN)
    expected = -0.218 * -math.log(0.01) + 1.066 + 0.138 * math.log(10)
    assert answer.score == answer.score_lower == answer.score_upper == pytest.approx(expected)
    assert answer.resolving == ()
    assert answer.result is None  # no thresholds were obtained, so no group


def test_undetectable_is_1e_6_and_good_risk_is_subtracted() -> None:
    good = dict.fromkeys(
        ("BCR::ABL1", "KMT2A-r", "near_haploidy", "low_hypodiploidy", "iAMP21", "TCF3::HLF"),
        "absent",
    )
    answer = ask(KNOWN | good | {"high_hyperdiploidy": "present", "mrd_end_of_induction": NEGATIVE})
    assert answer.score == pytest.approx(-0.218 * LOWEST - 0.440 + 0.138 * math.log(10))


def test_an_unknown_term_gives_an_interval() -> None:
    answer = ask(KNOWN | {"wbc_10e9_per_l": "not_done"})
    assert answer.score is None
    rest = -0.218 * -math.log(0.01) + 1.066
    assert answer.score_lower == pytest.approx(rest)
    assert answer.score_upper == pytest.approx(rest + 0.138 * math.log(2001))
    assert answer.resolving == ("wbc_10e9_per_l",)


def test_a_negative_result_without_sensitivity_is_a_range() -> None:
    answer = ask(KNOWN | {"mrd_end_of_induction": MrdResult("undetected")})
    rest = 1.066 + 0.138 * math.log(10)
    assert answer.score_lower == pytest.approx(rest - 0.218 * LOWEST)
    assert answer.score_upper == pytest.approx(rest)


def test_unknown_cytogenetics_span_good_to_high_and_name_the_tests() -> None:
    answer = ask({name: value for name, value in KNOWN.items() if name != "iAMP21"})
    rest = -0.218 * -math.log(0.01) + 0.138 * math.log(10)
    assert answer.score_lower == pytest.approx(rest - 0.440)
    assert answer.score_upper == pytest.approx(rest + 1.066)
    assert {"iAMP21", "BCR::ABL1", "ETV6::RUNX1"} <= set(answer.resolving)


def write_score_file(folder: Path, name: str, cut_points: str) -> Path:
    """Write the file docs/classifiers.md tells of; these thresholds are made up for the test."""
    text = (CLASSIFIERS_FOLDER / "pi_ukall.toml").read_text("utf-8").split("[[examples]]")[0]
    text = text.replace('id = "pi_ukall"', f'id = "{name}"')
    groups = "".join(
        f'[[groups]]\nid = "{group}"\nin_words = "{group}"\n' for group in ("low", "middle", "high")
    )
    score = f"[score]\ncut_points = {cut_points}\n\n[[score.terms]]"
    file = folder / "own.toml"
    file.write_text(text.replace("[[score.terms]]", groups + score, 1), "utf-8")
    return file


def test_a_score_file_supplies_the_groups(tmp_path: Path) -> None:
    file = write_score_file(tmp_path, "pi_ukall_groups", "[0.0, 0.5]")
    asked = ["pi_ukall_groups"]
    answer = classify_patient(KNOWN, asked, score_files=[file])["pi_ukall_groups"]
    assert answer.result == "middle"  # 0.3798
    open_ = classify_patient(KNOWN | {"wbc_10e9_per_l": None}, asked, score_files=[file])[
        "pi_ukall_groups"
    ]
    assert open_.possible == ("middle", "high")  # 0.062 to 1.111
    assert open_.result is None


def test_a_score_at_a_cut_point_is_in_the_higher_group(tmp_path: Path) -> None:
    file = write_score_file(tmp_path, "own", "[0.0, 1.066]")
    level = {"mrd_end_of_induction": MrdResult("quantified", 1.0), "wbc_10e9_per_l": 0}
    answer = classify_patient(KNOWN | level, ["own"], score_files=[file])["own"]
    assert (answer.score, answer.result) == (1.066, "high")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('item = "wbc_10e9_per_l"', 'item = "lineage"', "a term needs a number"),
        ('classifier = "uk_cytogenetic"', 'classifier = "uk_cyto"', "there is none with rules"),
        ("weights = { good", "weights = { best", "no group of `uk_cytogenetic`"),
    ],
)
def test_a_term_that_cannot_be_added_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    file = write_score_file(tmp_path, "own", "[0.0, 0.5]")
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(DefinitionError, match=message):
        classify_patient(KNOWN, ["own"], score_files=[file])


def test_a_score_file_that_is_wrong_says_where(tmp_path: Path) -> None:
    file = write_score_file(tmp_path, "own", "[0.5]")
    file.write_text(file.read_text("utf-8").replace("mrd_end_of_induction", "mrd_day_99"), "utf-8")
    with pytest.raises(DefinitionError, match=r"own\.toml"):
        classify_patient(KNOWN, ["own"], score_files=[file])
