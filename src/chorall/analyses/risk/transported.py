"""The risk that a group stands for in a trial: from the other trials, or, said so, from its own."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.risk.groupings import NOT_APPLICABLE
from chorall.analyses.risk.members import Members, estimate_risk

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

LEAST_ELSEWHERE: Final = 20
"""A group with fewer patients in the other trials has no risk to carry over."""
LEAST_COVERED: Final = 0.95
"""Of the patients of a trial: fewer with a risk, and the trial is not judged by other trials."""
OTHER_TRIALS: Final = "other trials"
SAME_TRIAL: Final = "same trial (optimistic)"
BOTH_SOURCES: Final = "both (partly optimistic)"


def carry_over_risk(members: Members, horizon_days: float) -> Floats:
    """Return the risk of the target that the other trials foretell for each patient.

    Parameters
    ----------
    members : Members
        The patients.
    horizon_days : float
        By when.

    Returns
    -------
    ndarray of shape (n,)
        Cumulative incidence of the target in the patient's group, those not assessable being one,
        in all other trials together; the outcome of the patient's own trial is never used. NaN
        where fewer than 20 patients of the others are in the group, where none of them was
        followed so long, or where the grouping does not apply. A grouping that predicts risks
        itself keeps its own.
    """
    if members.placement.risk is not None:
        return members.placement.risk.copy()
    risk = np.full(members.n, np.nan)
    for trial in np.unique(members.trial):
        for place in np.unique(members.group):
            elsewhere = (members.trial != trial) & (members.group == place)
            if place == NOT_APPLICABLE or elsewhere.sum() < LEAST_ELSEWHERE:
                continue
            own = (members.trial == trial) & (members.group == place)
            risk[own] = estimate_risk(members, elsewhere, horizon_days, 0.95)[0]
    return risk


def find_covered(members: Members, risk: Floats, rows: Booleans) -> Booleans:
    """Return who belongs to a trial in which nearly all of `rows` have a risk.

    A trial with some of its groups only would be judged on patients of one kind.
    """
    covered = np.zeros(members.n, bool)
    for trial in np.unique(members.trial):
        own = rows & (members.trial == trial)
        if own.any() and np.isfinite(risk[own]).mean() >= LEAST_COVERED:
            covered |= own
    return covered


def foretell(sides: tuple[Members, ...], horizon_days: float) -> tuple[list[Floats], Booleans]:
    """Return a risk for the same patients by each grouping or moment, and where it is optimistic.

    Parameters
    ----------
    sides : tuple of Members
        The same n patients.
    horizon_days : float
        By when.

    Returns
    -------
    risks : list of ndarray of shape (n,)
        Carried over from the other trials where these cover the trial on every side; elsewhere the
        risk of the patient's group in the own trial.
    is_own : ndarray of bool, shape (n,)
        True where the own trial's outcomes were used: optimistic.
    """
    first = sides[0]
    everybody = np.ones(first.n, bool)
    carried = [carry_over_risk(side, horizon_days) for side in sides]
    covered = np.logical_and.reduce(
        [find_covered(side, risk, everybody) for side, risk in zip(sides, carried, strict=True)]
    )
    risks = [
        np.where(covered, risk, _find_own_risk(side, ~covered, horizon_days))
        if side.placement.risk is None
        else risk
        for side, risk in zip(sides, carried, strict=True)
    ]
    fitted_elsewhere = all(side.placement.risk is not None for side in sides)
    return risks, np.zeros(first.n, bool) if fitted_elsewhere else ~covered


def _find_own_risk(members: Members, rows: Booleans, horizon_days: float) -> Floats:
    risk = np.full(members.n, np.nan)
    for trial in np.unique(members.trial[rows]):
        for place in np.unique(members.group[rows]):
            own = rows & (members.trial == trial) & (members.group == place)
            if place != NOT_APPLICABLE and own.sum() >= LEAST_ELSEWHERE:
                risk[own] = estimate_risk(members, own, horizon_days, 0.95)[0]
    return risk


def name_source(is_own: Booleans) -> str:
    """Return where risks come from, in words."""
    if not is_own.any():
        return OTHER_TRIALS
    return SAME_TRIAL if is_own.all() else BOTH_SOURCES
