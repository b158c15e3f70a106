"""Harmonise one trial: its sources and its mapping give pooled rows, quarantine and accounting."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace

import polars as pl

from chorall.errors import DataError, raise_gathered
from chorall.harmonise.accounts import Account, AccountedSource, account_for
from chorall.harmonise.doubts import list_doubts
from chorall.harmonise.lineage import trace_rows
from chorall.harmonise.mapping import Mapping
from chorall.harmonise.pooled_rows import PooledRows, pool_rows
from chorall.harmonise.prepare import PreparedSource, SourceRows, prepare_sources
from chorall.harmonise.rules import RuleOutcome, apply_rule


@dataclass(frozen=True, slots=True)
class HarmonisedTrial:
    """What one trial gives to the pool.

    Attributes
    ----------
    mapping : Mapping
        By which it was made.
    tables : dict of str to DataFrame
        Mappable tables, in their schema but for what is derived later (marker names of findings).
    asserted : DataFrame
        Marker statuses the delivery asserts: patient_id, trial_id, phase, marker, status, evidence.
    quarantine : DataFrame
        trial_id, file and the columns of `QUARANTINE_SCHEMA`.
    lineage : DataFrame
        Schema of the pooled table.
    accounts : tuple of Account
        One for each source.
    outcomes : tuple of RuleOutcome
        One for each rule, in their order.
    claimed : dict of str to DataFrame
        Source name to `__row__` of the rows that this trial pooled or quarantined.
    doubts : DataFrame
        Runs with a lesion that could not be read, see `chorall.harmonise.doubts`.
    """

    mapping: Mapping
    tables: dict[str, pl.DataFrame]
    asserted: pl.DataFrame
    quarantine: pl.DataFrame
    lineage: pl.DataFrame
    accounts: tuple[Account, ...]
    outcomes: tuple[RuleOutcome, ...]
    claimed: dict[str, pl.DataFrame]
    doubts: pl.DataFrame


def harmonise_trial(
    mapping: Mapping, sources: MappingOf[str, SourceRows], key: bytes
) -> HarmonisedTrial:
    """Turn the delivery of one trial into pooled rows.

    Parameters
    ----------
    mapping : Mapping
        Checked.
    sources : mapping of str to SourceRows
        One for each name under `[sources]`.
    key : bytes
        Key of the pseudonyms.

    Returns
    -------
    HarmonisedTrial
        Every row of every source is set aside by declaration, pooled, or quarantined with a reason.

    Raises
    ------
    DataError
        If `expect_rows` of a source does not hold.
    """
    _check_expected_rows(mapping, sources)
    prepared = prepare_sources(mapping, sources, key)
    outcomes = tuple(
        apply_rule(mapping, rule, prepared[rule.source].frame) for rule in mapping.rules
    )
    pooled = pool_rows(mapping, outcomes, prepared, key)
    accounted = {
        name: _account(mapping, name, sources[name], prepared[name], outcomes, pooled)
        for name in mapping.sources
    }
    located = [
        one.lines.select(
            pl.lit(mapping.trial_id).alias("trial_id"),
            pl.lit(one.account.file).alias("file"),
            pl.all(),
        )
        for one in accounted.values()
    ]
    return HarmonisedTrial(
        mapping,
        pooled.tables,
        pooled.asserted,
        pl.concat(located),
        trace_rows(mapping, sources, pooled),
        tuple(one.account for one in accounted.values()),
        tuple(_settle(outcome, pooled) for outcome in outcomes),
        {name: one.claimed for name, one in accounted.items()},
        list_doubts(mapping, outcomes, key),
    )


def _settle(outcome: RuleOutcome, pooled: PooledRows) -> RuleOutcome:
    """Return what is left of a rule's rows beside those of the others."""
    final = pooled.by_rule[outcome.rule.id]
    quarantine = pl.concat([outcome.quarantine, final.refused])
    return replace(outcome, rows=final.rows, quarantine=quarantine)


def _account(
    mapping: Mapping,
    name: str,
    source: SourceRows,
    prepared: PreparedSource,
    outcomes: tuple[RuleOutcome, ...],
    pooled: PooledRows,
) -> AccountedSource:
    rules = [rule.id for rule in mapping.rules if rule.source == name]
    lines = [prepared.quarantine]
    for outcome in outcomes:
        if outcome.rule.source == name:
            lines += [outcome.quarantine, pooled.by_rule[outcome.rule.id].refused]
    made = [pooled.by_rule[rule].rows for rule in rules]
    return account_for(name, source, prepared, made, lines)


def _check_expected_rows(mapping: Mapping, sources: MappingOf[str, SourceRows]) -> None:
    wrong = [
        f"{sources[name].file}: {sources[name].frame.height} rows, "
        f"`expect_rows` says {part.expect_rows}"
        for name, part in mapping.sources.items()
        if part.expect_rows is not None and sources[name].frame.height != part.expect_rows
    ]
    raise_gathered(
        DataError,
        f"{mapping.trial_id}: the delivery is not as long as expected",
        wrong,
        "Ask for the whole file, or correct `expect_rows` in the mapping.",
    )
