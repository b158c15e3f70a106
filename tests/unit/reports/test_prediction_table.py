"""A prediction shows itself in a notebook with the numbers and words of the terminal."""

from __future__ import annotations

import re
from dataclasses import replace

from unit.models.bank.made_bank import PATIENT, make_bank

import chorall.reports  # noqa: F401  (registers how predictions are shown)
from chorall.analyses.bank.answers import list_outcomes
from chorall.analyses.bank.published import ask_published
from chorall.models.bank.bank import HardlyGiven
from chorall.models.bank.predict import predict
from chorall.reports.numbers import format_percent
from chorall.reports.prediction_table import tell_prediction

FOUND = predict(make_bank(), PATIENT, ["new", "old"], years=(1.0, 5.0))


def test_each_strategy_quantity_and_time_is_a_row() -> None:
    rows = list_outcomes(FOUND)
    assert rows.height == 2 * 4 * 2
    one = FOUND.outcomes["old"]["relapse"][5.0]
    found = rows.filter(strategy="old", quantity="relapse", years=5.0).row(0, named=True)
    assert found["estimate"] == one.estimate
    assert (found["lower"], found["upper"]) == (one.lower, one.upper)
    assert (found["drawn_lower"], found["drawn_upper"]) == (one.drawn_lower, one.drawn_upper)


def test_the_notebook_holds_every_number_and_sentence_and_says_research_use() -> None:
    page = FOUND._repr_html_()
    assert page is not None
    text = re.sub(r"<[^>]+>", " ", page).replace("&lt;", "<").replace("&#x27;", "'")
    assert "Research use only" in text
    for row in list_outcomes(FOUND).iter_rows(named=True):
        assert format_percent(row["estimate"]) in text
        assert f"{100 * row['lower']:.0f}\N{EN DASH}{100 * row['upper']:.0f} %" in text
    for line in tell_prediction(FOUND):
        assert line in text
    assert any(contrast.words in text for contrast in FOUND.contrasts)


def test_what_is_missing_widens_the_widest_range_only() -> None:
    some = {name: value for name, value in PATIENT.items() if name != "TP53"}
    less = predict(make_bank(), some, ["new", "old"], years=(5.0,))
    whole, part = (found.outcomes["old"]["relapse"][5.0] for found in (FOUND, less))
    assert (whole.lower, whole.upper) == (whole.drawn_lower, whole.drawn_upper)
    assert part.lower <= whole.lower < whole.upper <= part.upper
    assert part.lower <= part.drawn_lower < part.drawn_upper < part.upper
    plain = predict(make_bank(), some, ["new", "old"], years=(5.0,), widen_intervals=False)
    alone = plain.outcomes["old"]["relapse"][5.0]
    assert (alone.lower, alone.upper) == (part.drawn_lower, part.drawn_upper)


def test_what_is_refused_is_told_and_has_no_number() -> None:
    young = predict(make_bank(), PATIENT | {"age_years": 5.0}, ["transplant"])
    assert list_outcomes(young).height == 0
    assert any(line.startswith("No answer on transplant: ") for line in tell_prediction(young))
    assert "<table" not in (young._repr_html_() or "")


def test_an_index_that_cannot_be_worked_out_says_between_what_it_lies_and_what_is_missing() -> None:
    child = {"age_years": 6.0, "lineage": "B", "wbc_10e9_per_l": 9.0}
    told = tell_prediction(replace(FOUND, published=ask_published(child)))
    assert (
        "UKALL prognostic index (formula): score \N{MINUS SIGN}3.13 to 1.38 (rule unverified); "
        "missing: MRD at the end of induction, BCR::ABL1, KMT2A-r and 6 more."
    ) in told
    assert (
        "NCI/Rome risk groups: standard risk: age 1 to below 10 years and white cells below 50."
    ) in told
    assert not any(" open" in line for line in told)
    assert any(line.startswith("First relapse") for line in told), "a file may be of a relapse"


def test_what_decides_is_said_in_the_terminal_and_in_a_notebook() -> None:
    rules = (HardlyGiven("new", "TP53", "absent"),)
    bank = replace(make_bank(), hardly_given=rules)
    unknown, absent = (
        predict(bank, PATIENT | {"TP53": word}, ["new", "old"], years=(1.0,), draws=100)
        for word in (None, "absent")
    )
    told = tell_prediction(unknown)
    tests = [line for line in told if line.startswith("Test next:")]
    assert tests[0].startswith("Test next: TP53 (decides whether the answer on new applies; ")
    (note,) = (line for line in told if "should be tested first" in line)
    assert note.startswith("Note: TP53 is not known and should be tested first: new was seen ")
    refusal = "fewer than 5 patients in whom TP53 was tested and absent were given new"
    assert f"No answer on new: {refusal}." in tell_prediction(absent)
    assert refusal in (absent._repr_html_() or "")


def test_comparable_patients_are_told_with_their_trials() -> None:
    found = predict(make_bank(), PATIENT, ["old", "transplant"], years=(1.0,))
    told = tell_prediction(found)
    assert "Comparable patients, old: 60 (35 in B, 25 in A)." in told
    assert "Comparable patients, transplant: 20 (by trial: hidden)." in told
    part = replace(
        found, comparable={"old": None}, comparable_by_trial={"old": {"B": 35, "A": None}}
    )
    assert "Comparable patients, old: hidden (35 in B, hidden in A)." in tell_prediction(part)
    few = predict(make_bank(), PATIENT | {"age_years": 5.0}, ["transplant"], years=(1.0,))
    assert "Comparable patients, transplant: fewer than 5." in tell_prediction(few)


def test_the_short_form_is_short() -> None:
    assert repr(FOUND) == "<BankPrediction: new and old, from remission on; see .to_dict()>"
