"""One replicate of each simulated study: estimates with intervals beside the planted truth.

Each function draws a consortium from the law, analyses it with the kernels and returns rows of
(what, estimate, lower, upper, truth). `make simulation` runs 500 replicates, the tests a few.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from chorall.knowledge.age_bands import age_bands
from chorall.models.survival import Survival
from chorall.models.time_dependent import split_at_start
from chorall.models.within_trials import TrialsTogether, pool_trials_together
from chorall.simulation.consortium import draw_cohort
from chorall.simulation.definitions import all_designs, effects, scenarios
from chorall.simulation.delivery import Cohort
from chorall.simulation.marker_law import build_marker_law, compute_frequencies
from chorall.simulation.residual_disease import score_residual_disease
from chorall.simulation.risks import list_effects
from chorall.simulation.testing import ABSENT, PRESENT
from chorall.simulation.trial_designs import TrialDesign
from chorall.stats import (
    InteractionScan,
    adjust_p_values,
    fit_cox,
    fit_fine_gray,
    pool_effects,
    proportion_interval,
    scan_interactions,
    scan_markers,
)

LAW = build_marker_law(None)
DESIGNS = tuple(design for design in all_designs() if design.only is None)
LOOKED_AT = ("IKZF1_del", "NRAS")
FAINT = 0.01
"""Penalty on what is not looked at: a rare subtype may separate within one trial."""
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
    risk: np.ndarray

    def before_transplant(self) -> tuple[np.ndarray, np.ndarray]:
        """Return days and relapses up to transplantation, which ends follow-up.

        Whoever lives to be transplanted may not be left out from the start: that would look into
        the future. Given MRD, which is in the models, transplantation is by chance.
        """
        days = np.minimum(self.days, self.transplant)
        return days, (self.cause == 1) & (self.days <= self.transplant)


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
        risk=cohort.latent.risks.relapse[rows],
    )


def replicate_frequencies(rng: np.random.Generator) -> list[Row]:
    """Wilson intervals of the frequency among the tested, one trial at a time."""
    rows = []
    for cohort in draw_trials("prognostic", rng, 300):
        for runs in cohort.assays:
            if runs.design.equivocal_percent:
                continue  # an uncertain report is of a carrier, and no result
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
        use = (data.adult == adult) & data.b_lineage
        days, relapsed = data.before_transplant()
        event = relapsed[use]
        enough = (data.present[use][event] != 0).sum(axis=0) >= 8
        arms = data.arms[use]
        arms = arms[:, (arms[event] != 0).sum(axis=0) >= 8]
        x = np.column_stack([data.present[use][:, enough], data.covariates[use], arms])
        fit = fit_cox(x, days[use], event, strata=data.trial[use])
        planted = list_effects(effects().relapse, LAW, scenarios()["prognostic"])[int(adult)]
        for marker in LOOKED_AT:
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
    days, relapsed = data.before_transplant()
    estimates, errors = [], []
    for trial in np.unique(data.trial):
        use = (data.trial == trial) & data.b_lineage & data.adult
        event = relapsed[use]
        if use.sum() < 150:
            continue
        enough = (data.present[use][event] != 0).sum(axis=0) >= 8
        enough[column] = True
        arm = data.arms[use].sum(axis=1, keepdims=True)
        arm = arm[:, (arm[event] != 0).sum(axis=0) >= 8]
        x = np.column_stack([data.present[use][:, enough], data.covariates[use], arm])
        at = int(enough[:column].sum())
        ridge = np.full(x.shape[1], FAINT)
        ridge[at] = 0.0
        fit = fit_cox(x, days[use], event, ridge=ridge)
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


INTERACTION_MARKERS = ("IKZF1_del", "CDKN2A_del", "PAX5_del", "ETV6_del")


def replicate_interaction(
    rng: np.random.Generator, name: str = "predictive", n_each: int = 700
) -> list[Row]:
    """Compare the arms of R1 with and without a marker: within trials, then together.

    Truth is what a consortium of 40,000 patients in each trial shows: the planted ratio holds
    given everything else that matters, and is nearer to 1 where that is not in the model.
    """
    pooled = pool_interactions(draw_trials(name, rng, n_each), INTERACTION_MARKERS)
    return [
        (
            f"{marker} x second arm of R1",
            float(pooled.random.estimate[column]),
            float(pooled.random.lower[column]),
            float(pooled.random.upper[column]),
            find_marginal_interaction(name)[column],
        )
        for column, marker in enumerate(INTERACTION_MARKERS)
    ]


def replicate_no_interaction(rng: np.random.Generator) -> list[Row]:
    """Nothing is planted at all."""
    return replicate_interaction(rng, "null")


def replicate_prognosis_only(rng: np.random.Generator) -> list[Row]:
    """Markers and arms matter, but no marker changes what an arm does."""
    return replicate_interaction(rng, "prognostic")


def pool_interactions(cohorts: list[Cohort], markers: tuple[str, ...]) -> TrialsTogether:
    """Scan every trial from randomisation to relapse, and pool."""
    scans = [scan_r1(cohort, markers) for cohort in cohorts]
    return pool_trials_together(
        np.stack([scan.interaction for scan in scans]),
        np.stack([scan.interaction_error for scan in scans]),
    )


def scan_r1(cohort: Cohort, markers: tuple[str, ...]) -> InteractionScan:
    """Compare the arms of R1 by intention to treat; relapse against everything else."""
    course, first = cohort.course, cohort.course.allocations[0]
    end = np.where(course.relapse >= 0, course.relapse, course.last_contact)
    second = course.second_malignancy
    end = np.where((second >= 0) & (second < end), second, end)
    cause = np.where((course.relapse >= 0) & (course.relapse == end), 1, 0)
    cause = np.where((cause == 0) & (course.death >= 0) & (course.death == end), 2, cause)
    rows = first.randomised & (end >= first.day)
    columns = [LAW.locate(marker) for marker in markers]
    return scan_interactions(
        cohort.patients.present[rows][:, columns].astype(int),
        (first.arm == 1)[rows],
        (end - first.day)[rows],
        cause[rows],
        horizon=1500,
    )


@cache
def find_marginal_interaction(name: str) -> tuple[float, ...]:
    """Return the interaction that very large trials show; exactly nothing where none is planted."""
    if name != "predictive":
        return (0.0,) * len(INTERACTION_MARKERS)
    cohorts = draw_trials(name, np.random.default_rng(4242), 40_000)
    return tuple(pool_interactions(cohorts, INTERACTION_MARKERS).estimate.tolist())


def replicate_transplant(rng: np.random.Generator) -> list[Row]:
    """Transplantation helps only where MRD was 1e-3 or more: the dated covariate by MRD.

    What was planted of relapse before treatment enters as an offset.
    """
    data = stack(draw_trials("prognostic", rng, 500))
    event = data.cause == 1
    spans = split_at_start(
        Survival(data.days.astype(float), event, None, data.trial), data.transplant
    )
    after, high = spans.treated.astype(float), data.high_mrd[spans.patient].astype(float)
    arms = data.arms[:, (data.arms[event] != 0).sum(axis=0) >= 8]
    fit = fit_cox(
        np.column_stack([after * high, after * (1 - high), arms[spans.patient]]),
        spans.survival.time,
        spans.survival.event,
        entry_time=spans.survival.entry_time,
        strata=spans.survival.strata,
        offset=data.risk[spans.patient],
    )
    part = effects().transplant
    return [
        ("transplantation, MRD 1e-3 or more", *_interval(fit, 0), part.relapse_mrd_high),
        ("transplantation, MRD below 1e-3", *_interval(fit, 1), part.relapse_mrd_low),
    ]
