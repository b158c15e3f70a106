"""The first event of every patient, split by its kind: relapse, deaths, failure, malignancy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from chorall.analyses.choices import check_choices
from chorall.analyses.endpoint_choice import choose_endpoints, read_cohorts
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.errors import DataError, InputError
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.tables.store import Pool

RELAPSE: Final = "relapse"
REMISSION_DEATH: Final = "death in remission"
INDUCTION_DEATH: Final = "death in induction"
CAUSES: Final = (
    RELAPSE,
    REMISSION_DEATH,
    INDUCTION_DEATH,
    "induction failure",
    "second malignancy",
    "death, remission not recorded",
)
"""By code, from 1."""
TREATMENT_DEATHS: Final = (REMISSION_DEATH, INDUCTION_DEATH)
EVENT: Final = "event"
"""As a target: whatever happens first."""
TARGETS: Final = (RELAPSE, EVENT)
ALIVE_WITHOUT_EVENT: Final = 0
WORDS: Final = {"relapse": 1, "induction_failure": 4, "second_malignancy": 5}


def choose_target(target: str) -> str:
    """Return what is to be predicted, or raise InputError."""
    return check_choices([target], TARGETS, what="target")[0]


def read_first_events(
    pool: Pool, endpoint: str, trial_ids: Sequence[str]
) -> tuple[EndpointCohort, list[str]]:
    """Return times from time zero to the first event, with its kind as the cause, and warnings.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    endpoint : str
        One that counts every kind of event from time zero, such as EFS.
    trial_ids : sequence of str
        The trials in question.

    Returns
    -------
    cohort : EndpointCohort
        `cause` is a place in `CAUSES`, from 1; a death counts as one in induction where no
        remission came before it. In a trial without any recorded remission deaths are not split.
    warnings : list of str

    Raises
    ------
    InputError
        If the endpoint has another origin or competing causes.
    DataError
        If no trial has it.
    """
    available, missing = choose_endpoints(pool, [endpoint], trial_ids)
    if not available:
        raise DataError(f"no trial has the endpoint {endpoint}. " + " ".join(missing))
    definition = endpoint_definitions().get(available[0])
    if definition is None or definition.origin != "time_zero" or len(definition.causes) > 1:
        raise InputError(
            f"`endpoint` is {endpoint!r}; expected one that counts every first event from time "
            "zero: EFS, EFS_UKALL, EFS_TIME0, EFS_ELN."
        )
    patients = pool.table("patient").filter(pl.col("trial_id").is_in(list(trial_ids)))
    cohort = read_cohorts(pool, available, patients, trial_ids, ())[0]
    return replace(cohort, cause=_split(pool, cohort), n_causes=len(CAUSES)), missing


def _split(pool: Pool, cohort: EndpointCohort) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    people = cohort.people
    if people is None:
        raise DataError("the endpoint holds nobody.")
    remission = (
        pool.table("event")
        .filter(pl.col("type").cast(pl.String) == "remission")
        .group_by("patient_id")
        .agg(remission_day=pl.col("day").min())
    )
    trials = people.join(remission, on="patient_id")["trial_id"].unique().to_list()
    kinds = people.join(remission, on="patient_id", how="left", maintain_order="left").select(
        code=pl.when(pl.col("cause") == 0)
        .then(ALIVE_WITHOUT_EVENT)
        .when(pl.col("event_type") != "death")
        .then(pl.col("event_type").replace_strict(WORDS, default=6, return_dtype=pl.Int64))
        .when(~pl.col("trial_id").is_in(trials))
        .then(6)
        .when(pl.col("remission_day") <= pl.col("exit_day"))
        .then(2)
        .otherwise(3)
    )
    return kinds["code"].cast(pl.Int64).to_numpy()


def target_cause(cohort: EndpointCohort, target: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return 1 where the target happened, 2 where something else did first, 0 censored."""
    if target == EVENT:
        return (cohort.cause > 0).astype(np.int64)
    happened = cohort.cause == CAUSES.index(target) + 1
    return np.where(happened, 1, np.where(cohort.cause > 0, 2, 0)).astype(np.int64)
