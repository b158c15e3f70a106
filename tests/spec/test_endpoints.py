"""The endpoints mean what the little tables of endpoint_cases.py say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spec.endpoint_cases import ENDPOINT_CASES, EndpointCase

from chorall.knowledge.endpoint_definitions import endpoint_definitions


@pytest.mark.parametrize("case", ENDPOINT_CASES, ids=lambda case: case.title)
def test_endpoint_means_what_its_table_says(
    endpoint_spec: Callable[[str, str, str], None], case: EndpointCase
) -> None:
    endpoint_spec(case.endpoint, case.happenings, case.expected)


def test_every_shipped_endpoint_has_a_table() -> None:
    assert {case.endpoint for case in ENDPOINT_CASES} == set(endpoint_definitions())
