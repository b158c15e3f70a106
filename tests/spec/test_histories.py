"""Histories are what the little tables of history_cases.py say."""

from __future__ import annotations

import pytest
from spec.ascii_tables import build_happenings, read_rows
from spec.history_cases import HISTORY_CASES, HistoryCase

from chorall.endpoints import derive_histories, explain_missing_histories

COLUMNS = ("patient_id", "from_state", "to_state", "entry_day", "exit_day")
SHOWN = ("patient", "from", "to", "entry", "exit")


@pytest.mark.parametrize("case", HISTORY_CASES, ids=lambda case: case.title)
def test_history_is_what_its_table_says(case: HistoryCase) -> None:
    histories = derive_histories(build_happenings(case.happenings, time_zero=case.time_zero))
    shown = [
        dict(zip(SHOWN, ("censored" if cell is None else str(cell) for cell in row), strict=True))
        for row in histories.select(COLUMNS).rows()
    ]
    assert shown == read_rows(case.expected)


def test_who_has_no_history_is_told_with_the_reason() -> None:
    tables = build_happenings(
        """
        patient | what         | day
        a       | transplant   | ?
        a       | last_contact | 400
        b       | entry        | 100
        b       | last_contact | 90
        c       | last_contact | 90
        """
    )
    missing = explain_missing_histories(tables).select("patient_id", "reason").rows()
    assert missing == [("a", "transplant_not_dated"), ("b", "left_before_entry")]
