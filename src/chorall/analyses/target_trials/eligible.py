"""The eligible patients of a target trial from time zero on, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.adjustment import choose_adjustment
from chorall.analyses.arguments import check_markers, check_trials
from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN, read_marker_groups
from chorall.analyses.mrd_covariate import add_mrd
from chorall.analyses.mrd_cut import add_mrd_cut, name_mrd_cut
from chorall.analyses.subtypes import add_subtype
from chorall.analyses.target_trials.definition import TargetTrial
from chorall.analyses.target_trials.starts import add_starts
from chorall.models.design_matrix import DesignMatrix, Term, build_design
from chorall.tables.store import Pool

SMALLEST_TIME = 0.5
"""An event on the day of time zero needs a moment of follow-up before it."""


@dataclass(frozen=True, slots=True)
class EligibleCohort:
    """The n eligible patients with complete confounders, ordered by pseudonym.

    Attributes
    ----------
    patient_ids : Series, length n
        Pseudonyms.
    time : ndarray of float, shape (n,)
        Days from time zero, above 0.
    cause : ndarray of int, shape (n,)
        0 censored, 1 the event, 2 and above competing.
    start, able_until : ndarray of float, shape (n,)
        Days from time zero to the start of treatment, and to when it can no longer start; infinite
        where never.
    trial : ndarray of int, shape (n,)
        Index into `trial_ids`.
    trial_ids : tuple of str
        Trials with a patient here.
    confounders : DesignMatrix, n rows
        Complete.
    flow : tuple of (str, int)
        Who was left out at each step, in words, and how many.
    warnings : tuple of str
        What the reader must know.
    """

    patient_ids: pl.Series
    time: NDArray[np.float64]
    cause: NDArray[np.int64]
    start: NDArray[np.float64]
    able_until: NDArray[np.float64]
    trial: NDArray[np.int64]
    trial_ids: tuple[str, ...]
    confounders: DesignMatrix
    flow: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]


def find_eligible(pool: Pool, trial: TargetTrial, endpoint: str) -> EligibleCohort:
    """Return who is eligible for a target trial on one endpoint.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    trial : TargetTrial
        What the file states.
    endpoint : str
        Short name of an endpoint that the pool has.

    Raises
    ------
    InputError
        If a trial, marker, covariate, donor or item does not exist.
    DataError
        If nobody was ever treated.
    """
    trial_ids = check_trials(pool, trial.eligibility.trials or None)
    patients = pool.table("patient").filter(pl.col("trial_id").is_in(list(trial_ids)))
    people, terms, warnings = _add_confounders(pool, trial, patients)
    flow: list[tuple[str, int]] = []
    chosen = _choose(pool, trial, people, flow)
    timed = _start_clock(pool, trial, endpoint, chosen, flow)
    started, notes = add_starts(pool, trial, timed, trial_ids)
    ready = _keep(started, ~pl.col("undated"), "treated on an unknown day", flow)
    ready = _keep(ready, pl.col("start") > 0, "treated by time zero", flow)
    ready = _keep(ready, pl.col("able_until") > 0, "no longer able to start at time zero", flow)
    design = build_design(ready, terms)
    complete = design.complete
    flow.append(("a confounder not known", int((~complete).sum())))
    kept = ready.filter(complete).with_columns(pl.col("trial_id").cast(pl.String))
    present = set(kept["trial_id"])
    ids = tuple(one for one in trial_ids if one in present)
    return EligibleCohort(
        patient_ids=kept["patient_id"],
        time=kept["time"].to_numpy().astype(np.float64),
        cause=kept["cause"].to_numpy().astype(np.int64),
        start=kept["start"].to_numpy().astype(np.float64),
        able_until=kept["able_until"].to_numpy().astype(np.float64),
        trial=np.array([ids.index(one) for one in kept["trial_id"]], dtype=np.int64),
        trial_ids=ids,
        confounders=DesignMatrix(design.columns, design.values[complete], {}),
        flow=tuple(flow),
        warnings=(*warnings, *notes, *_warn_of_late_mrd(trial, kept)),
    )


def _add_confounders(
    pool: Pool, trial: TargetTrial, patients: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[Term, ...], tuple[str, ...]]:
    chosen = choose_adjustment(add_mrd(pool, add_subtype(pool, patients)), trial.confounders.adjust)
    people, terms = chosen.patients, list(chosen.terms)
    for cut in trial.confounders.mrd_cuts:
        people = add_mrd_cut(pool, people, cut)
        terms.append(Term(name_mrd_cut(cut), "boolean"))
    markers = check_markers(pool, trial.confounders.markers)
    groups = read_marker_groups(pool.table("marker_result"), people["patient_id"], markers)
    for place, marker in enumerate(markers):
        known = pl.Series(marker, groups[:, place] == PRESENT, dtype=pl.Boolean)
        unknown = pl.Series(groups[:, place] == UNKNOWN)
        people = people.with_columns(pl.when(unknown).then(None).otherwise(known).alias(marker))
        terms.append(Term(marker, "boolean"))
    # who lacks a confounder is counted in the flow, among the eligible
    warnings = tuple(line for line in chosen.warnings if not line.startswith("Adjusted figures"))
    return people, tuple(terms), warnings


def _choose(
    pool: Pool, trial: TargetTrial, people: pl.DataFrame, flow: list[tuple[str, int]]
) -> pl.DataFrame:
    asked = trial.eligibility
    flow.append(("patients of the trials", people.height))
    if asked.age_years is not None:
        low, high = asked.age_years
        of_age = (pl.col("age_years") >= low) & (pl.col("age_years") < high)
        people = _keep(people, of_age, f"not {low:g} to below {high:g} years old", flow)
    if asked.lineage:
        people = _keep(
            people, pl.col("lineage").cast(pl.String).is_in(list(asked.lineage)),
            f"lineage not {' or '.join(asked.lineage)}", flow,
        )  # fmt: skip
    for markers, code, word in (
        (asked.markers_present, PRESENT, "present"),
        (asked.markers_absent, ABSENT, "absent"),
    ):
        names = check_markers(pool, markers)
        groups = read_marker_groups(pool.table("marker_result"), people["patient_id"], names)
        right = pl.Series((groups == code).all(axis=1), dtype=pl.Boolean)
        if names:
            people = _keep(people, right, f"{', '.join(names)} not known to be {word}", flow)
    for cut, wanted, words in (
        (asked.mrd_from, True, "at or above"),
        (asked.mrd_below, False, "below"),
    ):
        if cut is not None:
            judged = add_mrd_cut(pool, people.select("patient_id"), cut)[name_mrd_cut(cut)]
            text = f"residual disease not known to be {words} {cut:g}"
            people = _keep(people, (judged == wanted).fill_null(False), text, flow)
    return people


def _keep(
    frame: pl.DataFrame, wanted: pl.Expr | pl.Series, words: str, flow: list[tuple[str, int]]
) -> pl.DataFrame:
    kept = frame.filter(wanted)
    flow.append((words, frame.height - kept.height))
    return kept


def _start_clock(
    pool: Pool,
    trial: TargetTrial,
    endpoint: str,
    people: pl.DataFrame,
    flow: list[tuple[str, int]],
) -> pl.DataFrame:
    """Return time, cause and `zero_day` of those at risk and under observation at time zero."""
    outcomes = pool.table("endpoint").filter(endpoint=endpoint).drop("trial_id")
    joined = people.join(outcomes, on="patient_id", how="inner")
    flow.append((f"without the endpoint {endpoint}", people.height - joined.height))
    remission = (
        pool.table("event")
        .filter(pl.col("type") == "remission")
        .group_by("patient_id")
        .agg(remission_day=pl.col("day").min())
    )
    zero = {
        "endpoint": pl.col("origin_day"),
        "remission": pl.col("remission_day"),
        "diagnosis": pl.lit(0),
    }[trial.time_zero]
    clocked = joined.join(remission, on="patient_id", how="left").with_columns(
        zero_day=pl.max_horizontal(zero, "origin_day") + trial.days_after
    )
    if trial.time_zero == "remission":
        clocked = _keep(clocked, pl.col("remission_day").is_not_null(), "never in remission", flow)
    at_risk = pl.col("exit_day") >= pl.col("zero_day")
    clocked = _keep(clocked, at_risk, "event or end of follow-up before time zero", flow)
    seen = pl.col("entry_day") <= pl.col("zero_day")
    clocked = _keep(clocked, seen, "under observation only later", flow)
    time = (pl.col("exit_day") - pl.col("zero_day")).cast(pl.Float64)
    return clocked.with_columns(time=pl.max_horizontal(time, pl.lit(SMALLEST_TIME))).sort(
        "patient_id"
    )


def _warn_of_late_mrd(trial: TargetTrial, kept: pl.DataFrame) -> Sequence[str]:
    uses = "mrd" in trial.confounders.adjust or trial.confounders.mrd_cuts
    late = int((kept["mrd_day"] > kept["zero_day"]).sum())
    if not uses or not late:
        return ()
    return (
        f"Residual disease of {late:,} of {kept.height:,} patients was measured after time zero: a "
        "confounder must be known at time zero (`days_after`).",
    )
