"""Fit a bank to a pool."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.bank.pool_features import read_features
from chorall.analyses.bank.pool_stays import read_stays
from chorall.analyses.bank.pool_strategies import Allocations, read_allocations
from chorall.analyses.result import label_pool
from chorall.errors import DataError, InputError
from chorall.models.bank.bank import FEWEST_SHOWN, FORMAT_VERSION, Bank, name_cell
from chorall.models.bank.bank_fit import BankData, Stays, fit_bank, keep_patients
from chorall.tables.store import Pool

TRANSPLANTED = "transplant_in_first_remission"


def fit_pool_bank(pool: Pool, *, trials: Sequence[str] | None = None) -> Bank:
    """Fit a knowledge bank to all trials of a pool.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    trials : sequence of str or None
        Only these; None takes all.

    Returns
    -------
    Bank
        Everything that predicts, and no patient; `write_bank` writes it.

    Raises
    ------
    InputError
        If a trial is not known.
    DataError
        If no course can be told.
    """
    data, warnings = read_bank_data(pool)
    chosen = data if trials is None else keep_trials(data, trials)
    return fit_bank(chosen, describe(pool, chosen), warnings)


def read_bank_data(pool: Pool) -> tuple[BankData, tuple[str, ...]]:
    """Return what a bank is fitted to, and what the reader must know of it."""
    patients = pool.table("patient")
    features, values = read_features(pool)
    allocations = read_allocations(pool)
    if derive_is_empty(pool):
        raise DataError("the pool cannot fill a bank: it holds no follow-up.")
    stays, histories = read_stays(pool, allocations)
    days = _time_to_transplant(stays)
    data = BankData(
        features, values, patients["trial_id"].cast(pl.String).to_numpy().astype(str),
        allocations.flagged, stays, allocations.comparisons,
        count_support(patients, histories, allocations),
        float(np.median(days)) if len(days) >= FEWEST_SHOWN else float("nan"),
    )  # fmt: skip
    return data, allocations.warnings


def derive_is_empty(pool: Pool) -> bool:
    """Return True where nobody was followed."""
    return pool.table("follow_up").height == 0


def _time_to_transplant(stays: Stays) -> NDArray[np.float64]:
    own = (stays.origin == "remission") & (stays.target == TRANSPLANTED)
    return np.asarray(stays.time[own])


def count_support(
    patients: pl.DataFrame, histories: pl.DataFrame, allocations: Allocations
) -> dict[str, dict[str, int]]:
    """Count comparable patients by cell of age and lineage and by strategy; below 5 is 0."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for name, state in histories.select(
        "patient_id", pl.col("from_state").cast(pl.String)
    ).iter_rows():
        seen[name].add(state)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    columns = patients.select("patient_id", "age_years", pl.col("lineage").cast(pl.String))
    for row in columns.iter_rows(named=True):
        states = seen.get(row["patient_id"], set())
        keys = {one.strategy for one in allocations.by_patient.get(row["patient_id"], [])}
        keys |= {"as_observed"} if states else set()
        if TRANSPLANTED in states:
            keys.add("transplant")
        elif "remission" in states:
            keys.add("no_transplant")
        # a patient file that does not say it is compared with everybody
        for cell in _list_cells(row):
            counts[cell].update(keys)
    return {
        cell: {key: n if n >= FEWEST_SHOWN else 0 for key, n in sorted(own.items())}
        for cell, own in sorted(counts.items())
    }


def _list_cells(row: dict[str, Any]) -> set[str]:
    ages, lineages = (row["age_years"], None), (row["lineage"], None)
    return {name_cell({"age_years": age, "lineage": one}) for age in ages for one in lineages}


def keep_trials(data: BankData, trials: Sequence[str]) -> BankData:
    """Return the part of some trials; features and support stay those of all."""
    known = sorted(set(data.trial.tolist()))
    unknown = sorted(set(trials) - set(known))
    if unknown:
        raise InputError(f"unknown trial {', '.join(unknown)}; the pool holds: {', '.join(known)}.")
    return keep_patients(data, np.isin(data.trial, list(trials)))


def describe(pool: Pool, data: BankData) -> dict[str, Any]:
    """Return what the model card says of the origin."""
    label = label_pool(pool)
    return {
        "format_version": FORMAT_VERSION,
        "pool": label.hash,
        "synthetic": label.synthetic,
        "trials": sorted(set(data.trial.tolist())),
        "n_patients": len(data.values),
        "purpose": "Research use only. No medical device.",
    }
