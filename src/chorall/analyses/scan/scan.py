"""All markers of a pool against several endpoints: adjusted, by trial, pooled and shrunken."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import polars as pl

from chorall.analyses.adjustment import choose_adjustment
from chorall.analyses.arguments import check_conf_level, check_markers, check_trials
from chorall.analyses.endpoint_choice import choose_endpoints, read_cohorts, warn_of_unverified
from chorall.analyses.marker_groups import read_marker_groups
from chorall.analyses.marker_twins import MarkerTwins, find_twins
from chorall.analyses.mrd_covariate import MRD
from chorall.analyses.result import label_pool
from chorall.analyses.scan.cohorts import ScanCohort, gather_cohorts
from chorall.analyses.scan.fits import Line, run_task
from chorall.analyses.scan.frames import frame_scan
from chorall.analyses.scan.pairs import find_pairs, plan_pairs
from chorall.analyses.scan.replication import judge_terms
from chorall.analyses.scan.result import ScanResult
from chorall.analyses.scan.rules import RarityRules
from chorall.analyses.scan.tasks import MARKER, SUBTYPE, ScanTask, plan_markers, plan_subtypes
from chorall.analyses.subtypes import add_subtype, list_subtypes
from chorall.errors import InputError
from chorall.stats.task_runner import Progress
from chorall.tables.store import Pool

ENDPOINTS: Final = ("OS", "EFS", "RFS", "CIR", "NRM")
COVARIATES: Final = ("age_years", "sex", "wbc_10e9_per_l", "lineage")
FEWEST_OF_A_PAIR: Final = 10
"""Patients in each of the four groups of a pair, where `minimum_carriers` does not ask for more."""
CHOSEN: Final = (
    "Whoever picks the strongest of many lines picks those that chance favoured: read the shrunken "
    "hazard ratios of what a scan finds, and whether the trials agree."
)


def scan_prognosis(
    pool: Pool,
    *,
    markers: Sequence[str] | None = None,
    endpoints: Sequence[str] = ENDPOINTS,
    adjust: Sequence[str] = COVARIATES,
    trials: Sequence[str] | None = None,
    pairs: bool = False,
    subtypes: bool = False,
    rules: RarityRules | None = None,
    saddlepoint: bool = False,
    conf_level: float = 0.95,
    progress: Progress | None = None,
) -> ScanResult:
    """Scan all markers against several endpoints, each on the patients tested for it.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str, optional
        All markers of the pool where not given. They are also the family of the q-values.
    endpoints : sequence of str
        Short names; of competing endpoints the cause-specific hazard of cause 1.
    adjust : sequence of str
        Covariates, by the words of `prognosis`; age enters as a natural spline, the white cell
        count as log2(x + 0.1). Patients with a missing one take no part.
    trials : sequence of str, optional
        Only these trials; all of the pool where not given.
    pairs : bool
        True adds pairs of markers: both present against not both, and their interaction.
    subtypes : bool
        True adds every marker within every subtype (ICC 2022) that has enough events.
    rules : RarityRules, optional
        What is too rare to be given, or to be given without a penalty.
    saddlepoint : bool
        True takes saddlepoint p-values of the score test where Firth's fit was taken.
    conf_level : float
        Two-sided level of all limits.
    progress : callable, optional
        Called with the work done and the whole, in patients times models.

    Returns
    -------
    ScanResult
        A line that cannot be given is null, with the reason in `warnings`.

    Raises
    ------
    InputError
        If a marker, endpoint, covariate or trial does not exist, or a number is out of range.
    DataError
        If the clock of an endpoint starts on different days in different trials.

    See Also
    --------
    chorall.analyses.prognosis.prognosis : One marker in depth, with curves.
    chorall.stats.scan_endpoints : The kernel; R: ``coxph(Surv(time, event) ~ covariates + marker +
        strata(trial), subset = tested)``.
    chorall.stats.pool_effect_rows : R: ``metafor::rma(method = "REML", test = "knha")``.
    chorall.stats.shrink_effects : What the shrunken hazard ratios are.
    """
    check_conf_level(conf_level)
    if MRD in adjust:
        raise InputError(
            "the scan cannot adjust for `mrd`: residual disease is known at the end of induction "
            "only, and a model from day 0 would look into the future.\n  Ask `chorall prognosis` "
            "for single markers: there, patients enter on the day of the sample."
        )
    bounds = rules or RarityRules()
    trial_ids = check_trials(pool, trials)
    in_trials = pl.col("trial_id").is_in(list(trial_ids))
    results = pool.table("marker_result").filter(in_trials)
    asked = check_markers(pool, markers)
    patients = add_subtype(pool, pool.table("patient").filter(in_trials))
    adjustment = choose_adjustment(patients, adjust)
    terms, missing_covariates = adjustment.terms, list(adjustment.warnings)
    patients = adjustment.patients
    available, missing_endpoints = choose_endpoints(pool, endpoints, trial_ids)
    read = read_cohorts(pool, available, patients, trial_ids, terms)
    observed = [cohort for cohort in read if len(cohort.time)]
    groups = read_marker_groups(results, patients["patient_id"], asked)
    twins = find_twins(groups, asked)
    cohorts = gather_cohorts(observed, twins.keep(groups), patients, twins.distinct)
    tasks, notes = plan_tasks(cohorts, bounds, pairs=pairs, subtypes=subtypes)
    lines = _run_all(tasks, bounds, conf_level, saddlepoint, progress)
    names = tuple(cohort.endpoint for cohort in observed)
    rows, by_trial, priors = frame_scan(lines, names, trial_ids, conf_level)
    fit = partial(run_task, rules=bounds, conf_level=conf_level, saddlepoint=saddlepoint)
    rows = judge_terms(rows, tasks, fit)
    return ScanResult(
        analysis="scan",
        pool=label_pool(pool),
        rows=_tell_twins(rows, twins),
        warnings=(
            *missing_endpoints, *missing_covariates, *twins.warn(), *notes,
            *warn_of_unverified(available), CHOSEN,
        ),
        by_trial=twins.repeat(by_trial, ("endpoint", "trial")),
        priors=priors,
        endpoints=names,
        labels={cohort.endpoint: cohort.label for cohort in observed},
        adjusted_for=tuple(term.label for term in terms),
        rules=bounds,
        conf_level=conf_level,
    )  # fmt: skip


def _tell_twins(rows: pl.DataFrame, twins: MarkerTwins) -> pl.DataFrame:
    """Give single markers under all their names; a pair is made of the first names."""
    parts = [
        twins.repeat(part, ("endpoint", "subset")) if model in (MARKER, SUBTYPE) else part
        for (model,), part in rows.group_by("model", maintain_order=True)
    ]
    return pl.concat(parts) if parts else rows


def plan_tasks(
    cohorts: Sequence[ScanCohort], rules: RarityRules, *, pairs: bool, subtypes: bool
) -> tuple[list[ScanTask], list[str]]:
    """Return what is to be fitted, and in words what is not looked at.

    Parameters
    ----------
    cohorts : sequence of ScanCohort
        With their endpoints.
    rules : RarityRules
        What is too rare.
    pairs, subtypes : bool
        True adds them.
    """
    tasks: list[ScanTask] = []
    notes: list[str] = []
    fewest = max(rules.minimum_carriers, FEWEST_OF_A_PAIR)
    for cohort in cohorts:
        tasks += plan_markers(cohort)
        names = ", ".join(one.endpoint for one in cohort.endpoints)
        if pairs:
            found = find_pairs(cohort, fewest)
            tasks += plan_pairs(cohort, found, rules.firth_below)
            notes.append(
                f"{names}: {len(found.first):,} of {found.n_possible:,} pairs are looked at, those "
                f"with {fewest} patients or more with both, either alone and neither."
            )
        if subtypes:
            planned = plan_subtypes(cohort, rules.minimum_carriers, list_subtypes())
            tasks += planned
            n_models = sum(len(task.names) for task in planned)
            notes.append(
                f"{names}: {n_models:,} markers within {len(planned)} subtypes are looked at, "
                f"those that {rules.minimum_carriers} patients or more have and lack."
            )
    return [task for task in tasks if task.names], notes


def _run_all(
    tasks: Sequence[ScanTask],
    rules: RarityRules,
    conf_level: float,
    saddlepoint: bool,
    progress: Progress | None,
) -> list[Line]:
    whole, done, lines = sum(task.weight for task in tasks), 0, []
    for task in tasks:
        lines += run_task(task, rules, conf_level=conf_level, saddlepoint=saddlepoint)
        done += task.weight
        if progress is not None:
            progress(done, whole)
    return lines
