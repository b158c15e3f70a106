"""Run the simulation study of de-escalation; print the table of docs/methods/deescalation.md.

200 seeded pools of each scenario; the same seeds give the same table.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
from joblib import Parallel, delayed
from scipy.special import betaincinv

HOME = Path(__file__).parents[1]
sys.path[:0] = [str(HOME / "tests" / "simulation"), str(HOME / "tests")]
from simulation import deescalation_replicates as study  # noqa: E402

from chorall.simulation.consortium import draw_cohort  # noqa: E402
from chorall.simulation.potential_outcomes import tabulate_potential_outcomes  # noqa: E402
from chorall.simulation.scenario_definitions import Scenario  # noqa: E402

N_POOLS, N_CHOICES, N_TRUTH = 200, 200, 60_000
JOBS = int(sys.argv[1]) if len(sys.argv) > 1 else 2
AT_MARGIN = "at the margin"


def find_truth(scenario: Scenario) -> dict[str, float]:
    """Return what is true of the randomised by the law: both arms, share, follow-up."""
    rng = np.random.default_rng([3, 0])
    cohort = draw_cohort(rng, study.DESIGN, study.LAW, N_TRUTH, scenario)
    chosen = cohort.course.allocations[0].randomised & np.isfinite(cohort.course.mrd_fraction)
    outcomes = tabulate_potential_outcomes(
        study.DESIGN, study.LAW, scenario, cohort.patients, cohort.latent
    ).filter(pl.col("number").is_in(cohort.patients.number[chosen].tolist()))
    arms = [f"R1={arm.id}" for arm in study.QUESTION.arms]
    standard, reduced = (outcomes.filter(strategy=arm)["event_free_5y"].mean() for arm in arms)
    course = cohort.course
    lost = (course.last_contact < 5 * 365.25) & (course.death < 0) & (course.relapse < 0)
    return {
        "standard": float(standard),
        "difference": float(reduced - standard),
        "randomised": float(chosen.mean()),
        "followed": 1 - float(lost[chosen].mean()),
    }


def find_margin_effect() -> float:
    """Return the log hazard ratio of relapse that makes the true difference the margin."""
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        scenario = study.find_scenario("deescalation-harmful", middle)
        loss = -find_truth(scenario)["difference"]
        low, high = (middle, high) if loss < study.MARGIN else (low, middle)
    return (low + high) / 2


def run(scenario: Scenario, n_each: int, seeds: list[int]) -> list[study.Replicate]:
    """Return some replicates."""
    return [
        study.replicate_pool(np.random.default_rng([4, seed]), scenario, n_each) for seed in seeds
    ]


def run_choices(seeds: list[int]) -> list[tuple[bool, bool]]:
    """Return some replicates of the choice."""
    return [study.replicate_choice(np.random.default_rng([5, seed])) for seed in seeds]


def say(k: int, n: int) -> str:
    """Return k of n in percent with exact 95 % limits."""
    low = betaincinv(k, n - k + 1, 0.025) if k else 0.0
    high = betaincinv(k + 1, n - k, 0.975) if k < n else 1.0
    return f"{100 * k / n:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def spread(n: int) -> list[list[int]]:
    """Return the seeds in parts."""
    return [list(range(at, min(at + 10, n))) for at in range(0, n, 10)]


def main() -> None:
    """Run all and print the table."""
    safe = study.find_scenario("deescalation-safe")
    truth = find_truth(safe)
    n_each = study.plan_patients(truth["standard"], truth["followed"], truth["randomised"])
    effect = find_margin_effect()
    print(f"planned with {truth}; {n_each} patients in each of {study.N_TRIALS} trials")
    print(f"log hazard ratio at the margin {effect:.3f}")
    scenarios = {
        "deescalation-safe": safe,
        "deescalation-harmful": study.find_scenario("deescalation-harmful"),
        AT_MARGIN: study.find_scenario("deescalation-harmful", effect),
    }
    for name, scenario in scenarios.items():
        true = find_truth(scenario)["difference"]
        parts = Parallel(n_jobs=JOBS)(
            delayed(run)(scenario, n_each, seeds) for seeds in spread(N_POOLS)
        )
        found = [one for part in parts for one in part]
        words = [say(sum(one.word == word for one in found), N_POOLS) for word in WORDS]
        covered = sum(one.lower <= true <= one.upper for one in found)
        error = np.mean([one.difference for one in found]) - true
        print(
            f"| {name} | {100 * true:+.2f} | {' | '.join(words)} | "
            f"{say(sum(one.non_inferior for one in found), N_POOLS)} | {say(covered, N_POOLS)} | "
            f"{100 * error:+.2f} |"
        )
        if name == "deescalation-safe":
            say_bound(found)
    choices = np.array(
        [one for part in Parallel(n_jobs=JOBS)(
            delayed(run_choices)(seeds) for seeds in spread(N_CHOICES)
        ) for one in part]
    )  # fmt: skip
    print("choice, apparent:", say(int(choices[:, 0].sum()), N_CHOICES))
    print("choice, nested:", say(int(choices[:, 1].sum()), N_CHOICES))


def say_bound(found: list[study.Replicate]) -> None:
    """Print how often a bound that is the true relapse of the group is passed."""
    bound = float(np.mean([one.relapse for one in found]))
    pooled = sum(one.relapse_upper <= bound for one in found)
    both = sum(max(one.relapse_upper, one.prediction_upper) <= bound for one in found)
    print(f"relapse of the group {100 * bound:.2f} %; as bound: pooled {say(pooled, len(found))}, ")
    print(f"  with a new trial {say(both, len(found))}")


WORDS = ("hypothesis for a randomised trial", "insufficient evidence", "not supported")

if __name__ == "__main__":
    main()
