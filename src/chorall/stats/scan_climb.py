"""Blocks of markers in lanes, and the calls of the compiled loops on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.stats._scan import (
    LANES,
    WIDTH,
    climb_markers,
    find_workspace_size,
    pack_markers,
)
from chorall.stats.arrays import Booleans, Floats, Integers
from chorall.stats.scan_data import ScanData

LEFT_OUT = -1


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How every marker is treated.

    Attributes
    ----------
    minimum_carriers, firth_below : int
        Fewer carriers are not looked at; fewer than `firth_below` get a Firth fit.
    separated : str
        "firth" or "score": what a marker without maximum gets.
    score_only : bool
        Whether only the score test is wanted.
    max_iterations : int
        Largest number of Newton steps.
    tolerance : float
        Length of the last step, in standard errors.
    n_threads : int
        Threads to share the markers.
    width : int
        Lanes in a register.
    """

    minimum_carriers: int
    firth_below: int
    separated: str
    score_only: bool
    max_iterations: int
    tolerance: float
    n_threads: int
    width: int = WIDTH


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some markers in groups of lanes, k lanes in all; those that hold no marker are not tested.

    Attributes
    ----------
    packed : ndarray of shape (groups, n, lanes)
        Sorted rows; NaN where not tested.
    counts : ndarray of int64, shape (groups, 4, lanes)
        Tested, carriers, events, events of carriers.
    pattern : ndarray of uint64, shape (groups, 2, lanes)
        Equal for markers tested in the same patients.
    ranges : ndarray of shape (groups, 3, lanes)
        Smallest and largest value as given, and largest distance from 0 as packed.
    group_scale : ndarray of shape (groups, lanes)
        Unit of the packed values.
    """

    packed: Floats
    counts: Integers
    pattern: NDArray[np.uint64]
    ranges: Floats
    group_scale: Floats

    @classmethod
    def allocate(cls, n_groups: int, n: int) -> Block:
        """Return a block whose lanes are still to be written."""
        return cls(
            np.empty((n_groups, n, LANES)),
            np.zeros((n_groups, 4, LANES), dtype=np.int64),
            np.zeros((n_groups, 2, LANES), dtype=np.uint64),
            np.zeros((n_groups, 3, LANES)),
            np.ones((n_groups, LANES)),
        )

    @property
    def scale(self) -> Floats:
        """Unit of the packed values, shape (k,)."""
        return self.group_scale.reshape(-1)

    @property
    def count_columns(self) -> Integers:
        """Counts with one row per lane, shape (k, 4)."""
        return self.counts.transpose(0, 2, 1).reshape(-1, 4)

    @property
    def limits(self) -> Floats:
        """Smallest and largest value with one row per lane, shape (k, 2)."""
        return self.ranges[:, :2].transpose(0, 2, 1).reshape(-1, 2)

    @property
    def pattern_names(self) -> list[tuple[int, ...]]:
        """One name per lane."""
        return list(map(tuple, self.pattern.transpose(0, 2, 1).reshape(-1, 2).tolist()))

    def pick(self, lanes: Integers) -> Block:
        """Return the chosen lanes side by side."""
        picked = Block.allocate(-(-lanes.size // LANES), self.packed.shape[1])
        picked.packed[...] = np.nan
        groups, places = np.divmod(np.arange(lanes.size), LANES)
        for name in self.__slots__:
            target, source = getattr(picked, name), getattr(self, name)
            target[groups, ..., places] = source[lanes // LANES, ..., lanes % LANES]
        return picked


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """Where the fits of a block ended; entries of lanes that were left out are NaN and -1.

    Attributes
    ----------
    coefficients : ndarray of shape (k, columns)
        In units of the scaled covariates and packed markers.
    start, objective : ndarray of shape (k,)
        Log-likelihood (penalised by Firth's term, if so asked) at the start and at the end.
    score : ndarray of shape (k,)
        Score chi-square of the last column at the start.
    variance : ndarray of shape (k,)
        Of the last coefficient.
    code, n_steps : ndarray of int32, shape (k,)
        How it ended (see _scan.pyx), and after how many steps.
    """

    coefficients: Floats
    start: Floats
    objective: Floats
    score: Floats
    variance: Floats
    code: NDArray[np.int32]
    n_steps: NDArray[np.int32]


def pack_block(
    values: Floats, data: ScanData, keys: NDArray[np.uint64], settings: ScanSettings, block: Block
) -> Block:
    """Copy markers of shape (n, m) into the first lanes of `block`, which is written over."""
    n_groups = -(-values.shape[1] // LANES)
    part = Block(*(getattr(block, name)[:n_groups] for name in block.__slots__))
    pack_markers(
        values, data.order, data.event, keys, part.packed, part.counts, part.pattern,
        part.ranges, part.group_scale, settings.n_threads, settings.width,
    )  # fmt: skip
    return part


def draw_pattern_keys(n: int) -> NDArray[np.uint64]:
    """Return two random numbers per patient, the same in every run.

    Two different sets of patients have equal sums with a chance of 2 ** -128.
    """
    return np.random.default_rng(1).integers(2**64, size=(n, 2), dtype=np.uint64)


def climb(
    data: ScanData,
    block: Block,
    max_steps: NDArray[np.int32],
    coefficients: Floats,
    settings: ScanSettings,
    *,
    n_held: int = 0,
    firth: bool = False,
    tolerance: float | None = None,
) -> Climb:
    """Fit the markers of a block from `coefficients`; the last `n_held` columns do not move."""
    k, n_columns = coefficients.shape
    ended = np.array(coefficients, dtype=np.float64, order="C")
    results = np.full((k, 4), np.nan)
    report = np.full((k, 2), LEFT_OUT, dtype=np.int32)
    workspace = np.empty((settings.n_threads, find_workspace_size(data.layout)))
    climb_markers(
        data.layout, block.packed, block.counts, block.ranges, max_steps, ended, results, report,
        n_columns - n_held, firth, settings.tolerance if tolerance is None else tolerance,
        workspace, settings.width,
    )  # fmt: skip
    start, objective, score, variance = results.T
    return Climb(ended, start, objective, score, variance, report[:, 0], report[:, 1])


def limit_steps(wanted: Booleans, limit: int) -> NDArray[np.int32]:
    """Return the limit for the wanted lanes; the others are left out."""
    return np.where(wanted, limit, LEFT_OUT).astype(np.int32)


def append_zero(coefficients: Floats) -> Floats:
    """Return coefficients with a further column that starts at 0."""
    return np.column_stack([coefficients, np.zeros(len(coefficients))])
