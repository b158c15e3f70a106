"""Markers block by block, each block for every endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np

from chorall.errors import ConvergenceError, InputError
from chorall.stats._scan_layout import LANES
from chorall.stats.arrays import ArrayLike
from chorall.stats.checks import FollowUp
from chorall.stats.scan_block import BlockScanner
from chorall.stats.scan_data import ScanCovariates, prepare_columns, prepare_scan_data
from chorall.stats.scan_input import MarkerMatrix, check_interaction, check_markers
from chorall.stats.scan_pack import Block, draw_pattern_keys, pack_block
from chorall.stats.scan_result import MarkerScan, ScanColumns, shape_scan
from chorall.stats.scan_settings import ScanSettings, check_block_size

Progress = Callable[[int, int], object]


def run_scan(
    markers: ArrayLike,
    endpoints: Mapping[str, FollowUp],
    *,
    covariates: ArrayLike | None,
    strata: ArrayLike | None,
    tested: ArrayLike | None,
    interaction: ArrayLike | None,
    settings: ScanSettings,
    block_size: int | None,
    progress: Progress | None,
) -> dict[str, MarkerScan]:
    """Check what endpoints share, prepare each, and scan; an endpoint's name may be empty."""
    n = len(next(iter(endpoints.values())).time)
    matrix = check_markers(markers, tested, n, settings.n_threads)
    modifier = check_interaction(interaction, n)
    if modifier.size and settings.saddlepoint:
        raise InputError(
            "`saddlepoint` is for the marker itself; with `interaction` every marker would need "
            "residuals of its own. Give one of them."
        )
    size = check_block_size(block_size, matrix.values.shape, settings)
    shared = prepare_columns(covariates, strata, modifier, n)
    scanners = {
        name: prepare_endpoint(name, follow_up, shared, settings)
        for name, follow_up in endpoints.items()
    }
    return scan_blocks(scanners, matrix, size, settings, progress)


def prepare_endpoint(
    name: str, follow_up: FollowUp, shared: ScanCovariates, settings: ScanSettings
) -> BlockScanner:
    """Return what scans one endpoint, or raise in the words of its name."""
    where = f"endpoint {name!r}: " if name else ""
    if not follow_up.event.any():
        raise InputError(
            f"{where}`event` is never True: without an event there is nothing to test."
        )
    try:
        return BlockScanner(prepare_scan_data(follow_up, shared), settings)
    except (InputError, ConvergenceError) as error:
        raise type(error)(f"{where}{error}") from error


class BlockReader:
    """Packs blocks of markers and scans each for every endpoint; threads may share it.

    Parameters
    ----------
    scanners : mapping of str to BlockScanner
        One for each endpoint.
    matrix : MarkerMatrix
        All markers.
    size : int
        Largest number of markers in a block.
    settings : ScanSettings
        How to treat them.
    """

    def __init__(
        self,
        scanners: Mapping[str, BlockScanner],
        matrix: MarkerMatrix,
        size: int,
        settings: ScanSettings,
    ) -> None:
        self.scanners = scanners
        self.matrix = matrix
        self.settings = settings
        n, m = matrix.values.shape
        follow_ups = [scanner.data.follow_up for scanner in scanners.values()]
        self.events = np.column_stack([follow_up.event for follow_up in follow_ups])
        self.keys = draw_pattern_keys(n)
        # one for each thread, written over block by block
        self.memory: SimpleQueue[Block] = SimpleQueue()
        for _ in range(settings.n_threads):
            self.memory.put(Block.allocate(-(-min(size, m) // LANES), n, len(scanners)))

    def scan(self, first: int, last: int) -> dict[str, ScanColumns]:
        """Return the results of markers first to last for each endpoint."""
        values = self.matrix.read_block(first, last)
        memory = self.memory.get()
        try:
            events = self.events.view(np.uint8)
            block = pack_block(values, events, self.keys, self.settings.width, memory)
            return {
                name: scanner.scan(block.choose_endpoint(place), values)
                for place, (name, scanner) in enumerate(self.scanners.items())
            }
        finally:
            self.memory.put(memory)


def scan_blocks(
    scanners: Mapping[str, BlockScanner],
    matrix: MarkerMatrix,
    size: int,
    settings: ScanSettings,
    progress: Progress | None,
) -> dict[str, MarkerScan]:
    """Share the blocks among threads, and put their results together in order."""
    m = matrix.values.shape[1]
    columns = {name: ScanColumns.allocate(m) for name in scanners}
    reader = BlockReader(scanners, matrix, size, settings)
    bounds = [(first, min(first + size, m)) for first in range(0, m, size)]
    # a thread takes the next block when it is ready: none waits for another
    with ThreadPoolExecutor(settings.n_threads) as pool:
        futures = [pool.submit(reader.scan, *bound) for bound in bounds]
        try:
            for (first, last), future in zip(bounds, futures, strict=True):
                for name, found in future.result().items():
                    columns[name].copy_from(found, first, last)
                if progress is not None:
                    progress(last, m)
        finally:
            # after an interruption: blocks that have not begun
            for future in futures:
                future.cancel()
    return {
        name: shape_scan(columns[name], len(scanner.nulls.fitted))
        for name, scanner in scanners.items()
    }
