"""Looking ahead: the candidates chosen set nearly the limits that all of them would set."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.models.bank.made_bank import make_bank

from chorall.models.bank.foreseeing import choose_outermost, cover_outermost, foresee
from chorall.models.bank.question import Question
from chorall.models.bank.simulate_course import Now
from chorall.models.bank.strategy import read_strategy
from chorall.models.bank.widening import list_candidates, list_missing

BANK = make_bank()


def ask(known, now=Now("remission", 10.0)):  # noqa: B008
    strategies = tuple(read_strategy(BANK, name) for name in ("old", "new"))
    return Question(BANK, np.array(known), now, strategies, (1.0, 5.0), 0.95, 200)


def look(question, candidates):
    found = []
    for place, value in candidates:
        fuller = question.known.copy()
        fuller[place] = value
        found.append(question.summarise(question.read(question.draw(fuller))))
    return np.array(found)


@pytest.mark.parametrize("now", [Now(), Now("remission", 10.0)])
def test_the_chosen_ones_set_the_limits(now):
    question = ask([np.nan] * 4 + [np.nan], now)
    candidates = list_candidates(question, question.known, list_missing(question, question.known))
    ratios = question.find_ratios(question.known)
    numbers = question.read(question.follow(ratios))
    chosen = choose_outermost(question, ratios, numbers, candidates)
    assert 2 <= len(chosen) < len(candidates)
    every, some = look(question, candidates), look(question, chosen)
    short = some[..., 1].min(axis=0) - every[..., 1].min(axis=0)
    short = np.maximum(short, every[..., 2].max(axis=0) - some[..., 2].max(axis=0))
    widths = every[..., 2].max(axis=0) - every[..., 1].min(axis=0)
    assert short.max() < 0.05
    assert short.mean() < 0.02 * widths.mean()


def test_what_is_foreseen_is_about_what_comes():
    question = ask([np.nan] * 5)
    candidates = [(2, 0.0), (2, 1.0), (3, 0.0), (3, 1.0)]
    ratios = question.find_ratios(question.known)
    numbers = question.read(question.follow(ratios))
    _, middle, _ = foresee(question, ratios, numbers, candidates)
    seen = look(question, candidates)[..., 0].reshape(4, 3, -1).transpose(1, 0, 2)
    np.testing.assert_allclose(middle, seen, atol=0.12)
    middle, seen = middle[:2], seen[:2]  # a difference of nothing has no order
    np.testing.assert_array_equal(middle.argmin(axis=1), seen.argmin(axis=1))
    np.testing.assert_array_equal(middle.argmax(axis=1), seen.argmax(axis=1))


def test_rows_are_chosen_until_no_column_falls_short():
    reach = np.array([[0.5, 0.2, 0.1], [0.1, 0.9, 0.1], [0.503, 0.1, 0.3], [0.0, 0.0, 0.302]])
    assert cover_outermost(reach) == [1, 2]  # 0.302 is 0.002 more than 0.3
    assert cover_outermost(reach[:1]) == [0]


def test_one_more_feature_moves_the_others_as_conditioning_on_both_does():
    known = np.array([0.3, np.nan, np.nan, np.nan, np.nan])
    places, values = np.array([3, 4, 1]), np.array([1.0, -0.7, 0.0])
    rows = np.tile(known, (3, 1))
    rows[np.arange(3), places] = values
    found = BANK.law.expect_fuller(known, places, values)
    np.testing.assert_allclose(found, BANK.law.expect(rows), rtol=1e-12)
