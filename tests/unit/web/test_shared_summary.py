"""A summary by a link: the same page as the doctor's, from a body, open to readers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from unit.web.reading import (  # fmt: skip
    EASY_LIX,
    LONGEST_SENTENCE,
    READ_AT,
    list_words,
    measure_lix,
    measure_reading_age,
    split_sentences,
)
from unit.web.test_summary import FULL, read_main

from chorall.web.carer.catalogue import LANGUAGES, read_catalogue
from chorall.web.gate.access import ACCESS, ROLES

SIDES = {"a_treatment": "new", "b_treatment": "old"}


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def open_link(client, settings, language):
    """Post what a link holds, as its page does."""

    def post(*, bank=None, **given):
        path = f"/patients/{language}/summary"
        token = re.search(r'name="token" value="(\w+)"', client.get(path).text)[1]
        bank = settings.bank_hash if bank is None else bank
        return client.post(path, data={"token": token, "bank": bank, **SIDES, **given})

    return post


def test_a_link_opens_the_same_summary(open_link, ask, language):
    found = open_link(**FULL)
    assert found.status_code == 200
    assert read_main(found.text) == read_main(ask("/doctor/summary", **FULL, summary=language).text)
    assert "<form" not in found.text
    assert found.headers["cache-control"] == "no-store"
    assert found.url.query == b""


def test_the_page_of_a_link_holds_nothing_of_a_patient(client, language):
    found = client.get(f"/patients/{language}/summary")
    words = read_catalogue(language).summary
    assert f"<noscript><p>{words.link_no_script}</p></noscript>" in found.text
    assert re.findall(r'<input[^>]*name="(\w+)"', found.text) == ["token"]
    assert "path=/patients" in found.headers["set-cookie"].lower()
    assert f'href="/patients/{language}"' in found.text


def test_the_summary_of_another_bank_says_so(open_link, settings, language):
    words = read_catalogue(language).summary
    assert words.link_other_bank not in read_main(open_link(**FULL).text)
    for bank in ("0" * 12, ""):
        assert words.link_other_bank in read_main(open_link(bank=bank, **FULL).text)


def test_the_day_is_that_on_which_the_doctor_made_the_link(open_link):
    today = datetime.now(UTC).date()
    earlier, later = (str(today + timedelta(days=days)) for days in (-40, 2))
    assert earlier in open_link(**FULL, made=earlier).text
    for given in (later, "<b>", "2024"):
        text = open_link(**FULL, made=given).text
        assert str(today) in text
        assert f"{given}." not in text


@pytest.mark.parametrize(
    "given", [{"age_years": "300"}, {"a_treatment": "none"}, {"m:NOBODY": "present"}]
)
def test_what_does_not_fit_is_told_in_the_language_and_not_left_out(open_link, given, language):
    found = open_link(**{**FULL, **given})
    words = read_catalogue(language)
    assert found.status_code == 422
    assert f'<html lang="{language}">' in found.text
    assert words.summary.link_wrong in read_main(found.text)
    assert words.summary.outcome not in found.text
    assert "<form" not in found.text
    assert "<script" not in found.text


def test_a_link_needs_the_token_of_its_page(client, language):
    path = f"/patients/{language}/summary"
    assert client.post(path, data={**SIDES, "token": "0" * 64}).status_code == 403
    assert client.get("/patients/xx/summary").status_code == 404


def test_readers_open_links_and_doctors_make_them():
    assert ACCESS["/patients/{language}/summary"] == set(ROLES)
    assert ACCESS["/doctor/summary"] == {"doctor"}


def test_its_words_are_easily_read(language):
    words = read_catalogue(language).summary.model_dump()
    texts = [text for name, text in words.items() if name.startswith("link_")]
    sentences = [one for one in split_sentences(texts) if len(list_words(one)) > 2]
    assert len(sentences) >= 12
    assert max(len(list_words(one)) for one in sentences) <= LONGEST_SENTENCE
    assert 10 < measure_lix(sentences) < EASY_LIX
    if language == "en":
        assert 5 < measure_reading_age(sentences) <= READ_AT
