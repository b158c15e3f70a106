"""A prediction shows itself in a notebook with the numbers and words of the terminal."""

from __future__ import annotations

import re

from unit.models.bank.made_bank import PATIENT, make_bank

import chorall.reports  # noqa: F401  (registers how predictions are shown)
from chorall.models.bank.predict import predict
from chorall.reports.numbers import format_percent_interval
from chorall.reports.prediction_table import list_outcomes, tell_prediction

FOUND = predict(make_bank(), PATIENT, ["new", "old"], years=(1.0, 5.0))


def test_each_strategy_quantity_and_time_is_a_row() -> None:
    rows = list_outcomes(FOUND)
    assert rows.height == 2 * 4 * 2
    one = FOUND.outcomes["old"]["relapse"][5.0]
    found = rows.filter(strategy="old", quantity="relapse", years=5.0).row(0, named=True)
    assert (found["estimate"], found["lower"], found["upper"]) == (
        one.estimate, one.lower, one.upper,
    )  # fmt: skip


def test_the_notebook_holds_every_number_and_sentence_and_says_research_use() -> None:
    page = FOUND._repr_html_()
    assert page is not None
    text = re.sub(r"<[^>]+>", " ", page).replace("&lt;", "<").replace("&#x27;", "'")
    assert "Research use only" in text
    for row in list_outcomes(FOUND).iter_rows(named=True):
        assert format_percent_interval(row["estimate"], row["lower"], row["upper"]) in text
    for line in tell_prediction(FOUND):
        assert line in text
    assert any(contrast.words in text for contrast in FOUND.contrasts)


def test_what_is_refused_is_told_and_has_no_number() -> None:
    young = predict(make_bank(), PATIENT | {"age_years": 5.0}, ["transplant"])
    assert list_outcomes(young).height == 0
    assert any(line.startswith("No answer on transplant: ") for line in tell_prediction(young))
    assert "<table" not in (young._repr_html_() or "")


def test_the_short_form_is_short() -> None:
    assert repr(FOUND) == "<BankPrediction: new and old, from remission on; see .to_dict()>"
