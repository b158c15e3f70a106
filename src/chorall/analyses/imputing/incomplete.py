"""What is imputed for one endpoint: markers and covariates, beside trial and outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.imputing.covariates import Covariate
from chorall.analyses.marker_groups import PRESENT, UNKNOWN
from chorall.analyses.rarity import SMALLEST_GROUP
from chorall.stats import ChainedImputations, find_own_hazard, impute_chained

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

FEWEST_TESTED: Final = 10
"""Tested patients of a trial, with fewer of whom a marker is not imputed there."""


@dataclass(frozen=True, slots=True)
class IncompleteCohort:
    """One endpoint's patients with everything that may be imputed.

    Attributes
    ----------
    cohort : EndpointCohort, n patients
        The endpoint.
    covariates : tuple of Covariate
        Those that vary here.
    markers : tuple of str
        Those with enough carriers and non-carriers, auxiliary ones included.
    groups : ndarray of int8, shape (n, markers)
        Present, absent or unknown.
    may_impute : ndarray of bool, shape (n, covariates + markers)
        True where a missing value may be filled in.
    """

    cohort: EndpointCohort
    covariates: tuple[Covariate, ...]
    markers: tuple[str, ...]
    groups: NDArray[np.int8]
    may_impute: Booleans

    @property
    def x(self) -> Floats:
        """Shape (n, covariates + markers); NaN where missing."""
        known = np.where(self.groups == UNKNOWN, np.nan, self.groups == PRESENT)
        return np.column_stack([*(part.values for part in self.covariates), known])

    @property
    def kinds(self) -> tuple[str, ...]:
        """How each column of `x` is imputed."""
        return (*(part.kind for part in self.covariates), *["binary"] * len(self.markers))


def find_imputable(
    cohort: EndpointCohort,
    lineage: pl.Series,
    known: Booleans,
    applies_to: Sequence[str] | None,
) -> Booleans:
    """Tell for whom a missing value may be filled in.

    Parameters
    ----------
    cohort : EndpointCohort, n patients
        The endpoint.
    lineage : Series of length n
        Null where not known.
    known : ndarray of bool, shape (n,)
        True where there is a value.
    applies_to : sequence of str or None
        Lineages to which the marker applies; None for all.

    Returns
    -------
    ndarray of bool, shape (n,)
        False in trials with fewer than `FEWEST_TESTED` known values, in lineages of a trial in
        which nobody has one, and where it does not apply.
    """
    frame = pl.DataFrame({"trial": cohort.trial, "lineage": lineage, "known": known})
    in_trial, in_cell = pl.col("known").sum().over("trial"), pl.col("known").any()
    enough = (in_trial >= FEWEST_TESTED) & in_cell.over("trial", "lineage")
    allowed = frame.select(enough).to_series().to_numpy()
    if applies_to is not None:
        allowed = allowed & lineage.is_in(list(applies_to)).fill_null(value=False).to_numpy()
    return np.asarray(allowed, dtype=bool)


def lay_out(
    cohort: EndpointCohort,
    lineage: pl.Series,
    covariates: Sequence[Covariate],
    markers: Sequence[str],
    groups: NDArray[np.int8],
    applies_to: Mapping[str, Sequence[str]],
) -> IncompleteCohort:
    """Put together what can be imputed of one endpoint; markers with too few carriers stay out."""
    present, absent = (groups == PRESENT).sum(axis=0), (groups == 0).sum(axis=0)
    usable = np.minimum(present, absent) >= SMALLEST_GROUP
    kept = [name for name, is_usable in zip(markers, usable, strict=True) if is_usable]
    groups = groups[:, usable]
    known = [*(~np.isnan(part.values) for part in covariates), *(groups != UNKNOWN).T]
    limits = [*[None] * len(covariates), *(applies_to.get(name) for name in kept)]
    allowed = [
        find_imputable(cohort, lineage, there, limit)
        for there, limit in zip(known, limits, strict=True)
    ]
    shape = np.empty((len(cohort.time), 0), dtype=bool)
    may_impute = np.column_stack([shape, *allowed])
    return IncompleteCohort(cohort, tuple(covariates), tuple(kept), groups, may_impute)


def list_predictors(cohort: EndpointCohort) -> Floats:
    """Return what is complete: trial, and per cause the event and the hazard within the trial.

    By White and Royston (2009) an imputation that sees event and cumulative hazard agrees with a
    later Cox model. Whoever came under observation late is told apart by the time of entry.
    """
    columns = [cohort.trial == code for code in range(1, len(cohort.trial_ids))]
    for cause in range(1, cohort.n_causes + 1):
        event = np.asarray(cohort.cause == cause)
        hazard = find_own_hazard(
            cohort.time, event, entry_time=cohort.entry_time, strata=cohort.trial
        )
        columns += [event, hazard]
    if cohort.entry_time is not None:
        columns.append(np.log1p(cohort.entry_time))
    return np.column_stack(columns).astype(np.float64)


def impute_cohort(
    incomplete: IncompleteCohort,
    *,
    n_imputations: int,
    n_iterations: int,
    seed: int,
    n_jobs: int,
) -> ChainedImputations:
    """Impute all columns of one endpoint."""
    return impute_chained(
        incomplete.x,
        incomplete.kinds,
        fixed=list_predictors(incomplete.cohort),
        may_impute=incomplete.may_impute,
        n_imputations=n_imputations,
        n_iterations=n_iterations,
        seed=seed,
        n_jobs=n_jobs,
    )
