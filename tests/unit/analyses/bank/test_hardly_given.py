"""Strategies that hardly ever met a status of a marker: by hand, by counting, and in a pool."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from math import comb

import numpy as np
import pytest

import chorall as ch
from chorall.analyses.bank.fit import read_bank_data
from chorall.analyses.bank.hardly_given import (
    LEAST_EXPECTED,
    RAREST_CHANCE,
    _Counts,
    _find_chance,
    find_hardly_given,
)
from chorall.models.bank.bank import HardlyGiven
from chorall.models.bank.features import Feature

PH = Feature("BCR::ABL1", "marker", "subtype")
SEX = Feature("sex", "word", "demographics", word="male", words=("female", "male"))
NAN = float("nan")


def find(*groups, features=(PH,)):
    """Find among groups of patients alike: how many, cell, given the strategy, status."""
    values = np.array([[status] for n, _, _, status in groups for _ in range(n)])
    cells = [cell for n, cell, _, _ in groups for _ in range(n)]
    given = np.array([given for n, _, given, _ in groups for _ in range(n)], bool)
    return find_hardly_given(features, values, cells, {"tki": given, "others": ~given})


OTHERS = ((10, "adults", False, 1.0), (30, "adults", False, 0.0))


def test_ten_or_more_must_have_been_expected():
    """Of the others three in four have it not: 14 treated, 10.5 expected; 13 treated, 9.75."""
    found = find((14, "adults", True, 1.0), *OTHERS)
    assert found == (HardlyGiven("tki", "BCR::ABL1", "absent"),)
    assert find((13, "adults", True, 1.0), *OTHERS) == ()
    assert LEAST_EXPECTED == 10


def test_who_was_not_tested_counts_on_neither_side():
    """Neither as absent, which would make it seen, nor as treated, which would make it expected."""
    treated = (15, "adults", True, 1.0)
    assert find(treated, (5, "adults", True, NAN), *OTHERS) == find(treated, *OTHERS) != ()
    assert find((13, "adults", True, 1.0), (2, "adults", True, NAN), *OTHERS) == ()
    assert find((60, "adults", True, NAN), *OTHERS) == (), "a trial that never tested the marker"
    nobody_else = (300, "adults", False, NAN)
    assert find((60, "adults", True, 1.0), nobody_else) == (), "nobody else was tested"


def test_where_only_what_was_found_is_told_nothing_is_said_of_its_absence():
    """A laboratory that cannot rule a marker out knows it of carriers only; one in four is open."""
    treated = (60, "adults", True, 1.0)
    assert find(treated, (20, "adults", True, NAN), *OTHERS)
    assert find(treated, (21, "adults", True, NAN), *OTHERS) == ()


def test_five_with_the_status_are_enough_to_be_answered():
    many = (60, "adults", True, 1.0)
    assert find(many, (4, "adults", True, 0.0), *OTHERS)
    assert find(many, (5, "adults", True, 0.0), *OTHERS) == ()


def test_what_may_be_chance_is_not_named():
    """4 of 50 where 12.5 were expected: rare, but some hundred such pairs are looked at."""
    seldom = (4, "adults", True, 1.0), (46, "adults", True, 0.0)
    others = (100, "adults", False, 1.0), (300, "adults", False, 0.0)
    assert find(*seldom, *others) == ()
    chance = sum(Fraction(comb(104, k) * comb(346, 50 - k), comb(450, 50)) for k in range(5))
    assert RAREST_CHANCE < chance < Fraction(1, 100)
    assert find((50, "adults", True, 0.0), *others) == (HardlyGiven("tki", "BCR::ABL1", "present"),)


def test_like_is_compared_with_like():
    """The strategy was given to children, who hardly ever have it, and to nobody else."""
    children = (200, "children", True, 0.0), (2, "children", False, 1.0)
    without = (98, "children", False, 0.0)
    adults = (60, "adults", False, 1.0), (40, "adults", False, 0.0)
    assert find(*children, without, *adults) == ()
    as_one = [(n, "all", given, status) for n, _, given, status in (*children, without, *adults)]
    assert HardlyGiven("tki", "BCR::ABL1", "present") in find(*as_one)


def test_only_markers_are_looked_at():
    assert find((60, "adults", True, 1.0), *OTHERS, features=(SEX,)) == ()


@pytest.mark.parametrize("seed", range(5))
def test_the_chance_is_fishers_counted_out(seed):
    """Against every way in which the cells can share the few, as exact fractions."""
    random = np.random.default_rng(seed)
    given, others = random.integers(0, 9, (2, 3))
    having_given, having_others = (random.binomial(one, 0.4) for one in (given, others))
    seen = int(having_given.sum())
    sides = (given, having_given, others, having_others, given)
    counts = _Counts(*(one[:, None, None] for one in sides))
    expected = Fraction(0)
    for ks in np.ndindex(*(given + 1)):
        if sum(ks) <= seen:
            part = Fraction(1)
            for k, n, m, a, b in zip(
                ks, given.tolist(), others.tolist(), having_given.tolist(), having_others.tolist(),
                strict=True,
            ):  # fmt: skip
                part *= Fraction(comb(a + b, k) * comb(n + m - a - b, n - k), comb(n + m, n))
            expected += part
    assert _find_chance(counts, 0, 0) == pytest.approx(float(expected), rel=1e-9)


@pytest.fixture(scope="module")
def wide_pool(tmp_path_factory):
    """Return eight trials as in the demo, one of them of BCR::ABL1 and its inhibitors."""
    folder = tmp_path_factory.mktemp("wide")
    ch.simulate(folder / "sim", patients=2000, trials=8, seed=102)
    return ch.build_pool(folder / "sim" / "consortium.toml", folder / "pool")


def test_a_pool_names_the_inhibitors_and_no_rare_lesion(wide_pool):
    """Its trial takes patients with BCR::ABL1 only; nothing else was planted."""
    data, _ = read_bank_data(wide_pool)
    expected = {
        HardlyGiven(f"tki_{generation}_generation", "BCR::ABL1", "absent")
        for generation in ("first", "second")
    }
    assert set(data.hardly_given) == expected
    assert "BCR::ABL1" in {feature.item for feature in data.features}
    written = json.dumps([asdict(one) for one in data.hardly_given])
    assert not any(letter.isdigit() for letter in written.replace("ABL1", "")), "no count"
