"""A prediction shows itself in a notebook with the numbers and words of the terminal."""

from __future__ import annotations

import re
from dataclasses import replace

from unit.models.bank.made_bank import PATIENT, make_bank

import chorall.reports  # noqa: F401  (registers how predictions are shown)
from chorall.analyses.bank.answers import list_outcomes
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
