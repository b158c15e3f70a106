"""Blocks of markers, side by side in lanes, as all endpoints of a scan share them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chorall.stats._scan_layout import LANES
from chorall.stats._scan_pack import pack_markers
from chorall.stats.arrays import Booleans, Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Which of some lanes are tested in the same patients.

    Attributes
    ----------
    names : list of bytes
        One for each distinct set of tested patients; the same in every block and endpoint.
    lanes : list of ndarray of int64
        Lanes of each.
    """

    names: list[bytes]
    lanes: list[Integers]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some markers in groups of lanes, k lanes in all; those that hold no marker are not tested.

    Attributes
    ----------
    packed : ndarray of shape (groups, n, lanes)
        Patients in the order given; NaN where not tested.
    counts : ndarray of int64, shape (groups, 2 + 2 endpoints, lanes)
        Tested and carriers; events and events of carriers of each endpoint.
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
    def allocate(cls, n_groups: int, n: int, n_endpoints: int = 1) -> Block:
        """Return a block whose lanes are still to be written."""
        return cls(
            np.empty((n_groups, n, LANES)),
            np.zeros((n_groups, 2 + 2 * n_endpoints, LANES), dtype=np.int64),
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

    def find_patterns(self, wanted: Booleans) -> Patterns:
        """Sort the wanted lanes by the patients in whom they are tested."""
        lanes = np.flatnonzero(wanted)
        sums = np.ascontiguousarray(self.pattern.transpose(0, 2, 1).reshape(-1, 2)[lanes])
        distinct, codes = np.unique(sums.view("V16").reshape(-1), return_inverse=True)
        by_code = lanes[np.argsort(codes, kind="stable")]
        ends = np.cumsum(np.bincount(codes, minlength=len(distinct)))
        return Patterns([name.tobytes() for name in distinct], np.split(by_code, ends)[:-1])

    def choose_endpoint(self, endpoint: int) -> Block:
        """Return the same markers with the counts of one endpoint only."""
        places = [0, 1, 2 + 2 * endpoint, 3 + 2 * endpoint]
        return replace(self, counts=np.ascontiguousarray(self.counts[:, places]))

    def pick(self, lanes: Integers) -> Block:
        """Return the chosen lanes side by side."""
        picked = Block.allocate(-(-lanes.size // LANES), self.packed.shape[1])
        picked.packed[...] = np.nan
        groups, places = np.divmod(np.arange(lanes.size), LANES)
        for name in self.__slots__:
            target, source = getattr(picked, name), getattr(self, name)
            target[groups, ..., places] = source[lanes // LANES, ..., lanes % LANES]
        return picked


def pack_block(
    values: Floats,
    events: NDArray[np.uint8],
    keys: NDArray[np.uint64],
    width: int,
    block: Block,
) -> Block:
    """Copy markers of shape (n, m) into the first lanes of `block`, which is written over."""
    n_groups = -(-values.shape[1] // LANES)
    part = Block(*(getattr(block, name)[:n_groups] for name in block.__slots__))
    pack_markers(
        values, events, keys, part.packed, part.counts, part.pattern, part.ranges,
        part.group_scale, width,
    )  # fmt: skip
    return part


def draw_pattern_keys(n: int) -> NDArray[np.uint64]:
    """Return two random numbers per patient, the same in every run.

    Two different sets of patients have equal sums with a chance of 2 ** -128.
    """
    return np.random.default_rng(1).integers(2**64, size=(n, 2), dtype=np.uint64)
