"""Randomised reductions of treatment within a candidate group, as questions of non-inferiority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from chorall.analyses.deescalation.difference import (
    NOT_COMPARED,
    Arms,
    DifferenceCurve,
    judge_difference,
    measure_difference,
)
from chorall.analyses.treatments.arms import ArmCohort, read_arm_cohort
from chorall.analyses.treatments.questions import Contrast, TreatmentQuestion, find_questions
from chorall.knowledge.deescalation_rules import deescalation_rules
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.tables.store import Pool

ENDPOINT: Final = "EFS"
ITT, PER_PROTOCOL = "intention to treat", "per protocol"
CURVE_STEP_YEARS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Reduction:
    """What one reduction did in one group, over all trials that randomised it.

    Attributes
    ----------
    contrast : tuple of str
        Component, standard and reduced level.
    population : str
        `intention to treat` or `per protocol`.
    trials : tuple of str
        Trial and question of those compared.
    n_standard, n_reduced, events_standard, events_reduced : int
        Patients, and events of event-free survival by the horizon.
    curve : DifferenceCurve or None
        None where nothing could be compared.
    at_horizon : tuple of float
        Event-free survival standard and reduced, difference, its standard error, lower and upper.
    heterogeneity_p_value : float
        Cochran's test that the trials share one difference; NaN with one trial.
    word : str
        `non-inferior`, `not shown to be non-inferior`, `worse` or `not compared`.
    note : str
        Why it could not be compared, or who was left out.
    """

    contrast: Contrast
    population: str
    trials: tuple[str, ...]
    n_standard: int
    n_reduced: int
    events_standard: int
    events_reduced: int
    curve: DifferenceCurve | None
    at_horizon: tuple[float, float, float, float, float, float]
    heterogeneity_p_value: float
    word: str
    note: str


@dataclass(frozen=True, slots=True)
class ReductionCohort:
    """One randomised question about less treatment.

    Attributes
    ----------
    arms : ArmCohort
        By intention to treat, from randomisation.
    as_assigned : Series of bool, length n, or None
        True where the arm received is the one assigned; null where not recorded. None where the
        delivery says of nobody which arm was received.
    """

    arms: ArmCohort
    as_assigned: pl.Series | None


def read_reductions(
    pool: Pool, trial_ids: Sequence[str]
) -> tuple[list[ReductionCohort], list[str]]:
    """Return every randomised reduction of the trials, and why some questions are none."""
    questions, gaps = find_questions(pool, trial_ids)
    components = deescalation_rules().reductions.components
    allocation, outcomes = pool.table("allocation"), pool.table("endpoint")
    received = pool.table("treatment").drop_nulls("arm_received")
    found = []
    for question in questions:
        if question.component in components:
            arms = read_arm_cohort(allocation, outcomes, question, ENDPOINT)
            found.append(ReductionCohort(arms, _compare_received(arms, question, received)))
    return found, gaps


def _compare_received(
    arms: ArmCohort, question: TreatmentQuestion, received: pl.DataFrame
) -> pl.Series | None:
    own = received.filter(
        pl.col("arm_received").is_in([question.control_arm, question.treatment_arm]),
        trial_id=question.trial_id,
    )
    if own.is_empty():
        return None
    assigned = np.where(arms.treated, question.treatment_arm, question.control_arm)
    people = pl.DataFrame({"patient_id": arms.patient_ids, "assigned": assigned})
    kept = (
        own.join(people, on="patient_id")
        .group_by("patient_id")
        .agg(same=(pl.col("arm_received") == pl.col("assigned")).all())
    )
    return people.join(kept, on="patient_id", how="left", maintain_order="left")["same"]


def compare_reductions(
    cohorts: Sequence[ReductionCohort],
    members: Sequence[str],
    *,
    horizon_years: float,
    margin: float,
    conf_level: float,
) -> list[Reduction]:
    """Compare the arms of each reduction among the members of a group.

    Parameters
    ----------
    cohorts : sequence of ReductionCohort
        All questions about less treatment.
    members : sequence of str
        Pseudonyms of those in the group, in the trials that may be headlined.
    horizon_years, margin, conf_level : float
        Where the difference is read; largest loss accepted; two-sided level.

    Returns
    -------
    list of Reduction
        Of each contrast by intention to treat and per protocol. A contrast that no member of the
        group was randomised to is left out: it says nothing of the group.
    """
    inside = list(members)
    found = []
    for contrast in dict.fromkeys(one.arms.question.contrast for one in cohorts):
        own = [
            one
            for one in cohorts
            if one.arms.question.contrast == contrast and one.arms.patient_ids.is_in(inside).any()
        ]
        if not own:
            continue
        for population in (ITT, PER_PROTOCOL):
            parts = [_select(one, inside, population) for one in own]
            arms = [part for part in parts if part is not None]
            found.append(_compare(contrast, population, arms, horizon_years, margin, conf_level))
    return found


def _select(one: ReductionCohort, inside: list[str], population: str) -> Arms | None:
    """Return the arms of the members; None where the delivery cannot say who kept to them."""
    kept = one.arms.patient_ids.is_in(inside)
    if population == PER_PROTOCOL:
        if one.as_assigned is None:
            return None
        kept = kept & one.as_assigned.fill_null(False)
    rows = kept.to_numpy()
    entry = one.arms.entry_time
    return Arms(
        one.arms.question.unit,
        one.arms.time[rows],
        one.arms.cause[rows] > 0,
        one.arms.treated[rows],
        None if entry is None else entry[rows],
    )


def _compare(
    contrast: Contrast,
    population: str,
    arms: Sequence[Arms],
    horizon_years: float,
    margin: float,
    conf_level: float,
) -> Reduction:
    horizon = horizon_years * DAYS_PER_YEAR
    fewest = deescalation_rules().reduction.fewest_per_arm
    large = [one for one in arms if min(one.sizes) >= fewest]
    kept = [one for one in large if _is_followed(one, horizon)]
    nothing = Reduction(
        contrast, population, (), 0, 0, 0, 0, None, (np.nan,) * 6, np.nan, NOT_COMPARED,
        _explain(population, len(arms), len(large), fewest),
    )  # fmt: skip
    if not kept:
        return nothing
    curve = measure_difference(kept, _lay_out_times(horizon_years))
    at = measure_difference(kept, np.array([horizon]))
    difference, error = float(at.difference[0]), float(at.standard_error[0])
    lower, upper, word = judge_difference(
        difference, error, margin=margin, one_sided=(1 + conf_level) / 2
    )
    counts = [_count(kept, side, horizon) for side in (False, True)]
    left_out = len(arms) - len(kept)
    return replace(
        nothing,
        trials=tuple(one.trial for one in kept),
        n_standard=counts[0][0],
        n_reduced=counts[1][0],
        events_standard=counts[0][1],
        events_reduced=counts[1][1],
        curve=curve,
        at_horizon=(float(at.standard[0]), float(at.reduced[0]), difference, error, lower, upper),
        heterogeneity_p_value=float(at.heterogeneity_p_value[0]),
        word=word,
        note=f"{left_out} trial(s) too small or followed too short left out" if left_out else "",
    )


def _explain(population: str, n_arms: int, n_large: int, fewest: int) -> str:
    if population == PER_PROTOCOL and not n_arms:
        return "no delivery says which arm was received"
    if n_large:
        return "no trial was followed to the horizon in both arms"
    return f"no trial has {fewest} members of the group in each arm"


def _lay_out_times(horizon_years: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    steps = np.arange(0, round((horizon_years + 3) / CURVE_STEP_YEARS) + 1)
    return np.asarray(steps * CURVE_STEP_YEARS * DAYS_PER_YEAR)


def _is_followed(one: Arms, horizon: float) -> bool:
    """Return True where both arms have somebody at risk or free of events at the horizon."""
    at = measure_difference([one], np.array([horizon]))
    return bool(np.isfinite(at.difference[0]))


def _count(arms: Sequence[Arms], reduced: bool, horizon: float) -> tuple[int, int]:
    n = sum(int((one.reduced == reduced).sum()) for one in arms)
    events = sum(
        int(((one.reduced == reduced) & one.event & (one.time <= horizon)).sum()) for one in arms
    )
    return n, events
