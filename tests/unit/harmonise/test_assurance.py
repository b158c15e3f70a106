"""Assurance tests of a mapping pass and fail for the right reason."""

from __future__ import annotations

import pytest
from unit.harmonise.trial_builder import BASE, parse_mapping

from chorall.harmonise.assurance import run_assurance_tests

EVENTS = """
[sources.events]
file = "events.csv"
patient = "id"
[[rules]]
id = "E1"
to = "event"
source = "events"
[rules.set]
type = { from = "type", blank = "quarantine" }
day = { from = "day", unit = "days", blank = "quarantine" }
"""
COLUMNS = {
    "clinical": ["__row__", "id", "sex", "days"],
    "events": ["__row__", "id", "type", "day"],
}
GIVEN = """
[[tests]]
name = "one"
[[tests.given.clinical]]
id = "1"
days = "50"
[[tests.given.events]]
id = "1"
type = "relapse"
day = "10"
[[tests.given.events]]
id = "1"
type = "relapse"
day = "20"
"""
NOTHING = "[tests.expect]\ntransplant = []\n"


def run(expected: str) -> tuple[str, ...]:
    mapping = parse_mapping(BASE + EVENTS + GIVEN + expected)
    (outcome,) = run_assurance_tests(mapping, COLUMNS)
    assert outcome.passed == (not outcome.problems)
    return outcome.problems


@pytest.mark.parametrize(
    "expected",
    [
        "[[tests.expect.event]]\nday = 20\n[[tests.expect.event]]\nday = 10\n",
        # the vague expectation must not take the row of the exact one
        '[[tests.expect.event]]\ntype = "relapse"\n[[tests.expect.event]]\nday = 10\n',
        '[[tests.expect.patient]]\nsex_missing = "not_reported"\ntrial_id = "T"\n',
        "[tests.expect]\nquarantine = []\n",
        "[tests.expect]\ntransplant = []\n",
    ],
)
def test_a_test_passes_when_exactly_the_expected_rows_are_made(expected: str) -> None:
    assert run(expected) == ()


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        ("[[tests.expect.event]]\nday = 10\n", "`event`: 1 more rows were made than expected"),
        (
            "[[tests.expect.event]]\nday = 10\n[[tests.expect.event]]\nday = 11\n",
            "`event`: expected a row {'day': 11}, it was not made",
        ),
        (
            "[[tests.expect.event]]\nday = 10\n[[tests.expect.event]]\nday = 10\n",
            "`event`: expected a row {'day': 10}, it was not made",
        ),
        ("[[tests.expect.event]]\ndat = 10\n", "`event` has no column dat"),
        ("[tests.expect]\nevent = []\n", "`event`: 2 more rows were made than expected"),
    ],
)
def test_a_test_fails_with_what_came_instead(expected: str, problem: str) -> None:
    assert run(expected) == (problem,)


def test_a_made_up_row_may_only_have_columns_of_the_delivery() -> None:
    mapping = parse_mapping(BASE + EVENTS + GIVEN.replace('days = "50"', 'dayz = "50"') + NOTHING)
    (outcome,) = run_assurance_tests(mapping, COLUMNS)
    assert outcome.problems == ("the source `clinical` has no column `dayz`",)


def test_the_length_of_the_real_delivery_does_not_matter_to_tests() -> None:
    text = BASE.replace('patient = "id"', 'patient = "id"\nexpect_rows = 1540')
    mapping = parse_mapping(text + EVENTS + GIVEN + NOTHING)
    (outcome,) = run_assurance_tests(mapping, COLUMNS)
    assert outcome.passed
