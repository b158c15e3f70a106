"""The Cox likelihood in one pass, for large data some strata in each of several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import numpy as np

from chorall.stats._cox import MOST_PASS_COLUMNS, multiply_columns, pass_few_columns
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


def evaluate_in_one_pass(data: CoxData, coefficients: Floats) -> Derivatives | None:
    """Return log-likelihood, gradient and information, or None where one pass cannot.

    It is for few columns without delayed entry, and for predictors that lie close together.
    """
    if not 0 < data.x.shape[1] <= MOST_PASS_COLUMNS or data.entry_time.size:
        return None
    bounds = split_strata(data)
    if len(bounds) == 2:
        return evaluate_part(data, coefficients, 0, len(data.strata))
    # the parts depend on the data alone: the sums are the same on any number of cores
    with ThreadPoolExecutor(min(count_cores(), len(bounds) - 1)) as pool:
        found = list(
            pool.map(
                lambda first, last: evaluate_part(data, coefficients, first, last),
                bounds[:-1],
                bounds[1:],
            )
        )
    return add_parts(found)


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


def evaluate_part(data: CoxData, coefficients: Floats, first: int, last: int) -> Derivatives | None:
    """Evaluate strata `first` to before `last`; None where predictors lie too far apart."""
    bounds = data.stratum_bounds[first : last + 1]
    rows = slice(bounds[0], bounds[-1])
    n_steps = len(data.fraction)
    # the first row of a stratum may see all of its steps
    first_step, end = (
        int(data.first_step[row]) if row < len(data.time) else n_steps
        for row in (bounds[0], bounds[-1])
    )
    x, weights = data.x[rows], data.weights[rows]
    predictor = multiply_columns(x, np.ascontiguousarray(coefficients), data.offset[rows])
    largest = predictor.max()
    if not largest - predictor.min() <= WIDEST_PREDICTORS:
        return None
    predictor -= largest
    return pass_few_columns(
        x, predictor, data.time[rows], data.event[rows].view(np.uint8), weights,
        bounds, data.first_step[rows], data.fraction[first_step:end],
        data.step_weight[first_step:end], first_step,
    )  # fmt: skip
