"""How each marker goes with each endpoint, within and across trials."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Final, Literal

import polars as pl

from chorall.analyses.adjustment import Adjustment, choose_adjustment
from chorall.analyses.arguments import check_conf_level, check_markers, check_trials, check_years
from chorall.analyses.cohort_spans import enter_later
from chorall.analyses.continuous_markers import (
    ContinuousMarker,
    add_continuous,
    list_continuous,
    refuse_cut_points,
    split_markers,
)
from chorall.analyses.endpoint_analysis import EndpointAnalysis, Settings, analyse_endpoint
from chorall.analyses.endpoint_choice import choose_endpoints, read_cohorts, warn_of_unverified
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_groups import MarkerStatuses, read_marker_groups
from chorall.analyses.marker_twins import MarkerTwins, find_twins
from chorall.analyses.mrd_covariate import MRD, add_mrd
from chorall.analyses.prognosis_frames import (
    frame_at_risk,
    frame_by_trial,
    frame_curves,
    frame_rows,
)  # fmt: skip
from chorall.analyses.prognosis_methods import write_methods
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.analyses.prognosis_rows import add_warnings, join_rows
from chorall.analyses.prognosis_summary import frame_summary
from chorall.analyses.remark import fill_remark
from chorall.analyses.result import label_pool
from chorall.analyses.subtypes import add_subtype
from chorall.analyses.testing_bias import summarise_selective_testing, warn_of_ascertainment
from chorall.analyses.transplant_effect import (
    COVARIATE,
    TRANSPLANT_CURVES,
    TransplantChoice,
    add_transplant,
    check_transplant,
    follow_transplant,
    frame_transplant_curves,
)
from chorall.errors import InputError
from chorall.knowledge.grading_rules import grading
from chorall.stats.task_runner import Progress, count_cores
from chorall.tables.store import Pool

ENDPOINTS: Final = ("OS", "EFS", "CIR")
COVARIATES: Final = ("age_spline", "sex", "wbc_10e9_per_l")


def prognosis(
    pool: Pool,
    *,
    markers: Sequence[str] | None = None,
    endpoints: Sequence[str] = ENDPOINTS,
    adjust: Sequence[str] = COVARIATES,
    trials: Sequence[str] | None = None,
    horizon_years: float = 5.0,
    conf_level: float = 0.95,
    transplant: TransplantChoice = "ignore",
    landmark_years: float = 0.5,
    cut_years: float | None = None,
    detail: Literal["full", "estimates"] = "full",
    progress: Progress | None = None,
) -> PrognosisResult:
    """Compare patients with and without each marker on each endpoint.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str, optional
        All markers of the pool where not given. They are also the family of the q-values. The
        words `wbc` (per doubling), `mrd` (per factor of 10, where a level was measured at the end
        of induction) and `vaf:GENE` (per 10 percentage points) are continuous.
    endpoints : sequence of str
        Short names.
    adjust : sequence of str
        Covariates of the adjusted models: columns of the table patient, or `age` (linear),
        `age_spline` (natural spline, 3 degrees of freedom), `wbc` (log2(x + 0.1)), `subtype`
        (ICC 2022) or `mrd` (end of induction: whether a level was measured, and its log10;
        patients come under observation on that day). Empty: the adjusted figures equal the
        unadjusted.
    trials : sequence of str, optional
        Only these trials; all of the pool where not given.
    horizon_years : float
        Where the k-year figures are read and the restricted means end.
    conf_level : float
        Two-sided level of all limits.
    transplant : {"ignore", "time_dependent", "landmark"}
        Transplantation in first remission in the adjusted models: not at all; as a covariate that
        turns from 0 to 1 on its day; or, among those at risk at the landmark, as what was done by
        then.
    landmark_years : float
        From the endpoint's origin; for "landmark" and its curves.
    cut_years : float, optional
        Where early ends and late begins, 2 years where not given.
    detail : {"full", "estimates"}
        "estimates" leaves out what looks at each marker on its own: curves, k-year figures,
        restricted means, log-rank and Gray's tests, Fine and Gray's models, the test of
        proportionality over all times.
    progress : callable, optional
        Called with the number of comparisons done and their total after each, from the thread that
        made it.

    Returns
    -------
    PrognosisResult
        Only `present` and `absent` at diagnosis are compared; any other status has a curve of its
        own. A hazard ratio that cannot be given is null, with the reason in `note`.

    Raises
    ------
    InputError
        If a marker, endpoint, covariate or trial does not exist, a number is out of range, or a
        cut-point of a continuous marker is asked for.
    DataError
        If the clock of an endpoint starts on different days in different trials, or nobody's
        transplantation is recorded where it is to be a covariate.

    See Also
    --------
    chorall.analyses.incidence.incidence : How frequent the markers are.
    chorall.stats.fit_cox : R: ``coxph(Surv(time, event) ~ present + ... + strata(trial_id))``.
    chorall.stats.logrank : R: ``survdiff(Surv(time, event) ~ present + strata(trial_id))``.
    chorall.stats.pool_effects : R: ``metafor::rma(y, sei = s, method = "REML", test = "knha")``.
    """
    cut = grading().proportionality.cut_years if cut_years is None else cut_years
    check_years(horizon_years=horizon_years, landmark_years=landmark_years, cut_years=cut)
    check_conf_level(conf_level)
    if detail not in ("full", "estimates"):
        raise InputError(f"`detail` is {detail!r}; expected one of: full, estimates.")
    check_transplant(transplant, pool)
    refuse_cut_points([markers] if isinstance(markers, str) else markers or ())
    trial_ids = check_trials(pool, trials)
    results = pool.table("marker_result").filter(pl.col("trial_id").is_in(list(trial_ids)))
    discrete, asked_numbers = split_markers(markers)
    asked = check_markers(pool, discrete)
    known = pool.table("patient").filter(pl.col("trial_id").is_in(list(trial_ids)))
    groups = read_marker_groups(results, known["patient_id"], asked)
    twins = find_twins(groups, asked)
    chosen = twins.distinct
    patients = add_transplant(pool, add_mrd(pool, add_subtype(pool, known)))
    patients, numbers = add_continuous(pool, patients, asked_numbers)
    adjustment = choose_adjustment(patients, adjust)
    available, missing_endpoints = choose_endpoints(pool, endpoints, trial_ids)
    cohorts = read_cohorts(pool, available, adjustment.patients, trial_ids, adjustment.terms)
    observed = [cohort for cohort in cohorts if len(cohort.time)]
    labels = (*adjustment.labels, *([COVARIATE] if transplant != "ignore" else []))
    settings = Settings(
        horizon_years=float(horizon_years), cut_years=float(cut), conf_level=conf_level,
        adjust=" + ".join(labels) or "none", baseline_adjust=adjustment.words,
        full=detail == "full",
    )  # fmt: skip
    model_cohorts = [
        follow_transplant(_wait_for_mrd(cohort, adjustment), transplant, landmark_years)
        for cohort in observed
    ]
    statuses = MarkerStatuses(known["patient_id"], twins.keep(groups), chosen)
    analyses = _analyse_all(observed, model_cohorts, statuses, settings, progress)
    names = tuple(cohort.endpoint for cohort in observed)
    summary = frame_summary(analyses, chosen)
    unverified = warn_of_unverified(available)
    warnings = (
        *missing_endpoints,
        *adjustment.warnings,
        *_warn_of_unobserved(cohorts),
        *warn_of_ascertainment(pool, trial_ids),
        *twins.warn(),
        *summarise_selective_testing({part.cohort.endpoint: part.selective for part in analyses}),
        *unverified,
    )
    methods_text = write_methods(
        observed, len(asked) + len(numbers), labels, settings, transplant=transplant,
        landmark_years=landmark_years, unverified=bool(unverified),
    )  # fmt: skip
    return PrognosisResult(
        analysis="prognosis",
        pool=label_pool(pool),
        rows=_frame_all_rows(analyses, observed, model_cohorts, twins, numbers, summary, settings),
        warnings=warnings,
        summary=twins.repeat(summary),
        curves=twins.repeat(frame_curves(analyses, chosen)),
        at_risk=twins.repeat(frame_at_risk(analyses, chosen)),
        by_trial=twins.repeat(frame_by_trial(analyses, chosen)),
        endpoints=names,
        adjusted_for=labels,
        horizon_years=float(horizon_years),
        conf_level=conf_level,
        cut_years=float(cut),
        transplant=transplant,
        transplant_curves=frame_transplant_curves(observed, landmark_years, conf_level)
        if transplant != "ignore"
        else pl.DataFrame(schema=TRANSPLANT_CURVES),
        methods_text=methods_text,
        remark=fill_remark(
            pool, observed, summary, (*asked, *asked_numbers), labels, methods_text, warnings
        ),
    )


def _wait_for_mrd(cohort: EndpointCohort, adjustment: Adjustment) -> EndpointCohort:
    """Nobody can have the event before the residual disease was known that the model looks at."""
    if not any(term.column.startswith(MRD) for term in adjustment.terms):
        return cohort
    return enter_later(cohort, cohort.days_from_origin("mrd_day"))


def _analyse_all(
    cohorts: Sequence[EndpointCohort],
    model_cohorts: Sequence[EndpointCohort],
    statuses: MarkerStatuses,
    settings: Settings,
    progress: Progress | None,
) -> list[EndpointAnalysis]:
    done, total = count(1), len(statuses.markers) * len(cohorts)

    def tick() -> None:
        if progress is not None:
            progress(next(done), total)

    def analyse(cohort: EndpointCohort, model_cohort: EndpointCohort) -> EndpointAnalysis:
        groups = statuses.of_patients(cohort.patient_ids)
        return analyse_endpoint(cohort, model_cohort, groups, statuses.markers, settings, tick)

    if not statuses.markers:
        return []
    # The kernels let other threads run while they compute: two endpoints at a time on two cores.
    with ThreadPoolExecutor(count_cores()) as pool:
        return list(pool.map(analyse, cohorts, model_cohorts))


def _frame_all_rows(
    analyses: Sequence[EndpointAnalysis],
    cohorts: Sequence[EndpointCohort],
    model_cohorts: Sequence[EndpointCohort],
    twins: MarkerTwins,
    numbers: Sequence[ContinuousMarker],
    summary: pl.DataFrame,
    settings: Settings,
) -> pl.DataFrame:
    rows = frame_rows(analyses, twins.distinct)
    rows = twins.repeat(add_warnings(rows, summary, settings.adjust))
    parts = [
        part
        for cohort, fitted in zip(cohorts, model_cohorts, strict=True)
        for part in list_continuous(cohort, fitted, numbers, settings.adjust, settings.conf_level)
    ]
    continuous = join_rows(
        parts, [number.name for number in numbers], [cohort.endpoint for cohort in model_cohorts]
    )
    return pl.concat([rows, continuous])


def _warn_of_unobserved(cohorts: Sequence[EndpointCohort]) -> list[str]:
    return [
        f"{cohort.endpoint}: {cohort.n_unobserved:,} patients are left out because their follow-up "
        "ended no later than the day they came under observation."
        for cohort in cohorts
        if cohort.n_unobserved
    ]
