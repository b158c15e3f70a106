"""The hazard ratios of many markers on one endpoint at once, by compiled scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.marker_effect import fit_effect
from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN
from chorall.analyses.rarity import judge_sparsity, name_obstacle
from chorall.models.cox_model import explain_gaps
from chorall.models.estimability import find_estimable, find_eventless, find_informative
from chorall.models.survival import Survival
from chorall.stats import scan_markers

MOST_COVARIATES: Final = 29
"""Of the compiled scan; beyond, every marker is fitted on its own."""

WORTH_THREADS: Final = 50_000
"""Cells of patients times markers; with fewer, waiting for a second thread costs more."""


@dataclass(frozen=True, slots=True)
class EffectBatch:
    """What the comparison of present with absent gave for m markers.

    Attributes
    ----------
    log_hazard_ratio, standard_error : ndarray of float, shape (m,)
        NaN where not given; `notes` says why.
    n, n_events, n_present, n_absent, events_present : ndarray of int, shape (m,)
        Patients and events in the fit.
    firth : ndarray of bool, shape (m,)
        True where Firth's penalised likelihood was used.
    notes : tuple of str, length m
        Why no figure is given, or what else is to be known; or empty.
    """

    log_hazard_ratio: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    n: NDArray[np.int64]
    n_events: NDArray[np.int64]
    n_present: NDArray[np.int64]
    n_absent: NDArray[np.int64]
    events_present: NDArray[np.int64]
    firth: NDArray[np.bool_]
    notes: tuple[str, ...]


def fit_effects(
    cohort: EndpointCohort,
    groups: NDArray[np.int8],
    rows: NDArray[np.bool_],
    *,
    markers: Sequence[str],
    adjusted: bool,
    stratified: bool = True,
) -> EffectBatch:
    """Compare present with absent for every marker by Cox's model (cause-specific, Efron).

    Parameters
    ----------
    cohort : EndpointCohort, n rows
        The endpoint.
    groups : ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`, one row per row of the cohort (`cohort.spread`).
    rows : ndarray of bool, shape (n,)
        True for the patients in question.
    markers : sequence of str, length m
        For the notes.
    adjusted : bool
        True: with the covariates of the cohort, complete cases only.
    stratified : bool
        True: each trial has its own baseline hazard.

    Returns
    -------
    EffectBatch
        The figures of `fit_effect`, marker by marker, to rounding: what the scan cannot finish is
        handed to it. Sparse markers are judged by knowledge/grading.toml.

    See Also
    --------
    chorall.stats.scan_markers : The kernel.
    chorall.analyses.marker_effect.fit_effect : One marker.
    """
    used = rows & cohort.covariates.complete if adjusted else rows
    counts = _count(cohort, groups, used)
    notes, fitted, firth = _judge(counts, cohort.covariates.values.shape[1] if adjusted else 0)
    estimates = np.full((len(markers), 2), np.nan)
    left = fitted.copy()
    for chosen, penalised in ((fitted & ~firth, False), (fitted & firth, True)):
        if chosen.any():
            places = np.flatnonzero(chosen)
            found, said = _scan(cohort, groups[:, places], used, adjusted, stratified, penalised)
            estimates[places] = found
            left[places] = np.isnan(found[:, 0])
            for place in places[np.isfinite(found[:, 0])]:
                notes[place] = "; ".join(filter(None, (*said, notes[place])))
    for place in np.flatnonzero(left).tolist():
        effect = fit_effect(
            cohort, groups[:, place], rows, marker=markers[place], adjusted=adjusted,
            stratified=stratified, conf_level=0.95,
        )  # fmt: skip
        notes[place] = effect.note
        if effect.term is not None:
            estimates[place] = effect.term.log_hazard_ratio, effect.term.standard_error
    return _shape_batch(estimates, counts, firth & ~np.isnan(estimates[:, 0]), notes)


def scan_effects(
    cohort: EndpointCohort, groups: NDArray[np.int8], *, markers: Sequence[str]
) -> EffectBatch:
    """Fit presence times the first covariate, adjusted, without strata.

    Parameters
    ----------
    cohort : EndpointCohort, n rows
        Its first covariate modifies the effect; the others adjust.
    groups : ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`.
    markers : sequence of str, length m
        For the notes.

    Returns
    -------
    EffectBatch
        The coefficient of the product. Markers for which Firth's likelihood would be needed have
        none.
    """
    used = cohort.covariates.complete
    counts = _count(cohort, groups, used)
    notes, fitted, firth = _judge(counts, cohort.covariates.values.shape[1] + 1)
    places = np.flatnonzero(fitted & ~firth)
    estimates = np.full((len(markers), 2), np.nan)
    if len(places):
        estimates[places], _ = _scan(
            cohort, groups[:, places], used, True, False, False, modified=True
        )
    unfitted = np.isnan(estimates[:, 0])
    notes = [
        (note or "no estimate") if lacking else ""
        for note, lacking in zip(notes, unfitted, strict=True)
    ]
    return _shape_batch(estimates, counts, np.zeros(len(markers), dtype=bool), notes)


def _shape_batch(
    estimates: NDArray[np.float64],
    counts: NDArray[np.int64],
    firth: NDArray[np.bool_],
    notes: Sequence[str],
) -> EffectBatch:
    n, n_events, n_present, n_absent, events_present = counts.T.copy()
    return EffectBatch(
        log_hazard_ratio=estimates[:, 0].copy(),
        standard_error=estimates[:, 1].copy(),
        n=n,
        n_events=n_events,
        n_present=n_present,
        n_absent=n_absent,
        events_present=events_present,
        firth=firth,
        notes=tuple(notes),
    )


def _count(
    cohort: EndpointCohort, groups: NDArray[np.int8], used: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return n, n_events, n_present, n_absent and events_present of each marker, one row each."""
    counted = cohort.counted(used)
    members, event = groups[counted], cohort.event[counted]
    present, absent = members == PRESENT, members == ABSENT
    n_present, n_absent = present.sum(axis=0), absent.sum(axis=0)
    with_event = (event[:, None] & present).sum(axis=0), (event[:, None] & absent).sum(axis=0)
    return np.column_stack(
        [n_present + n_absent, with_event[0] + with_event[1], n_present, n_absent, with_event[0]]
    ).astype(np.int64)


def _judge(
    counts: NDArray[np.int64], n_covariates: int
) -> tuple[list[str], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the notes, which markers can be fitted, and which of them by Firth's likelihood."""
    notes, fitted, firth = [], [], []
    for _, n_events, n_present, n_absent, events_present in counts.tolist():
        note = name_obstacle(n_present, n_absent, events_present, n_events - events_present)
        sparsity = judge_sparsity(min(n_present, n_absent), n_events, n_covariates)
        notes.append(note or sparsity.note)
        fitted.append(not note and not sparsity.too_sparse)
        firth.append(sparsity.firth)
    return notes, np.array(fitted, dtype=bool), np.array(firth, dtype=bool)


def _scan(
    cohort: EndpointCohort,
    groups: NDArray[np.int8],
    used: NDArray[np.bool_],
    adjusted: bool,
    stratified: bool,
    penalised: bool,
    *,
    modified: bool = False,
) -> tuple[NDArray[np.float64], list[str]]:
    """Return estimates and errors, shape (m, 2), and what all models leave out; NaN if unfit."""
    values = cohort.covariates.values[used] if adjusted else np.empty((int(used.sum()), 0))
    survival = cohort.survival(used, stratified=stratified)
    eventless, without = find_eventless(values, survival.event)
    kept = ~without & find_informative(survival.time, survival.event, survival.strata)
    outcome: Survival = survival.take(kept)
    estimable, constant = find_estimable(values[kept], outcome.strata)
    unfit = np.full((groups.shape[1], 2), np.nan)
    too_many = estimable.sum() > MOST_COVARIATES
    if too_many or not outcome.event.any() or (modified and not estimable[0]):
        return unfit, []
    names = [column.name for column in cohort.covariates.columns] if adjusted else []
    said = explain_gaps(names, estimable, constant, eventless, stratified)
    if modified:
        estimable[0] = False
    members = groups[used][kept]
    scan = scan_markers(
        members == PRESENT,
        outcome.time,
        outcome.event,
        covariates=values[kept][:, estimable] if estimable.any() else None,
        strata=outcome.strata,
        entry_time=outcome.entry_time,
        tested=members != UNKNOWN,
        interaction=values[kept][:, 0] if modified else None,
        minimum_carriers=1,
        firth_below=len(members) + 1 if penalised else 0,
        separated="score",
        n_threads=1 if members.size < WORTH_THREADS else None,
    )
    good = scan.converged & np.isin(scan.method, ["firth"] if penalised else ["likelihood"])
    found = np.column_stack([scan.log_hazard_ratio, scan.standard_error])
    return np.where(good[:, None], found, unfit), said
