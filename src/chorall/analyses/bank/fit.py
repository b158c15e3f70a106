"""Fit a bank to a pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.bank.hardly_given import read_hardly_given
from chorall.analyses.bank.pool_features import read_features
from chorall.analyses.bank.pool_stays import read_stays
from chorall.analyses.bank.pool_strategies import read_allocations
from chorall.analyses.bank.support import TRANSPLANTED, count_support, list_given
from chorall.analyses.result import label_pool
from chorall.errors import DataError, InputError
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.models.bank.bank import FORMAT_VERSION, Bank
from chorall.models.bank.bank_fit import BankData, Stays, fit_bank, keep_patients
from chorall.tables.store import Pool


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
    given = list_given(patients, histories, allocations)
    support = count_support(patients, given)
    data = BankData(
        features, values, patients["trial_id"].cast(pl.String).to_numpy().astype(str),
        allocations.flagged, stays, allocations.comparisons, support.whole, support.by_trial,
        float(np.median(days)) if len(days) >= FEWEST_SHOWN else float("nan"),
        read_hardly_given(patients, given, features, values),
    )  # fmt: skip
    return data, allocations.warnings


def derive_is_empty(pool: Pool) -> bool:
    """Return True where nobody was followed."""
    return pool.table("follow_up").height == 0


def _time_to_transplant(stays: Stays) -> NDArray[np.float64]:
    own = (stays.origin == "remission") & (stays.target == TRANSPLANTED)
    return np.asarray(stays.time[own])


def keep_trials(data: BankData, trials: Sequence[str]) -> BankData:
    """Return the part of some trials; features stay those of all, and so does the whole support."""
    known = sorted(set(data.trial.tolist()))
    unknown = sorted(set(trials) - set(known))
    if unknown:
        raise InputError(f"unknown trial {', '.join(unknown)}; the pool holds: {', '.join(known)}.")
    by_trial = {
        cell: {
            strategy: {trial: n for trial, n in counts.items() if trial in trials}
            for strategy, counts in own.items()
        }
        for cell, own in data.support_by_trial.items()
    }
    kept = keep_patients(data, np.isin(data.trial, list(trials)))
    return replace(kept, support_by_trial=by_trial)


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
