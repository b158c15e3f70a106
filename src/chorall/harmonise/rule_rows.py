"""What each rule made, and which of its rows cannot stand beside those of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from chorall.harmonise.mapping import RulePart
from chorall.harmonise.rules import ROW, quarantine_rows
from chorall.tables.columns import Table

SINGLE_ROW_TABLES = ("patient", "follow_up")
"""Tables whose columns several rules may fill, one row for each patient."""


@dataclass(frozen=True, slots=True)
class RuleRows:
    """What one rule gives to its table.

    Attributes
    ----------
    rule : RulePart
        The rule.
    rows : DataFrame
        Its rows, with `__row__` and what follows from the rule itself.
    refused : DataFrame
        `QUARANTINE_SCHEMA`: rows that cannot stand beside the others.
    """

    rule: RulePart
    rows: pl.DataFrame
    refused: pl.DataFrame

    def refuse(self, doomed: pl.Series, reason: str, detail: str) -> RuleRows:
        """Return the rows without those where `doomed` is True, which are quarantined instead."""
        if not doomed.any():
            return self
        lost = self.rows.filter(doomed)[ROW]
        lines = quarantine_rows(lost, reason, detail, rule_id=self.rule.id)
        return RuleRows(self.rule, self.rows.filter(~doomed), pl.concat([self.refused, lines]))


def refuse_doubled(table: Table, parts: list[RuleRows]) -> list[RuleRows]:
    """Refuse all rows that share a key: none of them is more right than the others.

    Rules to `patient` and `follow_up` add columns to the same row, and several rules may assert
    the same marker: there only rows of one rule are compared.
    """
    if not table.key or not table.mappable or not parts:
        return parts
    if table.name in SINGLE_ROW_TABLES or table.name == "marker_result":
        groups = [[part] for part in parts if not part.rule.markers]
        kept = {part.rule.id: part for group in groups for part in _refuse_among(table, group)}
        return [kept.get(part.rule.id, part) for part in parts]
    return _refuse_among(table, parts)


def _refuse_among(table: Table, parts: list[RuleRows]) -> list[RuleRows]:
    key = [name for name in table.key if name in parts[0].rows.columns]
    keys = pl.concat([part.rows.select(pl.col(key).cast(pl.String)) for part in parts])
    doubled = keys.select((pl.len().over(key) > 1).alias("doubled"))["doubled"]
    detail = f"{table.name}: several rows have the same {', '.join(key)}"
    kept, start = [], 0
    for part in parts:
        mine = doubled.slice(start, part.rows.height)
        kept.append(part.refuse(mine, "duplicate_key", detail))
        start += part.rows.height
    return kept


def refuse_incomplete(table: Table, parts: list[RuleRows]) -> list[RuleRows]:
    """Refuse the rows of patients to whom the other rules do not give what a row must have."""
    if len(parts) < 2:
        return parts
    merged = join_rules(parts)
    needed = [c.name for c in table.columns if not c.may_be_missing and c.name in merged.columns]
    whole = merged.drop_nulls(needed).select("patient_id")
    detail = f"{table.name}: the rules together must give {', '.join(needed)} to a patient"
    return [
        part.refuse(~_is_in(part.rows, whole, "patient_id"), "incomplete_row", detail)
        for part in parts
    ]


def refuse_without_run(findings: list[RuleRows], runs: list[RuleRows]) -> list[RuleRows]:
    """Refuse findings of patients on whom the assay was not run."""
    none = pl.DataFrame(schema={"run_id": pl.String})
    known = pl.concat([none, *(part.rows.select("run_id") for part in runs)])
    detail = "the patient has no run of the assay in which the lesion was found"
    return [part.refuse(~_is_in(part.rows, known, "run_id"), "no_run", detail) for part in findings]


def _is_in(frame: pl.DataFrame, known: pl.DataFrame, name: str) -> pl.Series:
    marks = known.unique().with_columns(pl.lit(True).alias("is_in"))
    marked = frame.select(name).join(marks, on=name, how="left", maintain_order="left")
    return marked["is_in"].fill_null(False)


def join_rules(parts: Sequence[RuleRows]) -> pl.DataFrame:
    """Return one row for each patient with the columns of all rules, in the order of the first."""
    frames = [part.rows.drop(ROW) for part in parts]
    merged = pl.concat([f.select("patient_id") for f in frames]).unique(maintain_order=True)
    for frame in frames:
        merged = merged.join(frame, on="patient_id", how="left", maintain_order="left")
    return merged
