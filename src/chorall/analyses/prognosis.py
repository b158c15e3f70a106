"""How each marker goes with each endpoint, stratified by trial."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

import polars as pl

from chorall.analyses.adjustment import choose_terms
from chorall.analyses.choices import check_choices
from chorall.analyses.endpoint_choice import choose_endpoints, read_cohorts, warn_of_unverified
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_comparison import MarkerComparison, compare_marker
from chorall.analyses.marker_groups import read_marker_groups
from chorall.analyses.prognosis_frames import (
    frame_at_risk,
    frame_by_trial,
    frame_curves,
    frame_rows,
)  # fmt: skip
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.analyses.result import label_pool
from chorall.analyses.subtypes import add_subtype
from chorall.errors import InputError
from chorall.tables.store import Pool

Progress = Callable[[int, int], object]

ENDPOINTS: Final = ("OS", "EFS", "CIR")
COVARIATES: Final = ("age_years", "sex", "wbc_10e9_per_l")


def prognosis(
    pool: Pool,
    *,
    markers: Sequence[str] | None = None,
    endpoints: Sequence[str] = ENDPOINTS,
    adjust: Sequence[str] = COVARIATES,
    trials: Sequence[str] | None = None,
    horizon_years: float = 5.0,
    conf_level: float = 0.95,
    progress: Progress | None = None,
) -> PrognosisResult:
    """Compare patients with and without each marker on each endpoint.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str, optional
        All markers of the pool where not given. They are also the family of the q-values.
    endpoints : sequence of str
        Short names.
    adjust : sequence of str
        Covariates of the adjusted models: columns of the table patient, `age`, `wbc`, or `subtype`
        (ICC 2022); the white cell count enters as log2(x + 0.1). Empty: the adjusted figures equal
        the unadjusted.
    trials : sequence of str, optional
        Only these trials; all of the pool where not given.
    horizon_years : float
        Where the k-year figures are read.
    conf_level : float
        Two-sided level of all limits.
    progress : callable, optional
        Called with the number of comparisons done and their total after each.

    Returns
    -------
    PrognosisResult
        Only `present` and `absent` at diagnosis are compared; any other status has a curve of its
        own. A hazard ratio that cannot be given is null, with the reason in `note`.

    Raises
    ------
    InputError
        If a marker, endpoint, covariate or trial does not exist, or a number is out of range.
    DataError
        If the clock of an endpoint starts on different days in different trials.

    See Also
    --------
    chorall.analyses.incidence.incidence : How frequent the markers are.
    chorall.stats.fit_cox : R: ``coxph(Surv(time, event) ~ present + ... + strata(trial_id))``.
    chorall.stats.logrank : R: ``survdiff(Surv(time, event) ~ present + strata(trial_id))``.
    """
    _check_numbers(horizon_years, conf_level)
    trial_ids = check_choices(pool.trials if trials is None else trials, pool.trials, what="trial")
    results = pool.table("marker_result").filter(pl.col("trial_id").is_in(list(trial_ids)))
    chosen = _choose_markers(pool, markers)
    known = pool.table("patient").filter(pl.col("trial_id").is_in(list(trial_ids)))
    patients = add_subtype(pool, known)
    terms, missing_covariates = choose_terms(patients, adjust)
    available, missing_endpoints = choose_endpoints(pool, endpoints, trial_ids)
    cohorts = read_cohorts(pool, available, patients, trial_ids, terms)
    observed = [cohort for cohort in cohorts if len(cohort.time)]
    comparisons = _compare_all(observed, results, chosen, horizon_years, conf_level, progress)
    return PrognosisResult(
        analysis="prognosis",
        pool=label_pool(pool),
        rows=frame_rows(comparisons),
        warnings=(
            *missing_endpoints,
            *missing_covariates,
            *_warn_of_unobserved(cohorts),
            *warn_of_unverified(available),
        ),
        curves=frame_curves(comparisons),
        at_risk=frame_at_risk(comparisons),
        by_trial=frame_by_trial(comparisons),
        endpoints=tuple(cohort.endpoint for cohort in observed),
        adjusted_for=tuple(term.label for term in terms),
        horizon_years=float(horizon_years),
        conf_level=conf_level,
    )


def _check_numbers(horizon_years: float, conf_level: float) -> None:
    if not 0 < horizon_years <= 100:
        raise InputError(f"`horizon_years` is {horizon_years!r}; expected above 0 and at most 100.")
    if not 0 < conf_level < 1:
        raise InputError(f"`conf_level` is {conf_level!r}; expected between 0 and 1, e.g. 0.95.")


def _choose_markers(pool: Pool, markers: Sequence[str] | None) -> tuple[str, ...]:
    known = pool.table("marker_result")["marker"].unique().sort().to_list()
    return check_choices(known if markers is None else markers, known, what="marker")


def _compare_all(
    cohorts: Sequence[EndpointCohort],
    results: pl.DataFrame,
    markers: Sequence[str],
    horizon_years: float,
    conf_level: float,
    progress: Progress | None,
) -> list[MarkerComparison]:
    groups = [read_marker_groups(results, cohort.patient_ids, markers) for cohort in cohorts]
    done, total = count(1), len(markers) * len(cohorts)
    comparisons = []
    for column, marker in enumerate(markers):
        for cohort, group in zip(cohorts, groups, strict=True):
            comparisons.append(
                compare_marker(
                    cohort, marker, group[:, column],
                    horizon_years=horizon_years, conf_level=conf_level,
                )
            )  # fmt: skip
            if progress is not None:
                progress(next(done), total)
    return comparisons


def _warn_of_unobserved(cohorts: Sequence[EndpointCohort]) -> list[str]:
    return [
        f"{cohort.endpoint}: {cohort.n_unobserved:,} patients are left out because their follow-up "
        "ended no later than the day they came under observation."
        for cohort in cohorts
        if cohort.n_unobserved
    ]
