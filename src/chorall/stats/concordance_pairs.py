"""Concordant, discordant and tied pairs of patients, counted in O(n log n)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chorall.stats._concordance import sweep_ranks
from chorall.stats.arrays import Booleans, Floats, Integers


class Patients(NamedTuple):
    """Checked scores and follow-up of n patients, with a stratum code and a weight each.

    `is_other` tells who had a competing event, which ends follow-up but not the comparison: who
    had one will never have the event. None when nothing competes.
    """

    score: Floats
    time: Floats
    event: Booleans
    entry_time: Floats | None
    stratum: Integers
    weights: Floats
    is_other: Booleans | None = None

    @property
    def any_event(self) -> Booleans:
        """Tell who had an event of any kind."""
        return self.event if self.is_other is None else self.event | self.is_other


class PairSums(NamedTuple):
    """Sums over the pairs of each patient: concordant, discordant, tied, each of shape (n,).

    `pairs` weighs a pair with the other patient's weight and the weight of its event time,
    `totals` counts every pair once.
    """

    pairs: Floats
    totals: Floats


class Steps(NamedTuple):
    """What happens in a sweep: whose rank comes or is asked for, when, and in which order.

    Within one time the phases go up.
    """

    patient: Integers
    time: Floats
    phase: Integers
    weight: Floats
    is_query: Booleans


def count_pairs(patients: Patients, time_weights: Floats) -> PairSums:
    """Count the pairs in which one patient has the event while the other is still at risk.

    Concordant: who has the event first has the higher score. A patient censored at the time of
    an event outlives it; two events at one time are no pair.
    """
    rank, first_rank = rank_scores(patients)
    event_weights = np.where(patients.event, patients.weights * time_weights, 0.0)
    # seen from the event, the others at risk: a lower score is concordant
    lower, equal, higher = sweep(list_risk_steps(patients), patients, rank, first_rank, -1)
    as_event = np.stack([lower, higher, equal]) * np.where(patients.event, time_weights, 0.0)
    # seen from the survivor, the events while at risk: a higher score is concordant
    steps = list_event_steps(patients, event_weights)
    lower, equal, higher = sweep(steps, patients, rank, first_rank, 1)
    as_survivor = np.stack([higher, lower, equal])
    if patients.is_other is not None:
        root = np.sqrt(time_weights)
        earlier, later = count_competing_pairs(patients, patients.is_other, root, rank, first_rank)
        as_event, as_survivor = as_event + earlier, as_survivor + later
    totals = np.sum(as_event * patients.weights, axis=1)
    return PairSums(as_event + as_survivor, totals)


def count_competing_pairs(
    patients: Patients, is_other: Booleans, root: Floats, rank: Integers, first_rank: Integers
) -> tuple[Floats, Floats]:
    """Count the pairs of an event with a competing event before it, seen from each of the two.

    A pair is weighted with `root` of both: each was observed at its own time.
    """
    event, other = (np.flatnonzero(who).astype(np.int64) for who in (patients.event, is_other))
    of_event, of_other = (
        patients.weights * np.where(w, root, 0.0) for w in (patients.event, is_other)
    )
    # at one time: those who ask ask first, for a competing event at the same time is still at risk
    asks = (event, patients.time[event], 0 * event, np.zeros(len(event)), True)
    comes = (other, patients.time[other], 0 * other + 1, of_other[other], False)
    lower, equal, higher = sweep(join_steps([asks, comes]), patients, rank, first_rank, 1)
    as_event = np.stack([lower, higher, equal]) * np.where(patients.event, root, 0.0)
    asks = (other, patients.time[other], 0 * other, np.zeros(len(other)), True)
    comes = (event, patients.time[event], 0 * event + 1, of_event[event], False)
    lower, equal, higher = sweep(join_steps([asks, comes]), patients, rank, first_rank, -1)
    as_survivor = np.stack([higher, lower, equal]) * np.where(is_other, root, 0.0)
    return as_event, as_survivor


def rank_scores(patients: Patients) -> tuple[Integers, Integers]:
    """Return the rank of each patient by stratum and score, and the first rank of the stratum."""
    order = np.lexsort((patients.score, patients.stratum))
    score, stratum = patients.score[order], patients.stratum[order]
    starts = np.concatenate([[True], stratum[1:] != stratum[:-1]])
    is_new = starts | np.concatenate([[True], score[1:] != score[:-1]])
    sorted_rank = np.cumsum(is_new) - 1
    rank, first_rank = np.empty((2, len(order)), dtype=np.intp)
    rank[order] = sorted_rank
    first_rank[order] = sorted_rank[np.flatnonzero(starts)][np.cumsum(starts) - 1]
    return rank, first_rank


def list_risk_steps(patients: Patients) -> Steps:
    """List the steps of a sweep down in time that asks each event for those still at risk."""
    n = len(patients.time)
    everybody = np.arange(n)
    event = np.flatnonzero(patients.event)
    # at one time: those who enter then go, the censored come, the events ask, the events come
    parts = [
        (everybody, patients.time, np.where(patients.event, 3, 1), patients.weights, False),
        (event, patients.time[event], np.full(len(event), 2), np.zeros(len(event)), True),
    ]
    if patients.entry_time is not None:
        parts.append((everybody, patients.entry_time, np.zeros(n), -patients.weights, False))
    return join_steps(parts)


def list_event_steps(patients: Patients, event_weights: Floats) -> Steps:
    """List the steps of a sweep up in time that asks each patient for the events outlived."""
    n = len(patients.time)
    everybody = np.arange(n)
    event = np.flatnonzero(patients.event)
    # at one time: the events ask, the events come, the censored and those who enter ask
    parts = [
        (everybody, patients.time, np.where(patients.event, 0, 2), np.ones(n), True),
        (event, patients.time[event], np.full(len(event), 1), event_weights[event], False),
    ]
    if patients.entry_time is not None:
        parts.append((everybody, patients.entry_time, np.full(n, 2), -np.ones(n), True))
    return join_steps(parts)


def join_steps(parts: list[tuple[Integers, Floats, Integers, Floats, bool]]) -> Steps:
    """Put the parts of a sweep into one list, in any order."""
    patient, time, phase, weight = (
        np.concatenate([part[column] for part in parts]) for column in range(4)
    )
    is_query = np.concatenate([np.full(len(part[0]), part[4]) for part in parts])
    return Steps(patient, time, phase, weight, is_query)


def sweep(
    steps: Steps, patients: Patients, rank: Integers, first_rank: Integers, direction: int
) -> Floats:
    """Return the sums below, at and above each patient's rank, shape (3, n).

    A query of negative weight is taken away from the patient's sums.
    """
    stratum = patients.stratum[steps.patient]
    order = np.lexsort((steps.phase, direction * steps.time, stratum))
    patient, is_query = steps.patient[order], steps.is_query[order]
    weight = steps.weight[order]
    answers = sweep_ranks(
        rank[patient], first_rank[patient], weight, is_query.view(np.uint8), int(rank.max()) + 1
    )
    sign = np.where(weight < 0, -1.0, 1.0)
    return np.stack(
        [
            np.bincount(patient[is_query], (sign * row)[is_query], minlength=len(patients.time))
            for row in answers
        ]
    )


def count_time_ties(patients: Patients, time_weights: Floats) -> float:
    """Return the weighted number of pairs of events at the same time in the same stratum."""
    event = patients.event
    order = np.lexsort((patients.time[event], patients.stratum[event]))
    time, stratum = patients.time[event][order], patients.stratum[event][order]
    weights = patients.weights[event][order]
    if not len(weights):
        return 0.0
    is_new = np.concatenate([[True], (time[1:] != time[:-1]) | (stratum[1:] != stratum[:-1])])
    starts = np.flatnonzero(is_new)
    sums, squares = np.add.reduceat(weights, starts), np.add.reduceat(weights**2, starts)
    of_time = time_weights[event][order][starts]
    return float(np.sum(of_time * (sums**2 - squares)) / 2)
