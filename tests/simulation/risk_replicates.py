"""Rules and waiting against the law that patients were drawn by: what is claimed, and the truth.

Relapse and death in remission have constant hazards, so that each patient's true risk is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.optimize import brentq

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.risk.groupings import OPEN, Grouping, Placement
from chorall.analyses.risk.members import Members, estimate_risk
from chorall.analyses.risk.moments import View
from chorall.analyses.risk.rule_design import RuleDesign
from chorall.analyses.risk.rule_fit import (
    Training,
    find_means,
    fit_index,
    fit_risk_law,
    leave_out_scores,
)
from chorall.analyses.risk.rule_judge import judge_target
from chorall.analyses.risk.waiting import describe_waiting, pair_risks
from chorall.models.design_matrix import DesignMatrix
from chorall.stats import concordance, cumulative_incidence, fit_cox

YEAR = 365.25
HORIZON = 5 * YEAR
TARGETS = (0.08, 0.3)
ITEMS = (
    "age_years", "IKZF1_del", "TP53", "PAX5_del", "ETV6_del", "BTG1_del", "EBF1_del", "RB1_del",
    "NRAS", "KRAS", "PHF6", "PTEN",
)  # fmt: skip
EFFECTS = np.array([0.3, 0.9, 0.7, 0.4, *np.zeros(8)])
RELAPSE, DEATH = 0.035, 0.008


@dataclass(frozen=True)
class Drawn:
    """Training patients (not tested: NaN) with the risk that is true for each."""

    training: Training
    truth: np.ndarray


def draw_trials(random: np.random.Generator, sizes: tuple[int, ...], spread: float = 0.0) -> Drawn:
    """Draw patients of trials; `spread` is the deviation of their log hazards of relapse."""
    n = sum(sizes)
    trial = np.repeat(np.arange(len(sizes)), sizes)
    values = np.column_stack([
        random.normal(size=n), (random.random((n, len(ITEMS) - 1)) < 0.25).astype(float)
    ])  # fmt: skip
    level = random.normal(0, spread, len(sizes))[trial] if spread else 0.0
    hazard = RELAPSE * np.exp(values @ EFFECTS + level)
    truth = hazard / (hazard + DEATH) * -np.expm1(-(hazard + DEATH) * 5)
    relapse = random.exponential(YEAR / hazard)
    death, end = random.exponential(YEAR / DEATH, n), random.uniform(4, 11, n) * YEAR
    time = np.minimum(np.minimum(relapse, death), end)
    cause = np.where(time == relapse, 1, np.where(time == death, 2, 0))
    values[random.random(values.shape) < 0.1] = np.nan
    return Drawn(Training(RuleDesign(ITEMS, values), time, cause, None, trial), truth)


@dataclass(frozen=True)
class Unshrunken:
    """A Cox model of all items as it comes, its level that of training: no shrinkage at all."""

    weight: np.ndarray
    mean: np.ndarray
    level: float

    def predict(self, design: RuleDesign) -> np.ndarray:
        values = np.where(np.isnan(design.values), self.mean, design.values) - self.mean
        return -np.expm1(-np.exp(self.level + values @ self.weight))


def fit_unshrunken(training: Training) -> Unshrunken:
    """Fit it in the training trials."""
    mean = find_means(training)
    centred = np.where(np.isnan(training.design.values), 0.0, training.design.values - mean)
    fit = fit_cox(centred, training.time, training.cause == 1, strata=training.trial)
    weight = np.asarray(fit.log_hazard_ratio)
    goal = cumulative_incidence(training.time, training.cause, n_causes=2).at(HORIZON)
    wanted = float(goal.cumulative_incidence[0, 0])

    def miss(level: float) -> float:
        return float(-np.expm1(-np.exp(level + centred @ weight)).mean()) - wanted

    return Unshrunken(weight, mean, float(brentq(miss, -20, 5)))


@dataclass(frozen=True)
class RuleReplicate:
    """What one built rule claims, and what is true of it."""

    apparent: float
    left_out: float
    fresh: float
    shrinkage: float
    predicted: float
    true: float
    raw: float
    verdicts: tuple[tuple[str, float], ...]


def replicate_rule(random: np.random.Generator, spread: float = 0.0) -> RuleReplicate:
    """Build a rule in three trials, judge it in a fourth, and in 20,000 further patients."""
    drawn = draw_trials(random, (200, 200, 200, 300), spread)
    is_test = drawn.training.trial == 3
    training, test = drawn.training.take(~is_test), drawn.training.take(is_test)
    fresh = draw_trials(random, (20_000,))
    scores = leave_out_scores(training, 1)
    index, law = fit_index(training), fit_risk_law(training, scores, HORIZON)
    shift = float(index.mean @ index.weight)
    risk = law.predict(index.score(fresh.training.design) - shift)
    high = risk >= TARGETS[-1]
    own = index.score(training.design) - shift
    raw = fit_unshrunken(training).predict(fresh.training.design)
    excess = float((raw - fresh.truth)[raw >= TARGETS[-1]].mean())
    tested = law.predict(index.score(test.design) - shift)
    truths = drawn.truth[is_test]
    group = np.searchsorted(TARGETS, tested, side="right")
    verdicts = []
    for place in range(3):
        rows = group == place
        if rows.any():
            observed = estimate_risk(_wrap(test), rows, HORIZON, 0.95)
            verdicts.append((judge_target(place, 3, TARGETS, observed), float(truths[rows].mean())))
        else:
            verdicts.append(("", float("nan")))
    return RuleReplicate(
        _order(training, own), _order(training, scores),
        _order(fresh.training, risk), law.shrinkage,
        float(risk[high].mean()), float(fresh.truth[high].mean()), excess,
        tuple(verdicts),
    )  # fmt: skip


def _order(patients: Training, score: np.ndarray) -> float:
    return concordance(
        score, patients.time, patients.cause, strata=patients.trial, cause_of_interest=1
    ).concordance


def _wrap(patients: Training, group: np.ndarray | None = None, moment: float = 0.0) -> Members:
    n = len(patients.time)
    groups = np.zeros(n, int) if group is None else group
    placement = Placement(groups, groups, groups)
    grouping = Grouping("g", "g", ("low", "high"), {}, {moment: placement}, "seen")
    names = tuple(f"T{code}" for code in range(int(patients.trial.max()) + 1))
    cohort = EndpointCohort(
        "EFS", "EFS", 6, pl.Series([str(at) for at in range(n)]), patients.time, patients.cause,
        None, patients.trial, names, DesignMatrix((), np.zeros((n, 0)), {}), 0,
    )  # fmt: skip
    return Members(
        View(f"day {moment:.0f}", moment, moment, cohort), grouping, placement, patients.time,
        patients.cause, patients.cause, None, patients.trial, names, np.arange(n),
    )  # fmt: skip


def replicate_waiting(
    random: np.random.Generator, by_mrd: float, n_resamples: int = 2
) -> dict[str, tuple[float, ...]]:
    """Return difference, lower and upper of each measure where MRD multiplies the hazard so."""
    n = 600
    trial, mrd = random.integers(0, 3, n), random.random(n) < 0.4
    deleted = random.random(n) < 0.2
    hazard = 0.06 * np.exp(by_mrd * mrd + 0.7 * deleted)
    relapse, death = random.exponential(YEAR / hazard), random.exponential(YEAR / 0.01, n)
    time = np.minimum(np.minimum(relapse, death), random.uniform(5, 11, n) * YEAR)
    cause = np.where(time == relapse, 1, np.where(time == death, 2, 0))
    patients = Training(RuleDesign((), np.zeros((n, 0))), time, cause, None, trial)
    before = _wrap(patients, np.where(deleted, 1, OPEN))
    after = _wrap(patients, (deleted | mrd).astype(int), 33.0)
    pair = pair_risks(before, after, HORIZON)
    lines = describe_waiting(pair, HORIZON, conf_level=0.95, n_resamples=n_resamples, seed=1)
    return {
        f"{line['measure']} {line.get('threshold', '')}".strip(): (
            line["difference"], line["lower"], line["upper"]
        )
        for line in lines
        if line["trial_id"] == "all"
    }  # fmt: skip
