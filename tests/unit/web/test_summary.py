"""The summary for a patient: the bank's own numbers in plain words, two whole languages."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from unit.models.bank.made_bank import PATIENT
from unit.web.reading import (
    EASY_LIX,
    LONGEST_SENTENCE,
    READ_AT,
    list_words,
    measure_lix,
    measure_reading_age,
    split_sentences,
)

import chorall as ch
from chorall.knowledge.strategies import strategy_components
from chorall.models.bank.prediction import QUANTITIES, Contrast, Estimate
from chorall.reports.icon_array import FATES
from chorall.reports.numbers import EN_DASH
from chorall.web.carer.catalogue import LANGUAGES, read_catalogue
from chorall.web.carer.summary_view import view_summary
from chorall.web.carer.summary_words import say_difference

PATH = "/doctor/summary"
IN_REMISSION = {"state": "remission", "day": "33", "since_day": "33"}
FULL = {"age_years": "30", "sex": "male", "lineage": "B", "m:TP53": "absent",
        "m:IKZF1_del": "present", "mrd_end_of_induction": "0.1", **IN_REMISSION}  # fmt: skip
PLACE = re.compile(r"{(\w+)")


def list_parts(words):
    """Return every text of a summary by its name."""
    parts = {}
    for name, value in words.model_dump().items():
        if isinstance(value, dict):
            parts |= {f"{name}.{key}": text for key, text in value.items()}
        elif isinstance(value, tuple):
            parts |= {f"{name}.{place}": text for place, text in enumerate(value)}
        else:
            parts[name] = value
    return parts


def read_main(text):
    """Return what stands on the page, one line for each element; drawings left out."""
    main = text[text.index("<main") : text.index("</footer>")]
    main = re.sub(r"<svg.*?</svg>", "", main, flags=re.DOTALL)
    main = re.sub(r"</?(?:strong|span)>", "", main)
    lines = html.unescape(re.sub(r"<[^>]+>", "\n", main)).splitlines()
    return [one.strip() for one in lines if one.strip()]


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


def test_both_languages_have_the_same_parts_and_places():
    first, second = (list_parts(read_catalogue(language).summary) for language in LANGUAGES)
    assert list(first) == list(second)
    for name, text in first.items():
        assert text
        assert second[name]
        assert set(PLACE.findall(text)) == set(PLACE.findall(second[name])), name


def test_no_sentence_was_left_in_the_other_language():
    first, second = (list_parts(read_catalogue(language).summary) for language in LANGUAGES)
    same = {name for name in first if first[name] == second[name]}
    assert same <= {"treatments.tki_third_generation", "treatments.tki_first_generation"}


def test_the_words_cover_what_a_bank_can_say(language):
    words = read_catalogue(language).summary
    assert list(words.fates) == list(FATES)
    assert list(words.quantities) == list(QUANTITIES)
    assert set(words.evidence) == {"randomised", "adjusted", "extrapolated"}
    levels = {one.id for part in strategy_components().values() for one in part.levels}
    assert set(words.treatments) == levels | {"as_observed", "transplant", "no_transplant"}


@pytest.mark.parametrize("known", [PATIENT, {"age_years": 30, "lineage": "B"}, {}])
def test_words_icons_and_table_are_the_numbers_of_the_library(settings, language, known):
    found = ch.predict(settings.bank, known, ["new", "old"])
    words = read_catalogue(language).summary
    view = view_summary(found, known, settings.bank, words, 5)
    for side, name in zip(view.sides, found.strategies, strict=True):
        one = found.outcomes[name]["overall_survival"][5.0]
        estimate, low, high, widest, highest = (
            round(100 * value)
            for value in (one.estimate, one.drawn_lower, one.drawn_upper, one.lower, one.upper)
        )
        numbers = [int(number) for number in re.findall(r"\d+", side.sentence)]
        assert {100, estimate, 5, low, high, widest, highest} == set(numbers)
        counts = dict(side.icons.data.iter_rows())
        assert sum(counts.values()) == 100
        assert counts["alive"] + counts["alive_after"] == estimate
        assert [int(text.split()[0]) for _, text in side.key] == list(counts.values())
    assert [when for when, _ in view.table[0][1]] == [
        words.one_year, *(words.years.format(years=years) for years in "35")
    ]  # fmt: skip
    cells = [cells for _, lines in view.table for _, cells in lines]
    expected = [
        tuple(
            f"{100 * one.estimate:.0f} ({100 * one.lower:.0f}{EN_DASH}{100 * one.upper:.0f})"
            for one in (found.outcomes[name][quantity][years] for name in found.strategies)
        )
        for quantity in QUANTITIES
        for years in (1.0, 3.0, 5.0)
    ]
    assert cells == expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((0.03, -0.05, 0.12), ["3 more", "with A than with B", "12 more with A", "5 more with B"]),
        ((-0.03, -0.12, 0.05), ["3 more", "with B than with A", "5 more with A", "12 more with B"]),
        ((0.10, 0.02, 0.18), ["10 more", "with A than with B", "few as 2", "many as 18"]),
        ((-0.10, -0.18, -0.02), ["10 more", "with B than with A", "few as 2", "many as 18"]),
        ((0.001, -0.05, 0.06), ["about as many", "6 more with A", "5 more with B"]),
    ],
)
def test_a_difference_is_told_with_its_sign_and_range(limits, expected):
    estimate = Estimate(*limits, *limits[1:])
    one = Contrast("a", "b", "overall_survival", 5.0, estimate, 0.5, "randomised", "")
    said = say_difference(one, read_catalogue("en").summary)
    for words in expected:
        assert words in said, said


def test_the_verdict_follows_the_interval(ask, language):
    words = read_catalogue(language).summary
    apart = html.unescape(ask(PATH, **FULL, summary=language).text)
    assert words.better.format(letter="A") in apart
    assert words.evidence["randomised"] in apart
    same = {**FULL, "a_treatment": "old", "b_treatment": "as_observed"}
    assert words.cannot_tell in html.unescape(ask(PATH, **same, summary=language).text)


def test_a_baby_is_told_from_older_children(ask, language):
    words = read_catalogue(language).summary
    baby, child = (
        ask(PATH, **FULL | {"age_years": age}, summary=language) for age in ("0.95", "1")
    )
    assert words.infant in html.unescape(baby.text)
    assert words.infant not in html.unescape(child.text)


def test_what_is_open_is_missing_and_never_not_found(ask, language):
    """The bank's promise: not tested is told as missing, in every language."""
    words = read_catalogue(language).summary
    lines = read_main(ask(PATH, **{**FULL, "m:TP53": "not_tested"}, summary=language).text)
    assert f"{words.values['present']}: IKZF1 del" in lines
    assert not any(one.startswith(f"{words.values['absent']}:") for one in lines)
    assert "TP53" in lines[lines.index(words.missing) + 2]
    assert words.to_come not in lines
    early = read_main(ask(PATH, age_years="30", sex="male", summary=language).text)
    assert words.to_come in early, "residual disease is no missing test in induction"
    assert not any("MRD" in one for one in early[early.index(words.missing) + 2].split(","))
    complete = read_main(ask(PATH, **FULL, summary=language).text)
    assert f"{words.values['absent']}: TP53" in complete
    assert words.missing_none in complete


def test_the_page_asks_nothing_and_holds_no_hidden_input(ask, language):
    found = ask(PATH, **FULL, summary=language)
    assert found.status_code == 200
    assert f'<html lang="{language}">' in found.text
    assert not re.search(r"<(form|input|select|textarea|script)\b", found.text)
    assert "set-cookie" not in found.headers
    assert found.headers["cache-control"] == "no-store"
    assert read_catalogue(language).banner in found.text
    assert read_catalogue(language).synthetic in html.unescape(found.text)
    assert found.url.query == b""


def test_all_numbers_are_of_100_people(ask, language):
    """One denominator, natural frequencies: no percent, no ratio, no `1 in x`."""
    main = "\n".join(read_main(ask(PATH, **FULL, summary=language).text))
    assert "%" not in main
    assert not re.search(r"\b1 (?:in|von) \d|ratio|percent|Prozent", main)
    assert main.count("100") >= 4


def test_small_counts_and_refusals_are_told_without_the_number(settings, language):
    words = read_catalogue(language).summary
    known = {"age_years": 80.0, "lineage": "B"}
    found = ch.predict(settings.bank, known, ["new", "old"])
    view = view_summary(found, known, settings.bank, words, 5)
    assert view.sides == view.table == ()
    assert view.years == "5"
    assert view.refused == tuple(
        f"{words.refused.format(name=name)} {words.too_few}" for name in ("new", "old")
    )
    found = ch.predict(settings.bank, PATIENT, ["new", "old"])
    hidden = view_summary(found, PATIENT, settings.bank, words, 56).sides
    assert "55" not in hidden[0].comparable
    assert hidden[0].comparable == words.comparable_few.format(letter="A", n=56)
    assert hidden[1].comparable == words.comparable.format(letter="B", n=60)
    untold = replace(found, comparable={**found.comparable, "old": None})
    sides = view_summary(untold, PATIENT, settings.bank, words, 5).sides
    assert sides[1].comparable == words.comparable_hidden.format(letter="B")


def test_it_is_easily_read(ask, language):
    """As the general page: at eleven years in English, an easy LIX in both."""
    lines = read_main(ask(PATH, age_years="30", lineage="B", summary=language).text)
    sentences = [one for one in split_sentences(lines) if len(list_words(one)) > 2]
    assert len(sentences) > 30
    assert max(len(list_words(one)) for one in sentences) <= LONGEST_SENTENCE
    assert 10 < measure_lix(sentences) < EASY_LIX
    if language == "en":
        assert 5 < measure_reading_age(sentences) <= READ_AT


def test_another_language_or_a_form_of_another_page_is_refused(ask, client):
    assert ask(PATH, summary="xx").status_code == 404
    assert ask(PATH).status_code == 404
    assert client.post(PATH, data={"summary": "en", "token": "0" * 64}).status_code == 403


def test_what_must_be_corrected_is_said_to_the_doctor(ask):
    found = ask(PATH, age_years="300", summary="de")
    assert found.status_code == 422
    assert "This cannot be: 0 to 110" in found.text
    assert "<form" in found.text
