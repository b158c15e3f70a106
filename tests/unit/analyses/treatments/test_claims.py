"""The word for an interaction follows rules."""

import numpy as np
import pytest

from chorall.analyses.treatments.claims import Interactions, name_claim

NAN = float("nan")


def claim(effect=-0.5, p=0.01, by=(-0.5, -0.5, -0.4), p_by=(0.2, 0.2, 0.2), left=(-0.4, -0.5, -0.5),
          events=20, beyond=False):  # fmt: skip
    parts = [np.array(part, dtype=float) for part in (by, p_by, left)]
    return name_claim(Interactions(effect, p, *parts, events, beyond))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({}, "consistent"),
        ({"p": 0.05}, "not shown"),
        ({"p": NAN}, "not shown"),
        ({"effect": NAN}, "not assessable"),
        ({"events": 4}, "not assessable"),
        ({"p_by": (0.04, 0.03, 0.9)}, "replicated"),
        # the second one is significant the other way
        ({"by": (-0.5, 0.5, -0.4), "p_by": (0.04, 0.03, 0.9)}, "consistent"),
        ({"left": (0.1, -0.5, -0.5)}, "heterogeneous"),
        ({"by": (-0.5,), "p_by": (0.01,), "left": ()}, "single trial"),
        ({"by": (-0.5, NAN), "p_by": (0.01, NAN), "left": (NAN, -0.5)}, "single trial"),
        ({"beyond": True}, "exploratory"),
        ({"beyond": True, "p_by": (0.04, 0.03, 0.9)}, "replicated"),
        ({"beyond": True, "p": 0.2}, "not shown"),
    ],
)
def test_the_word(given, word):
    assert claim(**given) == word
