"""An arm that stands in several comparisons, and a trial that asks twice, tell no small count."""

from __future__ import annotations

import pytest
from unit.web.attacker import Truth
from unit.web.comparisons import MARKERS, Together, make_three_arms

from chorall.analyses.treatments.questions import find_questions
from chorall.reports import disclosure_arms
from chorall.web.analyst.questions import ask_prognosis
from chorall.web.analyst.treatment import ask_treatments
from chorall.web.settings import Settings


def attack(pool):
    """Return how many small counts follow, of how many, and how many counts were sent."""
    settings = Settings(pool=pool)
    lines = ask_treatments(settings).lines
    questions = find_questions(pool, pool.trials)[0]
    assert len(questions) == 4, "three arms make three comparisons; the second question one more"
    together = Together(pool, Truth(pool), questions)
    found = [
        together.attack(
            marker, lines.filter(marker=marker), ask_prognosis(settings, markers=[marker]).rows
        )
        for marker in MARKERS
    ]
    return [sum(column) for column in zip(*found, strict=True)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_arm_in_several_comparisons_tells_no_small_count(tmp_path, seed):
    told, small, sent = attack(make_three_arms(tmp_path / "POOL", seed))
    assert small > 100
    assert sent > 200, "something must be left to solve"
    assert told == 0


def test_the_attack_succeeds_where_each_comparison_hides_for_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(disclosure_arms, "_find_linked", lambda *_: ())
    told, _, _ = attack(make_three_arms(tmp_path / "POOL", 1))
    assert told > 10
