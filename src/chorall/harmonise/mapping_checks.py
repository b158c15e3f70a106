"""Check a mapping against the data model: what types alone cannot see."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from chorall.harmonise.assay_tables import NOT_GENES, name_target
from chorall.harmonise.mapped_fields import mapped_fields
from chorall.harmonise.mapping import AssayPart, Mapping
from chorall.harmonise.mapping_problem import MappingProblem
from chorall.harmonise.rule_checks import check_rules
from chorall.harmonise.trial_endpoint_checks import check_trial_endpoints
from chorall.harmonise.value_checks import check_date_format
from chorall.knowledge.assay_catalogue import known_assays
from chorall.knowledge.definition_file import KeyPath
from chorall.knowledge.definition_problems import name_choices
from chorall.knowledge.gene_names import gene_symbols, known_symbols
from chorall.knowledge.spreadsheet_dates import guess_damaged_symbols, looks_like_date
from chorall.tables.column_kinds import EARLIEST_YEAR, LATEST_YEAR
from chorall.tables.schema import TABLES
from chorall.tables.words import EVENT_TYPES


def find_problems(mapping: Mapping) -> list[MappingProblem]:
    """Return every problem of the mapping, in the order of the file's parts."""
    return [
        *_check_trial(mapping),
        *_check_sources(mapping),
        *_check_time_zero(mapping),
        *_check_assays(mapping),
        *check_rules(mapping),
        *_check_impossible(mapping),
        *_check_tests(mapping),
    ]


def _check_trial(mapping: Mapping) -> Iterator[MappingProblem]:
    trial = mapping.trial
    for name in ("accrual_from_year", "accrual_to_year", "data_cutoff_year"):
        year = getattr(trial, name)
        if year is not None and not EARLIEST_YEAR <= year <= LATEST_YEAR:
            message = f"{name} = {year}: expected a year from {EARLIEST_YEAR} to {LATEST_YEAR}."
            yield MappingProblem(("trial", name), message)
    first, last = trial.accrual_from_year, trial.accrual_to_year
    if first is not None and last is not None and first > last:
        yield MappingProblem(("trial", "accrual_to_year"), "accrual ends before it begins.")
    yield from check_trial_endpoints(mapping)
    seen: set[str] = set()
    for position, arm in enumerate(mapping.arms):
        if arm.arm_id in seen:
            yield MappingProblem(
                ("arms", position, "arm_id"), f"arm `{arm.arm_id}` is there twice."
            )
        seen.add(arm.arm_id)


def _check_sources(mapping: Mapping) -> Iterator[MappingProblem]:
    for name, source in mapping.sources.items():
        if not any(rule.source == name for rule in mapping.rules):
            yield MappingProblem(("sources", name), f"no rule reads the source `{name}`.")
        if source.delimiter is not None and len(source.delimiter) != 1:
            yield MappingProblem(
                ("sources", name, "delimiter"), "`delimiter` must be one character."
            )
        if source.date_format is not None:
            yield from check_date_format(source.date_format, ("sources", name, "date_format"))


def _check_time_zero(mapping: Mapping) -> Iterator[MappingProblem]:
    zero = mapping.time_zero
    if zero is None:
        return
    if zero.source not in mapping.sources:
        choices = name_choices(zero.source, mapping.sources)
        yield MappingProblem(("time_zero", "source"), f"no source `{zero.source}`: {choices}")
    elif mapping.sources[zero.source].date_format is None:
        yield MappingProblem(
            ("time_zero", "source"), f"the source `{zero.source}` needs a `date_format`."
        )


def _check_assays(mapping: Mapping) -> Iterator[MappingProblem]:
    seen: set[str] = set()
    read = {rule.assay for rule in mapping.rules if rule.to == "karyotype"}
    for position, assay in enumerate(mapping.assays):
        if assay.id in seen:
            yield MappingProblem(("assays", position, "id"), f"assay `{assay.id}` is there twice.")
        seen.add(assay.id)
        needed = ("method",) if assay.id in read else ("method", "covers")
        yield from _check_named_assay(assay, ("assays", position), needed)
        yield from _check_coverage(assay, ("assays", position))


def _check_named_assay(
    assay: AssayPart, path: KeyPath, needed: tuple[str, ...]
) -> Iterator[MappingProblem]:
    known = known_assays()
    if assay.assay is None:
        for name in needed:
            if not getattr(assay, name):
                message = f"assay `{assay.id}` must say its `{name}`, or name an `assay`."
                yield MappingProblem(path, message)
    elif assay.assay not in known:
        choices = name_choices(assay.assay, known)
        yield MappingProblem((*path, "assay"), f"no known assay `{assay.assay}`: {choices}")
        return
    takes = assay.assay is not None and known[assay.assay].takes_genes
    if assay.genes and not takes:
        yield MappingProblem((*path, "genes"), "`genes` belongs to a panel, exome or genome.")
    if takes and not assay.genes and not known[str(assay.assay)].covers[0].targets:
        yield MappingProblem(path, f"`{assay.assay}` must name its `genes`.")
    for index, gene in enumerate(assay.genes):
        if gene.upper() not in gene_symbols():
            where = (*path, "genes", index)
            yield MappingProblem(where, f"no gene `{gene}`: {_name_close_genes(gene)}")


def _check_coverage(assay: AssayPart, path: KeyPath) -> Iterator[MappingProblem]:
    seen: set[tuple[str, str]] = set()
    for index, cover in enumerate(assay.covers):
        where: KeyPath = (*path, "covers", index, "targets")
        kind = cover.alteration_class
        for target in cover.targets:
            named = (name_target(target, kind), kind)
            if named in seen:
                yield MappingProblem(where, f"`{target}` ({kind}) is covered twice.")
            seen.add(named)
            if kind not in NOT_GENES and target.upper() not in gene_symbols():
                yield MappingProblem(where, f"no gene `{target}`: {_name_close_genes(target)}")


def _name_close_genes(given: str) -> str:
    if looks_like_date(given):
        lost = " or ".join(guess_damaged_symbols(given)) or "a gene symbol"
        return f"a spreadsheet has turned {lost} into a date: write the symbol."
    close = get_close_matches(given.upper(), sorted(known_symbols()), n=3)
    return f"did you mean {' or '.join(close)}?" if close else "see knowledge/genes/genes.csv."


def _check_impossible(mapping: Mapping) -> Iterator[MappingProblem]:
    known = {f"{t.name}.{c}" for t in TABLES.values() if t.mappable for c in t.column_names}
    known |= {name for name, table in TABLES.items() if table.mappable}
    known |= {f"event.{name}" for name in EVENT_TYPES}
    delivered = mapped_fields(mapping)
    for position, part in enumerate(mapping.impossible):
        for index, field in enumerate(part.fields):
            where: KeyPath = ("impossible", position, "fields", index)
            if field not in known and not field.startswith("marker."):
                yield MappingProblem(where, f"`{field}`: {name_choices(field, sorted(known))}")
            elif field in delivered:
                yield MappingProblem(where, f"`{field}` is called impossible and mapped as well.")


def _check_tests(mapping: Mapping) -> Iterator[MappingProblem]:
    tables = [*(name for name, table in TABLES.items() if table.mappable), "quarantine"]
    for position, test in enumerate(mapping.tests):
        path: KeyPath = ("tests", position)
        for name in test.given:
            if name not in mapping.sources:
                choices = name_choices(name, mapping.sources)
                yield MappingProblem((*path, "given", name), f"no source `{name}`: {choices}")
        for name in test.expect:
            if name not in tables:
                choices = name_choices(name, tables)
                message = f"a test cannot expect rows of `{name}`: {choices}"
                yield MappingProblem((*path, "expect", name), message)
