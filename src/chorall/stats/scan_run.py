"""Markers block by block, each block for every endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
    size = check_block_size(block_size, n, score_only=settings.score_only)
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


def scan_blocks(
    scanners: Mapping[str, BlockScanner],
    matrix: MarkerMatrix,
    size: int,
    settings: ScanSettings,
    progress: Progress | None,
) -> dict[str, MarkerScan]:
    """Pack each block once, in the same memory, and scan it for every endpoint."""
    n, m = matrix.values.shape
    columns = {name: ScanColumns.allocate(m) for name in scanners}
    events = np.column_stack([scanner.data.follow_up.event for scanner in scanners.values()])
    keys = draw_pattern_keys(n)
    memory = Block.allocate(-(-min(size, m) // LANES), n, len(scanners))
    for first in range(0, m, size):
        last = min(first + size, m)
        values = matrix.read_block(first, last)
        block = pack_block(values, events.view(np.uint8), keys, settings, memory)
        for place, (name, scanner) in enumerate(scanners.items()):
            found = scanner.scan(block.choose_endpoint(place), values)
            columns[name].copy_from(found, first, last)
        if progress is not None:
            progress(last, m)
    return {
        name: shape_scan(columns[name], len(scanner.nulls.fitted))
        for name, scanner in scanners.items()
    }
