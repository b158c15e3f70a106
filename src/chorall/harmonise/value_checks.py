"""Check one value of a rule against the column that it is to fill."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chorall.harmonise.assay_tables import NOT_GENES
from chorall.harmonise.calendar_dates import can_read_dates
from chorall.harmonise.cell_parsing import GENE_COLUMNS, is_year_band
from chorall.harmonise.mapping import NO_ROW, QUARANTINE, Mapping, RulePart, ValuePart
from chorall.harmonise.mapping_problem import MappingProblem
from chorall.knowledge.definition_file import KeyPath
from chorall.knowledge.fusion_notation import read_fusion
from chorall.knowledge.gene_names import find_gene
from chorall.knowledge.units import units_of
from chorall.tables.columns import Column
from chorall.tables.words import MARKER_STATUSES, MISSING_REASONS

ORIGINS = ("from", "first_of", "value", "missing")
FOR_NUMBERS = ("unit", "round", "after", "minimum", "maximum")
"""Keys that mean something for numbers and days only."""


def check_value(
    mapping: Mapping, rule: RulePart, column: Column, spec: ValuePart, where: KeyPath
) -> Iterator[MappingProblem]:
    """Yield what is wrong with the value that a rule sets in one column."""
    given = spec.model_dump(by_alias=True, exclude_unset=True)
    origins = [name for name in ORIGINS if name in given]
    wide_status = rule.markers is not None and column.name == "status"
    if len(origins) != (0 if wide_status else 1):
        yield MappingProblem(
            where, "expected exactly one of `from`, `first_of`, `value` and `missing`."
        )
        return
    if spec.is_constant:
        for name in given.keys() - set(ORIGINS):
            message = f"`{name}` means nothing beside `{origins[0]}`: it reads no column."
            yield MappingProblem((*where, name), message)
        yield from _check_constant(rule, column, spec, where)
        return
    yield from _check_blank(rule, column, spec, where)
    yield from _check_words(column, spec, where)
    yield from _check_keys_for_numbers(column, spec, where)
    yield from _check_measure(mapping, rule, column, spec, where)


def _check_constant(
    rule: RulePart, column: Column, spec: ValuePart, where: KeyPath
) -> Iterator[MappingProblem]:
    if spec.missing is not None and not column.may_be_missing:
        yield MappingProblem(where, f"`{column.name}` must have a value.")
    value = spec.value
    if value is None:
        return
    if not _fits(column, value):
        expected = f"one of: {', '.join(column.words)}" if column.words else f"a {column.kind}"
        yield MappingProblem(where, f"value {value!r}: expected {expected}.")
    elif column.kind in ("integer", "number") and not _is_within(column, float(value)):
        yield MappingProblem(where, f"value {value!r}: expected {_write_range(column)}.")
    elif column.name in GENE_COLUMNS and _is_no_symbol(rule, str(value)):
        fusion = read_fusion(str(value))
        named = find_gene(str(value)) or (fusion.name if fusion else None)
        expected = named or "an HGNC symbol of knowledge/genes"
        yield MappingProblem(where, f"value {value!r}: expected {expected}.")
    elif column.name == "year_band" and not is_year_band(str(value)):
        yield MappingProblem(where, f"value {value!r}: expected two years, e.g. 2005-2009.")


def _fits(column: Column, value: str | float | bool) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {
        "text": isinstance(value, str),
        "word": value in column.words,
        "boolean": isinstance(value, bool),
        "integer": is_number and isinstance(value, int),
        "number": is_number,
    }
    return fits[column.kind]


def _is_no_symbol(rule: RulePart, value: str) -> bool:
    """Return True for a name that is not the gene's symbol; fusions and karyotypes have others."""
    kind = rule.set.get("alteration_class")
    others = {*NOT_GENES} - {"fusion"}
    if kind is None or kind.value in (None, *others):
        return False
    if kind.value == "fusion":
        fusion = read_fusion(value)
        return fusion is not None and value not in (fusion.name, fusion.gene)
    return find_gene(value) != value


def _check_blank(
    rule: RulePart, column: Column, spec: ValuePart, where: KeyPath
) -> Iterator[MappingProblem]:
    allowed = [QUARANTINE, NO_ROW]
    if rule.to == "marker_result" and column.name == "status":
        allowed = [*MARKER_STATUSES, *allowed]
    elif column.may_be_missing:
        allowed = [*MISSING_REASONS, *allowed]
    yield from check_blank(spec, allowed, where)


def check_blank(
    spec: ValuePart, allowed: Sequence[str], where: KeyPath
) -> Iterator[MappingProblem]:
    """Yield what is wrong with the meaning of an empty cell."""
    if spec.blank is None:
        yield MappingProblem(
            where, f"say what `blank` means, there is no default: {', '.join(allowed)}."
        )
    elif spec.blank not in allowed:
        yield MappingProblem(
            (*where, "blank"), f"blank = {spec.blank!r}: expected one of: {', '.join(allowed)}."
        )


def _check_words(column: Column, spec: ValuePart, where: KeyPath) -> Iterator[MappingProblem]:
    words = column.words if column.kind == "word" else ("true", "false")
    if spec.map is None or column.kind not in ("word", "boolean"):
        return
    for code, word in spec.map.items():
        if word not in words:
            yield MappingProblem(
                (*where, "map", code),
                f"{code!r} is mapped to {word!r}: expected one of: {', '.join(words)}.",
            )


def _check_keys_for_numbers(
    column: Column, spec: ValuePart, where: KeyPath
) -> Iterator[MappingProblem]:
    if column.kind not in ("integer", "number"):
        for name in FOR_NUMBERS:
            if getattr(spec, name) is not None:
                yield MappingProblem((*where, name), f"`{column.name}` is not a number.")
        return
    for name in ("minimum", "maximum"):
        limit = getattr(spec, name)
        if limit is not None and not _is_within(column, limit):
            message = f"{name} = {limit:g}: a range can only be narrowed, {_write_range(column)}."
            yield MappingProblem((*where, name), message)


def _is_within(column: Column, value: float) -> bool:
    too_low = column.minimum is not None and value < column.minimum
    return not too_low and not (column.maximum is not None and value > column.maximum)


def _write_range(column: Column) -> str:
    return f"{column.name} from {column.minimum:g} to {column.maximum:g}"


def _check_measure(
    mapping: Mapping, rule: RulePart, column: Column, spec: ValuePart, where: KeyPath
) -> Iterator[MappingProblem]:
    date_format = spec.date_format or mapping.sources[rule.source].date_format
    dated = column.dimension == "time" and date_format is not None and spec.unit is None
    dated = dated or spec.date_format is not None
    if spec.date_format is not None:
        yield from _check_date_format(column, spec, where)
    if dated and mapping.time_zero is None:
        yield MappingProblem(where, "a date needs `[time_zero]` in the mapping.")
    if spec.after is not None and (column.dimension != "time" or dated):
        yield MappingProblem((*where, "after"), "`after` adds numbers of days only.")
    if column.dimension and not dated and spec.unit is None:
        yield MappingProblem(where, f"`{column.name}` needs a `unit`.")
    if spec.unit is not None:
        yield from _check_unit(column, spec.unit, where)


def _check_date_format(column: Column, spec: ValuePart, where: KeyPath) -> Iterator[MappingProblem]:
    here = (*where, "date_format")
    if column.dimension not in ("time", "age"):
        yield MappingProblem(here, f"`{column.name}` is not a day or an age.")
    elif spec.unit is not None:
        yield MappingProblem(here, "give `date_format` or `unit`: a date has no unit.")
    yield from check_date_format(str(spec.date_format), here)


def check_date_format(date_format: str, where: KeyPath) -> Iterator[MappingProblem]:
    """Yield what is wrong with the form of dates that a mapping states."""
    if not can_read_dates(date_format):
        yield MappingProblem(
            where,
            f"date_format = {date_format!r}: no date can be read by it; expected a form such as "
            '"%d.%m.%Y" or "%Y-%m-%d".',
        )


def _check_unit(column: Column, unit: str, where: KeyPath) -> Iterator[MappingProblem]:
    if not column.dimension:
        if column.kind in ("integer", "number"):
            yield MappingProblem((*where, "unit"), f"`{column.name}` has no unit.")
        return
    known = units_of(column.dimension)
    if unit not in known:
        message = f"`{unit}` is not a unit of `{column.name}`: expected one of: {', '.join(known)}."
        yield MappingProblem((*where, "unit"), message)
