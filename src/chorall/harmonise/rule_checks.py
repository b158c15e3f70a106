"""Check the rules of a mapping against the tables that they are to fill."""

from __future__ import annotations

from collections.abc import Iterator

from chorall.harmonise.mapping import Mapping, RulePart, ValuePart
from chorall.harmonise.mapping_problem import MappingProblem
from chorall.harmonise.mrd.checks import check_mrd_keys, check_result
from chorall.harmonise.mrd.values import RESULT
from chorall.harmonise.rule_columns import find_rule_column
from chorall.harmonise.value_checks import check_value
from chorall.knowledge.definition_file import KeyPath
from chorall.knowledge.definition_problems import name_choices
from chorall.knowledge.fusion_notation import read_fusion
from chorall.tables.schema import TABLES

AUTOMATIC = {
    "patient_id",
    "trial_id",
    "run_id",
    "assay_id",
    "phase",
    "basis",
    "rules_out",
    "evidence",
    "outcome",
    "reading",
    "n_unread",
    "ploidy",
}
"""Columns that Chorall fills itself."""


def check_rules(mapping: Mapping) -> Iterator[MappingProblem]:
    """Yield what is wrong with the rules, one by one and together."""
    seen: set[str] = set()
    for position, rule in enumerate(mapping.rules):
        path: KeyPath = ("rules", position)
        if rule.id in seen:
            yield MappingProblem((*path, "id"), f"rule `{rule.id}` is there twice.")
        seen.add(rule.id)
        known = [name for name, table in TABLES.items() if table.mappable]
        if rule.to not in known:
            yield MappingProblem(
                (*path, "to"), f"no table `{rule.to}`: {name_choices(rule.to, known)}"
            )
        elif rule.source not in mapping.sources:
            choices = name_choices(rule.source, mapping.sources)
            yield MappingProblem((*path, "source"), f"no source `{rule.source}`: {choices}")
        else:
            yield from _check_rule(mapping, rule, path)
    yield from _check_single_row_tables(mapping)
    yield from _check_karyotypes(mapping)


def _check_rule(mapping: Mapping, rule: RulePart, path: KeyPath) -> Iterator[MappingProblem]:
    yield from _check_assay_of_rule(mapping, rule, path)
    yield from _check_wide_markers(rule, path)
    settable = _list_settable(rule)
    for name, spec in rule.set.items():
        where: KeyPath = (*path, "set", name)
        if name not in settable:
            yield MappingProblem(
                where, f"`{rule.to}` has no column `{name}` to set: {name_choices(name, settable)}"
            )
        elif rule.to == "mrd" and name == RESULT:
            yield from check_result(rule, spec, where)
        else:
            yield from check_mrd_keys(rule, name, spec, where)
            yield from check_value(mapping, rule, find_rule_column(rule, name), spec, where)
    if rule.to == "measurement" and rule.set.get("item", ValuePart()).value is None:
        where = (*path, "set", "item")
        yield MappingProblem(where, f"rule `{rule.id}` must name one `item` by `value`.")
    for name in settable:
        if name not in rule.set and _must_be_set(mapping, rule, name):
            yield MappingProblem(path, f"rule `{rule.id}` must set `{rule.to}.{name}`.")


def _list_settable(rule: RulePart) -> list[str]:
    automatic = AUTOMATIC | ({"marker"} if rule.to == "finding" or rule.markers else set())
    listed = [name for name in TABLES[rule.to].column_names if name not in automatic]
    return [*listed, RESULT] if rule.to == "mrd" else listed


def _must_be_set(mapping: Mapping, rule: RulePart, name: str) -> bool:
    if find_rule_column(rule, name).may_be_missing:
        return False
    others = [other for other in mapping.rules if other.to == rule.to and other is not rule]
    elsewhere = rule.to in ("patient", "follow_up") and any(name in o.set for o in others)
    return not elsewhere


def _check_assay_of_rule(
    mapping: Mapping, rule: RulePart, path: KeyPath
) -> Iterator[MappingProblem]:
    needs = rule.to in ("assay_run", "finding", "karyotype")
    known = [assay.id for assay in mapping.assays]
    if needs and rule.assay is None:
        yield MappingProblem(path, f"rule `{rule.id}` must name its `assay`.")
    if rule.assay is not None and not needs:
        yield MappingProblem((*path, "assay"), f"`{rule.to}` takes no `assay`.")
    if needs and rule.assay is not None and rule.assay not in known:
        choices = name_choices(rule.assay, known)
        yield MappingProblem((*path, "assay"), f"no assay `{rule.assay}`: {choices}")


def _check_karyotypes(mapping: Mapping) -> Iterator[MappingProblem]:
    """Yield assays that are read from karyotype texts and declared by hand as well."""
    read = {rule.assay for rule in mapping.rules if rule.to == "karyotype"}
    for position, rule in enumerate(mapping.rules):
        if rule.to in ("assay_run", "finding") and rule.assay in read:
            message = f"runs and findings of `{rule.assay}` are made from its karyotypes."
            yield MappingProblem(("rules", position, "to"), message)
    for position, assay in enumerate(mapping.assays):
        if assay.id in read and assay.covers:
            message = "what a karyotype can show is known: leave `covers` out."
            yield MappingProblem(("assays", position, "covers"), message)


def _check_wide_markers(rule: RulePart, path: KeyPath) -> Iterator[MappingProblem]:
    if rule.markers is None:
        return
    if rule.to != "marker_result":
        yield MappingProblem((*path, "markers"), "`markers` is for rules to `marker_result`.")
    named = list(rule.markers.values())
    for cell, marker in rule.markers.items():
        fusion = read_fusion(marker)
        if fusion is not None and fusion.name != marker:
            yield MappingProblem(
                (*path, "markers", cell), f"`{marker}` is the marker `{fusion.name}`: write that."
            )
        if named.count(marker) > 1:
            yield MappingProblem(
                (*path, "markers", cell),
                f"`{marker}` has several columns: give each a rule of its own.",
            )
    status = rule.set.get("status")
    if status is not None and (status.columns or status.is_constant):
        yield MappingProblem(
            (*path, "set", "status"), "with `markers` the status is read from each of its columns."
        )


def _check_single_row_tables(mapping: Mapping) -> Iterator[MappingProblem]:
    for table in ("patient", "follow_up"):
        rules = [(i, rule) for i, rule in enumerate(mapping.rules) if rule.to == table]
        if not rules:
            yield MappingProblem(("rules",), f"no rule makes the table `{table}`.")
        seen: dict[str, str] = {}
        for position, rule in rules:
            for name in rule.set:
                if name in seen:
                    yield MappingProblem(
                        ("rules", position, "set", name),
                        f"`{table}.{name}` is set by rule `{seen[name]}` already.",
                    )
                seen[name] = rule.id
