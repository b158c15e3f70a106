"""How a state is left after its entry, in plain NumPy: by ways that race, or by a judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.judgement import FAILURE, REMISSION
from chorall.stats.semi_markov import Judgement

Floats = NDArray[np.float64]

JUDGED: Final = (FAILURE.target, REMISSION.target)


@dataclass(frozen=True, slots=True)
class Leaving:
    """How a state is left after its entry.

    Attributes
    ----------
    stays : ndarray of shape (d, g + 1)
        Probability of still being there at the end of each interval, from 1.
    goes : dict of str to ndarray of shape (d, g)
        By target: probability of going there within each interval.
    """

    stays: Floats
    goes: dict[str, Floats]


def find_leaving(hazards: Mapping[str, Floats]) -> Leaving:
    """Turn the cumulative hazards of competing transitions into probabilities.

    Parameters
    ----------
    hazards : mapping of str to ndarray of shape (d, g + 1)
        By target, cumulative from 0 at entry.
    """
    total = np.asarray(sum(hazards.values()))
    stays = np.exp(-total)
    lost = stays[:, :-1] - stays[:, 1:]
    increase = np.diff(total, axis=1)
    share = np.divide(lost, increase, out=np.zeros_like(lost), where=increase > 0)
    goes = {target: np.diff(hazard, axis=1) * share for target, hazard in hazards.items()}
    return Leaving(stays, goes)


def move_at(leaving: Leaving, interval: int, target: str) -> Leaving:
    """Move everybody who is still there at the end of an interval to `target`, nobody earlier."""
    stays = leaving.stays.copy()
    moved = np.zeros_like(stays[:, 1:])
    if interval <= moved.shape[1]:
        moved[:, interval - 1] = stays[:, interval]
    stays[:, interval:] = 0
    goes = {name: flow.copy() for name, flow in leaving.goes.items()}
    for flow in goes.values():
        flow[:, interval:] = 0
    return Leaving(stays, goes | {target: moved})


def judge(hazards: Mapping[str, Floats], ratio: Floats, judgement: Judgement) -> Leaving:
    """Return how induction is left where failure and remission do not race but are judged.

    Parameters
    ----------
    hazards : mapping of str to ndarray of shape (d, g + 1)
        As for `find_leaving`, failure and remission among them.
    ratio : ndarray of shape (d, k)
        By transition.
    judgement : Judgement
        Its places are those of `ratio`.
    """
    failing, succeeding, waits = _wait(hazards, ratio, judgement)
    others = {name: one for name, one in hazards.items() if name not in JUDGED}
    kept = find_leaving(others or {"death": np.zeros_like(waits)})
    goes = {name: flow * _find_middles(waits) for name, flow in kept.goes.items()}
    for name, going in zip(JUDGED, (failing, succeeding), strict=True):
        goes[name] = -np.diff(going, axis=1) * _find_middles(kept.stays)
    return Leaving(kept.stays * waits, goes)


def _wait(
    hazards: Mapping[str, Floats], ratio: Floats, judgement: Judgement
) -> tuple[Floats, Floats, Floats]:
    """Return who has not failed by each time, who is still to succeed, and who waits for either.

    Parts of those who wait now, the first with all who never fail; where nobody was seen to wait
    as long as now, all wait for ever.
    """
    fails, succeeds = ratio[:, [judgement.failure]], ratio[:, [judgement.success]]
    yet = np.exp(-fails * judgement.failure_before)
    never = np.exp(-fails * judgement.failure_to_come)
    succeeding = yet * never * np.exp(-succeeds * judgement.success_before)
    there = yet * (1 - never) + succeeding
    scale = np.divide(1, there, out=np.zeros_like(there), where=there > 0)
    failed, succeeded = (np.exp(-hazards[name]) for name in JUDGED)
    of_failure, of_success = yet * scale * failed, succeeding * scale * succeeded
    return of_failure, of_success, of_failure - yet * scale * never + of_success + (there <= 0)


def _find_middles(values: Floats) -> Floats:
    return np.asarray((values[:, :-1] + values[:, 1:]) / 2)
