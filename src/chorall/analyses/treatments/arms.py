"""The patients of one randomised question from randomisation on, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import read_follow_up
from chorall.analyses.treatments.questions import TreatmentQuestion
from chorall.tables.store import Pool


@dataclass(frozen=True, slots=True)
class ArmCohort:
    """The n patients of two arms who can be compared on one endpoint, by intention to treat.

    Attributes
    ----------
    question : TreatmentQuestion
        What was randomised.
    endpoint : str
        Short name.
    patient_ids : Series, length n
        Pseudonyms, in the order of the alphabet.
    treated : ndarray of bool, shape (n,)
        True in the treatment arm as assigned.
    time : ndarray of float, shape (n,)
        Days from randomisation, or from the endpoint's origin where that came later.
    cause : ndarray of int, shape (n,)
        0 censored, 1 the event, 2 and above competing.
    entry_time : ndarray of float, shape (n,), or None
        Days to the first day under observation; None where nobody enters late.
    n_randomised, n_before, n_without, n_undated, n_later : int
        Randomised to either arm; event or end of follow-up before randomisation; without the
        endpoint; day of randomisation not known; clock started after randomisation.
    """

    question: TreatmentQuestion
    endpoint: str
    patient_ids: pl.Series
    treated: NDArray[np.bool_]
    time: NDArray[np.float64]
    cause: NDArray[np.int64]
    entry_time: NDArray[np.float64] | None
    n_randomised: int
    n_before: int
    n_without: int
    n_undated: int
    n_later: int


def read_arm_cohort(
    allocation: pl.DataFrame, outcomes: pl.DataFrame, question: TreatmentQuestion, endpoint: str
) -> ArmCohort:
    """Lay out who was randomised and what happened after it.

    Parameters
    ----------
    allocation, outcomes : DataFrame
        The tables allocation and endpoint.
    question : TreatmentQuestion
        Trial, question and arms.
    endpoint : str
        Short name.
    """
    chosen = allocation.filter(
        pl.col("randomised"),
        pl.col("assigned_arm").is_in([question.control_arm, question.treatment_arm]),
        trial_id=question.trial_id,
        question=question.question,
    ).select("patient_id", "day", "assigned_arm")
    dated = chosen.drop_nulls("day")
    joined = dated.join(
        outcomes.filter(endpoint=endpoint).drop("trial_id"), on="patient_id"
    ).with_columns(start=pl.max_horizontal("day", "origin_day"))
    after = joined.filter(pl.col("exit_day") >= pl.col("start")).sort("patient_id")
    timed = after.with_columns(
        time=(pl.col("exit_day") - pl.col("start")).cast(pl.Float64),
        entry_time=(pl.col("entry_day") - pl.col("start")).cast(pl.Float64),
    )
    seen = timed.filter((pl.col("entry_time") <= 0) | (pl.col("entry_time") < pl.col("time")))
    time, entry_time = read_follow_up(seen)
    return ArmCohort(
        question=question,
        endpoint=endpoint,
        patient_ids=seen["patient_id"],
        treated=(seen["assigned_arm"] == question.treatment_arm).to_numpy(),
        time=time,
        cause=seen["cause"].to_numpy().astype(np.int64),
        entry_time=entry_time,
        n_randomised=chosen.height,
        n_before=joined.height - seen.height,
        n_without=dated.height - joined.height,
        n_undated=chosen.height - dated.height,
        n_later=int((seen["origin_day"] > seen["day"]).sum()),
    )


def read_arm_cohorts(
    pool: Pool, questions: tuple[TreatmentQuestion, ...], endpoints: tuple[str, ...]
) -> list[ArmCohort]:
    """Return the cohort of every question and endpoint, endpoint by endpoint."""
    allocation, outcomes = pool.table("allocation"), pool.table("endpoint")
    return [
        read_arm_cohort(allocation, outcomes, question, endpoint)
        for endpoint in endpoints
        for question in questions
    ]
