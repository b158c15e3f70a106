"""Replicates of the study of de-escalation: less treatment does harm, or it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from simulation.memory_pool import pool_in_memory
from unit.analyses.pool_builder import complete_table

from chorall.analyses.deescalation import deescalation
from chorall.analyses.deescalation.bounds import measure_kinds
from chorall.analyses.deescalation.candidates import Candidate
from chorall.analyses.deescalation.children import Children, Happened
from chorall.analyses.deescalation.selection import select_nested
from chorall.analyses.deescalation.together import RiskTogether, pool_risk_rows
from chorall.analyses.planning import plan_study
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.simulation.consortium import draw_cohort
from chorall.simulation.definitions import all_designs, scenarios
from chorall.simulation.delivery import Cohort
from chorall.simulation.marker_law import build_marker_law
from chorall.simulation.scenario_definitions import Scenario
from chorall.tables.schema import TABLES
from chorall.tables.store import Pool

LAW = build_marker_law(None)
DESIGN = next(one for one in all_designs() if one.style == "paediatric")
QUESTION = DESIGN.questions[0]
RULE = "mrd_end_of_induction < 1e-4"
N_TRIALS = 5
MARGIN = 0.04
WIDE = {"relapse_bound": 0.2, "event_free_bound": 0.75}
"""Gates that any of these pools passes, so that the randomised comparison decides."""


@dataclass(frozen=True)
class Replicate:
    """What one pool was found to say."""

    word: str
    non_inferior: bool
    difference: float
    lower: float
    upper: float
    relapse: float
    relapse_upper: float
    prediction_upper: float


def find_scenario(name: str, reduction_log_hazard_ratio: float | None = None) -> Scenario:
    """Return a scenario, with another effect of reduced treatment where one is given."""
    scenario = scenarios()[name]
    if reduction_log_hazard_ratio is None:
        return scenario
    return scenario.model_copy(update={"reduction_log_hazard_ratio": reduction_log_hazard_ratio})


def draw_pool(rng: np.random.Generator, scenario: Scenario, n_each: int) -> Pool:
    """Draw a pool of paediatric trials that all randomise the same reduction."""
    cohorts = [draw_cohort(rng, DESIGN, LAW, n_each, scenario) for _ in range(N_TRIALS)]
    pool = pool_in_memory(cohorts, ["CIR", "EFS", "OS_RELAPSE"])
    added: dict[str, list[pl.DataFrame]] = {name: [] for name in ("mrd", "allocation", "arm")}
    for place, cohort in enumerate(cohorts):
        for name, frame in tabulate_question(cohort, f"T{place}").items():
            added[name].append(frame)
    tables = {name: pool.table(name) for name in TABLES}
    tables |= {name: complete_table(name, pl.concat(parts)) for name, parts in added.items()}
    return Pool(Path("memory"), {"pool_hash": "0" * 64, "synthetic": True, "name": "m"}, tables)


def tabulate_question(cohort: Cohort, trial: str) -> dict[str, pl.DataFrame]:
    """Return residual disease, allocation and arms of one trial."""
    ids = [f"{trial}-{name}" for name in cohort.name_patients("P")]
    names = {"patient_id": ids, "trial_id": [trial] * len(ids)}
    course, allocation = cohort.course, cohort.course.allocations[0]
    arms = [arm.id for arm in QUESTION.arms]
    measured = pl.DataFrame(names | {"mrd_fraction": course.mrd_fraction}).filter(
        pl.col("mrd_fraction").is_finite()
    )
    return {
        "mrd": measured.with_columns(
            timepoint=pl.lit("end_of_induction"),
            day=pl.lit(33),
            method=pl.lit("pcr"),
            category=pl.lit("quantified"),
            sensitivity=pl.lit(1e-6),
        ),
        "allocation": pl.DataFrame(
            names
            | {
                "question": QUESTION.id,
                "randomised": allocation.randomised,
                "day": allocation.day,
                "assigned_arm": np.array(arms)[allocation.arm],
            }
        ).filter("randomised"),
        "arm": pl.DataFrame(
            {
                "trial_id": [trial] * 2,
                "arm_id": arms,
                "label": [arm.label for arm in QUESTION.arms],
                "strategy_id": [arm.strategy for arm in QUESTION.arms],
            }
        ),
    }


def plan_patients(success: float, followed: float, randomised: float) -> int:
    """Return the patients of each trial with which the planner promises a power of 80 %."""
    plan = plan_study(
        "non-inferiority", success=success, margin=MARGIN, power=0.8, alpha=0.025,
        followed_fraction=followed, simulations=0,
    )  # fmt: skip
    return int(np.ceil(plan.rows["n_patients"][0] / randomised / N_TRIALS))


def replicate_pool(rng: np.random.Generator, scenario: Scenario, n_each: int) -> Replicate:
    """Draw one pool and judge the children with low residual disease."""
    result = deescalation(draw_pool(rng, scenario, n_each), rules=[RULE], margin=MARGIN, **WIDE)
    row = result.printed.row(0, named=True)
    reduction = result.reductions.filter(population="intention to treat").row(0, named=True)
    return Replicate(
        row["word"],
        reduction["word"] == "non-inferior",
        reduction["difference"],
        reduction["lower"],
        reduction["upper"],
        row["relapse"],
        row["relapse_upper"],
        row["relapse_prediction_upper"],
    )


# ---- choice by the same data ------------------------------------------------------------------
N_GROUPS, N_PER_TRIAL, RISK, BOUND = 100, 300, 0.06, 0.06


def replicate_choice(rng: np.random.Generator) -> tuple[bool, bool]:
    """Choose among groups that mean nothing; return whether each way passes the bound.

    Every child has a risk of relapse of 6 %, no group has less, and 6 % is the bound: whether the
    group that looks best on all trials seems to lie within it, and whether the nested choice does.
    """
    n = N_TRIALS * N_PER_TRIAL
    relapsed = rng.random(n) < RISK
    time = np.where(relapsed, rng.uniform(0, 5, n), 8.0) * DAYS_PER_YEAR
    happened = Happened(time, relapsed.astype(np.int64), None, np.ones(n, bool))
    children = Children(
        people=pl.DataFrame({"patient_id": [str(one) for one in range(n)]}),
        trial_ids=tuple(f"T{one}" for one in range(N_TRIALS)),
        trial=np.repeat(np.arange(N_TRIALS), N_PER_TRIAL),
        relapse=happened, first_event=happened, after_relapse=happened, n_without_age=0,
    )  # fmt: skip
    candidates = [
        Candidate(f"g{one}", "", "own rule", rng.integers(0, 2, n).astype(np.int8), "diagnosis", "")
        for one in range(N_GROUPS)
    ]
    limits = {"horizon_years": 5.0, "relapse_bound": BOUND, "conf_level": 0.95}
    apparent = [one.upper for one in measure_all(children, [one.codes for one in candidates])]
    selected = select_nested(children, candidates, **limits)
    assert selected is not None
    nested = measure_all(children, [selected.candidate.codes])[0].upper
    return min(apparent) <= BOUND, nested <= BOUND


def measure_all(children: Children, groups: list[np.ndarray]) -> list[RiskTogether]:
    """Return the pooled relapse of every group."""
    horizon = 5 * DAYS_PER_YEAR
    trials = [children.in_trials([name]) for name in children.trial_ids]
    rows = [
        [measure_kinds(children.relapse, (one == 1) & own, (1,), horizon, 0.95) for own in trials]
        for one in groups
    ]
    return pool_risk_rows(rows, 0.95)
