"""Simulated patients have their lesions as often as published, or it is said why not."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from chorall.simulation.published_frequencies import (
    ComparedFrequency,
    FrequencyPart,
    compare_frequencies,
    published_frequencies,
)

COMPARED = compare_frequencies()
ASKED = [one for one in COMPARED if not one.published.skipped]
WHO = {"source": "made up", "confidence": "seen", "feature": "TP53", "population": "t_adults"}


def name(one: ComparedFrequency) -> str:
    return f"{one.published.feature}, {one.published.population}"


@pytest.mark.parametrize("one", ASKED, ids=name)
def test_simulated_frequency_is_the_published_one_or_says_why_not(one: ComparedFrequency) -> None:
    # A remark `differs` on a figure that agrees would be as wrong as a silent difference.
    assert one.agrees == (one.published.differs == ""), one


def test_most_published_frequencies_are_asked_and_agree() -> None:
    assert len(COMPARED) == 104
    assert len(ASKED) == 71
    assert sum(one.agrees for one in ASKED) == 64


def test_what_cannot_be_asked_says_why_and_has_no_simulated_figure() -> None:
    skipped = [one for one in COMPARED if one.published.skipped]
    assert {one.simulated_percent for one in skipped} == {None}
    assert not any(one.agrees for one in skipped)


def test_simulated_figure_is_counted_among_those_within() -> None:
    # frequencies.toml plants IKZF1 deletions in 65 % of BCR::ABL1; 2.5 to 4 % of 30,000 have it
    one = next(
        one
        for one in ASKED
        if one.published.any_of == ("IKZF1_del",) and one.published.within == ("BCR::ABL1",)
    )
    assert one.simulated_percent == pytest.approx(65, abs=3 * 100 * np.sqrt(0.65 * 0.35 / 900))


def test_tolerance_is_a_share_of_the_figure_and_two_standard_errors() -> None:
    part = FrequencyPart(percent=20, of=400, any_of=("TP53",), **WHO)
    assert part.tolerance == pytest.approx(0.3 * 20 + 2 * 2)  # sqrt(0.2 x 0.8 / 400) = 2 %
    rare = FrequencyPart(percent=(0, 1), any_of=("TP53",), **WHO)
    assert rare.tolerance == 1.5
    assert ComparedFrequency(rare, 2.4).agrees
    assert not ComparedFrequency(rare, 2.6).agrees


@pytest.mark.parametrize("changes", [{}, {"any_of": ("TP53",), "skipped": "no"}])
def test_a_frequency_is_either_asked_or_skipped(changes) -> None:
    with pytest.raises(ValidationError, match="or say why it is skipped"):
        FrequencyPart(percent=1, **WHO, **changes)


def test_numbers_of_patients_fit_their_percentages() -> None:
    for part in published_frequencies().frequencies:
        if part.n is not None and part.of is not None:
            assert 100 * part.n / part.of == pytest.approx(part.ends[0], abs=1.5), part
