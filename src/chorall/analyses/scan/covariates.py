"""The covariates of some patients of an endpoint: age as a natural spline where events allow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.models.estimability import find_estimable, find_eventless, find_informative
from chorall.models.splines import build_natural_basis

AGE: Final = "age_years"
DEGREES: Final = 3
EVENTS_FOR_SPLINE: Final = 10
"""Events for each coefficient; with fewer, age enters linearly."""


@dataclass(frozen=True, slots=True)
class ScanCovariates:
    """What the models of one endpoint adjust for, in some of its n patients.

    Attributes
    ----------
    values : ndarray of float, shape (n, p)
        Meaningful where `rows`.
    rows : ndarray of bool, shape (n,)
        True for patients in the models: in question, with all covariates known, and of no level
        of a covariate that has no event at all.
    label : str
        What is adjusted for, in words of the data model.
    """

    values: NDArray[np.float64]
    rows: NDArray[np.bool_]
    label: str


def choose_covariates(cohort: EndpointCohort, rows: NDArray[np.bool_]) -> ScanCovariates:
    """Return the covariates that can be estimated in the patients where `rows` is True.

    Parameters
    ----------
    cohort : EndpointCohort, n patients
        The endpoint.
    rows : ndarray of bool, shape (n,)
        The patients in question.
    """
    design = cohort.covariates
    used = rows & design.complete
    if not cohort.event[used].any():
        return ScanCovariates(np.empty((len(used), 0)), used, "")
    terms = [column.term for column in design.columns]
    values, labels = design.values, terms
    enough = EVENTS_FOR_SPLINE * (len(terms) + DEGREES)
    if terms.count(AGE) == 1 and cohort.event[used].sum() >= enough:
        values, labels = _expand_age(values, used, terms)
    eventless, without = find_eventless(values[used], cohort.event[used])
    used[np.flatnonzero(used)[without]] = False
    outcome = cohort.survival(used)
    kept = find_informative(outcome.time, outcome.event, outcome.strata)
    estimable, _ = find_estimable(values[used][kept], outcome.strata_of(kept))
    chosen = estimable & ~eventless
    names = dict.fromkeys(label for label, keep in zip(labels, chosen, strict=True) if keep)
    return ScanCovariates(values[:, chosen], used, ", ".join(names))


def _expand_age(
    values: NDArray[np.float64], used: NDArray[np.bool_], terms: list[str]
) -> tuple[NDArray[np.float64], list[str]]:
    """Put a natural spline in the place of age, with knots at the tertiles of those used."""
    place = terms.index(AGE)
    age = values[used, place]
    inner = np.quantile(age, np.arange(1, DEGREES) / DEGREES)
    boundary = np.array([age.min(), age.max()])
    if not (np.diff([boundary[0], *inner, boundary[1]]) > 0).all():
        # too few distinct ages for a curve
        return values, terms
    basis = np.full((len(values), DEGREES), np.nan)
    basis[used] = build_natural_basis(age, inner, boundary)
    label = f"{AGE} (natural spline, {DEGREES} df)"
    labels = [*terms[:place], *[label] * DEGREES, *terms[place + 1 :]]
    return np.column_stack([values[:, :place], basis, values[:, place + 1 :]]), labels
