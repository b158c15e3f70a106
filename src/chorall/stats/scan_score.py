"""Score tests of many markers tested in the same patients, whose null model they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.stats._scan_climb import COLLINEARITY
from chorall.stats._scan_layout import LANES
from chorall.stats._scan_score import score_markers
from chorall.stats.arrays import Booleans, Floats, Integers
from chorall.stats.scan_data import Places, ScanData
from chorall.stats.scan_pack import Block, Patterns
from chorall.stats.scan_settings import ScanSettings

# in fewer markers than this, what is shared does not pay for finding it
MARKERS_WORTH_SHARING = 32
PATTERNS_KEPT = 16


@dataclass(frozen=True, slots=True, eq=False)
class SharedScore:
    """The null model of one set of tested patients, as the compiled loop reads it.

    Attributes
    ----------
    terms : ndarray of shape (n, 4 + p)
        For each sorted row risk and expected events, both 0 where not tested; the sum of 1 / g
        squared in the last row of an event time; what the marker's gradient and its information
        with each covariate weigh it by. (g: denominators of Efron's rule.)
    tied_rows : ndarray of shape (ties + 1, 2)
        First and last row of the event times with several events; at the end a row of -1.
    tie_terms : ndarray of shape (ties, 2)
        Sums of f and f squared over g squared at these times.
    gradient, information : ndarray of shape (p,), (p, p)
        Of the covariates.
    """

    terms: Floats
    tied_rows: Places
    tie_terms: Floats
    gradient: Floats
    information: Floats


class SharedScores:
    """Score tests of common patterns; keeps the null models that were used last.

    Parameters
    ----------
    data : ScanData
        What all markers share.
    settings : ScanSettings
        How to treat them.
    """

    def __init__(self, data: ScanData, settings: ScanSettings) -> None:
        self.data = data
        self.settings = settings
        self.kept: dict[bytes, SharedScore] = {}

    def test(
        self, block: Block, start: Floats, patterns: Patterns, wanted: Booleans
    ) -> tuple[Floats, Booleans]:
        """Return score chi-squares of the lanes whose pattern is common, and which they are.

        NaN where the marker does not vary given the covariates.
        """
        k = block.scale.size
        chi_square, done = np.full(k, np.nan), np.zeros(k, dtype=np.bool_)
        if self.data.modifier.size or self.data.follow_up.entry_time is not None:
            return chi_square, done
        for name, lanes in zip(patterns.names, patterns.lanes, strict=True):
            # the covariates of a pattern may have no fit
            if len(lanes) >= MARKERS_WORTH_SHARING and wanted[lanes[0]]:
                shared = self.find_shared(name, block, start, int(lanes[0]))
                chi_square[lanes] = self.score_pattern(shared, block, lanes)
                done[lanes] = True
        return chi_square, done

    def find_shared(self, name: bytes, block: Block, start: Floats, lane: int) -> SharedScore:
        """Return the null model of a pattern."""
        shared = self.kept.get(name)
        if shared is None:
            if len(self.kept) >= PATTERNS_KEPT:
                self.kept.clear()
            group, place = divmod(lane, LANES)
            tested = ~np.isnan(block.packed[group, :, place])[self.data.order]
            coefficients = start[lane, : len(self.data.null_coefficients)]
            # another thread may do the same, and clear what is kept
            shared = self.kept[name] = share_score(self.data, coefficients, tested)
        return shared

    def score_pattern(self, shared: SharedScore, block: Block, lanes: Integers) -> Floats:
        """Return the score chi-squares of some lanes with one pattern."""
        sums = np.zeros((len(block.packed), shared.terms.shape[1] - 2, LANES))
        score_markers(
            self.data.layout, block.packed, np.unique(lanes // LANES), shared.terms,
            shared.tied_rows, shared.tie_terms, sums, self.settings.width,
        )  # fmt: skip
        own, slope, *crossed = sums.transpose(1, 0, 2).reshape(sums.shape[1], -1)[:, lanes]
        return find_score_chi_square(shared, own, slope, np.array(crossed), block, lanes)


def find_score_chi_square(
    shared: SharedScore,
    own: Floats,
    slope: Floats,
    crossed: Floats,
    block: Block,
    lanes: Integers,
) -> Floats:
    """Return squared efficient score over efficient information."""
    explained = own * 0
    if len(crossed):
        solved = np.linalg.solve(shared.information, crossed)
        slope = slope - shared.gradient @ solved
        explained = (crossed * solved).sum(axis=0)
    left = own - explained
    n_events = block.count_columns[lanes, 2]
    varies = (left > COLLINEARITY * own) & (own > COLLINEARITY * n_events)
    return np.where(varies, slope**2 / np.where(varies, left, 1), np.nan)


def share_score(data: ScanData, coefficients: Floats, tested: Booleans) -> SharedScore:
    """Sum over the risk sets of the tested what no marker changes."""
    x, event = data.rows, data.event.astype(np.float64) * tested
    risk = np.exp(x @ coefficients) * tested
    s0, s1 = sum_at_risk(data, risk), sum_at_risk(data, risk[:, None] * x)
    time_of = data.time_of_row
    happened = np.flatnonzero(data.event)
    d0 = sum_by_time(data, happened, risk)
    d1 = np.zeros_like(s1)
    for column in range(x.shape[1]):
        d1[:, column] = sum_by_time(data, happened, risk * x[:, column])
    a, b, c, e, h = sum_tie_terms(s0, d0, sum_by_time(data, happened, event).astype(np.int64))
    by_risk = c[:, None] * s1 - e[:, None] * d1
    by_tied = e[:, None] * s1 - h[:, None] * d1
    # rows after the last event time of their stratum are never at risk at one
    counts, time = time_of >= 0, np.maximum(time_of, 0)
    hazard = counts * sum_from(data, a)[time] - event * b[time]
    expected = risk * hazard
    crossed = expected[:, None] * x - risk[:, None] * (
        counts[:, None] * sum_from(data, by_risk)[time] - event[:, None] * by_tied[time]
    )
    closing = np.zeros(len(risk))
    closing[data.end - 1] = c
    tied_rows, several = lay_out_ties(data)
    return SharedScore(
        terms=np.ascontiguousarray(
            np.column_stack([risk, expected, closing, event - expected, crossed])
        ),
        tied_rows=tied_rows,
        tie_terms=np.ascontiguousarray(np.column_stack([e, h])[several]),
        gradient=(event - expected) @ x,
        information=(x * expected[:, None]).T @ x - by_risk.T @ s1 + by_tied.T @ d1,
    )


def lay_out_ties(data: ScanData) -> tuple[Places, Booleans]:
    """Return first and last row of the event times with several events, and which these are."""
    several = data.end - data.first_event > 1
    rows = np.column_stack([data.first_event, data.end - 1])[several]
    return np.append(rows, [[-1, -1]], axis=0).astype(np.intp), several


def sum_tie_terms(s0: Floats, d0: Floats, n_tied: Integers) -> tuple[Floats, ...]:
    """Return Efron's sums of 1/g, f/g, 1/g^2, f/g^2 and f^2/g^2 at each event time."""
    time = np.repeat(np.arange(len(s0)), n_tied)
    first = np.cumsum(n_tied) - n_tied
    f = (np.arange(len(time)) - first[time]) / n_tied[time]
    inverse = 1 / (s0[time] - f * d0[time])
    terms = (inverse, f * inverse, inverse**2, f * inverse**2, (f * inverse) ** 2)
    return tuple(np.bincount(time, term, minlength=len(s0)).astype(np.float64) for term in terms)


def sum_by_time(data: ScanData, rows: Places, values: Floats) -> Floats:
    """Sum the values of some rows at each event time."""
    times = data.time_of_row[rows]
    return np.bincount(times, values[rows], minlength=data.layout.n_times).astype(np.float64)


def sum_at_risk(data: ScanData, values: Floats) -> Floats:
    """Sum the values over those at risk at each event time."""
    parts = [
        np.cumsum(values[rows], axis=0)[data.end[times] - 1 - rows.start]
        for rows, times in data.strata_slices
    ]
    return np.concatenate(parts)


def sum_from(data: ScanData, values: Floats) -> Floats:
    """Sum the values of each event time and of all earlier ones in the stratum."""
    parts = [np.cumsum(values[times][::-1], axis=0)[::-1] for _, times in data.strata_slices]
    return np.concatenate(parts)
