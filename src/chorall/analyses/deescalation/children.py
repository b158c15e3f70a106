"""The children of a pool and what happened to them, one row each, in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import read_follow_up
from chorall.endpoints import endpoint_times
from chorall.errors import DataError
from chorall.tables.store import Pool

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

RELAPSE, DEATH_IN_REMISSION, SECOND_MALIGNANCY, INDUCTION_DEATH, INDUCTION_FAILURE = 1, 2, 3, 4, 5
KINDS: Final = {
    RELAPSE: "relapse",
    DEATH_IN_REMISSION: "death in remission",
    SECOND_MALIGNANCY: "second malignancy",
    INDUCTION_DEATH: "induction death",
    INDUCTION_FAILURE: "induction failure",
}
"""What ends event-free survival, each counted where it came first."""

_KIND_OF: Final = {
    "relapse": RELAPSE,
    "second_malignancy": SECOND_MALIGNANCY,
    "induction_failure": INDUCTION_FAILURE,
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One endpoint of all n children; rows where `there` is False mean nothing.

    Attributes
    ----------
    time : ndarray of float, shape (n,)
        Days from the endpoint's origin.
    cause : ndarray of int, shape (n,)
        0 censored, 1 and above the kinds of event.
    entry_time : ndarray of float, shape (n,), or None
        Days to the first day under observation; None where nobody enters late.
    there : ndarray of bool, shape (n,)
        True for children who have the endpoint and were observed.
    """

    time: Floats
    cause: NDArray[np.int64]
    entry_time: Floats | None
    there: Booleans

    def pick(self, rows: Booleans) -> tuple[Floats, NDArray[np.int64], Floats | None]:
        """Return time, cause and entry time of those of `rows`, shape (n,), who are there."""
        kept = rows & self.there
        entry = None if self.entry_time is None else self.entry_time[kept]
        return self.time[kept], self.cause[kept], entry


@dataclass(frozen=True, slots=True)
class Children:
    """The n children of some trials, in the order of the table patient.

    Attributes
    ----------
    people : DataFrame, n rows
        The table patient.
    trial_ids : tuple of str
        Trials with a child, in the order of the consortium.
    trial : ndarray of int, shape (n,)
        Index into `trial_ids`.
    relapse : Happened
        From first remission: 1 relapse, 2 death in remission.
    first_event : Happened
        From time zero: what ended event-free survival, by `KINDS`.
    after_relapse : Happened
        From relapse: 1 death.
    n_without_age : int
        Patients whose age is not known; they are not counted as children.
    """

    people: pl.DataFrame
    trial_ids: tuple[str, ...]
    trial: NDArray[np.int64]
    relapse: Happened
    first_event: Happened
    after_relapse: Happened
    n_without_age: int

    def in_trials(self, trial_ids: Sequence[str]) -> Booleans:
        """Return True for the children of these trials, shape (n,)."""
        chosen = [place for place, name in enumerate(self.trial_ids) if name in trial_ids]
        return np.isin(self.trial, chosen)


def read_children(pool: Pool, trial_ids: Sequence[str], below_years: float) -> Children:
    """Lay out the children of some trials.

    Parameters
    ----------
    pool : Pool
        With the endpoints CIR and EFS; OS_RELAPSE may be absent.
    trial_ids : sequence of str
        The trials in question.
    below_years : float
        Children are younger than this.

    Raises
    ------
    DataError
        If no patient of the trials is a child.
    """
    patients = pool.table("patient").filter(pl.col("trial_id").is_in(list(trial_ids)))
    people = patients.filter(pl.col("age_years") < below_years)
    if people.is_empty():
        raise DataError(
            f"no patient of {', '.join(trial_ids)} is known to be younger than {below_years:g} "
            "years: candidates for less treatment are looked for among children only."
        )
    there = set(people["trial_id"].unique())
    names = tuple(name for name in trial_ids if name in there)
    ids = people.select("patient_id")
    return Children(
        people=people,
        trial_ids=names,
        trial=people["trial_id"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64),
        relapse=_read(pool, ids, "CIR", pl.col("cause")),
        first_event=_read(pool, ids, "EFS", _name_kind(pool)),
        after_relapse=_read(pool, ids, "OS_RELAPSE", pl.col("cause")),
        n_without_age=int(patients["age_years"].is_null().sum()),
    )


def _name_kind(pool: Pool) -> pl.Expr:
    """Return the kind of first event: a death is in remission where remission was reached."""
    remitted = pool.table("endpoint").filter(endpoint="CIR")["patient_id"].to_list()
    death = pl.when(pl.col("patient_id").is_in(remitted)).then(DEATH_IN_REMISSION)
    named = pl.col("event_type").replace_strict(_KIND_OF, default=None, return_dtype=pl.Int64)
    kind = pl.coalesce(named, death.otherwise(INDUCTION_DEATH))
    return pl.when(pl.col("cause") > 0).then(kind).otherwise(0)


def _read(pool: Pool, ids: pl.DataFrame, endpoint: str, cause: pl.Expr) -> Happened:
    rows = endpoint_times(pool.table("endpoint").filter(endpoint=endpoint))
    observed = rows.filter(
        (pl.col("entry_time") <= 0) | (pl.col("entry_time") < pl.col("time"))
    ).with_columns(own_cause=cause.cast(pl.Int64))
    time, entry = read_follow_up(observed)
    columns: dict[str, Any] = {"own_time": time, "own_entry": entry}
    timed = observed.select("patient_id", "own_cause").with_columns(
        pl.Series(name, np.zeros(len(time)) if values is None else values, dtype=pl.Float64)
        for name, values in columns.items()
    )
    own = ids.join(timed, on="patient_id", how="left", maintain_order="left")
    return Happened(
        time=own["own_time"].fill_null(np.nan).to_numpy(),
        cause=own["own_cause"].fill_null(0).to_numpy(),
        entry_time=None if entry is None else own["own_entry"].fill_null(np.nan).to_numpy(),
        there=own["own_time"].is_not_null().to_numpy(),
    )
