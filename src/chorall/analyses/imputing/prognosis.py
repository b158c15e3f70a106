"""How markers go with outcome: the answer of those tested, and the multiply imputed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.arguments import check_trials, list_markers
from chorall.analyses.choices import check_choices
from chorall.analyses.endpoint_choice import choose_endpoints, read_cohorts, warn_of_unverified
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.imputing.covariates import choose_covariates, read_covariate
from chorall.analyses.imputing.incomplete import IncompleteCohort, impute_cohort, lay_out
from chorall.analyses.imputing.lines import write_absent_line, write_line
from chorall.analyses.imputing.notices import list_warnings, warn_of_gaps
from chorall.analyses.imputing.result import ROWS, ImputedPrognosis
from chorall.analyses.marker_groups import read_marker_groups
from chorall.analyses.result import label_pool
from chorall.analyses.subtypes import add_subtype
from chorall.errors import InputError
from chorall.stats.task_runner import Progress
from chorall.tables.store import Pool
from chorall.tables.words import LINEAGES

ENDPOINTS: Final = ("OS", "EFS")
COVARIATES: Final = ("age_years", "sex", "wbc_10e9_per_l")


@dataclass(frozen=True, slots=True)
class _Settings:
    n_imputations: int
    n_iterations: int
    seed: int
    n_jobs: int
    conf_level: float


def impute_prognosis(
    pool: Pool,
    markers: Sequence[str],
    *,
    endpoints: Sequence[str] = ENDPOINTS,
    adjust: Sequence[str] = COVARIATES,
    auxiliary: Sequence[str] = (),
    applies_to: Mapping[str, Sequence[str]] | None = None,
    trials: Sequence[str] | None = None,
    n_imputations: int = 20,
    n_iterations: int = 10,
    seed: int = 1,
    n_jobs: int = 1,
    conf_level: float = 0.95,
    progress: Progress | None = None,
) -> ImputedPrognosis:
    """Compare patients with and without each marker, with and without imputed values.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str
        All in one imputation model, so that they predict one another.
    endpoints : sequence of str
        Short names; each is imputed by itself, with its own events and hazards.
    adjust : sequence of str
        Covariates of the models, also imputed: columns of the table patient, `age`, `wbc`,
        `age_spline`, or `subtype`.
    auxiliary : sequence of str
        Further markers that help to predict, and are not reported.
    applies_to : mapping of str to sequence of str, optional
        Marker to the lineages it applies to (B, T, MPAL); it is never imputed in others.
    trials : sequence of str, optional
        Only these trials; all of the pool where not given.
    n_imputations, n_iterations, seed : int
        See `chorall.stats.impute_chained`.
    n_jobs : int
        Workers; the answer does not depend on it.
    conf_level : float
        Two-sided level of all limits.
    progress : callable, optional
        Called with the number of endpoints done and their total after each.

    Returns
    -------
    ImputedPrognosis
        Statuses other than present and absent are missing: imputed, never filled in as absent.
        Nothing is imputed in a trial with fewer than ten tested patients, in a lineage of a trial
        of which nobody was tested, or where a marker does not apply.

    Raises
    ------
    InputError
        If a name does not exist, or a number is out of range.
    DataError
        If the clock of an endpoint starts on different days in different trials.

    See Also
    --------
    chorall.stats.impute_chained : R: ``mice::mice``.
    chorall.stats.combine_imputations : R: ``mice::pool``.
    chorall.analyses.missingness.check_missingness : Whether those who die early are tested less.
    """
    if not 0 < conf_level < 1 or n_imputations < 2:
        raise InputError(
            f"`conf_level` is {conf_level!r} and `n_imputations` {n_imputations!r}; expected "
            "between 0 and 1, e.g. 0.95, and at least 2."
        )
    settings = _Settings(n_imputations, n_iterations, seed, n_jobs, conf_level)
    trial_ids = check_trials(pool, trials)
    results = pool.table("marker_result").filter(pl.col("trial_id").is_in(list(trial_ids)))
    asked, everything = _choose_markers(pool, markers, auxiliary)
    limits = _check_lineages(applies_to or {}, everything)
    known = pool.table("patient").filter(pl.col("trial_id").is_in(list(trial_ids)))
    patients, names = add_subtype(pool, known), choose_covariates(adjust)
    available, gaps = choose_endpoints(pool, endpoints, trial_ids)
    cohorts = read_cohorts(pool, available, patients, trial_ids, ())
    lines: list[dict[str, Any]] = []
    warnings = [*gaps]
    observed = [cohort for cohort in cohorts if len(cohort.time)]
    for done, cohort in enumerate(observed, start=1):
        groups = read_marker_groups(results, cohort.patient_ids, everything)
        incomplete, said = _read_incomplete(cohort, patients, names, everything, groups, limits)
        warnings += said
        lines += _compare(incomplete, groups, everything, asked, settings)
        if progress is not None:
            progress(done, len(observed))
    rows = pl.DataFrame(lines, schema=ROWS).with_columns(pl.col(pl.Float64).fill_nan(None))
    order = {marker: place for place, marker in enumerate(asked)}
    rows = rows.sort(pl.col("marker").replace_strict(order), maintain_order=True)
    return ImputedPrognosis(
        analysis="impute",
        pool=label_pool(pool),
        rows=rows,
        warnings=(
            *dict.fromkeys(warnings),
            *list_warnings(rows, n_imputations),
            *warn_of_unverified(available),
        ),
        endpoints=tuple(cohort.endpoint for cohort in observed),
        adjusted_for=names,
        n_imputations=n_imputations,
        n_iterations=n_iterations,
        seed=seed,
        conf_level=conf_level,
    )


def _choose_markers(
    pool: Pool, markers: Sequence[str], auxiliary: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the markers to report, and all in the imputation model."""
    known = list_markers(pool)
    asked = check_choices(markers, known, what="marker")
    if not asked:
        raise InputError("`markers` is empty. Name at least one marker, e.g. markers=['TP53'].")
    further = check_choices(auxiliary, known, what="marker")
    return asked, tuple(dict.fromkeys([*asked, *further]))


def _check_lineages(
    applies_to: Mapping[str, Sequence[str]], markers: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    check_choices(list(applies_to), markers, what="marker in `applies_to`")
    return {
        marker: check_choices(lineages, LINEAGES, what="lineage")
        for marker, lineages in applies_to.items()
    }


def _read_incomplete(
    cohort: EndpointCohort,
    patients: pl.DataFrame,
    names: Sequence[str],
    markers: Sequence[str],
    groups: np.ndarray[Any, np.dtype[np.int8]],
    limits: Mapping[str, Sequence[str]],
) -> tuple[IncompleteCohort, list[str]]:
    """Lay out one endpoint, and say which covariates are left out."""
    ids = pl.DataFrame({"patient_id": cohort.patient_ids})
    here = ids.join(patients, on="patient_id", how="left", maintain_order="left")
    found = {name: read_covariate(here, name) for name in names}
    warnings = [
        f"{cohort.endpoint}: `{name}` is known for nobody or the same for everybody: left out."
        for name, covariate in found.items()
        if covariate is None
    ]
    usable = [covariate for covariate in found.values() if covariate is not None]
    incomplete = lay_out(cohort, here["lineage"], usable, markers, groups, limits)
    return incomplete, [*warnings, *warn_of_gaps(incomplete)]


def _compare(
    incomplete: IncompleteCohort,
    groups: np.ndarray[Any, np.dtype[np.int8]],
    everything: Sequence[str],
    asked: Sequence[str],
    settings: _Settings,
) -> list[dict[str, Any]]:
    """Impute one endpoint and return a line per marker."""
    imputations = None
    if any(marker in incomplete.markers for marker in asked):
        imputations = impute_cohort(
            incomplete,
            n_imputations=settings.n_imputations,
            n_iterations=settings.n_iterations,
            seed=settings.seed,
            n_jobs=settings.n_jobs,
        )
    return [
        write_line(incomplete, imputations, marker, settings.conf_level)
        if imputations is not None and marker in incomplete.markers
        else write_absent_line(incomplete, marker, groups[:, everything.index(marker)])
        for marker in asked
    ]
