"""Text of a cell to numbers, days, words and genes, as Polars expressions: value and problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from chorall.harmonise.calendar_dates import ZERO_DATE, read_date
from chorall.harmonise.conditions import strip_cell
from chorall.harmonise.mapping import SourcePart, ValuePart
from chorall.knowledge.fusion_notation import read_fusion
from chorall.knowledge.gene_names import gene_symbols
from chorall.knowledge.spreadsheet_dates import DATE_LIKE
from chorall.knowledge.units import DAYS_PER_YEAR, convert_factor
from chorall.tables.columns import Column

GENE_COLUMNS: Final = ("gene", "partner")

GENE_SYMBOL: Final = r"^[A-Za-z][A-Za-z0-9.-]{1,14}$"
YEAR_BAND: Final = r"^[12]\d{3}-[12]\d{3}$"


@dataclass(frozen=True, slots=True)
class ParseSteps:
    """How known text becomes a value, in steps that are each computed once.

    Attributes
    ----------
    read : Expr
        From the text of the cell: number, date, gene or word; null where it is none.
    value : Expr
        From what was read: in the unit of the column, in days from day 0.
    problem : Expr
        One word where the text cannot be used, else null; not asked where there is no text.
    """

    read: pl.Expr
    value: pl.Expr
    problem: pl.Expr


@dataclass(frozen=True, slots=True)
class CellNames:
    """Names of the columns in which the steps of one pooled column lie."""

    name: str

    @property
    def text(self) -> str:
        """Text as delivered, without surrounding white space and missing codes."""
        return f"{self.name}__text"

    @property
    def word(self) -> str:
        """What the text is mapped to."""
        return f"{self.name}__word"

    @property
    def read(self) -> str:
        """What the text was read as."""
        return f"{self.name}__read"

    @property
    def reason(self) -> str:
        """Why the value is missing, by a missing code."""
        return f"{self.name}__reason"

    @property
    def base(self) -> str:
        """The day from which days are counted."""
        return f"{self.name}__base"

    @property
    def problem(self) -> str:
        """Why the text cannot be used."""
        return f"{self.name}__problem"


def plan_parsing(spec: ValuePart, column: Column, source: SourcePart) -> ParseSteps:
    """Return how the text of a cell becomes a value of `column`.

    Parameters
    ----------
    spec : ValuePart
        Checked against `column` when the mapping was read.
    column : Column
        The pooled column.
    source : SourcePart
        Gives decimal mark and date format.
    """
    names = CellNames(column.name)
    text = pl.col(names.word) if spec.map else pl.col(names.text)
    if column.kind in ("word", "boolean", "text"):
        steps = _plan_words(text, pl.col(names.read), column)
    elif reads_date(spec, column, source):
        steps = _plan_date(text, pl.col(names.read), spec, column, source)
    else:
        steps = _plan_number(text, pl.col(names.read), spec, column, source)
    if not spec.map:
        return steps
    unmapped = _flag(pl.col(names.word).is_null(), "unmapped_code")
    return replace(steps, problem=pl.coalesce(unmapped, steps.problem))


def look_up(text: pl.Expr, words: dict[str, str]) -> pl.Expr:
    """Return the word for each text, null where there is none."""
    return text.replace_strict(words, default=None, return_dtype=pl.String)


def _flag(condition: pl.Expr, word: str) -> pl.Expr:
    return pl.when(condition).then(pl.lit(word))


def reads_date(spec: ValuePart, column: Column, source: SourcePart) -> bool:
    """Return True where the text is a date and not a number."""
    is_dated = column.dimension == "time" and source.date_format is not None
    return spec.date_format is not None or (is_dated and spec.unit is None)


def _plan_words(text: pl.Expr, read: pl.Expr, column: Column) -> ParseSteps:
    if column.name in GENE_COLUMNS:
        return _plan_fusion(text, read) if column.holds_fusions else _plan_gene(text, read)
    unknown = _flag(read.is_null(), "unmapped_code")
    if column.kind == "word":
        return ParseSteps(text.cast(column.dtype, strict=False), read, unknown)
    if column.kind == "boolean":
        truth = text.str.to_lowercase().replace_strict(
            {"true": True, "false": False}, default=None, return_dtype=pl.Boolean
        )
        return ParseSteps(truth, read, unknown)
    if column.name == "year_band":
        return ParseSteps(pl.when(text.str.contains(YEAR_BAND)).then(text), read, unknown)
    return ParseSteps(text, read, pl.lit(None, dtype=pl.String))


def _plan_gene(text: pl.Expr, read: pl.Expr) -> ParseSteps:
    # An unknown gene is none that an assay lists; what is no symbol at all may be any gene.
    legible = (
        pl.when(text.str.contains(DATE_LIKE))
        .then(pl.lit("gene_turned_into_date"))
        .when(text.str.contains(GENE_SYMBOL))
        .then(pl.lit("unknown_gene"))
    )
    problem = pl.when(read.is_null()).then(legible.otherwise(pl.lit("not_a_gene")))
    return ParseSteps(look_up(text.str.to_uppercase(), gene_symbols()), read, problem)


def _plan_fusion(text: pl.Expr, read: pl.Expr) -> ParseSteps:
    """Read a gene, or a whole fusion in any notation, as ``KMT2A`` or ``BCR::ABL1``."""
    known = look_up(text.str.to_uppercase(), gene_symbols())
    named = text.map_batches(_name_fusions, return_dtype=pl.String)
    steps = _plan_gene(text, read)
    # `BCR-XYZ` may be any fusion of BCR: it is not a gene that no assay lists.
    joined = text.str.contains(r"[^A-Za-z0-9]")
    unclear = pl.when(read.is_null() & joined & (steps.problem == "unknown_gene"))
    problem = unclear.then(pl.lit("not_a_gene")).otherwise(steps.problem)
    return ParseSteps(pl.coalesce(known, named), read, problem)


def _name_fusions(texts: pl.Series) -> pl.Series:
    """Return the genes of each text: both partners joined, or the one gene that is known."""
    names = {}
    for text in texts.unique().drop_nulls():
        found = read_fusion(text)
        if found is not None:
            names[text] = found.gene if found.partner is None else found.name
    return texts.replace_strict(names, default=None, return_dtype=pl.String)


def is_year_band(text: str) -> bool:
    """Return True for two years such as 2005-2009."""
    return bool(pl.Series([text]).str.contains(YEAR_BAND).all())


def _plan_date(
    text: pl.Expr, read: pl.Expr, spec: ValuePart, column: Column, source: SourcePart
) -> ParseSteps:
    days = (read - pl.col(ZERO_DATE)).dt.total_days()
    value = -days / DAYS_PER_YEAR if column.dimension == "age" else days
    problem = pl.coalesce(
        _flag(read.is_null(), "bad_date"),
        _flag(pl.col(ZERO_DATE).is_null(), "no_time_zero"),
        _flag(_out_of_range(pl.col(column.name), spec, column), "out_of_range"),
    )
    return ParseSteps(read_date(text, find_date_format(spec, source)), value, problem)


def find_date_format(spec: ValuePart, source: SourcePart) -> str:
    """Return the form of the dates of a value: its own, else that of its source."""
    return spec.date_format or source.date_format or ""


def _plan_number(
    text: pl.Expr, read: pl.Expr, spec: ValuePart, column: Column, source: SourcePart
) -> ParseSteps:
    factor = convert_factor(column.dimension, spec.unit) if spec.unit else 1.0
    value = read * factor if factor != 1.0 else read
    problems = [_flag(read.is_null(), "not_a_number")]
    if spec.after:
        base = pl.col(CellNames(column.name).base)
        value = value + base * factor
        problems.append(_flag(base.is_null(), "no_base_day"))
    if column.kind == "integer":
        # A part of a day comes from a coarser unit (months, years): the nearest day is meant.
        if factor == 1.0 and spec.round is None:
            problems.append(_flag(read != read.round(), "not_whole"))
        value = value.round()
    problems.append(_flag(_out_of_range(pl.col(column.name), spec, column), "out_of_range"))
    # What a map says is written as in TOML, whatever the decimal mark of the file.
    number = _read_number(text, "." if spec.map else source.decimal)
    return ParseSteps(number, value, pl.coalesce(problems))


def read_base_day(spec: ValuePart, source: SourcePart) -> pl.Expr | None:
    """Return the number in the column from whose day days are counted, if there is one."""
    return _read_number(strip_cell(spec.after), source.decimal) if spec.after else None


def _read_number(text: pl.Expr, decimal: str) -> pl.Expr:
    """Return the number; in a file with decimal commas a point may part thousands: no number."""
    if decimal == ",":
        plain = text.str.replace(",", ".", literal=True)
        text = pl.when(text.str.contains(".", literal=True).not_()).then(plain)
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def find_limits(spec: ValuePart, column: Column) -> tuple[float | None, float | None]:
    """Return the inclusive range of a value: the mapping's, else the data model's."""
    minimum = spec.minimum if spec.minimum is not None else column.minimum
    maximum = spec.maximum if spec.maximum is not None else column.maximum
    return minimum, maximum


def _out_of_range(value: pl.Expr, spec: ValuePart, column: Column) -> pl.Expr:
    minimum, maximum = find_limits(spec, column)
    too_low = value < minimum if minimum is not None else pl.lit(False)
    return too_low | (value > maximum) if maximum is not None else too_low
