"""The two answers: of those tested, and of imputed data sets joined by Rubin's rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from chorall.analyses.imputing.incomplete import IncompleteCohort
from chorall.analyses.rarity import SMALLEST_GROUP
from chorall.errors import ConvergenceError, InputError
from chorall.models.cox_model import fit_design
from chorall.models.design_matrix import DesignColumn, DesignMatrix
from chorall.stats import combine_imputations

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answer:
    """One hazard ratio of present against absent.

    Attributes
    ----------
    n, n_events : int
        Patients and events in the fit.
    n_present : float
        Patients with the marker; their mean over the imputations.
    estimate, standard_error, lower, upper, p_value : float
        Of the log hazard ratio; NaN where not given.
    missing_fraction, degrees_of_freedom, monte_carlo_error : float
        Of imputed answers; NaN otherwise. The last is the standard error of `estimate` because
        imputations are few.
    note : str
        Why there is no figure, or empty.
    """

    n: int
    n_events: int
    n_present: float
    estimate: float = float("nan")
    standard_error: float = float("nan")
    lower: float = float("nan")
    upper: float = float("nan")
    p_value: float = float("nan")
    missing_fraction: float = float("nan")
    degrees_of_freedom: float = float("nan")
    monte_carlo_error: float = float("nan")
    note: str = ""

    @property
    def is_given(self) -> bool:
        """True where there is a figure."""
        return not np.isnan(self.estimate)


def answer_tested(incomplete: IncompleteCohort, marker: str, conf_level: float) -> Answer:
    """Compare patients whose marker and covariates are all known."""
    data = incomplete.x
    used = find_complete(incomplete, data, marker)
    head = _count(incomplete, [data], used, marker)
    obstacle = find_obstacle(incomplete, data, used, marker)
    if obstacle:
        return Answer(*head, note=obstacle)
    estimate, error, note = fit_marker(incomplete, data, used, marker, conf_level)
    if note:
        return Answer(*head, note=note)
    reach = float(ndtri((1 + conf_level) / 2)) * error
    p_value = float(2 * ndtr(-abs(estimate) / error))
    return Answer(*head, estimate, error, estimate - reach, estimate + reach, p_value)


def answer_imputed(
    incomplete: IncompleteCohort, data_sets: Floats, marker: str, conf_level: float
) -> Answer:
    """Compare all patients in each imputed data set, shape (m, n, columns), and combine."""
    used = find_complete(incomplete, data_sets[0], marker)
    head = _count(incomplete, data_sets, used, marker)
    fits = []
    for data in data_sets:
        note = find_obstacle(incomplete, data, used, marker)
        if not note:
            *figures, note = fit_marker(incomplete, data, used, marker, conf_level)
        if note:
            return Answer(*head, note=f"in an imputed data set: {note}")
        fits.append(figures)
    estimates, errors = np.array(fits, dtype=np.float64).T
    n_terms = 1 + sum(len(part.columns) for part in incomplete.covariates)
    found = combine_imputations(
        estimates,
        errors,
        complete_degrees_of_freedom=max(head[1] - n_terms, 1),
        conf_level=conf_level,
    )
    return Answer(
        *head,
        estimate=float(found.estimate),
        standard_error=float(found.standard_error),
        lower=float(found.lower),
        upper=float(found.upper),
        p_value=float(found.p_value),
        missing_fraction=float(found.missing_fraction),
        degrees_of_freedom=float(found.degrees_of_freedom),
        monte_carlo_error=float(np.sqrt(found.between_variance / len(fits))),
    )


def find_complete(incomplete: IncompleteCohort, data: Floats, marker: str) -> Booleans:
    """Tell which patients have the marker and all covariates."""
    n_covariates = len(incomplete.covariates)
    column = n_covariates + incomplete.markers.index(marker)
    return np.asarray(~np.isnan(data[:, [*range(n_covariates), column]]).any(axis=1))


def find_obstacle(incomplete: IncompleteCohort, data: Floats, used: Booleans, marker: str) -> str:
    """Say why present and absent cannot be compared, or return an empty text."""
    present = _read_marker(incomplete, data, marker) == 1
    event = incomplete.cohort.event
    for members, words in ((used & present, "with"), (used & ~present, "without")):
        if members.sum() < SMALLEST_GROUP:
            return f"fewer than {SMALLEST_GROUP} patients {words} the marker"
        if not event[members].any():
            return f"no event among the patients {words} the marker"
    return ""


def fit_marker(
    incomplete: IncompleteCohort, data: Floats, used: Booleans, marker: str, conf_level: float
) -> tuple[float, float, str]:
    """Return log hazard ratio, standard error and why there are none, or an empty text."""
    parts = incomplete.covariates
    blocks = np.empty((int(used.sum()), 0))
    expanded = [part.expand(data[used, place]) for place, part in enumerate(parts)]
    presence = _read_marker(incomplete, data, marker)[used]
    values = np.full((len(used), sum(b.shape[1] for b in expanded) + 1), np.nan)
    values[used] = np.column_stack([blocks, *expanded, presence])
    columns = (*(column for part in parts for column in part.columns), DesignColumn(marker, marker))
    survival = incomplete.cohort.survival(used)
    try:
        terms, _ = fit_design(DesignMatrix(columns, values, {}), used, survival, conf_level)
    except ConvergenceError:
        return np.nan, np.nan, "the model has no finite solution"
    except InputError:
        # the arrays are sound; the kernel refuses columns that do not vary in any risk set
        return np.nan, np.nan, "the covariates cannot be told apart among the patients at risk"
    last = terms[-1]
    note = "" if last.estimated else "the marker does not vary within a trial beside the covariates"
    return last.log_hazard_ratio, last.standard_error, note


def _read_marker(incomplete: IncompleteCohort, data: Floats, marker: str) -> Floats:
    column: Floats = data[:, len(incomplete.covariates) + incomplete.markers.index(marker)]
    return column


def _count(
    incomplete: IncompleteCohort, data_sets: Iterable[Floats], used: Booleans, marker: str
) -> tuple[int, int, float]:
    present = [(_read_marker(incomplete, data, marker)[used] == 1).sum() for data in data_sets]
    return int(used.sum()), int(incomplete.cohort.event[used].sum()), float(np.mean(present))
