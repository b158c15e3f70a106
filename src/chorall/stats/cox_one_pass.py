"""The Cox likelihood in one pass, for large data some strata in each of several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from chorall.stats._cox_few import MOST_PASS_COLUMNS, count_room, pass_few_columns
from chorall.stats._cox_rows import add_products
from chorall.stats.arrays import Floats
from chorall.stats.cox_data import CoxData
from chorall.stats.task_runner import count_cores

# rows of a part: beside their passes the start of a thread does not show
ROWS_OF_PART = 25_000
MOST_PARTS = 4
# With predictors no further apart, risks relative to the largest can be squared and inverted, times
# any weight: sums need not be scaled anew as the pass goes on.
WIDEST_PREDICTORS = 100.0

Derivatives: TypeAlias = tuple[float, Floats, Floats]


@dataclass(frozen=True, slots=True)
class Part:
    """Whole strata of the data, and where in the room for all parts theirs begins.

    `strata`, `rows` and `steps` are slices of what the data hold; `room` starts with the linear
    predictor of the rows.
    """

    strata: slice
    rows: slice
    steps: slice
    room: slice


def evaluate_in_one_pass(data: CoxData, coefficients: Floats) -> Derivatives | None:
    """Return log-likelihood, gradient and information, or None where one pass cannot.

    It is for few columns, and for predictors that lie close together.
    """
    if not 0 < data.x.shape[1] <= MOST_PASS_COLUMNS:
        return None
    parts = list_parts(data)
    # taken here: what threads take they keep for themselves
    room = np.empty(parts[-1].room.stop)
    flat = np.ascontiguousarray(coefficients)
    if len(parts) == 1:
        return evaluate_part(data, flat, parts[0], room)
    # the parts depend on the data alone: the sums are the same on any number of cores
    with ThreadPoolExecutor(min(count_cores(), len(parts))) as pool:
        return add_parts(list(pool.map(lambda part: evaluate_part(data, flat, part, room), parts)))


def list_parts(data: CoxData) -> list[Part]:
    """Cut the data into parts of about equal size."""
    parts: list[Part] = []
    taken = 0
    for first, last in pairwise(split_strata(data)):
        start, stop = (int(row) for row in data.stratum_bounds[[first, last]])
        # the first row of a stratum may see all of its steps
        step, end = (
            int(data.first_step[row]) if row < len(data.time) else len(data.fraction)
            for row in (start, stop)
        )
        n_rows = stop - start
        is_late = data.entry_time.size > 0
        needed = n_rows + count_room(n_rows, end - step, data.x.shape[1], is_late)
        parts.append(
            Part(
                slice(first, last), slice(start, stop), slice(step, end),
                slice(taken, taken + needed),
            )
        )  # fmt: skip
        taken += needed
    return parts


def split_strata(data: CoxData) -> list[int]:
    """Return the numbers of the strata with which parts of about equal size begin, and the end."""
    n, n_strata = len(data.time), len(data.strata)
    n_parts = min(n // ROWS_OF_PART, MOST_PARTS, n_strata)
    if n_parts < 2:
        return [0, n_strata]
    wanted = np.arange(1, n_parts) * n / n_parts
    starts = np.abs(data.stratum_bounds[:, None] - wanted).argmin(axis=0)
    # a resample may have strata without patients: no part may consist of them
    inside = [int(i) for i in starts if 0 < data.stratum_bounds[i] < n]
    return sorted({0, *inside, n_strata})


def add_parts(found: list[Derivatives | None]) -> Derivatives | None:
    """Return the sums over all parts, or None where one of them cannot be had."""
    parts = [part for part in found if part is not None]
    if len(parts) < len(found):
        return None
    log_likelihoods, gradients, informations = zip(*parts, strict=True)
    return sum(log_likelihoods), np.sum(gradients, axis=0), np.sum(informations, axis=0)


def evaluate_part(
    data: CoxData, coefficients: Floats, part: Part, room: Floats
) -> Derivatives | None:
    """Evaluate some strata; None where predictors lie too far apart."""
    rows, steps = part.rows, part.steps
    x, cells = data.x[rows], room[part.room]
    predictor = cells[: len(x)]
    np.copyto(predictor, data.offset[rows])
    add_products(x, coefficients, predictor)
    largest = predictor.max()
    if not largest - predictor.min() <= WIDEST_PREDICTORS:
        return None
    predictor -= largest
    return pass_few_columns(
        x, predictor, data.time[rows], data.event[rows].view(np.uint8), data.weights[rows],
        data.stratum_bounds[part.strata.start : part.strata.stop + 1], data.first_step[rows],
        data.fraction[steps], data.step_weight[steps], steps.start, data.entry_time[rows],
        data.entry_order[rows], data.end_step[rows], cells[len(x) :],
    )  # fmt: skip
