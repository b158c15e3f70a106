"""The hazard ratio of one marker on one endpoint: all trials together, and within each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN
from chorall.analyses.rarity import find_obstacle, judge_sparsity
from chorall.errors import ConvergenceError, InputError
from chorall.models.cox_model import fit_design
from chorall.models.cox_model_result import CoxTerm
from chorall.models.design_matrix import DesignColumn, DesignMatrix

_LIMITS: Final = ("hazard_ratio", "lower", "upper", "p_value")


@dataclass(frozen=True, slots=True)
class MarkerEffect:
    """What the comparison of present with absent gave.

    Attributes
    ----------
    term : CoxTerm or None
        The coefficient of presence; None where it is not given.
    n_used, n_events : int
        Patients and events in the fit.
    note : str
        Why no figure is given, or what else the fit had to leave out; or empty.
    """

    term: CoxTerm | None
    n_used: int
    n_events: int
    note: str

    def figures(self, prefix: str = "") -> dict[str, float | None]:
        """Return hazard_ratio, lower, upper and p_value by name; None where not given."""
        return {prefix + name: getattr(self.term, name, None) for name in _LIMITS}


def fit_effect(
    cohort: EndpointCohort,
    group: NDArray[np.int8],
    rows: NDArray[np.bool_],
    *,
    marker: str,
    adjusted: bool,
    stratified: bool = True,
    conf_level: float,
) -> MarkerEffect:
    """Compare present with absent by Cox's model (cause-specific, Efron).

    Parameters
    ----------
    cohort : EndpointCohort, n patients
        The endpoint.
    group : ndarray of int8, shape (n,)
        `PRESENT`, `ABSENT` or `UNKNOWN`, one per row of the cohort; the unknown are left out.
    rows : ndarray of bool, shape (n,)
        True for the patients in question.
    marker : str
        For the notes.
    adjusted : bool
        True: with the covariates of the cohort, complete cases only.
    stratified : bool
        True: each trial has its own baseline hazard.
    conf_level : float
        Two-sided level of the limits.
    """
    used = rows & (group != UNKNOWN)
    if adjusted:
        used &= cohort.covariates.complete
    counted = cohort.counted(used)
    n_used, n_events = int(counted.sum()), int(cohort.event[used].sum())
    obstacle = find_obstacle(group[counted], cohort.event[counted])
    if obstacle:
        return MarkerEffect(None, n_used, n_events, obstacle)
    n_covariates = cohort.covariates.values.shape[1] if adjusted else 0
    n_smaller = min(int((group[counted] == side).sum()) for side in (PRESENT, ABSENT))
    sparsity = judge_sparsity(n_smaller, n_events, n_covariates)
    if sparsity.too_sparse:
        return MarkerEffect(None, n_used, n_events, sparsity.note)
    survival = cohort.survival(used, stratified=stratified)
    design = _add_presence(cohort.covariates, group, marker, adjusted)
    try:
        terms, notes = fit_design(design, used, survival, conf_level, firth=sparsity.firth)
    except ConvergenceError:
        note = "the model has no finite solution (a covariate separates the events)"
        return MarkerEffect(None, n_used, n_events, note)
    except InputError:
        # The arrays are sound; the kernel refuses columns that do not vary in any risk set.
        note = "the covariates cannot be told apart among the patients at risk"
        return MarkerEffect(None, n_used, n_events, note)
    presence = terms[-1] if terms[-1].estimated else None
    said = (*notes, sparsity.note) if sparsity.firth and presence else notes
    return MarkerEffect(presence, n_used, n_events, "; ".join(said))


def _add_presence(
    covariates: DesignMatrix, group: NDArray[np.int8], marker: str, adjusted: bool
) -> DesignMatrix:
    """Presence comes last: where covariates determine it, it is presence that has no figure."""
    presence = DesignColumn(marker, marker)
    values = (group == PRESENT).astype(np.float64)
    if not adjusted:
        return DesignMatrix((presence,), values[:, None], {})
    columns = (*covariates.columns, presence)
    return DesignMatrix(columns, np.column_stack([covariates.values, values]), covariates.missing)
