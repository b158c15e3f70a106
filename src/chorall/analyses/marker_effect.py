"""The hazard ratio of one marker on one endpoint: all trials together, and within each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN
from chorall.errors import ConvergenceError, InputError
from chorall.models.cox_model import fit_design
from chorall.models.cox_model_result import CoxTerm
from chorall.models.design_matrix import DesignColumn, DesignMatrix

SMALLEST_GROUP: Final = 5
"""Patients; with fewer on either side no hazard ratio is given."""

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
        `PRESENT`, `ABSENT` or `UNKNOWN`; the unknown are left out.
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
    n_used, n_events = int(used.sum()), int(cohort.event[used].sum())
    obstacle = find_obstacle(group[used], cohort.event[used])
    if obstacle:
        return MarkerEffect(None, n_used, n_events, obstacle)
    survival = cohort.survival(used, stratified=stratified)
    design = _add_presence(cohort.covariates, group, marker, adjusted)
    try:
        terms, notes = fit_design(design, used, survival, conf_level)
    except ConvergenceError:
        note = "the model has no finite solution (a covariate separates the events)"
        return MarkerEffect(None, n_used, n_events, note)
    except InputError:
        # The arrays are sound; the kernel refuses columns that do not vary in any risk set.
        note = "the covariates cannot be told apart among the patients at risk"
        return MarkerEffect(None, n_used, n_events, note)
    presence = terms[-1] if terms[-1].estimated else None
    return MarkerEffect(presence, n_used, n_events, "; ".join(notes))


def find_obstacle(group: NDArray[np.int8], event: NDArray[np.bool_]) -> str:
    """Say why present and absent cannot be compared, or return an empty text."""
    for side, words in ((PRESENT, "with the marker"), (ABSENT, "without the marker")):
        members = group == side
        n_members = int(members.sum())
        if n_members < SMALLEST_GROUP:
            return f"only {n_members} {'patient' if n_members == 1 else 'patients'} {words}"
        if not event[members].any():
            return f"no event among the {n_members} patients {words}"
    return ""


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


def fit_by_trial(
    cohort: EndpointCohort, group: NDArray[np.int8], *, marker: str, conf_level: float
) -> list[dict[str, Any]]:
    """Return one line per trial: counts, and the adjusted hazard ratio within it."""
    lines = []
    for code, trial_id in enumerate(cohort.trial_ids):
        rows = cohort.trial == code
        effect = fit_effect(
            cohort,
            group,
            rows,
            marker=marker,
            adjusted=True,
            stratified=False,
            conf_level=conf_level,
        )
        present, absent = rows & (group == PRESENT), rows & (group == ABSENT)
        figures = effect.figures()
        lines.append({
            "marker": marker,
            "endpoint": cohort.endpoint,
            "trial_id": trial_id,
            "n_present": int(present.sum()),
            "n_absent": int(absent.sum()),
            "events_present": int(cohort.event[present].sum()),
            "events_absent": int(cohort.event[absent].sum()),
            "hazard_ratio": figures["hazard_ratio"],
            "lower": figures["lower"],
            "upper": figures["upper"],
            "note": effect.note,
        })  # fmt: skip
    return lines
