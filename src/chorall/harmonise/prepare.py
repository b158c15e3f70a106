"""Prepare the sources of a trial for its rules: rows kept, patients named, day 0 found."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

import polars as pl

from chorall.harmonise.conditions import meets_all, strip_cell
from chorall.harmonise.mapping import Mapping
from chorall.harmonise.pseudonyms import pseudonymise
from chorall.harmonise.rules import PATIENT, QUARANTINE_SCHEMA, ROW, apply_rule, quarantine_rows
from chorall.harmonise.zero_dates import ZeroDates, find_zero_dates

KNOWN = "__known__"


@dataclass(frozen=True, slots=True)
class SourceRows:
    """One source as delivered.

    Attributes
    ----------
    file : str
        Name of the file in messages, quarantine and lineage.
    sha256 : str
        Of its bytes.
    frame : DataFrame
        Text columns and `__row__`.
    """

    file: str
    sha256: str
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class PreparedSource:
    """The rows of one source that the rules of one trial may use.

    Attributes
    ----------
    frame : DataFrame
        Text with `__row__`, `__patient__` and, where dates are delivered, `__zero_date__`.
    quarantine : DataFrame
        Whole rows refused before any rule, and dates of day 0 that could not be read.
    n_rows : int
        Rows in the file.
    n_set_aside : int
        Rows that `keep` leaves out, or that a shared source leaves to other trials.
    """

    frame: pl.DataFrame
    quarantine: pl.DataFrame
    n_rows: int
    n_set_aside: int


@dataclass(frozen=True, slots=True)
class Register:
    """Who is in the trial: what the first rule to `patient` makes.

    Attributes
    ----------
    source : str
        Its source.
    people : DataFrame
        `__patient__`, once each, with `__known__` (True) and, where dates are delivered,
        `__zero_date__`.
    doubled : DataFrame
        `__row__` of the register's rows whose patient stands there more than once.
    """

    source: str
    people: pl.DataFrame
    doubled: pl.DataFrame


def prepare_sources(
    mapping: Mapping, sources: MappingOf[str, SourceRows], key: bytes
) -> dict[str, PreparedSource]:
    """Return every source with its patients named; rows of nobody in the trial are refused.

    Parameters
    ----------
    mapping : Mapping
        The trial's mapping.
    sources : mapping of str to SourceRows
        One for each name under `[sources]`.
    key : bytes
        Key of the pseudonyms.
    """
    named = _name_patients(mapping, sources, key)
    zero = find_zero_dates(mapping, named)
    register = _read_register(mapping, named, zero)
    prepared = {}
    for name, frame in named.items():
        n_rows = sources[name].frame.height
        split = _split(mapping, name, frame, register)
        unread = zero.list_unread(name, split.frame) if zero else split.quarantine.clear()
        prepared[name] = PreparedSource(
            split.frame,
            pl.concat([split.quarantine, unread]),
            n_rows,
            n_rows - frame.height + split.n_set_aside,
        )
    return prepared


def _name_patients(
    mapping: Mapping, sources: MappingOf[str, SourceRows], key: bytes
) -> dict[str, pl.DataFrame]:
    """Return the rows to keep of each source with the pseudonyms of their patients."""
    kept = {
        name: sources[name].frame.filter(meets_all(part.keep)) if part.keep else sources[name].frame
        for name, part in mapping.sources.items()
    }
    ids = [
        frame.select(strip_cell(mapping.sources[name].patient).alias(PATIENT)).to_series()
        for name, frame in kept.items()
    ]
    # Most patients stand in several sources: together each is named once.
    made = pseudonymise(pl.concat(ids), key, mapping.trial_id)
    named, start = {}, 0
    for name, frame in kept.items():
        named[name] = frame.with_columns(made.slice(start, frame.height).alias(PATIENT))
        start += frame.height
    return named


def _read_register(
    mapping: Mapping, named: MappingOf[str, pl.DataFrame], zero: ZeroDates | None
) -> Register:
    rule = next(rule for rule in mapping.rules if rule.to == "patient")
    considered = named[rule.source].filter(meets_all(rule.when), pl.col(PATIENT).is_not_null())
    if zero:
        considered = considered.join(zero.dates, on=PATIENT, how="left", maintain_order="left")
    is_doubled = considered[PATIENT].is_duplicated()
    made = apply_rule(mapping, rule, considered.filter(~is_doubled)).rows
    people = made.select(pl.col("patient_id").alias(PATIENT), pl.lit(True).alias(KNOWN))
    if zero:
        people = people.join(zero.dates, on=PATIENT, how="left", maintain_order="left")
    return Register(rule.source, people, considered.filter(is_doubled).select(ROW))


def _split(mapping: Mapping, name: str, frame: pl.DataFrame, register: Register) -> PreparedSource:
    """Return usable rows, quarantined rows and the number of rows left to other trials."""
    source = mapping.sources[name]
    is_register = name == register.source
    doubled = register.doubled if is_register else register.doubled.clear()
    rest = (
        frame.join(doubled, on=ROW, how="anti", maintain_order="left") if doubled.height else frame
    )
    known = rest.select(PATIENT).join(
        register.people, on=PATIENT, how="left", maintain_order="left"
    )
    is_known = known[KNOWN].fill_null(False)
    dated = rest.with_columns(known.drop(PATIENT, KNOWN).get_columns())
    usable = dated if is_known.all() else dated.filter(is_known)
    strangers = rest.filter(~is_known & rest[PATIENT].is_not_null())[ROW]
    nameless = rest.filter(rest[PATIENT].is_null())[ROW]
    twice = "the patient stands in several rows of the register"
    refused = [
        pl.DataFrame(schema=QUARANTINE_SCHEMA),
        quarantine_rows(nameless, "no_patient_id", "expected a patient id", column=source.patient),
        quarantine_rows(doubled[ROW], "duplicate_patient", twice, column=source.patient),
    ]
    if not source.shared:
        nobody = "the patient is not in the register of the trial"
        refused.append(quarantine_rows(strangers, "unknown_patient", nobody, column=source.patient))
    n_left = strangers.len() if source.shared else 0
    return PreparedSource(usable, pl.concat(refused), frame.height, n_left)
