"""Rivals that are not fitted: published classifiers, and scores from elsewhere given as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.bank.measures import Outcome
from chorall.analyses.classify import classify
from chorall.errors import InputError
from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.stats import fit_cox, kaplan_meier, predict_cox_survival
from chorall.tables.store import Pool

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ID: Final = "patient_id"
LEAST_IN_GROUP: Final = 5
"""A group with fewer training patients has no risk of its own."""

MOST_GROUPS: Final = 10
"""More different values are a score, not groups."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Patients placed in ordered groups.

    Attributes
    ----------
    name : str
        As in the rows of a validation.
    order : ndarray of shape (n,)
        Place of each patient's group, the best lowest; NaN where it does not apply or is open.
    """

    name: str
    order: Floats


def ask_classifiers(pool: Pool) -> tuple[Groups, ...]:
    """Return the groups of each published classifier with two groups or more."""
    ids = pool.table("patient").select(ID)
    rows = classify(pool).rows
    found = []
    for name, definition in classifier_definitions().items():
        order = {group.id: float(place) for place, group in enumerate(definition.groups)}
        own = rows.filter(pl.col("classifier") == name, pl.col("result").is_not_null())
        if len(order) < 2 or not own.height:
            continue
        places = own.select(
            ID, place=pl.col("result").replace_strict(order, default=None, return_dtype=pl.Float64)
        )
        found.append(Groups(name, _align(ids, places, "place")))
    return tuple(found)


def read_groups_file(file: Path, pool: Pool) -> tuple[Groups, ...]:
    """Read groups or scores from elsewhere, such as those that a trial assigned itself.

    Parameters
    ----------
    file : Path
        CSV with `patient_id` (as in the pool) and a column of numbers for each score: the higher,
        the worse; empty where a patient has none.
    pool : Pool
        The pooled data.

    Raises
    ------
    InputError
        If the file cannot be read, names nobody of the pool, or a column is no number.
    """
    if not file.is_file():
        raise InputError(f"{file}: no such file. Give a CSV file with patient_id and scores.")
    try:
        rows = pl.read_csv(file, infer_schema_length=None)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{file}: not readable as CSV ({error.__class__.__name__}).") from None
    _check_groups(file, rows, pool)
    ids = pool.table("patient").select(ID)
    return tuple(
        Groups(name, _align(ids, rows.select(ID, name), name))
        for name in rows.columns
        if name != ID
    )


def _check_groups(file: Path, rows: pl.DataFrame, pool: Pool) -> None:
    names = [name for name in rows.columns if name != ID]
    if ID not in rows.columns or not names:
        raise InputError(
            f"{file}: has the columns {', '.join(rows.columns)}; expected `{ID}` and a column of "
            "numbers for each score."
        )
    words = [name for name in names if not rows[name].dtype.is_numeric()]
    if words:
        raise InputError(
            f"{file}: {', '.join(words)} holds words; expected numbers, the higher the worse."
        )
    if rows[ID].is_duplicated().any():
        raise InputError(f"{file}: a patient stands there more than once; one row each expected.")
    known = pool.table("patient")[ID]
    strange = rows.filter(~pl.col(ID).is_in(known.implode())).height
    if strange:
        raise InputError(
            f"{file}: {strange} of {rows.height} rows name nobody of this pool. `{ID}` must be as "
            "in the pool's table patient."
        )


def _align(ids: pl.DataFrame, rows: pl.DataFrame, column: str) -> Floats:
    joined = ids.join(rows, on=ID, how="left", maintain_order="left")
    return joined[column].cast(pl.Float64).fill_null(np.nan).to_numpy().copy()


def predict_by_groups(
    groups: Groups, outcome: Outcome, train: Integers, test: Integers, horizon: float
) -> Floats:
    """Return the risk of the test patients by their group, as found among the training patients.

    Kaplan-Meier's of the group; with more than 10 different values a Cox model of the number. NaN
    where a patient has none, or a group has fewer than 5 training patients.
    """
    own = train[outcome.is_followed[train] & np.isfinite(groups.order[train])]
    risk = np.full(len(test), np.nan)
    placed = np.isfinite(groups.order[test])
    if len(np.unique(groups.order[own])) > MOST_GROUPS:
        risk[placed] = _predict_by_score(groups.order, outcome, own, test[placed], horizon)
        return risk
    for place in np.unique(groups.order[test][placed]):
        like = own[groups.order[own] == place]
        if len(like) < LEAST_IN_GROUP:
            continue
        curve = kaplan_meier(
            outcome.time[like], outcome.event[like], entry_time=outcome.entry_time[like]
        )
        risk[groups.order[test] == place] = 1 - float(curve.at([horizon]).survival[0])
    return risk


def _predict_by_score(
    score: Floats, outcome: Outcome, train: Integers, test: Integers, horizon: float
) -> Floats:
    fit = fit_cox(
        score[train, None], outcome.time[train], outcome.event[train],
        entry_time=outcome.entry_time[train],
    )  # fmt: skip
    found = predict_cox_survival(fit, score[test, None], [horizon])
    return np.asarray(1 - found.survival[:, 0])
