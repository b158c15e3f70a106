"""Assurance tests of a mapping: made-up source rows must give the pooled rows that are expected."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Any

import polars as pl

from chorall.harmonise.mapping import Mapping, TestPart
from chorall.harmonise.prepare import SourceRows
from chorall.harmonise.rules import ROW
from chorall.harmonise.trial import HarmonisedTrial, harmonise_trial

TEST_KEY = b"the key of the made-up patients"


@dataclass(frozen=True, slots=True)
class AssuranceOutcome:
    """The outcome of one `[[tests]]`.

    Attributes
    ----------
    name : str
        Of the test.
    problems : tuple of str
        What came instead of what was expected; empty where the test passed.
    """

    name: str
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """True where everything came as expected."""
        return not self.problems


def run_assurance_tests(
    mapping: Mapping, columns: MappingOf[str, list[str]]
) -> tuple[AssuranceOutcome, ...]:
    """Run every test of the mapping on its made-up rows.

    Parameters
    ----------
    mapping : Mapping
        With its tests.
    columns : mapping of str to list of str
        Columns of each source as delivered; cells a test does not give are blank.
    """
    bare = mapping.model_copy(
        update={
            "sources": {
                name: part.model_copy(update={"expect_rows": None})
                for name, part in mapping.sources.items()
            }
        }
    )
    return tuple(_run_test(bare, test, columns) for test in mapping.tests)


def _run_test(
    mapping: Mapping, test: TestPart, columns: MappingOf[str, list[str]]
) -> AssuranceOutcome:
    problems = [
        f"the source `{name}` has no column `{column}`"
        for name, rows in test.given.items()
        for column in sorted({column for row in rows for column in row} - set(columns[name]))
    ]
    if problems:
        return AssuranceOutcome(test.name, tuple(problems))
    sources = {
        name: SourceRows(name, "", _make_frame(columns[name], test.given.get(name, [])))
        for name in mapping.sources
    }
    made = harmonise_trial(mapping, sources, TEST_KEY)
    for name, expected in test.expect.items():
        problems += _compare(name, _table(made, name), expected)
    return AssuranceOutcome(test.name, tuple(problems))


def _make_frame(columns: list[str], rows: list[dict[str, str]]) -> pl.DataFrame:
    names = [column for column in columns if column != ROW]
    data = {name: [row.get(name) for row in rows] for name in names}
    frame = pl.DataFrame(data, schema=dict.fromkeys(names, pl.String))
    numbers = pl.Series(ROW, range(2, len(rows) + 2), dtype=pl.UInt32)
    return frame.insert_column(0, numbers)


def _table(made: HarmonisedTrial, name: str) -> pl.DataFrame:
    if name == "marker_result":
        return made.asserted
    return made.quarantine if name == "quarantine" else made.tables[name]


def _compare(name: str, table: pl.DataFrame, expected: list[dict[str, Any]]) -> list[str]:
    """Each expected row must meet one pooled row of its own; no other row may be there."""
    unknown = sorted({column for row in expected for column in row} - set(table.columns))
    if unknown:
        return [f"`{name}` has no column {', '.join(unknown)}"]
    made = table.to_dicts()
    choices = [
        [at for at, one in enumerate(made) if all(_same(one[c], v) for c, v in row.items())]
        for row in expected
    ]
    taken: dict[int, int] = {}
    lonely = [at for at in range(len(expected)) if not _find_partner(at, choices, taken, set())]
    if lonely:
        return [f"`{name}`: expected a row {expected[at]}, it was not made" for at in lonely]
    surplus = len(made) - len(expected)
    return [f"`{name}`: {surplus} more rows were made than expected"] if surplus else []


def _find_partner(
    at: int, choices: list[list[int]], taken: dict[int, int], tried: set[int]
) -> bool:
    """Give an expected row a pooled one, moving others that have a choice (augmenting path)."""
    for row in choices[at]:
        if row not in tried:
            tried.add(row)
            if row not in taken or _find_partner(taken[row], choices, taken, tried):
                taken[row] = at
                return True
    return False


def _same(made: Any, expected: Any) -> bool:
    if isinstance(made, bool) or isinstance(expected, bool):
        return made is expected
    if isinstance(made, float) and isinstance(expected, int | float):
        return abs(made - expected) <= 1e-9 * max(1.0, abs(expected))
    return bool(made == expected)
