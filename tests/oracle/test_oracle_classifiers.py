"""The engine against a plain second implementation: every combination, and every completion."""

from __future__ import annotations

import zlib
from functools import cache
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle.plain_classifiers import DOMAINS, PLAIN

from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.knowledge.classifier_items import REPORT_PREFIX, classifier_items
from chorall.markers.classifiers import Classification, ask_classifier
from chorall.markers.classifiers.answers import Answers
from chorall.markers.classifiers.columns import (
    Column,
    MarkerColumn,
    MrdColumn,
    NumberColumn,
    WordColumn,
)
from chorall.markers.classifiers.compiled import compile_classifier
from chorall.tables.mrd_result import MrdResult

NOT_APPLICABLE = -1
N_PATTERNS = 250
EXHAUSTIVE_UP_TO = 1_000_000
Places = NDArray[Any]


def group_ids(name: str) -> list[str]:
    return [group.id for group in classifier_definitions()[name].groups]


@cache
def tabulate(name: str) -> Places:
    """Return the group of every combination of known values, one axis per item."""
    domain = DOMAINS[name]
    number = {None: NOT_APPLICABLE} | {group: i for i, group in enumerate(group_ids(name))}
    groups = [
        number[PLAIN[name](dict(zip(domain, values, strict=True)))]
        for values in product(*domain.values())
    ]
    return np.array(groups, np.int8).reshape([len(values) for values in domain.values()])


def write_column(name: str, values: list[Any], places: Places) -> Column:
    """Return the values of an item; place -1 is not known."""
    kind = classifier_items()[name].kind
    if kind == "marker":
        return MarkerColumn(np.array([*values, -1], np.int8)[places])
    if kind == "number":
        return NumberColumn(np.array([*values, np.nan], float)[places])
    if kind == "word":
        return WordColumn(places, tuple(values))
    return MrdColumn(places, tuple(write_report(*value) for value in values))


def write_report(negative: bool, level: float) -> MrdResult:
    if negative:
        return MrdResult("undetected", sensitivity=level)
    return MrdResult("quantified", mrd_fraction=level)


def ask(name: str, patterns: Places) -> Answers:
    columns = {
        item: write_column(item, values, patterns[:, place])
        for place, (item, values) in enumerate(DOMAINS[name].items())
    }
    reports = {REPORT_PREFIX + item: columns[item] for item in columns if item.startswith("mrd_")}
    return ask_classifier(classifier_definitions()[name], columns | reports, len(patterns))


def find_open_items(name: str) -> NDArray[np.bool_]:
    """Items of which the values tried reach every cell, so that "not known" means the same."""
    cells = compile_classifier(classifier_definitions()[name]).cells
    is_open = []
    for item, values in DOMAINS[name].items():
        asked = cells.get(item) or cells.get(REPORT_PREFIX + item)
        if asked is None:  # tried, but the rule does not ask for it
            is_open.append(False)
            continue
        seen = asked.observe(write_column(item, values, np.arange(len(values))), len(values))
        reached = int(np.bitwise_or.reduce(seen))
        # A negative result between 1e-6 and 1e-4 is decided as its level is.
        is_open.append(reached == asked.everything or asked.kind.startswith("mrd"))
    return np.array(is_open)


def count_patterns(name: str) -> int:
    """Return the number of patterns of known and not known."""
    pairs = zip(DOMAINS[name].values(), find_open_items(name), strict=True)
    return prod(len(values) + int(is_open) for values, is_open in pairs)


def list_patterns(name: str) -> Places:
    """Return every pattern of known and not known (-1, the last place of its axis)."""
    pairs = zip(DOMAINS[name].values(), find_open_items(name), strict=True)
    sizes = [len(values) + int(is_open) for values, is_open in pairs]
    places = np.stack(np.unravel_index(np.arange(prod(sizes)), sizes), axis=1)
    return np.where(places == [len(values) for values in DOMAINS[name].values()], -1, places)


def sample_patterns(name: str) -> Places:
    """Return a fixed sample of patterns, from nearly everything known to nearly nothing."""
    sizes = [len(values) for values in DOMAINS[name].values()]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    known = rng.integers(0, sizes, (N_PATTERNS, len(sizes)))
    share = rng.uniform(0.05, 0.95, (N_PATTERNS, 1))
    return np.where((rng.random(known.shape) < share) & find_open_items(name), -1, known)


def spread(table: NDArray[Any], is_open: NDArray[np.bool_]) -> NDArray[Any]:
    """Give each open axis one more place, "not known": whatever some value of the axis gives."""
    for axis in np.flatnonzero(is_open):
        either = np.bitwise_or.reduce(table, axis=axis, keepdims=True)
        table = np.concatenate([table, either], axis=axis)
    return table


def write_bits(answer: Classification, groups: list[str]) -> int:
    """Return the possible outcomes as bits: 1 not applicable, 2 the first group, and so on."""
    bits = sum(2 << groups.index(group) for group in answer.possible)
    return bits | (answer.applicable is not True)


def complete(table: Places, pattern: Places) -> Places:
    """Return the groups of all completions; unknown items keep their axis."""
    return table[tuple(slice(None) if place < 0 else slice(place, place + 1) for place in pattern)]


def find_changing(completions: Places) -> list[bool]:
    return [
        bool((completions.min(axis=axis) != completions.max(axis=axis)).any())
        for axis in range(completions.ndim)
    ]


def check_pattern(name: str, table: Places, pattern: Places, answers: Answers, row: int) -> None:
    answer = answers.patterns[answers.pattern_of[row]]
    completions = complete(table, pattern)
    reached = set(np.unique(completions).tolist())
    groups = group_ids(name)
    expected = tuple(groups[place] for place in sorted(reached - {NOT_APPLICABLE}))
    assert answer.possible == expected
    assert answer.applicable == (
        None if len(reached) > 1 and NOT_APPLICABLE in reached else NOT_APPLICABLE not in reached
    )
    assert answer.result == (groups[min(reached)] if len(reached) == 1 and expected else None)
    assert (answer.best, answer.worst) == (
        (expected[0], expected[-1]) if expected else (None, None)
    )
    changing = {
        item
        for item, changes in zip(DOMAINS[name], find_changing(completions), strict=True)
        if changes
    }
    assert set(answer.resolving) == changing


def test_every_classifier_with_rules_has_a_plain_second_implementation() -> None:
    with_rules = {name for name, d in classifier_definitions().items() if d.rules}
    assert with_rules == set(DOMAINS)


@pytest.mark.parametrize("name", list(DOMAINS))
def test_every_combination_of_known_values_is_as_in_the_source(name: str) -> None:
    table = tabulate(name)
    patterns = np.stack(np.unravel_index(np.arange(table.size), table.shape), axis=1)
    answers = ask(name, patterns)
    number: dict[str | None, int] = {None: NOT_APPLICABLE}
    number |= {group: place for place, group in enumerate(group_ids(name))}
    results = np.array([number[answer.result] for answer in answers.patterns])
    applies = np.array([bool(answer.applicable) for answer in answers.patterns])
    np.testing.assert_array_equal(results[answers.pattern_of], table.ravel())
    np.testing.assert_array_equal(applies[answers.pattern_of], table.ravel() != NOT_APPLICABLE)


@pytest.mark.parametrize("name", [n for n in DOMAINS if count_patterns(n) <= EXHAUSTIVE_UP_TO])
def test_every_pattern_of_known_and_not_known_is_exact(name: str) -> None:
    """All of them at once: the second implementation spread over each unknown item in turn."""
    bits = np.left_shift(1, tabulate(name).astype(np.int64) + 1)
    patterns, is_open = list_patterns(name), find_open_items(name)
    answers, groups = ask(name, patterns), group_ids(name)
    possible = np.array([write_bits(answer, groups) for answer in answers.patterns])
    np.testing.assert_array_equal(possible[answers.pattern_of], spread(bits, is_open).ravel())
    for place, item in enumerate(DOMAINS[name]):
        if not is_open[place]:
            continue
        either = np.bitwise_or.reduce(bits, axis=place, keepdims=True)
        others = is_open & (np.arange(len(is_open)) != place)
        changes = spread((either & (either - 1)) != 0, others).ravel()
        found = np.array([item in answer.resolving for answer in answers.patterns])
        is_unknown = patterns[:, place] == -1
        np.testing.assert_array_equal(found[answers.pattern_of][is_unknown], changes)
        assert not found[answers.pattern_of][~is_unknown].any()


@pytest.mark.parametrize("name", [n for n in DOMAINS if count_patterns(n) > EXHAUSTIVE_UP_TO])
def test_what_is_possible_is_what_some_completion_gives(name: str) -> None:
    table, patterns = tabulate(name), sample_patterns(name)
    answers = ask(name, patterns)
    for row, pattern in enumerate(patterns):
        check_pattern(name, table, pattern, answers, row)


def test_ukall_cna_over_all_6561_states_of_the_eight_loci() -> None:
    table = tabulate("ukall_cna")
    items = list(DOMAINS["ukall_cna"])
    loci = np.array(list(product((-1, 0, 1), repeat=8)))
    patterns = np.zeros((len(loci), len(items)), int)
    patterns[:, items.index("age_years")] = 1  # one year, in the population
    patterns[:, 2:] = loci  # CDKN2A/B stands last
    answers = ask("ukall_cna", patterns)
    for row, pattern in enumerate(patterns):
        check_pattern("ukall_cna", table, pattern, answers, row)
    unknown_locus = np.array([-1 if x == 7 else 0 for x in range(8)])
    (row,) = np.flatnonzero((loci == unknown_locus).all(axis=1))
    assert answers.patterns[answers.pattern_of[row]].result is None  # CDKN2A/B is not taken as No
