"""One replicate of each simulated study of treatment without randomisation, beside the truth.

Truth is what the same law gives when everybody lives under either strategy with the same randomness
(`live`): no closed form, but no analysis either.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from scipy.special import expit
from simulation.replicates import LAW, Row

from chorall.simulation.consortium import draw_cohort
from chorall.simulation.course import TYPING_DAYS, Latent
from chorall.simulation.definitions import all_designs, scenarios
from chorall.simulation.delivery import Cohort
from chorall.simulation.histories import History, live
from chorall.simulation.residual_disease import score_residual_disease
from chorall.stats import compare_cloned_strategies, doubly_robust_risk, scan_interactions

GRAND = next(design for design in all_designs() if design.style == "grand")
HORIZON = 4 * 365.25
LAST_START = 190.0
MANY = 200_000


def draw_grand(rng: np.random.Generator, n: int) -> Cohort:
    """Draw adults of whom most with MRD of 1e-3 or more are transplanted, and few others."""
    return draw_cohort(rng, GRAND, LAW, n, scenarios()["prognostic"])


def live_with(latent: Latent, transplant_day: np.ndarray) -> History:
    """Return what happens with transplantation on these days from remission."""
    treatment = replace(latent.treatment, transplant_day=transplant_day)
    return live(latent.fate, GRAND, latent.risks, treatment)


def end_remission(history: History) -> np.ndarray:
    """Return days from remission to relapse, second malignancy or death; 0 without remission."""
    first = np.minimum(np.minimum(history.relapse, history.death), history.second_malignancy)
    reached = np.isfinite(history.remission)
    return np.subtract(first, history.remission, out=np.zeros(first.size), where=reached)


def replicate_target_trial(rng: np.random.Generator, n_resamples: int = 200) -> list[Row]:
    """Clones of adults: transplantation by day 190 of remission against none; RFS, known MRD."""
    cohort = draw_grand(rng, 1200)
    course = cohort.course
    end = np.where(course.relapse >= 0, course.relapse, course.last_contact)
    second = course.second_malignancy
    end = np.where((second >= 0) & (second < end), second, end)
    event = (course.relapse >= 0) | (second >= 0) | (course.death >= 0)
    rows = (course.remission >= 0) & (end > course.remission)
    start = np.where(course.transplant >= 0, course.transplant - course.remission, np.inf)
    found = compare_cloned_strategies(
        cohort.latent.disease.is_high[rows][:, None].astype(float),
        (end - course.remission)[rows].astype(float),
        event[rows].astype(int),
        start[rows],
        windows=[(0, LAST_START), None],
        horizon=HORIZON,
        interval=10,
        n_resamples=n_resamples,
        seed=int(rng.integers(2**31)),
    )
    truth = find_truth_of_clones()
    return [
        (f"target trial: {name}", float(value), float(lower), float(upper), truth[name])
        for name, value, lower, upper in (
            ("risk difference at 4 years", found.risk_difference, found.lower_risk_difference,
             found.upper_risk_difference),
            ("risk without transplantation", found.risk[1, -1], found.lower_risk[1, -1],
             found.upper_risk[1, -1]),
            ("days gained in 4 years", found.time_gained, found.lower_time_gained,
             found.upper_time_gained),
        )
    ]  # fmt: skip


@cache
def find_truth_of_clones() -> dict[str, float]:
    """Return what happens if all are transplanted by day 190 as the law times it, and if none."""
    rng = np.random.default_rng(4343)
    latent = draw_grand(rng, MANY).latent
    chosen = latent.fate.in_remission
    days = rng.integers(70, 190, MANY).astype(float)
    ends = [end_remission(live_with(latent, day))[chosen]
            for day in (days, np.full(MANY, np.inf))]  # fmt: skip
    risks = [float((end <= HORIZON).mean()) for end in ends]
    free = [float(np.minimum(end, HORIZON).mean()) for end in ends]
    return {
        "risk difference at 4 years": risks[0] - risks[1],
        "risk without transplantation": risks[1],
        "days gained in 4 years": free[0] - free[1],
    }


def replicate_doubly_robust(rng: np.random.Generator) -> list[Row]:
    """Treat at remission those with high MRD and the young more often; RFS at four years."""
    latent, covariates, treated, seen = draw_chosen(rng, 900)
    end = np.where(
        treated,
        end_remission(live_with(latent, np.ones(len(treated)))),
        end_remission(live_with(latent, np.full(len(treated), np.inf))),
    )
    rows = latent.fate.in_remission
    found = doubly_robust_risk(
        covariates[rows],
        treated[rows],
        np.minimum(end, seen)[rows],
        (end <= seen)[rows].astype(int),
        horizon=HORIZON,
    )
    what = "doubly robust: risk difference at 4 years"
    return [(what, found.risk_difference, found.lower, found.upper, find_truth_of_treatment())]


def draw_chosen(
    rng: np.random.Generator, n: int
) -> tuple[Latent, np.ndarray, np.ndarray, np.ndarray]:
    """Return the law's patients, what decides, who is treated, and days of follow-up."""
    cohort = draw_grand(rng, n)
    disease = cohort.latent.disease
    score = score_residual_disease(disease.end_of_induction)
    age = (cohort.patients.age_years - 38) / 10
    covariates = np.column_stack([score, disease.is_high, age])
    treated = rng.random(n) < expit(-0.8 + 0.5 * score + 0.9 * disease.is_high - 0.3 * age)
    return cohort.latent, covariates.astype(float), treated, rng.uniform(900, 3600, n)


@cache
def find_truth_of_treatment() -> float:
    """Return the difference of risks if all are treated at remission, and if none are."""
    latent = draw_grand(np.random.default_rng(4344), MANY).latent
    ends = [end_remission(live_with(latent, np.full(MANY, day)))[latent.fate.in_remission]
            for day in (1.0, np.inf)]  # fmt: skip
    return float((ends[0] <= HORIZON).mean() - (ends[1] <= HORIZON).mean())


ADULT = next(design for design in all_designs() if design.style == "adult")


def replicate_donor(rng: np.random.Generator, name: str = "donor") -> list[Row]:
    """Compare typed adults with and without a donor, whatever followed; RFS at four years.

    Truth is what 200,000 patients of the law live, by having a donor.
    """
    cohort = draw_cohort(rng, ADULT, LAW, 900, scenarios()[name])
    course = cohort.course
    end = np.where(course.relapse >= 0, course.relapse, course.last_contact)
    second = course.second_malignancy
    end = np.where((second >= 0) & (second < end), second, end)
    event = (course.relapse >= 0) | (second >= 0) | (course.death >= 0)
    rows = (course.typing_day >= 0) & (end >= course.typing_day)
    found = scan_interactions(
        np.zeros((int(rows.sum()), 1), dtype=int),
        course.has_donor[rows],
        (end - course.typing_day)[rows],
        event[rows].astype(int),
        horizon=HORIZON,
    )
    value, error = float(found.risk_difference[0, 0]), float(found.risk_difference_error[0, 0])
    what = "donor against no donor: risk difference at 4 years"
    limits = (value - 1.959964 * error, value + 1.959964 * error)
    return [(what, value, *limits, find_truth_of_donors(name))]


def replicate_donor_of_nothing(rng: np.random.Generator) -> list[Row]:
    """Transplantation changes nothing, and having a donor shows nothing."""
    return replicate_donor(rng, "immortal-time")


@cache
def find_truth_of_donors(name: str) -> float:
    """Return the difference of risks from the result of typing on, as the law has it."""
    if name == "immortal-time":
        return 0.0
    cohort = draw_cohort(np.random.default_rng(4345), ADULT, LAW, MANY, scenarios()[name])
    history, donor = cohort.latent.history, cohort.latent.has_donor
    end = end_remission(history) - TYPING_DAYS
    rows = cohort.latent.fate.in_remission & (end >= 0)
    risks = [float((end[rows & side] <= HORIZON).mean()) for side in (donor, ~donor)]
    return risks[0] - risks[1]
