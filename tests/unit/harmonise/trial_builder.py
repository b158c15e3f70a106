"""Little mappings and deliveries, written as text, for tests of harmonising."""

from __future__ import annotations

import io
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import polars as pl

from chorall.harmonise.calendar_dates import ZERO_DATE
from chorall.harmonise.mapping import Mapping, SourcePart, ValuePart
from chorall.harmonise.mapping_file import read_mapping
from chorall.harmonise.prepare import SourceRows
from chorall.harmonise.rule_columns import find_rule_column
from chorall.harmonise.rules import ROW
from chorall.harmonise.trial import HarmonisedTrial, harmonise_trial
from chorall.harmonise.values import compute_values, plan_status, plan_value

KEY = b"a key for tests, sixteen or more"

TRIAL = """
format = 1
[trial]
trial_id = "T"
group = "G"
population = "adult"
time_zero = "diagnosis"
"""

CLINICAL = """
[sources.clinical]
file = "clinical.csv"
patient = "id"
"""

PATIENT = """
[[rules]]
id = "P1"
to = "patient"
source = "clinical"
[rules.set]
sex = { from = "sex", map = { "1" = "male", "2" = "female" }, blank = "not_reported" }
"""

FOLLOW_UP = """
[[rules]]
id = "U1"
to = "follow_up"
source = "clinical"
[rules.set]
entry_day = { value = 0 }
last_contact_day = { from = "days", unit = "days", blank = "quarantine" }
vital_status = { value = "alive" }
"""

BASE = TRIAL + CLINICAL + PATIENT + FOLLOW_UP


def parse_mapping(text: str) -> Mapping:
    """Read a mapping from a file, as a mapping is read."""
    with tempfile.TemporaryDirectory(prefix="chorall-test-") as folder:
        path = Path(folder) / "mapping.toml"
        path.write_text(text, "utf-8")
        return read_mapping(path)


def read_rows(text: str) -> pl.DataFrame:
    """Read a CSV as a delivery is read: text, blank is null, rows numbered from 2."""
    frame = pl.read_csv(io.StringIO(text.strip() + "\n"), infer_schema=False)
    numbers = pl.Series(ROW, range(2, frame.height + 2), dtype=pl.UInt32)
    return frame.insert_column(0, numbers)


def harmonise(mapping: str | Mapping, **sources: str) -> HarmonisedTrial:
    """Harmonise a trial whose sources are given as CSV text."""
    read = parse_mapping(mapping) if isinstance(mapping, str) else mapping
    rows = {
        name: SourceRows(f"{name}.csv", f"hash of {name}", read_rows(text))
        for name, text in sources.items()
    }
    return harmonise_trial(read, rows, KEY)


def list_quarantine(made: HarmonisedTrial) -> list[tuple[str, int, str, str, bool]]:
    """Return (file, row, rule, reason, whole_row) of every line."""
    columns = ("file", "source_row", "rule_id", "reason", "whole_row")
    return sorted(made.quarantine.select(columns).iter_rows())


def value_part(spec: str) -> ValuePart:
    return ValuePart.model_validate(tomllib.loads(f"v = {spec}")["v"])


def read_cell(
    field: str,
    spec: str,
    cell: str | None,
    *,
    source: str = "",
    zero: str | None = None,
    **other: Any,
) -> tuple[Any, str | None, str | None, bool]:
    """Return value, reason for missing, problem and whether the row is skipped, for a cell `x`."""
    table, _, name = field.partition(".")
    part = SourcePart.model_validate(tomllib.loads(f'file = "f"\npatient = "id"\n{source}'))
    rule = parse_rule(table, name, spec)
    column = find_rule_column(rule, name)
    steps = (
        plan_status(rule.set[name], column, ["x"], part)
        if field == "marker_result.status"
        else plan_value(rule.set[name], column, part)
    )
    frame = pl.DataFrame(
        {"x": [cell], ZERO_DATE: [zero], **{key: [value] for key, value in other.items()}},
        schema={"x": pl.String, ZERO_DATE: pl.String, **dict.fromkeys(other, pl.String)},
    ).with_columns(pl.col(ZERO_DATE).str.to_date())
    made = compute_values(frame, [steps], ["x"])
    if made.is_empty():
        return None, None, None, True
    row = made.row(0, named=True)
    return row[name], row.get(f"{name}_missing"), row.get(f"{name}__problem"), False


def parse_rule(table: str, name: str, spec: str) -> Any:
    """Return a rule that sets one column; of a measurement, `table` is `measurement/ITEM`."""
    from chorall.harmonise.mapping import RulePart

    table, _, item = table.partition("/")
    given = tomllib.loads(f"v = {spec}")["v"]
    columns = {name: given} | ({"item": {"value": item}} if item else {})
    return RulePart.model_validate({"id": "R", "to": table, "source": "s", "set": columns})
