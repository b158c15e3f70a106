"""The endpoints mean what the little tables of endpoint_cases.py say."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from spec.ascii_tables import build_happenings, read_rows
from spec.endpoint_cases import ENDPOINT_CASES, EndpointCase

from chorall.harmonise.quality_plausibility import find_event_after_last_contact
from chorall.knowledge.endpoint_definitions import endpoint_definitions

PROMISED_PATIENTS = 40


@pytest.mark.parametrize("case", ENDPOINT_CASES, ids=lambda case: case.title)
def test_endpoint_means_what_its_table_says(
    endpoint_spec: Callable[[EndpointCase], None], case: EndpointCase
) -> None:
    endpoint_spec(case)


def test_every_shipped_endpoint_has_a_table() -> None:
    assert {case.endpoint for case in ENDPOINT_CASES} == set(endpoint_definitions())


def test_the_tables_hold_at_least_the_promised_number_of_patients() -> None:
    patients = [
        (case.title, row["patient"])
        for case in ENDPOINT_CASES
        for row in read_rows(case.happenings)
    ]
    assert len(set(patients)) >= PROMISED_PATIENTS


def test_an_event_after_the_last_contact_fails_a_quality_check_and_changes_nothing() -> None:
    (case,) = (each for each in ENDPOINT_CASES if "contradicts" in each.title)
    tables = build_happenings(case.happenings)
    judged = find_event_after_last_contact(tables)
    assert judged["bad"].to_list() == [False, True]
    assert tables["follow_up"]["last_contact_day"].to_list() == [300]
    assert tables["event"].filter(pl.col("type") == "relapse")["day"].to_list() == [420]
