"""The patients of one endpoint as arrays: time, cause, trial and covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.models.design_matrix import DesignMatrix, Term, build_design
from chorall.models.survival import Survival

HALF_A_DAY: Final = 0.5


@dataclass(frozen=True, slots=True)
class EndpointCohort:
    """The n patients who have an endpoint, ordered by pseudonym.

    Attributes
    ----------
    endpoint, label : str
        Short name and words.
    n_causes : int
        1, or more where other causes compete with the event.
    patient_ids : Series, length n
        Pseudonyms.
    time : ndarray of float, shape (n,)
        Days from the endpoint's origin.
    cause : ndarray of int, shape (n,)
        0 censored, 1 the event, 2 and above competing.
    entry_time : ndarray of float, shape (n,), or None
        Days from the origin to the first day under observation; None where nobody enters late.
    trial : ndarray of int, shape (n,)
        Index into `trial_ids`.
    trial_ids : tuple of str
        Trials with a patient here, in the order of the consortium.
    covariates : DesignMatrix, n rows
        The adjusted models' covariates.
    n_unobserved : int
        Patients left out because their follow-up ended on or before the day they came late.
    shows_incidence : bool
        True: curves show the share with the event although nothing competes (1 - Kaplan-Meier).
    patient : ndarray of int, shape (n,), or None
        Where a patient has several spans (a covariate changes with time): the row of the cohort
        without spans. None where each patient has one row.
    last : ndarray of bool, shape (n,), or None
        True for the last span of each patient; None where each patient has one row.
    people : DataFrame, n rows, or None
        The columns of the table patient, of residual disease and of transplantation, and
        `origin_day`.
    """

    endpoint: str
    label: str
    n_causes: int
    patient_ids: pl.Series
    time: NDArray[np.float64]
    cause: NDArray[np.int64]
    entry_time: NDArray[np.float64] | None
    trial: NDArray[np.int64]
    trial_ids: tuple[str, ...]
    covariates: DesignMatrix
    n_unobserved: int
    shows_incidence: bool = False
    patient: NDArray[np.int64] | None = None
    last: NDArray[np.bool_] | None = None
    people: pl.DataFrame | None = None

    @property
    def event(self) -> NDArray[np.bool_]:
        """Shape (n,); True where the event (cause 1) happened."""
        happened: NDArray[np.bool_] = self.cause == 1
        return happened

    def spread(self, groups: NDArray[Any]) -> NDArray[Any]:
        """Repeat what belongs to patients, shape (n_patients, ...), for each of their spans."""
        spread: NDArray[Any] = groups if self.patient is None else groups[self.patient]
        return spread

    def counted(self, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return `rows` with one row of each patient: the last span."""
        return rows if self.last is None else rows & self.last

    def days_from_origin(self, column: str) -> NDArray[np.float64]:
        """Return a day of `people` counted from the origin, shape (n,); NaN where missing."""
        return self.numbers(column) - self.numbers("origin_day")

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column of `people` as numbers, shape (n,); NaN where missing or not there."""
        if self.people is None or column not in self.people.columns:
            return np.full(len(self.time), np.nan)
        numbers = self.people[column].cast(pl.Float64).fill_null(float("nan"))
        return np.asarray(numbers.to_numpy(), dtype=np.float64)

    def entries(self, rows: NDArray[np.bool_]) -> NDArray[np.float64] | None:
        """Return the entry times of the rows where `rows` is True; None where nobody is late."""
        return None if self.entry_time is None else self.entry_time[rows]

    def survival(self, rows: NDArray[np.bool_], *, stratified: bool = True) -> Survival:
        """Return the outcome of the rows where `rows`, shape (n,), is True."""
        strata = self.trial if stratified else None
        return Survival(self.time, self.event, self.entry_time, strata).take(rows)


def read_cohort(
    endpoint: str,
    label: str,
    n_causes: int,
    outcomes: pl.DataFrame,
    patients: pl.DataFrame,
    trial_ids: Sequence[str],
    terms: Sequence[Term],
) -> EndpointCohort:
    """Lay the rows of one endpoint out as arrays.

    Parameters
    ----------
    endpoint, label : str
        Short name and words.
    n_causes : int
        By definition; the data may hold fewer, never more.
    outcomes : DataFrame
        The table endpoint.
    patients : DataFrame
        The table patient, of the trials in question.
    trial_ids : sequence of str
        The trials in question, in the order of the consortium.
    terms : sequence of Term
        Covariates, columns of `patients`.
    """
    # The order of the rows would otherwise decide the last digits of sums.
    frame = (
        outcomes.filter(pl.col("endpoint") == endpoint)
        .join(patients.drop("trial_id"), on="patient_id")
        .sort("patient_id")
        .with_columns(
            time=(pl.col("exit_day") - pl.col("origin_day")).cast(pl.Float64),
            entry_time=(pl.col("entry_day") - pl.col("origin_day")).cast(pl.Float64),
        )
    )
    observed = frame.filter((pl.col("entry_time") <= 0) | (pl.col("entry_time") < pl.col("time")))
    time, entry_time = read_follow_up(observed)
    present = set(observed["trial_id"].unique())
    trials = tuple(trial for trial in trial_ids if trial in present)
    cause = observed["cause"].to_numpy().astype(np.int64)
    return EndpointCohort(
        endpoint=endpoint,
        label=label,
        n_causes=max(n_causes, int(cause.max(initial=0))),
        patient_ids=observed["patient_id"],
        time=time,
        cause=cause,
        entry_time=entry_time,
        trial=observed["trial_id"].cast(pl.Enum(trials)).to_physical().to_numpy().astype(np.int64),
        trial_ids=trials,
        covariates=build_design(observed, terms),
        people=observed,
        n_unobserved=frame.height - observed.height,
    )


def read_follow_up(frame: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return time and entry_time; no entry times where nobody enters late."""
    time = frame["time"].to_numpy().astype(np.float64)
    entry_time = np.maximum(frame["entry_time"].to_numpy().astype(np.float64), 0.0)
    if not (entry_time > 0).any():
        return time, None
    # Risk sets are open on the left: an event on day 0 needs a moment of follow-up before it.
    return np.where(time == 0, HALF_A_DAY, time), entry_time
