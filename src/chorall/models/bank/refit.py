"""Refit a bank without one patient, from where the fit with everybody came to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import Bank, list_edges
from chorall.models.bank.bank_fit import (
    RAREST,
    BankData,
    check_transitions,
    choose_design,
    complete,
    fit_bank,
    keep_patients,
    list_risk_rows,
)
from chorall.models.bank.columns import Columns, list_columns
from chorall.models.bank.design import Design
from chorall.models.bank.judgement import REMISSION, is_judged
from chorall.models.bank.level import LEAST_EVENTS, LevelStart
from chorall.models.bank.risk_rows import RiskRows
from chorall.models.bank.telling import can_tell, choose_places
from chorall.models.bank.transition_fit import (
    TransitionModel,
    TransitionStart,
    fit_at_places,
    list_mean_groups,
)
from chorall.stats import RandomEffectsCoxFit

Integers = NDArray[np.int64]

HELD: Final = (
    "the law of the features, and what it completes",
    "support counts and the day of transplantation",
    "transitions out of states in which the patient never was, where their covariates stay",
)
"""What of everybody's bank a refit without one patient keeps."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One transition of everybody's bank, ready to be fitted again.

    Attributes
    ----------
    patient : ndarray of int64, shape (n,)
        Of each row at risk.
    rows : RiskRows
        Without completions: those are in `columns`.
    columns : Columns
    start : TransitionStart
    """

    patient: Integers
    rows: RiskRows
    columns: Columns
    start: TransitionStart


@dataclass(frozen=True, slots=True, eq=False)
class Refits:
    """The bank of everybody, and its transitions in the same order, ready to be fitted again.

    `judged` is True where failure and remission do not race (`is_judged`).
    """

    data: BankData
    bank: Bank
    parts: tuple[Part, ...]
    judged: bool


def prepare_refits(data: BankData) -> Refits:
    """Fit the bank of everybody and keep where its fits came to.

    Raises
    ------
    DataError
        As `fit_bank`.
    """
    bank = fit_bank(data, {})
    completed = complete(bank.law, data.values)
    judged = is_judged([model.transition for model in bank.transitions])
    parts = []
    for model in bank.transitions:
        rows = list_risk_rows(model.transition, data, completed, judged=judged)
        columns = list_columns(bank.design, rows, model.places)
        edges = list_edges(model.transition.origin)
        start = fit_at_places(model.transition, bank.design, rows, columns, edges)[1]
        own = data.stays.origin == model.transition.origin
        bare = replace(rows, completions=rows.completions[:0])
        parts.append(Part(data.stays.patient[own], bare, columns, start))
    return Refits(data, bank, tuple(parts), judged)


def refit_without(refits: Refits, patient: int) -> Bank:
    """Return a bank to which the outcome of one patient did not contribute.

    Every transition out of a state in which the patient was is fitted anew without that patient's
    rows: covariates chosen, group variances, effects and their covariance, level by age, spread
    between trials, place of each trial, baseline. The ascent starts where the fit of everybody
    ended and stops by the same tolerances; level and baseline take one round from there. `HELD` is
    kept from everybody; of that only the day of transplantation, a median, depends on what became
    of the patient.

    Parameters
    ----------
    refits : Refits
        From `prepare_refits`.
    patient : int
        Row of the patient.

    Returns
    -------
    Bank
        A transition that is left with too few events is left out, or loses its covariates, as in
        `fit_bank`.

    Raises
    ------
    DataError
        If nobody else leaves induction.
    """
    kept = np.arange(len(refits.data.values)) != patient
    design = choose_design(keep_patients(refits.data, kept))
    names = {one.name for one in design.covariates}
    still = np.array([one.name in names for one in refits.bank.design.covariates], bool)
    models = []
    for model, part in zip(refits.bank.transitions, refits.parts, strict=True):
        found = _refit(refits.bank.design, model, part, part.patient != patient, still)
        if found is not None:
            models.append(found)
    if refits.judged and not is_judged([model.transition for model in models]):
        models = [
            _race(refits, kept, still) if model.transition == REMISSION else model
            for model in models
        ]
    check_transitions(models)
    return replace(refits.bank, transitions=tuple(models))


def _refit(
    design: Design,
    model: TransitionModel,
    part: Part,
    kept: NDArray[np.bool_],
    still: NDArray[np.bool_],
) -> TransitionModel | None:
    """Fit one transition to the rows kept and those of its covariates that can be told still."""
    told = still[model.places]
    if kept.all() and told.all():
        return model
    rows, columns = part.rows.keep(kept), part.columns.keep(kept)
    n_events = rows.event.sum()
    if n_events < RAREST:
        return None
    told &= can_tell(design, rows, model.places, columns.expected) & (n_events >= LEAST_EVENTS)
    level = LevelStart(part.start.level.spread, part.start.level.excess[kept])
    start = TransitionStart(_cut(part.start.effects, design, model.places, told), level)
    edges = list_edges(model.transition.origin)
    return fit_at_places(model.transition, design, rows, columns.choose(told), edges, start)[0]


def _race(refits: Refits, kept: NDArray[np.bool_], still: NDArray[np.bool_]) -> TransitionModel:
    """Fit remission anew where too few are left who failed: they are censored then."""
    data, design = keep_patients(refits.data, kept), refits.bank.design
    completed = complete(refits.bank.law, data.values)
    rows = list_risk_rows(REMISSION, data, completed, judged=False)
    places = choose_places(REMISSION, design, rows, design.expand(rows.values))
    columns = list_columns(design, rows, places[still[places]])
    return fit_at_places(REMISSION, design, rows, columns, list_edges(REMISSION.origin))[0]


def _cut(
    fits: tuple[RandomEffectsCoxFit, ...], design: Design, places: Integers, told: NDArray[np.bool_]
) -> tuple[RandomEffectsCoxFit, ...]:
    """Return where the fits of some covariates may start; none where a group has changed kind."""
    if told.all() or not fits:
        return fits
    groups = np.array([design.covariates[place].group for place in places])
    before, after = list_mean_groups(groups), list_mean_groups(groups[told])
    if before != after or set(groups) != set(groups[told]):
        return ()
    counts = np.unique(groups[told], return_counts=True)[1]
    return tuple(replace(fit, deviation=fit.deviation[told], n_columns=counts) for fit in fits)
