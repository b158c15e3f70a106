"""Whether markers change what a randomised treatment does: one trial, many markers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from chorall.errors import InputError
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, freeze
from chorall.stats.cell_risks import estimate_risks
from chorall.stats.checks import check_lengths, check_time_and_cause, raise_problems, read_event
from chorall.stats.interaction_counts import N_CELLS, CellCounts, count_cells, iterate_blocks
from chorall.stats.interaction_cox import CellHazards, fit_cells
from chorall.stats.restricted_mean import check_horizon


@dataclass(frozen=True, slots=True, eq=False)
class InteractionScan:
    """Treatment effects with and without each of m markers.

    First axes of length 2 are without and with the marker; of length 4 the cells 2 * marker + arm.

    Attributes
    ----------
    n, n_events : ndarray of shape (4, m)
        Patients and events of cause 1 in each cell.
    log_hazard_ratio, standard_error : ndarray of shape (2, m)
        Of treatment, from the model of marker, arm and their product; cause-specific. NaN where
        a cell has no event or there is no finite maximum.
    interaction, interaction_error : ndarray of shape (m,)
        Log of the ratio of the hazard ratios, with over without, and its standard error.
    risk_difference, risk_difference_error : ndarray of shape (2, m)
        Treated less control, in the probability of the event by the horizon; NaN where a cell is
        not followed to it.
    time_gained, time_gained_error : ndarray of shape (2, m)
        Mean time up to the horizon not lost to the event, treated less control, in the unit of
        time; without competing causes the difference of restricted means.
    risk : ndarray of shape (4, m)
        Probability of the event by the horizon.
    horizon : float
        As asked for.
    """

    n: Integers
    n_events: Integers
    log_hazard_ratio: Floats
    standard_error: Floats
    interaction: Floats
    interaction_error: Floats
    risk_difference: Floats
    risk_difference_error: Floats
    time_gained: Floats
    time_gained_error: Floats
    risk: Floats
    horizon: float

    def __post_init__(self) -> None:
        freeze(self)


def scan_interactions(
    markers: ArrayLike,
    treated: ArrayLike,
    time: ArrayLike,
    cause: ArrayLike,
    *,
    horizon: float,
    entry_time: ArrayLike | None = None,
) -> InteractionScan:
    """Compare two arms of one trial with and without each marker.

    Parameters
    ----------
    markers : array_like of int, shape (n, m)
        1 present, 0 absent, -1 unknown; the unknown enter nothing.
    treated : array_like of bool, shape (n,)
        True in the arm compared, False in its control.
    time : array_like of shape (n,)
        Follow-up from randomisation, in any unit; not negative, not missing. Ties: Efron; an
        event comes before a censoring at the same time.
    cause : array_like of int, shape (n,)
        0 censored, 1 the event, 2 and above competing: censored for hazards, competing for risks.
    horizon : float
        Where absolute figures are read, in the unit of `time`.
    entry_time : array_like of shape (n,), optional
        Start of observation (delayed entry), before `time`.

    Returns
    -------
    InteractionScan
        Effects in both groups and their interaction.

    Raises
    ------
    InputError
        When an argument is missing, of the wrong type or length.

    See Also
    --------
    fit_cox : One marker with covariates.
    pool_effect_rows : The trials together.

    Notes
    -----
    R: ``coxph(Surv(time, cause == 1) ~ marker * treated)``; absolute figures by ``survfit``.

    References
    ----------
    Fisher DJ et al. (2017). doi:10.1136/bmj.j573

    Examples
    --------
    >>> import numpy as np
    >>> from chorall.stats import scan_interactions
    >>> marker = np.array([[0], [0], [0], [0], [1], [1], [1], [1]])
    >>> treated = np.array([False, True] * 4)
    >>> found = scan_interactions(marker, treated, range(1, 9), [1] * 8, horizon=8)
    >>> found.risk_difference.shape
    (2, 1)
    """
    follow_up = check_time_and_cause(time, cause, entry_time)
    groups, arm = check_groups(markers, treated)
    check_lengths(time=follow_up.time, markers=groups, treated=arm)
    cut = check_horizon(horizon)
    parts = [
        scan_cells(count_cells(follow_up, groups[:, block], arm), cut)
        for block in iterate_blocks(len(arm), groups.shape[1])
    ]
    joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    return InteractionScan(**joined, horizon=cut)


def check_groups(markers: ArrayLike, treated: ArrayLike) -> tuple[Integers, Integers]:
    """Return the statuses as int64 of shape (n, m) and the arms as 0 and 1."""
    groups = np.asarray(markers)
    if groups.ndim != 2 or groups.dtype.kind not in "iu" or not groups.shape[1]:
        raise InputError(
            f"`markers` has shape {groups.shape} and holds {groups.dtype}; expected integers of "
            "shape (n, m): 1 present, 0 absent, -1 unknown."
        )
    if not np.isin(groups, (-1, 0, 1)).all():
        raise InputError("`markers` holds other numbers than 1 present, 0 absent and -1 unknown.")
    problems: list[str] = []
    arm: Booleans = read_event(treated, problems)
    raise_problems([line.replace("`event`", "`treated`") for line in problems])
    return groups.astype(np.int64), arm.astype(np.int64)


def scan_cells(counts: CellCounts, horizon: float) -> dict[str, Any]:
    """Turn counts of cells into effects of treatment, by the names of the result."""
    hazards, risks = fit_cells(counts), estimate_risks(counts, horizon)
    control, treated = slice(0, N_CELLS, 2), slice(1, N_CELLS, 2)
    return compare_hazards(hazards) | {
        "n": counts.n.astype(np.int64),
        "n_events": counts.n_events.sum(axis=1).astype(np.int64),
        "risk_difference": risks.risk[treated] - risks.risk[control],
        "risk_difference_error": np.sqrt(
            risks.risk_variance[treated] + risks.risk_variance[control]
        ),
        "time_gained": risks.time_lost[control] - risks.time_lost[treated],
        "time_gained_error": np.sqrt(
            risks.time_lost_variance[treated] + risks.time_lost_variance[control]
        ),
        "risk": risks.risk,
    }


def compare_hazards(hazards: CellHazards) -> dict[str, Any]:
    """Return the effects of treatment without and with the marker, and their difference."""
    value, covariance = hazards.log_hazard, hazards.covariance
    effect = np.stack([value[0], value[2] - value[1]])
    with_it = covariance[1, 1] + covariance[2, 2] - 2 * covariance[1, 2]
    variance = np.stack([covariance[0, 0], with_it])
    between = covariance[0, 2] - covariance[0, 1]
    return {
        "log_hazard_ratio": effect,
        "standard_error": np.sqrt(variance),
        "interaction": effect[1] - effect[0],
        "interaction_error": np.sqrt(variance.sum(axis=0) - 2 * between),
    }
