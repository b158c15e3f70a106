"""One value of a mapping in steps over a source: text, what it was read as, value, reason."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from chorall.harmonise.cell_parsing import (
    GENE_COLUMNS,
    CellNames,
    find_date_format,
    find_limits,
    look_up,
    plan_parsing,
    read_base_day,
    reads_date,
)
from chorall.harmonise.conditions import strip_cell
from chorall.harmonise.mapping import NO_ROW, QUARANTINE, SourcePart, ValuePart
from chorall.harmonise.mrd.values import RESULT
from chorall.harmonise.value_steps import Expressions, ValueSteps
from chorall.tables.columns import Column
from chorall.tables.words import MARKER_STATUSES

WITHHELD = "withheld"
NOT_REPORTED = "not_reported"

STATUS_OF_REASON = {
    "not_done": "not_tested",
    "failed": "failed",
    "insufficient": "failed",
    "not_reported": "not_reported",
    "not_applicable": "not_reported",
    "withheld": "not_reported",
}
"""What a missing code means for a marker; never absent."""


def plan_value(spec: ValuePart, column: Column, source: SourcePart) -> ValueSteps:
    """Return the steps that compute `column` from a source by `spec`.

    Parameters
    ----------
    spec : ValuePart
        Checked against `column` when the mapping was read.
    column : Column
        The pooled column.
    source : SourcePart
        Gives decimal mark, date format and missing codes.
    """
    name, names = column.name, CellNames(column.name)
    if spec.is_constant:
        value = pl.lit(spec.value, dtype=column.dtype).alias(name)
        reason = pl.lit(spec.missing, dtype=pl.String).alias(column.missing_name)
        return ValueSteps(results=(value, reason) if column.may_be_missing else (value,))
    codes = source.missing_codes | spec.missing_codes
    text, reason, problem = pl.col(names.text), pl.col(names.reason), pl.col(names.problem)
    # Where there must be a value, a code for a missing one is as good as a blank.
    is_blank = text.is_null() & reason.is_null() if column.may_be_missing else text.is_null()
    steps = plan_parsing(spec, column, source)
    found = _flag_blank(spec, is_blank, pl.when(text.is_not_null()).then(steps.problem))
    value = pl.when(problem.is_null()).then(pl.col(name)).cast(column.dtype, strict=False)
    meaning = spec.blank if spec.blank not in (QUARANTINE, NO_ROW) else None
    missing = (
        pl.when(problem.is_not_null())
        .then(pl.lit(WITHHELD))
        .when(text.is_null())
        .then(pl.coalesce(reason, pl.lit(meaning, dtype=pl.String), pl.lit(NOT_REPORTED)))
    ).alias(column.missing_name)
    return ValueSteps(
        texts=(*_read_texts(spec, names, spec.columns, codes), *_read_base(spec, names, source)),
        skip=_skip(spec, is_blank),
        reads=(steps.read.alias(names.read),),
        values=(steps.value.alias(name),),
        problems=(found.alias(names.problem),),
        results=(value, missing) if column.may_be_missing else (value,),
    )


def plan_status(
    spec: ValuePart, column: Column, cells: Sequence[str], source: SourcePart
) -> ValueSteps:
    """Return the steps for a marker status that the delivery asserts in the column `cells`.

    The status is always one of six words: a blank means what the mapping says, a missing code what
    `STATUS_OF_REASON` says. A code that the mapping does not know, and a blank that is a mistake,
    are `not_reported` and go to quarantine.
    """
    names = CellNames(column.name)
    text, reason, read = pl.col(names.text), pl.col(names.reason), pl.col(names.read)
    is_blank = text.is_null() & reason.is_null()
    meaning = spec.blank if spec.blank in MARKER_STATUSES else NOT_REPORTED
    said = pl.when(is_blank).then(pl.lit(meaning)).otherwise(pl.lit(NOT_REPORTED))
    status = pl.coalesce(read, look_up(reason, STATUS_OF_REASON), said).cast(column.dtype)
    unknown = pl.when(text.is_not_null() & read.is_null()).then(pl.lit("unmapped_code"))
    word = pl.col(names.word) if spec.map else text
    known = pl.when(word.is_in(list(MARKER_STATUSES))).then(word)
    return ValueSteps(
        texts=_read_texts(spec, names, cells, source.missing_codes | spec.missing_codes),
        skip=_skip(spec, is_blank),
        reads=(known.alias(names.read),),
        problems=(_flag_blank(spec, is_blank, unknown).alias(names.problem),),
        results=(status.alias(column.name),),
    )


def _read_texts(
    spec: ValuePart, names: CellNames, cells: Sequence[str], codes: dict[str, str]
) -> Expressions:
    """Return the first text that is not blank, what it is mapped to, and why it is missing."""
    text = pl.coalesce(strip_cell(name) for name in cells)
    reason = look_up(text, codes) if codes else pl.lit(None, dtype=pl.String)
    known = pl.when(reason.is_null()).then(text) if codes else text
    made = (known.alias(names.text), reason.alias(names.reason))
    return (*made, look_up(known, spec.map).alias(names.word)) if spec.map else made


def _read_base(spec: ValuePart, names: CellNames, source: SourcePart) -> Expressions:
    base = read_base_day(spec, source)
    return () if base is None else (base.alias(names.base),)


def _flag_blank(spec: ValuePart, is_blank: pl.Expr, problem: pl.Expr) -> pl.Expr:
    if spec.blank != QUARANTINE:
        return problem
    return pl.when(is_blank).then(pl.lit("blank_not_allowed")).otherwise(problem)


def _skip(spec: ValuePart, is_blank: pl.Expr) -> pl.Expr | None:
    return is_blank if spec.blank == NO_ROW else None


def compute_values(
    frame: pl.DataFrame, planned: Sequence[ValueSteps], keep: Sequence[str]
) -> pl.DataFrame:
    """Return the columns of all values with their problems, step by step.

    Parameters
    ----------
    frame : DataFrame
        Rows of a source.
    planned : sequence of ValueSteps
        One for each value.
    keep : sequence of str
        Columns of `frame` to keep.

    Returns
    -------
    DataFrame
        `keep`, the columns of the pool, and `NAME__problem` of every value read from a cell;
        without the rows that a blank does away with.
    """
    made = frame.with_columns(one for steps in planned for one in steps.texts)
    skips = [steps.skip for steps in planned if steps.skip is not None]
    if skips:
        made = made.filter(~pl.any_horizontal(skips))
    for stage in ("reads", "values", "problems"):
        made = made.with_columns(one for steps in planned for one in getattr(steps, stage))
    problems = [one.meta.output_name() for steps in planned for one in steps.problems]
    results = [one for steps in planned for one in steps.results]
    return made.select(*keep, *problems, *results)


def describe_expected(spec: ValuePart, column: Column, source: SourcePart) -> str:
    """Return what a usable text of this value looks like, for quarantine and plan."""
    if spec.map:
        return f"one of: {', '.join(spec.map)}"
    if column.kind in ("word", "boolean"):
        return f"one of: {', '.join(column.words or ('true', 'false'))}"
    if column.name == RESULT:
        return "a result as in docs/mrd.md"
    if column.name in GENE_COLUMNS:
        fusion = " or a fusion such as BCR::ABL1" if column.holds_fusions else ""
        return f"a gene symbol or alias of knowledge/genes{fusion}"
    if column.name == "year_band":
        return "two years, e.g. 2005-2009"
    if column.kind == "text":
        return "text"
    if reads_date(spec, column, source):
        return f"a date as {find_date_format(spec, source)}"
    unit = f" in {spec.unit}" if spec.unit else ""
    minimum, maximum = find_limits(spec, column)
    if minimum is None or maximum is None:
        return f"a number{unit}"
    return f"a number{unit}, {column.name} from {minimum:g} to {maximum:g}"
