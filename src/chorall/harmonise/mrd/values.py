"""The values that only the table `mrd` has, as steps over a source: result and time point."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import polars as pl

from chorall.harmonise.cell_parsing import CellNames, look_up
from chorall.harmonise.conditions import strip_cell
from chorall.harmonise.mapping import NO_ROW, QUARANTINE, RulePart, SourcePart, ValuePart
from chorall.harmonise.mrd.numbers import UnreadableMrd
from chorall.harmonise.mrd.text import read_mrd_text
from chorall.harmonise.value_steps import ValueSteps
from chorall.knowledge.mrd_timepoints import timepoint_names, write_timepoint_key
from chorall.tables.columns import Column
from chorall.tables.schema import MRD

RESULT: Final = "result"
"""A value of rules to `mrd` that gives several columns at once."""
RESULT_COLUMNS: Final = ("category", "mrd_fraction", "limit_fraction")
OWN: Final = "result__own_"
"""Before the columns that a result shares with the rule's own values."""
SHARED_COLUMNS: Final = ("sensitivity", "method")
PROTOCOL_TIMEPOINT: Final = "protocol_timepoint"

READ: Final = pl.Struct(
    {
        "category": pl.String,
        "mrd_fraction": pl.Float64,
        "limit_fraction": pl.Float64,
        "sensitivity": pl.Float64,
        "method": pl.String,
        "missing": pl.String,
        "problem": pl.String,
    }
)


def plan_result(spec: ValuePart, source: SourcePart) -> ValueSteps:
    """Return the steps that read a laboratory's text into the columns of a result.

    Every column that a readable text leaves empty has its reason: the text's own, or
    `not_applicable` for a fraction that is not known by the nature of the result. An unreadable
    text is a problem and the columns are withheld.
    """
    names = CellNames(RESULT)
    text, reason, read = pl.col(names.text), pl.col(names.reason), pl.col(names.read)
    problem = read.struct.field("problem")
    is_blank = text.is_null() & reason.is_null()
    if spec.blank == QUARANTINE:
        problem = pl.when(is_blank).then(pl.lit("blank_not_allowed")).otherwise(problem)
    meaning = spec.blank if spec.blank not in (QUARANTINE, NO_ROW) else "withheld"
    missing = pl.coalesce(
        pl.when(pl.col(names.problem).is_not_null()).then(pl.lit("withheld")),
        read.struct.field("missing"),
        reason,
        pl.when(text.is_null()).then(pl.lit(meaning)),
    )
    cell = pl.coalesce(strip_cell(name) for name in spec.columns)
    why = look_up(cell, source.missing_codes | spec.missing_codes)
    known = pl.when(why.is_null()).then(cell)
    reader = partial(read_texts, unit=spec.unit, words=spec.words)
    return ValueSteps(
        texts=(known.alias(names.text), why.alias(names.reason)),
        skip=is_blank if spec.blank == NO_ROW else None,
        reads=(text.map_batches(reader, return_dtype=READ).alias(names.read),),
        problems=(problem.alias(names.problem),),
        results=_list_results(read, missing),
    )


def read_texts(texts: pl.Series, *, unit: str | None, words: dict[str, str] | None) -> pl.Series:
    """Return what each text says as a struct of type READ; each distinct text is read once."""
    read = {}
    for text in texts.unique().drop_nulls():
        try:
            found = read_mrd_text(text, unit=unit, words=words)
            read[text] = {f.name: getattr(found, f.name, None) for f in READ.fields}
        except UnreadableMrd as refusal:
            read[text] = {f.name: None for f in READ.fields} | {"problem": refusal.args[0]}
    return pl.Series(texts.name, [read.get(text) for text in texts], dtype=READ)


def _list_results(read: pl.Expr, missing: pl.Expr) -> tuple[pl.Expr, ...]:
    made = []
    for name in RESULT_COLUMNS:
        column = MRD.column(name)
        value = read.struct.field(name)
        reason = pl.coalesce(missing, pl.lit("not_applicable"))
        made += [
            value.cast(column.dtype).alias(name),
            pl.when(value.is_null()).then(reason).alias(column.missing_name),
        ]
    shared = [read.struct.field(name).alias(OWN + name) for name in SHARED_COLUMNS]
    return (*made, *shared, missing.alias(OWN + "missing"))


def settle_result(rule: RulePart, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a rule with one sensitivity and one method each.

    What the text itself says goes before what the rule sets. The limit of a `below_limit` stands
    for its sensitivity only where neither says more.
    """
    if rule.to != MRD.name or RESULT not in rule.set:
        return rows
    derived = (pl.col("category").cast(pl.String) == "below_limit") & (
        pl.col(OWN + "sensitivity") == pl.col("limit_fraction")
    )
    stated = pl.when(derived.not_()).then(pl.col(OWN + "sensitivity"))
    own = {"sensitivity": stated, "method": pl.col(OWN + "method")}
    settled = []
    for name in SHARED_COLUMNS:
        set_by_rule = pl.col(name) if name in rule.set else pl.lit(None)
        value = pl.coalesce(own[name], set_by_rule, pl.col(OWN + name)).cast(MRD.column(name).dtype)
        missing = MRD.column(name).missing_name
        said = pl.col(missing) if name in rule.set else pl.lit(None, dtype=pl.String)
        reason = pl.coalesce(said.cast(pl.String), OWN + "missing", pl.lit("not_reported"))
        settled += [value.alias(name), pl.when(value.is_null()).then(reason).alias(missing)]
    return rows.with_columns(settled).drop(
        *(OWN + name for name in SHARED_COLUMNS), OWN + "missing"
    )


def plan_timepoint(
    rule: RulePart, spec: ValuePart, column: Column, steps: ValueSteps
) -> ValueSteps:
    """Return the steps of a time point: what protocols call it is understood and kept.

    Parameters
    ----------
    rule : RulePart
        A rule to `mrd`.
    spec : ValuePart
        Its `timepoint`, read from a column. With `map` only the words of the map are known.
    column : Column
        `timepoint` with the known time points as its words.
    steps : ValueSteps
        Those of a plain word.
    """
    names = CellNames(column.name)
    text = pl.col(names.text)
    if spec.map is None:
        reader = partial(_read_timepoints, names=timepoint_names(spec.protocol))
        found = text.map_batches(reader, return_dtype=pl.String).cast(column.dtype)
        steps = replace(steps, reads=(found.alias(names.read),))
    if PROTOCOL_TIMEPOINT in rule.set:
        return steps
    return replace(steps, results=(*steps.results, text.alias(PROTOCOL_TIMEPOINT)))


def _read_timepoints(texts: pl.Series, names: dict[str, str]) -> pl.Series:
    found = {text: names.get(write_timepoint_key(text)) for text in texts.unique().drop_nulls()}
    return pl.Series(texts.name, [found.get(text) for text in texts], dtype=pl.String)
