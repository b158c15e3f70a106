"""Check what a rule says of a result or a time point of residual disease."""

from __future__ import annotations

from collections.abc import Iterator

from chorall.harmonise.mapping import NO_ROW, QUARANTINE, RulePart, ValuePart
from chorall.harmonise.mapping_problem import MappingProblem
from chorall.harmonise.mrd.values import RESULT, RESULT_COLUMNS
from chorall.harmonise.value_checks import check_blank
from chorall.knowledge.definition_file import KeyPath
from chorall.knowledge.definition_problems import name_choices
from chorall.knowledge.mrd_timepoints import mrd_timepoints
from chorall.knowledge.units import units_of
from chorall.tables.words import MISSING_REASONS

ALLOWED_KEYS = ("from", "first_of", "blank", "unit", "words", "missing_codes")
WORD_MEANINGS = ("undetected", "detected_not_quantifiable", *MISSING_REASONS)


def check_result(rule: RulePart, spec: ValuePart, where: KeyPath) -> Iterator[MappingProblem]:
    """Yield what is wrong with the value `result` of a rule to `mrd`."""
    given = spec.model_dump(by_alias=True, exclude_unset=True)
    if ("from" in given) == ("first_of" in given):
        yield MappingProblem(where, "expected exactly one of `from` and `first_of`.")
    for name in given.keys() - set(ALLOWED_KEYS):
        choices = ", ".join(ALLOWED_KEYS)
        yield MappingProblem((*where, name), f"`{name}` means nothing here, only: {choices}.")
    allowed = (*MISSING_REASONS, QUARANTINE, NO_ROW)
    yield from check_blank(spec, allowed, where)
    units = units_of("fraction")
    if spec.unit is not None and spec.unit not in units:
        message = f"`{spec.unit}` is no unit of a result: expected one of: {', '.join(units)}."
        yield MappingProblem((*where, "unit"), message)
    for word, meaning in (spec.words or {}).items():
        if meaning not in WORD_MEANINGS:
            choices = name_choices(meaning, WORD_MEANINGS)
            yield MappingProblem((*where, "words", word), f"{word!r} = {meaning!r}: {choices}.")
    for name in RESULT_COLUMNS:
        if name in rule.set:
            message = f"`{name}` comes from `{RESULT}` already: set one of the two."
            yield MappingProblem((*where[:-1], name), message)


def check_mrd_keys(
    rule: RulePart, name: str, spec: ValuePart, where: KeyPath
) -> Iterator[MappingProblem]:
    """Yield keys of residual disease that stand where they mean nothing."""
    if spec.words is not None:
        yield MappingProblem((*where, "words"), f"`words` belongs to `mrd.{RESULT}`.")
    if spec.protocol is None:
        return
    here = (*where, "protocol")
    protocols = mrd_timepoints().protocols
    if (rule.to, name) != ("mrd", "timepoint"):
        yield MappingProblem(here, "`protocol` belongs to `mrd.timepoint`.")
    elif spec.map is not None:
        yield MappingProblem(here, "give `protocol` or `map`: one of them names the time points.")
    elif spec.protocol not in protocols:
        choices = name_choices(spec.protocol, protocols)
        yield MappingProblem(here, f"no protocol `{spec.protocol}`: {choices}")
