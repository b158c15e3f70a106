"""Apply one rule of a mapping to the prepared rows of its source."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.harmonise.cell_parsing import look_up
from chorall.harmonise.conditions import meets_all, strip_cell
from chorall.harmonise.mapping import Mapping, RulePart, SourcePart, ValuePart
from chorall.harmonise.mrd.values import RESULT, plan_result, plan_timepoint, settle_result
from chorall.harmonise.rule_columns import find_rule_column
from chorall.harmonise.value_steps import ValueSteps
from chorall.harmonise.values import (
    compute_values,
    describe_expected,
    plan_status,
    plan_value,
)
from chorall.tables.columns import Column
from chorall.tables.words import MARKER_STATUSES

ROW = "__row__"
PATIENT = "__patient__"
CELL = "__cell__"
"""The cell of a marker, where one source row gives several."""

QUARANTINE_SCHEMA = {
    "source_row": pl.UInt32,
    "rule_id": pl.String,
    "column": pl.String,
    "reason": pl.String,
    "detail": pl.String,
    "whole_row": pl.Boolean,
}


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What one rule made of its source.

    Attributes
    ----------
    rule : RulePart
        The rule.
    rows : DataFrame
        The pooled rows: `__row__`, `patient_id` and the columns that the rule sets, with reasons.
    quarantine : DataFrame
        Schema `QUARANTINE_SCHEMA`; `whole_row` is True where the rule made no row.
    n_considered : int
        Source rows that met `when`.
    refused : DataFrame
        As `rows`: what could not become a row because a key value is not usable.
    """

    rule: RulePart
    rows: pl.DataFrame
    quarantine: pl.DataFrame
    n_considered: int
    refused: pl.DataFrame


def apply_rule(mapping: Mapping, rule: RulePart, prepared: pl.DataFrame) -> RuleOutcome:
    """Make pooled rows from the rows of a source that meet the rule's conditions.

    Parameters
    ----------
    mapping : Mapping
        The trial's mapping, already checked.
    rule : RulePart
        One of its rules.
    prepared : DataFrame
        The source's text with `__row__`, `__patient__` (never null) and, where dates are
        delivered, `__zero_date__`.
    """
    considered = prepared.filter(meets_all(rule.when)) if rule.when else prepared
    if rule.markers:
        return _make_wide_marker_rows(mapping, rule, considered)
    return _make_rows(mapping, rule, considered)


Planned = dict[str, tuple[ValuePart, Column, ValueSteps]]


def _plan_values(mapping: Mapping, rule: RulePart) -> Planned:
    source = mapping.sources[rule.source]
    planned = {}
    for name, spec in rule.set.items():
        column = find_rule_column(rule, name)
        planned[name] = (spec, column, _plan_one(rule, spec, column, source))
    return planned


def _plan_one(rule: RulePart, spec: ValuePart, column: Column, source: SourcePart) -> ValueSteps:
    if rule.to == "marker_result" and column.name == "status" and not spec.is_constant:
        return plan_status(spec, column, spec.columns or [CELL], source)
    if rule.to == "mrd" and column.name == RESULT:
        return plan_result(spec, source)
    steps = plan_value(spec, column, source)
    if rule.to == "mrd" and column.name == "timepoint" and not spec.is_constant:
        return plan_timepoint(rule, spec, column, steps)
    return steps


def _make_rows(mapping: Mapping, rule: RulePart, considered: pl.DataFrame) -> RuleOutcome:
    planned = _plan_values(mapping, rule)
    steps = [steps for *_, steps in planned.values()]
    drawn = compute_values(considered, steps, [ROW, PATIENT]).rename({PATIENT: "patient_id"})
    source = mapping.sources[rule.source]
    read = {name: part for name, part in planned.items() if not part[0].is_constant}
    quarantine = [
        _list_problems(drawn, rule, spec, column, describe_expected(spec, column, source))
        for spec, column, _ in read.values()
    ]
    fatal = [name for name, (_, column, _) in read.items() if not column.may_be_missing]
    rows = settle_result(rule, drawn.drop(f"{name}__problem" for name in read))
    lines = _gather(quarantine)
    is_broken = [pl.col(f"{name}__problem").is_not_null() for name in fatal]
    broken = drawn.select(pl.any_horizontal(pl.lit(False), *is_broken).alias("broken"))["broken"]
    if not broken.any():
        return RuleOutcome(rule, rows, lines, considered.height, rows.clear())
    return RuleOutcome(rule, rows.filter(~broken), lines, considered.height, rows.filter(broken))


def _list_problems(
    drawn: pl.DataFrame, rule: RulePart, spec: ValuePart, column: Column, expected: str
) -> pl.DataFrame:
    problem = drawn[f"{column.name}__problem"]
    if problem.null_count() == drawn.height:
        return pl.DataFrame(schema=QUARANTINE_SCHEMA)
    return drawn.filter(problem.is_not_null()).select(
        pl.col(ROW).alias("source_row"),
        pl.lit(rule.id).alias("rule_id"),
        pl.lit("/".join(spec.columns)).alias("column"),
        pl.col(problem.name).alias("reason"),
        pl.lit(f"{rule.to}.{column.name}: expected {expected}").alias("detail"),
        pl.lit(not column.may_be_missing).alias("whole_row"),
    )


def _make_wide_marker_rows(
    mapping: Mapping, rule: RulePart, considered: pl.DataFrame
) -> RuleOutcome:
    """Make a row of each marker's cell; there is always a status, so none is refused."""
    markers = rule.markers or {}
    cells = considered.select(
        ROW,
        PATIENT,
        *(pl.col(cell).alias(marker) for cell, marker in markers.items()),
    )
    long = cells.unpivot(index=[ROW, PATIENT], variable_name="marker", value_name=CELL)
    steps = [steps for *_, steps in _plan_values(mapping, rule).values()]
    # Few words fill many cells: each word is looked up once.
    meanings = compute_values(long.select(CELL).unique(), steps, [CELL])
    drawn = long.join(
        meanings, on=CELL, how="inner", nulls_equal=True, maintain_order="left"
    ).select(ROW, pl.col(PATIENT).alias("patient_id"), "marker", "status", "status__problem")
    words = rule.set["status"].map or MARKER_STATUSES
    problems = drawn.filter(pl.col("status__problem").is_not_null())
    lines = problems.select(
        pl.col(ROW).alias("source_row"),
        pl.lit(rule.id).alias("rule_id"),
        look_up(pl.col("marker"), {name: cell for cell, name in markers.items()}).alias("column"),
        pl.col("status__problem").alias("reason"),
        pl.lit(f"{rule.to}.status: expected one of: {', '.join(words)}").alias("detail"),
        pl.lit(False).alias("whole_row"),
    )
    rows = drawn.drop("status__problem")
    return RuleOutcome(rule, rows, _gather([lines]), considered.height, rows.clear())


def _gather(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=QUARANTINE_SCHEMA), *parts])


def quarantine_rows(
    rows: pl.Series, reason: str, detail: str, *, column: str = "", rule_id: str = ""
) -> pl.DataFrame:
    """Return quarantine lines for whole source rows that did not enter the pool."""
    return pl.DataFrame({"source_row": rows.cast(pl.UInt32)}).select(
        "source_row",
        pl.lit(rule_id).alias("rule_id"),
        pl.lit(column).alias("column"),
        pl.lit(reason).alias("reason"),
        pl.lit(detail).alias("detail"),
        pl.lit(True).alias("whole_row"),
    )


def count_codes(frame: pl.DataFrame, column: str, rows: pl.Series) -> list[tuple[str, int]]:
    """Return the delivered words of some rows with their counts, most frequent first."""
    named = rows.unique().to_frame(ROW)
    words = frame.join(named, on=ROW, how="semi").select(strip_cell(column).alias("word"))
    counted = words.drop_nulls().group_by("word").len()
    ordered = counted.sort(["len", "word"], descending=[True, False])
    return [(str(word), int(count)) for word, count in ordered.iter_rows()]
