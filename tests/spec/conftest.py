"""`endpoint_spec`: derive one endpoint from a little table and compare with the expected one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spec.ascii_tables import build_happenings, read_rows
from spec.endpoint_cases import EndpointCase

from chorall.endpoints import derive_endpoints, explain_exclusions
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
def endpoint_spec() -> Callable[[EndpointCase], None]:
    def check(case: EndpointCase) -> None:
        tables = build_happenings(case.happenings, landmark=case.landmark)
        definitions = [endpoint_definitions()[case.endpoint]]
        derived = derive_endpoints(tables, definitions)
        shown = derived.rename(COLUMNS).select(COLUMNS.values()).to_dicts()
        assert [{key: str(row[key]) for key in row} for row in shown] == read_rows(case.expected)
        excluded = explain_exclusions(tables, definitions).select("patient_id", "reason")
        assert ", ".join(f"{who}: {why}" for who, why in excluded.rows()) == case.without

    return check
