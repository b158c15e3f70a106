"""The scores of Gray's test in one stratum, and their covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats.arrays import Booleans, Floats, Integers

# The pooled incidence weighs groups by h = n / S and may reach 1 while somebody is still at risk;
# what then remains is rounding. R divides by it.
EXHAUSTED = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class GroupTable:
    """Events of one stratum at t distinct event times in k groups, arrays of shape (t, k)."""

    n_at_risk: Integers
    of_cause: Integers
    of_others: Integers


def tabulate_groups(
    time: Floats, cause: Integers, kind: int, group_codes: Integers, n_groups: int
) -> GroupTable:
    """Count who is at risk and who has which event, at the event times of one stratum."""
    distinct, position = np.unique(time, return_inverse=True)
    shape = (len(distinct), n_groups)

    def count(rows: Booleans) -> Integers:
        counts = np.bincount(
            position[rows] * n_groups + group_codes[rows], minlength=shape[0] * shape[1]
        )
        return counts.reshape(shape).astype(np.int64)

    n_at_risk = np.cumsum(count(np.ones(len(time), np.bool_))[::-1], axis=0)[::-1]
    of_cause, of_others = count(cause == kind), count((cause > 0) & (cause != kind))
    with_event = (of_cause + of_others).any(axis=1)
    return GroupTable(n_at_risk[with_event], of_cause[with_event], of_others[with_event])


def compare_groups(table: GroupTable, rho: float) -> tuple[Floats, Floats]:
    """Return the scores of k groups in one stratum, and their covariance.

    With S and F a group's survival and incidence just before a time, h = n / S estimates how
    many would be in the subdistribution risk set but for censoring: R = h (1 - F).
    """
    k = table.n_at_risk.shape[1]
    n_events = table.of_cause.sum(axis=1)
    if not n_events.any():
        return np.zeros(k), np.zeros((k, k))
    before, after, incidence = follow_groups(table)
    waiting = np.divide(
        table.n_at_risk, before, out=np.zeros(before.shape), where=table.n_at_risk > 0
    )
    total = waiting.sum(axis=1)
    pooled = np.cumsum(n_events / total)
    free = np.where(n_events > 0, 1 - np.concatenate([[0.0], pooled[:-1]]), 1.0)
    weight = np.where(n_events > 0, weigh_times(free, rho), 0.0)
    in_subdistribution = waiting * (1 - incidence)
    expected = in_subdistribution * (n_events / in_subdistribution.sum(axis=1))[:, None]
    score = weight @ (table.of_cause - expected)
    kernel = (
        weight[:, None, None]
        * waiting[:, :, None]
        * (np.eye(k) - (waiting / total[:, None])[:, None, :])
    )
    pace = np.divide(n_events, total * free, out=np.zeros(len(free)), where=free > EXHAUSTED)
    passed = np.cumsum(kernel * pace[:, None, None], axis=0)
    left = np.divide((1 - pooled)[:, None], after, out=np.zeros(after.shape), where=after > 0)
    scales = (
        find_own_scale(n_events, total, before, table.n_at_risk),
        find_other_scale(table.of_others, before, after, table.n_at_risk),
    )
    return score, find_variance(kernel, passed[-1] - passed, left, scales)


def weigh_times(free: Floats, rho: float) -> Floats:
    """Return (1 - pooled incidence) ** rho, 0 where that is exhausted unless rho is 0."""
    if not rho:
        return np.ones(len(free))
    left = free > EXHAUSTED
    return np.where(left, np.where(left, free, 1.0) ** rho, 0.0)


def find_variance(
    kernel: Floats, remaining: Floats, left: Floats, scales: tuple[Floats, Floats]
) -> Floats:
    """Return the covariance of the scores of k groups.

    A step of the incidence of group l at t moves score i by `kernel` [t, i, l] at once and by
    (1 - left) times what remains to come; a step of the other causes by -left times that.
    """
    own = kernel + (1 - left)[:, None, :] * remaining
    other = left[:, None, :] * remaining
    variance = np.einsum("til,tjl,tl->ij", own, own, scales[0], optimize=True)
    variance += np.einsum("til,tjl,tl->ij", other, other, scales[1], optimize=True)
    return np.asarray(variance, dtype=np.float64)


def follow_groups(table: GroupTable) -> tuple[Floats, Floats, Floats]:
    """Return S(t-), S(t) and F(t-) of each group, each of shape (t, k)."""
    n = np.maximum(table.n_at_risk, 1)
    after: Floats = np.cumprod((n - table.of_cause - table.of_others) / n, axis=0, dtype=np.float64)
    start = np.ones((1, n.shape[1]))
    before = np.concatenate([start, after[:-1]])
    incidence: Floats = np.cumsum(before * table.of_cause / n, axis=0, dtype=np.float64)
    return before, after, np.concatenate([start - 1, incidence[:-1]])


def find_own_scale(n_events: Integers, total: Floats, before: Floats, at_risk: Integers) -> Floats:
    """Return the variance of a step of the incidence in each group, were all groups alike."""
    others = np.where(n_events > 1, n_events - 1, 0)[:, None]
    pairs = total[:, None] * before - 1
    tie_factor = 1 - np.divide(
        others, pairs, out=np.zeros(before.shape), where=(others > 0) & (pairs != 0)
    )
    scale = tie_factor * before * (n_events / total)[:, None]
    return np.divide(scale, at_risk, out=np.zeros(before.shape), where=at_risk > 0)


def find_other_scale(
    of_others: Integers, before: Floats, after: Floats, at_risk: Integers
) -> Floats:
    """Return the variance of a step of the incidence of all other causes in each group."""
    tie_factor = 1 - np.maximum(of_others - 1, 0) / np.maximum(at_risk - 1, 1)
    scale = tie_factor * before**2 * of_others
    counted = (at_risk > 0) & (after > 0)
    return np.divide(
        scale, at_risk.astype(np.float64) ** 2, out=np.zeros(before.shape), where=counted
    )
