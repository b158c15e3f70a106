"""From what each rule made to the tables of one trial."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from chorall.harmonise.calendar_dates import ZERO_DATE
from chorall.harmonise.mapping import Mapping, RulePart
from chorall.harmonise.prepare import PreparedSource
from chorall.harmonise.pseudonyms import pseudonymise
from chorall.harmonise.rule_rows import (
    SINGLE_ROW_TABLES,
    RuleRows,
    join_rules,
    refuse_doubled,
    refuse_incomplete,
    refuse_without_run,
)
from chorall.harmonise.rules import PATIENT, QUARANTINE_SCHEMA, RuleOutcome
from chorall.tables.columns import MISSING_SUFFIX, Table
from chorall.tables.schema import TABLES
from chorall.tables.words import MARKER_STATUSES

YEARS_IN_BAND = 5
STATUS = pl.Enum(list(MARKER_STATUSES))


@dataclass(frozen=True, slots=True)
class PooledRows:
    """The tables of one trial and what each rule gave to them.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Mappable tables in their schema, but for the marker of findings, which is derived later.
    asserted : DataFrame
        Marker statuses: patient_id, trial_id, phase, marker, status, evidence (the rule).
    by_rule : dict of str to RuleRows
        Rule id to its rows and refusals.
    """

    tables: dict[str, pl.DataFrame]
    asserted: pl.DataFrame
    by_rule: dict[str, RuleRows]


def pool_rows(
    mapping: Mapping,
    outcomes: Sequence[RuleOutcome],
    prepared: MappingOf[str, PreparedSource],
    key: bytes,
) -> PooledRows:
    """Put the rows of all rules into the tables of the data model.

    Parameters
    ----------
    mapping : Mapping
        The trial's mapping.
    outcomes : sequence of RuleOutcome
        One for each rule.
    prepared : mapping of str to PreparedSource
        For the calendar years of day 0.
    key : bytes
        Key of the pseudonyms, for persons.
    """
    by_table: dict[str, list[RuleRows]] = {name: [] for name in TABLES}
    for outcome in outcomes:
        empty = pl.DataFrame(schema=QUARANTINE_SCHEMA)
        rows = identify_rows(mapping, outcome.rule, outcome.rows, key)
        by_table[outcome.rule.to].append(RuleRows(outcome.rule, rows, empty))
    kept = {name: refuse_doubled(TABLES[name], parts) for name, parts in by_table.items()}
    kept["follow_up"] = refuse_incomplete(TABLES["follow_up"], kept["follow_up"])
    kept["finding"] = refuse_without_run(kept["finding"], kept["assay_run"])
    tables = {}
    for name, table in TABLES.items():
        if name in SINGLE_ROW_TABLES:
            tables[name] = _merge_columns(mapping, table, kept[name], prepared)
        elif table.mappable and name != "marker_result":
            filled = [_fill(mapping, table, part.rows) for part in kept[name]]
            tables[name] = pl.concat([_table_without_marker(table), *filled])
    asserted = _stack_asserted(mapping, kept["marker_result"])
    return PooledRows(tables, asserted, {p.rule.id: p for parts in kept.values() for p in parts})


def identify_rows(mapping: Mapping, rule: RulePart, rows: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """Add the columns that follow from the rule itself."""
    if rule.to in ("assay_run", "finding", "karyotype"):
        run_id = pl.format("{}:{}:{}", "patient_id", pl.lit(str(rule.assay)), pl.lit(rule.phase))
        rows = rows.with_columns(run_id.alias("run_id"))
    if rule.to in ("assay_run", "karyotype"):
        assay_id = mapping.assay_id(str(rule.assay))
        rows = rows.with_columns(assay_id=pl.lit(assay_id), phase=pl.lit(rule.phase))
    if rule.to == "finding":
        rows = split_fusions(rows)
    if rule.to == "marker_result":
        rows = rows.with_columns(phase=pl.lit(rule.phase), evidence=pl.lit(rule.id))
    if "person_id" in rows.columns:
        rows = rows.with_columns(pseudonymise(rows["person_id"], key, "person").alias("person_id"))
    return rows


def split_fusions(rows: pl.DataFrame) -> pl.DataFrame:
    """Return findings with both partners of a fusion in columns of their own."""
    if "gene" not in rows.columns or not rows["gene"].str.contains("::", literal=True).any():
        return rows
    parts = pl.col("gene").str.splitn("::", 2).struct
    partner = parts.field("field_1")
    if "partner" in rows.columns:
        partner = pl.coalesce("partner", partner)
    split = rows.with_columns(parts.field("field_0").alias("gene"), partner.alias("partner"))
    if "partner_missing" not in rows.columns:
        return split
    reason = pl.when(pl.col("partner").is_null()).then("partner_missing")
    return split.with_columns(reason.alias("partner_missing"))


def _merge_columns(
    mapping: Mapping,
    table: Table,
    parts: Sequence[RuleRows],
    prepared: MappingOf[str, PreparedSource],
) -> pl.DataFrame:
    """Join the columns that several rules give to the same patients."""
    merged = join_rules(parts)
    if table.name == "patient" and mapping.time_zero and "year_band" not in merged.columns:
        dates = prepared[mapping.time_zero.source].frame.select(
            pl.col(PATIENT).alias("patient_id"), ZERO_DATE
        )
        bands = dates.unique("patient_id").select("patient_id", _year_band().alias("year_band"))
        merged = merged.join(bands, on="patient_id", how="left", maintain_order="left")
    if table.name == "follow_up" and mapping.time_zero and mapping.trial.data_cutoff:
        merged = _add_cutoff(mapping.trial.data_cutoff, prepared[mapping.time_zero.source], merged)
    return _fill(mapping, table, merged)


def _add_cutoff(cutoff: date, zero_source: PreparedSource, follow_up: pl.DataFrame) -> pl.DataFrame:
    """Add the day of a stated cut-off, counted from each patient's day 0."""
    days = zero_source.frame.select(
        pl.col(PATIENT).alias("patient_id"),
        cutoff_day=(pl.lit(cutoff) - pl.col(ZERO_DATE)).dt.total_days(),
    )
    known = days.drop_nulls().unique("patient_id", maintain_order=True)
    return follow_up.join(known, on="patient_id", how="left", maintain_order="left")


def _year_band() -> pl.Expr:
    first = pl.col(ZERO_DATE).dt.year() // YEARS_IN_BAND * YEARS_IN_BAND
    return pl.format("{}-{}", first, first + YEARS_IN_BAND - 1)


def _table_without_marker(table: Table) -> pl.DataFrame:
    """Return the empty table without the marker name, which is derived when trials meet."""
    empty = table.empty()
    return empty.drop("marker") if table.name == "finding" else empty


def _fill(mapping: Mapping, table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Bring rows to the schema of the table; what no rule set is `not_reported`."""
    frame = frame.with_columns(trial_id=pl.lit(mapping.trial_id))
    chosen = []
    for name, dtype in _table_without_marker(table).schema.items():
        if name.endswith(MISSING_SUFFIX):
            chosen.append(_reason_for(name.removesuffix(MISSING_SUFFIX), frame, dtype))
        elif name in frame.columns:
            chosen.append(pl.col(name).cast(dtype))
        else:
            chosen.append(pl.lit(None, dtype=dtype).alias(name))
    return frame.select(chosen)


def _reason_for(name: str, frame: pl.DataFrame, dtype: pl.DataType) -> pl.Expr:
    """Return the reason that a rule gave, else `not_reported` where there is no value."""
    missing = f"{name}{MISSING_SUFFIX}"
    given = pl.col(missing).cast(dtype) if missing in frame.columns else pl.lit(None, dtype=dtype)
    reason = pl.coalesce(given, pl.lit("not_reported", dtype=dtype)).alias(missing)
    if name not in frame.columns:
        return reason
    return pl.when(pl.col(name).is_null()).then(reason).alias(missing)


def _stack_asserted(mapping: Mapping, parts: Sequence[RuleRows]) -> pl.DataFrame:
    names = ("patient_id", "phase", "marker", "status", "evidence")
    empty = pl.DataFrame(schema=dict.fromkeys(names, pl.String) | {"status": STATUS})
    stacked = pl.concat([empty, *(part.rows.select(names) for part in parts)])
    return stacked.with_columns(trial_id=pl.lit(mapping.trial_id))
