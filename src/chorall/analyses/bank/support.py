"""Comparable patients by age group, lineage, strategy and trial; what would tell few is hidden."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from chorall.analyses.bank.pool_strategies import Allocations
from chorall.analyses.hidden_counts import Cell, Sum, find_hidden
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.models.bank.bank import (
    ANY_AGE,
    ANY_LINEAGE,
    Bank,
    Counts,
    TrialCounts,
    name_age,
    name_lineage,
    split_cell,
    write_cell,
)

Key = tuple[str, str, str, str]
"""Strategy, age group, lineage, trial."""

TRANSPLANTED: Final = "transplant_in_first_remission"
ALL_TRIALS: Final = ""
WITHOUT: Final = "(missing)"
"""An age or a lineage that is missing: counted with those of any, and not on its own."""
NO_REMISSION: Final = "(no remission)"
OBSERVED: Final = ("as_observed", ("transplant", "no_transplant", NO_REMISSION))
MARGINS: Final = ((1, ANY_AGE), (2, ANY_LINEAGE), (3, ALL_TRIALS))


@dataclass(frozen=True, slots=True)
class Support:
    """Counts of comparable patients, as a bank holds them (see `Bank`)."""

    whole: Counts
    by_trial: TrialCounts


def list_given(
    patients: pl.DataFrame, histories: pl.DataFrame, allocations: Allocations
) -> list[set[str]]:
    """Return the strategies of each patient: those allocated, and of `OBSERVED` what was seen.

    Parameters
    ----------
    patients : DataFrame
        The table `patient`.
    histories : DataFrame
        `patient_id` and `from_state` of every stay.
    allocations : Allocations
        Who was allocated to what.
    """
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for name, state in histories.select(
        "patient_id", pl.col("from_state").cast(pl.String)
    ).iter_rows():
        seen[name].add(state)
    return [
        {one.strategy for one in allocations.by_patient.get(patient, [])}
        | {*_name_observed(seen.get(patient, set()))}
        for patient in patients["patient_id"]
    ]


def count_support(patients: pl.DataFrame, given: Sequence[Set[str]]) -> Support:
    """Count comparable patients by cell of age and lineage, by strategy, and by trial.

    Parameters
    ----------
    patients : DataFrame
        The table `patient`.
    given : sequence of set of str
        The strategies of each, from `list_given`.

    Returns
    -------
    Support
        Counts below 5 are 0 in the whole and null in a trial. Further counts are null, so that no
        count below 5 follows by adding and subtracting over trials, age groups and lineages, nor
        over those with and without a transplantation.
    """
    counts = _count(patients, given)
    return _lay_out(counts, _find_hidden(counts, FEWEST_SHOWN))


def hide_support(bank: Bank, fewest: int) -> Bank:
    """Return a bank of which counts below `fewest` are hidden too, and what would tell them.

    Parameters
    ----------
    bank : Bank
        Its counts are hidden below 5 already.
    fewest : int
        The smallest count shown.

    Returns
    -------
    Bank
        With the same answers: only what was refused before is refused.
    """
    if fewest <= FEWEST_SHOWN:
        return bank
    hidden = _find_hidden(_read_counts(bank), fewest)

    def cover(number: int | None, *key: str) -> int | None:
        return None if number and key in hidden else number

    whole = {
        cell: {name: cover(n, name, *split_cell(cell), ALL_TRIALS) for name, n in own.items()}
        for cell, own in bank.support.items()
    }
    by_trial = {
        cell: {
            name: {trial: cover(n, name, *split_cell(cell), trial) for trial, n in trials.items()}
            for name, trials in own.items()
        }
        for cell, own in bank.support_by_trial.items()
    }
    return replace(bank, support=whole, support_by_trial=by_trial)


def _read_counts(bank: Bank) -> dict[Key, int]:
    """Return what a bank shows; what it hides counts as 1, so that it stays hidden."""
    counts: dict[Key, int] = {}
    for cell, own in bank.support.items():
        age, lineage = split_cell(cell)
        for name, number in own.items():
            counts[name, age, lineage, ALL_TRIALS] = number or 1
            for trial, part in bank.support_by_trial.get(cell, {}).get(name, {}).items():
                counts[name, age, lineage, trial] = part or 1
    return counts


def _count(patients: pl.DataFrame, given: Sequence[Set[str]]) -> Counter[Key]:
    """Count every strategy in every cell, those of any age, lineage and trial among them."""
    counts: Counter[Key] = Counter()
    columns = patients.select("age_years", pl.col("lineage", "trial_id").cast(pl.String))
    for strategies, (age, lineage, trial) in zip(given, columns.iter_rows(), strict=True):
        # a patient file that does not say it is compared with everybody
        ages = _with_any(name_age(age), ANY_AGE)
        lineages = _with_any(name_lineage(lineage), ANY_LINEAGE)
        counts.update(
            (strategy, own_age, own_lineage, own_trial)
            for strategy in strategies
            for own_age in ages
            for own_lineage in lineages
            for own_trial in (trial, ALL_TRIALS)
        )
    return counts


def _name_observed(states: set[str]) -> Iterator[str]:
    if states:
        yield OBSERVED[0]
        yield (
            "transplant"
            if TRANSPLANTED in states
            else "no_transplant"
            if "remission" in states
            else NO_REMISSION
        )


def _with_any(own: str, anyone: str) -> tuple[str, str]:
    return (WITHOUT if own == anyone else own, anyone)


def _find_hidden(counts: Mapping[Key, int], fewest: int) -> set[Cell]:
    """Return what must be hidden; no sum joins two strategies, but those of `OBSERVED`."""
    joined: defaultdict[str, dict[Key, int]] = defaultdict(dict)
    for key, count in counts.items():
        joined[OBSERVED[0] if key[0] in OBSERVED[1] else key[0]][key] = count
    hidden: set[Cell] = set()
    for own in joined.values():
        sums = [*_sum_margins(own), *_sum_observed(own)]
        hidden |= find_hidden(dict(own.items()), sums, fewest, _value)
    return hidden


def _value(key: Any) -> int:
    """Rather keep what is asked most: age and lineage known, then all trials together."""
    _, age, lineage, trial = key
    known = 2 if age != ANY_AGE and lineage != ANY_LINEAGE else 0
    return known + (1 if trial == ALL_TRIALS else 0)


def _sum_margins(counts: Mapping[Key, int]) -> list[Sum]:
    """Trials add up to all of them, age groups to any age, lineages to any lineage."""
    parts: defaultdict[tuple[Key, int], list[Key]] = defaultdict(list)
    for key in counts:
        for place, whole in MARGINS:
            if key[place] != whole:
                total: Key = (*key[:place], whole, *key[place + 1 :])  # type: ignore[assignment]
                parts[total, place].append(key)
    return [(total, tuple(own)) for (total, _), own in parts.items()]


def _sum_observed(counts: Mapping[Key, int]) -> list[Sum]:
    whole, parts = OBSERVED
    return [
        (key, tuple((part, *key[1:]) for part in parts if (part, *key[1:]) in counts))
        for key in counts
        if key[0] == whole
    ]


def _lay_out(counts: Mapping[Key, int], hidden: Set[Cell]) -> Support:
    whole: defaultdict[str, dict[str, int | None]] = defaultdict(dict)
    by_trial: defaultdict[str, dict[str, dict[str, int | None]]] = defaultdict(dict)
    for key in sorted(counts):
        strategy, age, lineage, trial = key
        if WITHOUT in (age, lineage) or strategy == NO_REMISSION:
            continue
        cell = write_cell(age, lineage)
        number = None if key in hidden else counts[key]
        if trial == ALL_TRIALS:
            whole[cell][strategy] = 0 if counts[key] < FEWEST_SHOWN else number
        elif counts[strategy, age, lineage, ALL_TRIALS] >= FEWEST_SHOWN:
            by_trial[cell].setdefault(strategy, {})[trial] = number
    return Support(dict(whole), dict(by_trial))
