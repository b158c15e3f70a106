"""The page for patients and carers: two whole languages, plain words, nothing taken in."""

from __future__ import annotations

import re

import pytest
from unit.web.reading import (
    EASY_LIX,
    LONGEST_SENTENCE,
    READ_AT,
    count_syllables,
    list_words,
    measure_lix,
    measure_reading_age,
    split_sentences,
)

from chorall.errors import DefinitionError
from chorall.web.carer.catalogue import LANGUAGES, read_catalogue


def list_sentences(language):
    words = read_catalogue(language)
    text = [words.lead, words.footer]
    for section in words.sections:
        text += [section.heading, *section.text, *section.questions]
    return split_sentences(text)


def test_the_measure_itself_by_hand():
    assert [count_syllables(word) for word in ("marker", "gene", "disease", "table", "MRD")] == [
        2, 1, 2, 2, 3,
    ]  # fmt: skip


def test_the_english_text_can_be_read_at_eleven():
    assert 6 < measure_reading_age(list_sentences("en")) <= READ_AT


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_is_easy_in_every_language(language):
    assert 10 < measure_lix(list_sentences(language)) < EASY_LIX
    assert max(len(list_words(one)) for one in list_sentences(language)) <= LONGEST_SENTENCE


def test_every_language_is_complete():
    first, second = (read_catalogue(language) for language in LANGUAGES)
    assert [one.id for one in first.sections] == [one.id for one in second.sections]
    for one, other in zip(first.sections, second.sections, strict=True):
        assert len(one.text) == len(other.text), one.id
        assert len(one.questions) == len(other.questions), one.id
        assert one.heading != other.heading
        assert not set(one.text) & set(other.text)
    assert {"markers", "mrd", "risk", "trials", "known", "questions"} <= {
        one.id for one in first.sections
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_takes_nothing_in_and_gives_no_number_of_anybody(client, language):
    found = client.get(f"/patients/{language}")
    assert found.status_code == 200
    assert f'<html lang="{language}">' in found.text
    assert not re.search(r"<(form|input|select|textarea|script)\b", found.text)
    assert "set-cookie" not in found.headers
    main = found.text[found.text.index("<main") :]
    assert set(re.findall(r"\d+", re.sub(r"<[^>]+>", "", main))) <= {"100"}
    assert not re.search(r"\d\s?%", main)


def test_only_known_languages_are_answered(client):
    assert client.get("/patients", follow_redirects=False).headers["location"] == "/patients/en"
    assert client.get("/patients/xx").status_code == 404
    with pytest.raises(DefinitionError, match="Known: en, de"):
        read_catalogue("xx")
