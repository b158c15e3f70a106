"""What may be said of an interaction: the word is decided by rules, not by the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

NOT_ASSESSABLE: Final = "not assessable"
NOT_SHOWN: Final = "not shown"
SINGLE_TRIAL: Final = "single trial"
HETEROGENEOUS: Final = "heterogeneous"
CONSISTENT: Final = "consistent"
REPLICATED: Final = "replicated"
EXPLORATORY: Final = "exploratory"

LEVEL: Final = 0.05
FEWEST_EVENTS: Final = 5
"""In each of the four cells, all trials together; below it nothing is claimed."""


@dataclass(frozen=True, slots=True)
class Interactions:
    """One term in k trials and with each of them left out.

    Attributes
    ----------
    effect, p_value : float
        All trials together; log ratio. `p_value` is the q-value in a scan.
    by_trial, p_by_trial : ndarray of float, shape (k,)
        In each trial; NaN where it cannot be estimated.
    left_out : ndarray of float, shape (k,)
        Without each trial; NaN where nothing remains.
    fewest_events : int
        In the smallest of the four cells.
    beyond_two_way : bool
        True of any term beyond marker x treatment, and of every gene-gene term.
    """

    effect: float
    p_value: float
    by_trial: NDArray[np.float64]
    p_by_trial: NDArray[np.float64]
    left_out: NDArray[np.float64]
    fewest_events: int
    beyond_two_way: bool = False


def name_claim(found: Interactions) -> str:
    """Return the word.

    Parameters
    ----------
    found : Interactions
        The term.

    Returns
    -------
    str
        `not assessable`: no estimate, or fewer than 5 events in a cell. `not shown`: P (q in a
        scan) of 0.05 or more. `replicated`: at least two trials show it alone, P below 0.05, in
        the same direction. `heterogeneous`: leaving one trial out turns it round. `single trial`:
        one trial asks. `consistent`: whichever trial is left out, the direction stays. A term
        beyond marker x treatment, or of two genes, is `exploratory` unless replicated.
    """
    if not np.isfinite(found.effect) or found.fewest_events < FEWEST_EVENTS:
        return NOT_ASSESSABLE
    if not found.p_value < LEVEL:
        return NOT_SHOWN
    direction = np.sign(found.effect)
    alone = (found.p_by_trial < LEVEL) & (np.sign(found.by_trial) == direction)
    if alone.sum() >= 2:
        return REPLICATED
    if found.beyond_two_way:
        return EXPLORATORY
    if np.isfinite(found.by_trial).sum() < 2:
        return SINGLE_TRIAL
    turned = np.isfinite(found.left_out) & (np.sign(found.left_out) != direction)
    return HETEROGENEOUS if turned.any() else CONSISTENT
