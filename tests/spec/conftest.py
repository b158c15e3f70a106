"""`endpoint_spec`: derive one endpoint from a little table and compare with the expected one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spec.ascii_tables import build_happenings, read_rows

from chorall.endpoints import derive_endpoints
from chorall.knowledge.endpoint_definitions import endpoint_definitions

COLUMNS = {
    "patient_id": "patient",
    "origin_day": "origin",
    "entry_day": "entry",
    "exit_day": "exit",
    "cause": "cause",
    "event_type": "event",
}


@pytest.fixture
def endpoint_spec() -> Callable[[str, str, str], None]:
    def check(endpoint: str, happenings: str, expected: str) -> None:
        tables = build_happenings(happenings)
        derived = derive_endpoints(**tables, definitions=[endpoint_definitions()[endpoint]])
        shown = derived.rename(COLUMNS).select(COLUMNS.values()).to_dicts()
        assert [{key: str(row[key]) for key in row} for row in shown] == read_rows(expected)

    return check
