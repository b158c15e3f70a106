"""What a karyotype says, on made-up karyotypes of ALL: outcome, ploidy class, marker statuses."""

from __future__ import annotations

import pytest
from spec.karyotype_cases import CASES, WATCHED

from chorall.markers.karyotype import assign_ploidy, derive_karyotype_statuses, read_karyotype

ROWS = [[cell.strip() for cell in line.split("|")] for line in CASES.strip().splitlines()[1:]]


def list_words(cell: str) -> set[str]:
    return set() if cell == "-" else set(cell.split())


def test_there_are_enough_karyotypes() -> None:
    assert len(ROWS) >= 80
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("text", "outcome", "ploidy", "present", "inconclusive"), ROWS, ids=[row[0] for row in ROWS]
)
def test_karyotype(text: str, outcome: str, ploidy: str, present: str, inconclusive: str) -> None:
    karyotype = read_karyotype(text)
    statuses = derive_karyotype_statuses(karyotype)
    seen = {marker for marker in WATCHED if marker in statuses}
    assert karyotype.outcome == outcome
    assert (assign_ploidy(karyotype).main or "-") == ploidy
    found = {marker for marker in seen if statuses[marker].status == "present"}
    assert found == list_words(present) & set(WATCHED) == list_words(present)
    for marker in list_words(inconclusive):
        assert statuses[marker].status == "inconclusive", marker
