"""One replicate of each simulated study: estimates with intervals beside the planted truth.

Each function draws a consortium from the law, analyses it with the kernels and returns rows of
(what, estimate, lower, upper, truth). `make simulation` runs 500 replicates, the tests a few.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from chorall.knowledge.age_bands import age_bands
from chorall.simulation.consortium import draw_cohort
from chorall.simulation.definitions import all_designs, effects, scenarios
from chorall.simulation.delivery import Cohort
from chorall.simulation.marker_law import build_marker_law, compute_frequencies
from chorall.simulation.residual_disease import score_residual_disease
from chorall.simulation.risks import list_effects
from chorall.simulation.testing import ABSENT, PRESENT
from chorall.simulation.trial_designs import TrialDesign
from chorall.stats import (
    adjust_p_values,
    fit_cox,
    fit_fine_gray,
    pool_effects,
    proportion_interval,
    scan_markers,
)

LAW = build_marker_law(None)
DESIGNS = tuple(design for design in all_designs() if design.only is None)
Row = tuple[str, float, float, float, float]


@dataclass(frozen=True)
class Stacked:
    """All trials of one replicate, B-lineage or T, in one set of arrays from first remission."""

    trial: np.ndarray
    present: np.ndarray
    adult: np.ndarray
    b_lineage: np.ndarray
    covariates: np.ndarray
    arms: np.ndarray
    days: np.ndarray
    cause: np.ndarray
    transplant: np.ndarray
    high_mrd: np.ndarray


def draw_trials(name: str, rng: np.random.Generator, n_each: int) -> list[Cohort]:
    """Draw the trials of one replicate."""
    return [draw_cohort(rng, design, LAW, n_each, scenarios()[name]) for design in DESIGNS]


def stack(cohorts: list[Cohort]) -> Stacked:
    """Return arrays of the patients who reached remission and were followed after it."""
    parts = [_stack_one(position, cohort) for position, cohort in enumerate(cohorts)]
    width = len(cohorts)
    arms = []
    for position, part in enumerate(parts):
        wide = np.zeros((part.days.size, width))
        wide[:, position] = part.arms
        arms.append(wide)
    fields = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in Stacked.__dataclass_fields__
        if name != "arms"
    }
    return Stacked(arms=np.concatenate(arms), **fields)


def _stack_one(position: int, cohort: Cohort) -> Stacked:
    patients, course, disease = cohort.patients, cohort.course, cohort.latent.disease
    relapse, second, last = course.relapse, course.second_malignancy, course.last_contact
    end = np.where(relapse >= 0, relapse, np.where(second >= 0, second, last))
    cause = np.select([relapse >= 0, second >= 0, course.death >= 0], [1, 3, 2], 0)
    rows = (course.remission >= 0) & (end > course.remission)
    covariates = np.column_stack(
        [
            patients.age_years / 10,
            np.log2(patients.wbc_10e9_per_l / 10),
            score_residual_disease(disease.end_of_induction),
            disease.is_late_high,
        ]
    )
    first = course.allocations[0]
    transplant = np.where(course.transplant >= 0, course.transplant - course.remission, np.inf)
    return Stacked(
        trial=np.full(rows.sum(), position),
        present=patients.present[rows].astype(float),
        adult=patients.is_adult[rows],
        b_lineage=~patients.is_t[rows],
        covariates=covariates[rows],
        arms=(first.randomised & (first.arm == 1))[rows].astype(float),
        days=(end - course.remission)[rows],
        cause=cause[rows],
        transplant=transplant[rows],
        high_mrd=disease.is_high[rows],
    )


def replicate_frequencies(rng: np.random.Generator) -> list[Row]:
    """Wilson intervals of the frequency among the tested, one trial at a time."""
    rows = []
    for cohort in draw_trials("prognostic", rng, 300):
        for runs in cohort.assays:
            for marker, codes in zip(runs.markers, runs.derive_statuses().T, strict=True):
                if marker not in ("TP53", "IKZF1_del", "BCR::ABL1"):
                    continue
                n_present = int((codes == PRESENT).sum())
                n_tested = n_present + int((codes == ABSENT).sum())
                found = proportion_interval(n_present, n_tested)
                truth = expected_frequency(cohort.design.style, marker)
                what = f"frequency of {marker}"
                rows.append(
                    (what, float(found.estimate), float(found.lower), float(found.upper), truth)
                )
    return rows


@cache
def expected_frequency(style: str, marker: str) -> float:
    """Return the planted frequency of a marker in a trial's patients."""
    design = next(one for one in all_designs() if one.style == style)
    share = compute_frequencies(LAW)[marker]["all"]
    weights = share_bands(design)
    return float(sum(weights[band.label] * share[band.label] for band in age_bands()))


def share_bands(design: TrialDesign) -> dict[str, float]:
    """Return the share of a trial's patients in each age band."""
    weights = np.array(design.age_weights) / sum(design.age_weights)
    edges = np.array(design.age_edges)
    shares = {}
    for band in age_bands():
        upper = np.inf if band.upper is None else band.upper
        overlap = np.minimum(edges[1:], upper) - np.maximum(edges[:-1], band.lower)
        shares[band.label] = float((weights * np.maximum(overlap, 0) / np.diff(edges)).sum())
    return shares


def replicate_cox(rng: np.random.Generator) -> list[Row]:
    """Trial-stratified Cox model of relapse with everything that matters in it."""
    data = stack(draw_trials("prognostic", rng, 700))
    rows = []
    for adult in (False, True):
        use = (data.adult == adult) & data.b_lineage & np.isinf(data.transplant)
        event = data.cause[use] == 1
        enough = (data.present[use][event] != 0).sum(axis=0) >= 8
        arms = data.arms[use]
        arms = arms[:, (arms[event] != 0).sum(axis=0) >= 8]
        x = np.column_stack([data.present[use][:, enough], data.covariates[use], arms])
        fit = fit_cox(x, data.days[use], event, strata=data.trial[use])
        planted = list_effects(effects().relapse, LAW, scenarios()["prognostic"])[int(adult)]
        for marker in ("IKZF1_del", "NRAS"):
            column = int(enough[: LAW.locate(marker)].sum())
            rows.append(
                (
                    f"Cox, {marker}, {'adults' if adult else 'children'}",
                    *_interval(fit, column),
                    planted[LAW.locate(marker)],
                )
            )
    return rows


def _interval(fit, column: int) -> tuple[float, float, float]:
    center, error = fit.log_hazard_ratio[column], fit.standard_error[column]
    return float(center), float(center - 1.959964 * error), float(center + 1.959964 * error)


def replicate_fine_gray(rng: np.random.Generator) -> list[Row]:
    """Fine-Gray model, stratified by trial, of a lesion that goes with nothing in B-lineage."""
    data = stack(draw_trials("null", rng, 300))
    use = data.b_lineage
    fit = fit_fine_gray(
        data.present[use][:, [LAW.locate("PAX5_del")]],
        data.days[use],
        np.minimum(data.cause[use], 2),
        strata=data.trial[use],
    )
    return [("Fine-Gray, PAX5_del, null", *_interval(fit, 0), 0.0)]


def replicate_pooling(rng: np.random.Generator) -> list[Row]:
    """Two-stage pooling of an effect that differs between trials: REML and Hartung-Knapp."""
    data = stack(draw_trials("heterogeneous", rng, 900))
    column = LAW.locate("IKZF1_del")
    estimates, errors = [], []
    for trial in np.unique(data.trial):
        use = (data.trial == trial) & data.b_lineage & np.isinf(data.transplant)
        use &= data.adult
        event = data.cause[use] == 1
        if use.sum() < 150:
            continue
        enough = (data.present[use][event] != 0).sum(axis=0) >= 8
        enough[column] = True
        arm = data.arms[use].sum(axis=1, keepdims=True)
        arm = arm[:, (arm[event] != 0).sum(axis=0) >= 8]
        x = np.column_stack([data.present[use][:, enough], data.covariates[use], arm])
        fit = fit_cox(x, data.days[use], event)
        at = int(enough[:column].sum())
        estimates.append(fit.log_hazard_ratio[at])
        errors.append(fit.standard_error[at])
    pooled = pool_effects(np.array(estimates), np.array(errors))
    truth = list_effects(effects().relapse, LAW, scenarios()["heterogeneous"])[1][column]
    row = (float(pooled.estimate), float(pooled.lower), float(pooled.upper))
    return [("pooled log hazard ratio of IKZF1_del in adults, differing by trial", *row, truth)]


def replicate_null_scan(rng: np.random.Generator) -> float:
    """Return 1.0 if a scan under `null` finds any marker at a false discovery rate of 5 %."""
    data = stack(draw_trials("null", rng, 300))
    scan = scan_markers(
        data.present, data.days, data.cause == 1, covariates=data.covariates, strata=data.trial
    )
    p_values = scan.likelihood_ratio_p_value[np.isfinite(scan.likelihood_ratio_p_value)]
    return float((adjust_p_values(p_values) < 0.05).any())


def replicate_immortal_time(rng: np.random.Generator) -> list[Row]:
    """Transplantation without any effect: as a fixed covariate, and as a dated one."""
    data = stack(draw_trials("immortal-time", rng, 300))
    event = data.cause == 1
    done = data.transplant < data.days
    naive = fit_cox(np.column_stack([done, data.covariates]), data.days, event, strata=data.trial)
    split = np.flatnonzero(done)
    start = np.concatenate([np.zeros(data.days.size), data.transplant[split]])
    stop = np.concatenate([np.where(done, data.transplant, data.days), data.days[split]])
    happened = np.concatenate([event & ~done, event[split]])
    after = np.concatenate([np.zeros(data.days.size), np.ones(split.size)])
    covariates = np.concatenate([data.covariates, data.covariates[split]])
    strata = np.concatenate([data.trial, data.trial[split]])
    dated = fit_cox(
        np.column_stack([after, covariates]), stop, happened, entry_time=start, strata=strata
    )
    return [
        ("transplantation as a fixed covariate (wrong)", *_interval(naive, 0), 0.0),
        ("transplantation as a dated covariate", *_interval(dated, 0), 0.0),
    ]
