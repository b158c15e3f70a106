"""Rules to `mrd`: one text gives several columns, time points have one name, nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest
from unit.harmonise.trial_builder import BASE, harmonise, list_quarantine, parse_mapping

from chorall.errors import DefinitionError
from chorall.harmonise.assurance import run_assurance_tests

MRD = """
[sources.mrd]
file = "mrd.csv"
patient = "id"

[[rules]]
id = "D1"
to = "mrd"
source = "mrd"
[rules.set]
timepoint = { from = "tp", protocol = "aieop_bfm", blank = "quarantine" }
day = { from = "day", unit = "days", blank = "not_reported" }
result = { from = "text", unit = "percent", words = { "n.d." = "undetected" }, blank = "not_done" }
sensitivity = { from = "sens", unit = "fraction", blank = "not_reported" }
method = { value = "Ig/TR PCR" }
"""
COLUMNS = ("category", "mrd_fraction", "limit_fraction", "sensitivity", "method")
PATIENTS = "id,sex,days\n1,1,10\n"


def pool(rows: str, mapping: str = BASE + MRD) -> Any:
    return harmonise(mapping, clinical=PATIENTS, mrd=f"id,tp,day,text,sens\n{rows}")


def columns_of(text: str, sens: str = "") -> tuple[Any, ...]:
    made = pool(f'1,d33,33,"{text}",{sens}\n')
    return tuple(made.tables["mrd"].select(COLUMNS).row(0))


@pytest.mark.parametrize(
    ("text", "sens", "expected"),
    [
        ("0,01 %", "", ("quantified", 1e-4, None, None, "Ig/TR PCR")),
        ("0.01", "1e-5", ("quantified", 1e-4, None, 1e-5, "Ig/TR PCR")),
        ("neg (sens 1E-4) flow", "1e-5", ("undetected", None, None, 1e-4, "flow")),
        ("neg", "1e-5", ("undetected", None, None, 1e-5, "Ig/TR PCR")),
        ("neg", "", ("undetected", None, None, None, "Ig/TR PCR")),
        ("<0.01", "", ("below_limit", None, 1e-4, 1e-4, "Ig/TR PCR")),
        ("<0.01", "1e-5", ("below_limit", None, 1e-4, 1e-5, "Ig/TR PCR")),
        ("n.d.", "", ("undetected", None, None, None, "Ig/TR PCR")),
        ("failed", "1e-5", (None, None, None, 1e-5, "Ig/TR PCR")),
    ],
)
def test_what_the_text_says_goes_before_what_the_rule_sets(
    text: str, sens: str, expected: tuple[Any, ...]
) -> None:
    assert columns_of(text, sens) == expected


@pytest.mark.parametrize(
    ("text", "category", "fraction", "sensitivity"),
    [
        ("failed", "failed", "failed", "failed"),
        ("", "not_done", "not_done", "not_done"),
        ("neg", None, "not_applicable", "not_reported"),
        ("<0.01", None, "not_applicable", None),
        ("5x10-3", "withheld", "withheld", "withheld"),
    ],
)
def test_what_is_not_there_has_its_reason(
    text: str, category: str | None, fraction: str, sensitivity: str | None
) -> None:
    rule = MRD.replace(
        'sensitivity = { from = "sens", unit = "fraction", blank = "not_reported" }', ""
    )
    row = pool(f'1,d33,33,"{text}",\n', BASE + rule).tables["mrd"].row(0, named=True)
    found = (row["category_missing"], row["mrd_fraction_missing"], row["sensitivity_missing"])
    assert found == (category, fraction, sensitivity)


def test_an_unreadable_text_goes_to_quarantine_and_the_sample_stays() -> None:
    made = pool("1,d33,33,see letter,\n1,d78,78,5x10-3,\n1,d15,15,pos,\n")
    assert made.tables["mrd"].height == 3
    assert list_quarantine(made) == [
        ("mrd.csv", 2, "D1", "unreadable", False),
        ("mrd.csv", 3, "D1", "ambiguous_unit", False),
        ("mrd.csv", 4, "D1", "ambiguous_word", False),
    ]
    detail = made.quarantine["detail"].unique().to_list()
    assert detail == ["mrd.result: expected a result as in docs/mrd.md"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("d33", "end_of_induction"),
        ("Day 33", "end_of_induction"),
        ("Tag 15", "day_15"),
        ("TP1", "end_of_induction"),
        ("tp 2", "end_of_consolidation"),
        ("week 16", "week_16"),
        ("end_of_consolidation", "end_of_consolidation"),
    ],
)
def test_a_time_point_has_one_name_and_keeps_the_protocol_s(name: str, expected: str) -> None:
    row = pool(f"1,{name},33,neg,\n").tables["mrd"].row(0, named=True)
    assert (row["timepoint"], row["protocol_timepoint"]) == (expected, name)


@pytest.mark.parametrize("name", ["TP3", "d34", "somewhen", "TP1"])
def test_a_time_point_that_is_not_known_is_no_row(name: str) -> None:
    text = MRD.replace('protocol = "aieop_bfm", ', "")
    made = pool(f"1,{name},33,neg,\n", BASE + text)
    assert made.tables["mrd"].is_empty()
    assert list_quarantine(made) == [("mrd.csv", 2, "D1", "unmapped_code", True)]


def test_a_map_names_the_time_points_alone() -> None:
    text = MRD.replace('protocol = "aieop_bfm"', 'map = { "A" = "day_15" }')
    made = pool("1,A,15,neg,\n1,d33,33,neg,\n", BASE + text)
    assert made.tables["mrd"]["timepoint"].to_list() == ["day_15"]
    assert list_quarantine(made) == [("mrd.csv", 3, "D1", "unmapped_code", True)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('unit = "percent"', 'unit = "perc"', "no unit of a result"),
        (', blank = "not_done" }', " }", "say what `blank` means"),
        ('"n.d." = "undetected"', '"n.d." = "absent"', "expected one of: undetected"),
        ('protocol = "aieop_bfm"', 'protocol = "bfm2"', "no protocol `bfm2`"),
        ("method = {", 'category = { value = "undetected" }\nmethod = {', "comes from `result`"),
        ('from = "text"', 'from = "text", map = { "a" = "b" }', "`map` means nothing here"),
        ('method = { value = "Ig/TR PCR" }', 'method = { from = "m", words = { "a" = "b" }, '
         'blank = "not_reported" }', "`words` belongs to `mrd.result`"),
        ('timepoint = { from = "tp", protocol = "aieop_bfm", blank = "quarantine" }',
         'timepoint = { value = "day_33" }', "expected one of: day_8"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_meant_is_told(old: str, new: str, message: str) -> None:
    assert MRD.count(old) == 1
    with pytest.raises(DefinitionError, match=message):
        parse_mapping(BASE + MRD.replace(old, new))


def test_a_mapping_proves_its_rules_to_mrd_by_made_up_rows() -> None:
    test = """
[[tests]]
name = "a negative result keeps its sensitivity"
[[tests.given.clinical]]
id = "x"
sex = "1"
days = "100"
[[tests.given.mrd]]
id = "x"
tp = "TP1"
text = "neg (sens 1E-5)"
[[tests.expect.mrd]]
timepoint = "end_of_induction"
protocol_timepoint = "TP1"
category = "undetected"
sensitivity = SENSITIVITY
"""
    columns = {"clinical": ["id", "sex", "days"], "mrd": ["id", "tp", "day", "text", "sens"]}
    right = parse_mapping(BASE + MRD + test.replace("SENSITIVITY", "1e-5"))
    wrong = parse_mapping(BASE + MRD + test.replace("SENSITIVITY", "1e-4"))
    assert run_assurance_tests(right, columns)[0].problems == ()
    assert not run_assurance_tests(wrong, columns)[0].passed
