"""From rows of the pool back to the rules, files and source rows that made them, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from chorall.harmonise.mrd.values import RESULT, RESULT_COLUMNS, SHARED_COLUMNS
from chorall.tables.store import Pool


def find_setting_rules(pool: Pool, trial_id: str, table: str, column: str) -> list[str]:
    """Return the ids of a trial's rules that set a column of a table."""
    return [
        rule_id
        for rule_id, rule in pool.manifest["rules"][trial_id].items()
        if rule["to"] == table and _find_setter(rule, column) is not None
    ]


def _find_setter(rule: dict[str, Any], column: str) -> str | None:
    """Return the key under `set` that a column comes from: its own, or the result of `mrd`."""
    values = rule.get("set", {})
    if column in values:
        return column
    given = rule["to"] == "mrd" and column in (*RESULT_COLUMNS, *SHARED_COLUMNS)
    return RESULT if given and RESULT in values else None


def may_make(spec: dict[str, Any], word: str) -> bool:
    """Return True where a value may come out as `word`: stated, mapped to, or read as it stands."""
    if "value" in spec:
        return bool(spec["value"] == word)
    return word in spec["map"].values() if "map" in spec else True


def describe_origins(
    pool: Pool,
    patient: str,
    table: str,
    column: str,
    rules: Sequence[str],
    *,
    items: Sequence[str] | None = None,
    marker: str = "",
) -> list[str]:
    """Return one sentence for each source row that the named rules used for a patient.

    Parameters
    ----------
    pool : Pool
        An opened pool.
    patient : str
        Pseudonym.
    table, column : str
        What the rules set.
    rules : sequence of str
        Ids of rules of the patient's trial.
    items : sequence of str, optional
        Only rows about these (column `item` of the table lineage).
    marker : str
        Whose column a rule with several markers read.
    """
    used = pool.table("lineage").filter(
        (pl.col("patient_id") == patient)
        & (pl.col("table") == table)
        & pl.col("rule_id").is_in(list(rules))
    )
    if items is not None:
        used = used.filter(pl.col("item").is_in(list(items)))
    steps = []
    for line in used.iter_rows(named=True):
        rule = pool.manifest["rules"][line["trial_id"]][line["rule_id"]]
        spec = _find_spec(rule, column, marker)
        steps.append(
            f"rule {line['rule_id']} of {line['trial_id']}, {line['file']} row "
            f"{line['source_row']}, {_describe_spec(spec)}"
        )
        steps += _describe_refusals(pool, line, spec)
    return steps


def _find_spec(rule: dict[str, Any], column: str, marker: str) -> dict[str, Any]:
    """Return what the rule says of a column; a wide rule reads each marker from its own column."""
    spec: dict[str, Any] = rule.get("set", {}).get(_find_setter(rule, column), {})
    cells = [cell for cell, named in rule.get("markers", {}).items() if named == marker]
    return spec | {"from": cells[0]} if cells else spec


def _describe_spec(spec: dict[str, Any]) -> str:
    details = [
        text
        for key, text in (
            ("unit", f"unit {spec.get('unit')}"),
            ("map", f"mapped by {_write_map(spec.get('map', {}))}"),
            ("date_format", "a date"),
            ("after", f"counted from {spec.get('after')}"),
            ("blank", f"blank means {spec.get('blank')}"),
        )
        if key in spec
    ]
    return "; ".join([_describe_source(spec), *details])


def _describe_source(spec: dict[str, Any]) -> str:
    if "from" in spec:
        return f"column {spec['from']}"
    if "first_of" in spec:
        return f"first of the columns {', '.join(spec['first_of'])}"
    if "value" in spec:
        return f"the same for all: {spec['value']}"
    return f"declared missing: {spec['missing']}"


def _write_map(words: dict[str, str]) -> str:
    return ", ".join(f"{code} -> {word}" for code, word in words.items())


def _describe_refusals(pool: Pool, line: dict[str, Any], spec: dict[str, Any]) -> list[str]:
    refused = pool.table("quarantine").filter(
        (pl.col("trial_id") == line["trial_id"])
        & (pl.col("file") == line["file"])
        & (pl.col("source_row") == line["source_row"])
        & (pl.col("rule_id") == line["rule_id"])
        & (pl.col("column") == "/".join(spec.get("first_of", [spec.get("from", "")])))
    )
    return [
        f"the delivered text was withheld: {reason}; {detail}"
        for reason, detail in refused.select("reason", "detail").iter_rows()
    ]
