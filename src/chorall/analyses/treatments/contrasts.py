"""One contrast of strategies on one endpoint: every trial by itself, then together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN
from chorall.analyses.treatments.arms import ArmCohort
from chorall.analyses.treatments.statuses import Statuses
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.models.within_trials import TrialsTogether, pool_trials_together
from chorall.stats import InteractionScan, scan_interactions

Floats = NDArray[np.float64]

SMALLEST_CELL: Final = 5
"""Patients; a trial with fewer in a cell of marker and arm gives no effect that rests on it."""


@dataclass(frozen=True, slots=True)
class TrialScan:
    """One trial: effects with and without each of m markers.

    Attributes
    ----------
    cohort : ArmCohort
        Who was compared.
    scan : InteractionScan
        Effects by status of the marker (with a modifier: among those who have it).
    n_unknown : ndarray of int, shape (m,)
        Patients whose marker (or modifier) is not known.
    interaction, interaction_error : ndarray of float, shape (m,)
        Of the term in question, on the log scale; NaN below the smallest cell.
    """

    cohort: ArmCohort
    scan: InteractionScan
    n_unknown: NDArray[np.int64]
    interaction: Floats
    interaction_error: Floats


@dataclass(frozen=True, slots=True)
class ContrastScan:
    """One contrast and endpoint; every pooled effect has shape (m,).

    Attributes
    ----------
    trials : tuple of TrialScan
        In the order of the consortium.
    interaction : TrialsTogether
        The deft estimate: only contrasts within trials enter.
    left_out : tuple of TrialsTogether
        The same without each trial.
    hazards, risks, years : tuple of TrialsTogether
        Effects without and with the marker: log hazard ratio, difference of risk, years gained.
    risk_interaction : TrialsTogether
        Difference of the differences of risk.
    """

    trials: tuple[TrialScan, ...]
    interaction: TrialsTogether
    left_out: tuple[TrialsTogether, ...]
    hazards: tuple[TrialsTogether, ...]
    risks: tuple[TrialsTogether, ...]
    years: tuple[TrialsTogether, ...]
    risk_interaction: TrialsTogether


def scan_contrast(
    cohorts: Sequence[ArmCohort],
    statuses: Statuses,
    markers: Sequence[str],
    *,
    modifier: str | None,
    horizon_years: float,
    conf_level: float,
) -> ContrastScan:
    """Estimate every marker in every trial and pool what the trials say.

    Parameters
    ----------
    cohorts : sequence of ArmCohort
        All of one contrast and endpoint.
    statuses : Statuses
        Of all patients and markers, the modifier among them.
    markers : sequence of str, length m
        Compared at diagnosis: present against absent.
    modifier : str or None
        A second marker: the term is then the difference of interactions with and without it.
    horizon_years, conf_level : float
        As in `treatment`.
    """
    trials = tuple(
        scan_trial(cohort, statuses, markers, modifier, horizon_years * DAYS_PER_YEAR)
        for cohort in cohorts
    )
    return pool_trials(trials, conf_level)


def scan_trial(
    cohort: ArmCohort,
    statuses: Statuses,
    markers: Sequence[str],
    modifier: str | None,
    horizon_days: float,
) -> TrialScan:
    """Estimate every marker in one trial."""
    groups = statuses.of(cohort.patient_ids, markers)
    if modifier is None:
        scan = guard_cells(scan_groups(cohort, groups, horizon_days))
        unknown = (groups == UNKNOWN).sum(axis=0)
        return TrialScan(cohort, scan, unknown, scan.interaction, scan.interaction_error)
    second = statuses.of(cohort.patient_ids, [modifier])
    with_it, without = (
        guard_cells(scan_groups(cohort, np.where(second == code, groups, UNKNOWN), horizon_days))
        for code in (PRESENT, ABSENT)
    )
    unknown = ((groups == UNKNOWN) | (second == UNKNOWN)).sum(axis=0)
    error = np.hypot(with_it.interaction_error, without.interaction_error)
    return TrialScan(cohort, with_it, unknown, with_it.interaction - without.interaction, error)


def scan_groups(
    cohort: ArmCohort, groups: NDArray[np.int8], horizon_days: float
) -> InteractionScan:
    """Call the kernel; nobody at all gives a scan of nothing."""
    if not len(cohort.time):
        return empty_scan(groups.shape[1], horizon_days)
    return scan_interactions(
        groups,
        cohort.treated,
        cohort.time,
        cohort.cause,
        horizon=horizon_days,
        entry_time=cohort.entry_time,
    )


def empty_scan(n_markers: int, horizon_days: float) -> InteractionScan:
    """Return what a trial without patients says."""
    nothing, pairs = np.full(n_markers, np.nan), np.full((2, n_markers), np.nan)
    counts = np.zeros((4, n_markers), np.int64)
    cells = np.full((4, n_markers), np.nan)
    return InteractionScan(
        counts, counts, pairs, pairs, nothing, nothing, pairs, pairs, pairs, pairs, cells,
        horizon_days,
    )  # fmt: skip


def guard_cells(scan: InteractionScan) -> InteractionScan:
    """Withhold what rests on fewer than five patients in a cell."""
    pairs = (scan.n.reshape(2, 2, -1) >= SMALLEST_CELL).all(axis=1)
    both = pairs.all(axis=0)
    withheld: dict[str, Any] = {
        name: np.where(pairs, getattr(scan, name), np.nan)
        for name in ("risk_difference", "risk_difference_error", "time_gained", "time_gained_error")
    }
    withheld |= {
        name: np.where(both, getattr(scan, name), np.nan)
        for name in ("log_hazard_ratio", "standard_error", "interaction", "interaction_error")
    }
    return replace(scan, **withheld)


def pool_trials(trials: tuple[TrialScan, ...], conf_level: float) -> ContrastScan:
    """Pool by REML with the limits of Hartung and Knapp, and once without each trial."""
    effects = np.stack([one.interaction for one in trials])
    errors = np.stack([one.interaction_error for one in trials])
    kept = [np.arange(len(trials)) != left for left in range(len(trials))]
    pairs = {
        name: tuple(
            _pool([getattr(one.scan, name)[side] / unit for one in trials],
                  [getattr(one.scan, error)[side] / unit for one in trials], conf_level)
            for side in (0, 1)
        )
        for name, error, unit in (
            ("log_hazard_ratio", "standard_error", 1.0),
            ("risk_difference", "risk_difference_error", 1.0),
            ("time_gained", "time_gained_error", DAYS_PER_YEAR),
        )
    }  # fmt: skip
    return ContrastScan(
        trials=trials,
        interaction=pool_trials_together(effects, errors, conf_level=conf_level),
        left_out=tuple(
            pool_trials_together(effects[rest], errors[rest], conf_level=conf_level)
            for rest in kept
            if len(trials) > 1
        ),
        hazards=pairs["log_hazard_ratio"],
        risks=pairs["risk_difference"],
        years=pairs["time_gained"],
        risk_interaction=_pool(
            [one.scan.risk_difference[1] - one.scan.risk_difference[0] for one in trials],
            [np.hypot(*one.scan.risk_difference_error) for one in trials],
            conf_level,
        ),
    )


def _pool(effects: list[Floats], errors: list[Floats], conf_level: float) -> TrialsTogether:
    return pool_trials_together(np.stack(effects), np.stack(errors), conf_level=conf_level)
