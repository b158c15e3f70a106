"""Cox data in the order and on the scale in which the compiled passes read them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chorall.errors import InputError, raise_gathered
from chorall.stats._cox_rows import multiply_columns
from chorall.stats._cox_steps import index_steps
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Labels
from chorall.stats.checks import (
    FollowUp,
    add_bad_places,
    raise_problems,
    read_numbers,
)
from chorall.stats.cox_order import Positions, number_strata, scale_columns, sort_entries, sort_rows
from chorall.stats.number_arrays import LARGEST_NUMBER, is_out_of_range, read_array, uncover_masked

# a standard deviation below this part of the mean may be the rounding of a constant
ROUNDING_OF_MEAN = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class CoxData:
    """Follow-up and covariates, sorted by stratum and, within it, by descending time.

    Attributes
    ----------
    x : ndarray of shape (n, p)
        Covariates less their mean, over their standard deviation.
    centre, scale : ndarray of shape (p,)
        The means and standard deviations.
    time, weights, offset, entry_time : ndarray of shape (n,)
        As given, sorted; `entry_time` has shape (0,) without delayed entry.
    event : ndarray of bool, shape (n,)
        As given, sorted.
    strata : ndarray of shape (n_strata,)
        Labels of the strata, sorted; one None without strata.
    stratum_bounds : ndarray of shape (n_strata + 1,)
        Where each stratum starts, and n.
    entry_order : ndarray of shape (n,)
        Rows by stratum and descending entry time; shape (0,) without delayed entry.
    order : ndarray of shape (n,)
        Position among the arguments of each row.
    first_step, end_step : ndarray of shape (n,)
        First step (event, in the order of the rows) that each row is at risk at, and the first
        that it is not at risk at any more; that one has shape (0,) without delayed entry, when
        all stay to the last step of their stratum.
    fraction, step_weight : ndarray of shape (d,)
        Part of the hazard of each step that Efron's rule spares the tied; their mean weight.
    """

    x: Floats
    centre: Floats
    scale: Floats
    time: Floats
    event: Booleans
    weights: Floats
    offset: Floats
    entry_time: Floats
    strata: Labels
    stratum_bounds: Positions
    entry_order: Positions
    order: Positions
    first_step: Positions
    end_step: Positions
    fraction: Floats
    step_weight: Floats

    @property
    def mean_weight(self) -> float:
        """Mean weight, the unit in which gains of the log-likelihood are judged."""
        return float(self.weights.mean())

    @property
    def row_stratum(self) -> Positions:
        """Number of the stratum of each row."""
        return np.repeat(np.arange(len(self.strata)), np.diff(self.stratum_bounds))

    def find_linear_predictor(self, coefficients: Floats) -> Floats:
        """Return x b plus the offset."""
        return multiply_columns(self.x, np.ascontiguousarray(coefficients), self.offset)


def check_covariates(x: ArrayLike, n: int, name: str = "x") -> Floats:
    """Return covariates as float64 of shape (n, p), all finite, or raise."""
    values = uncover_masked(x)
    if values.ndim != 2:
        raise InputError(
            f"`{name}` must have one row per patient and one column per covariate, but has shape "
            f"{values.shape}. For a single covariate give {name}[:, None]."
        )
    if len(values) != n:
        raise InputError(f"`{name}` has {len(values)} rows, but `time` has {n}. Give one each.")
    numbers = read_array(values, name)
    with np.errstate(over="ignore", invalid="ignore"):
        # one pass without a mask: only a sum of squares that is not small is looked into
        suspicious = not np.einsum("ij,ij->", numbers, numbers) < LARGEST_NUMBER
    if suspicious:
        check_every_column(numbers, name)
    return numbers


def check_every_column(numbers: Floats, name: str) -> None:
    """Raise an InputError that names columns with missing, infinite or enormous entries."""
    problems: list[str] = []
    out = is_out_of_range(numbers)
    for column in np.flatnonzero((out | ~np.isfinite(numbers)).any(axis=0)):
        place = f"{name}[:, {column}]"
        bad = ~np.isfinite(numbers[:, column])
        add_bad_places(problems, place, bad, "missing or infinite")
        fault = f"beyond {LARGEST_NUMBER:g} (give another unit)"
        add_bad_places(problems, place, out[:, column], fault)
    raise_problems(problems)


def check_offset(offset: ArrayLike | None, n: int) -> Floats:
    """Return the offset as float64 of shape (n,), all finite; 0 without one."""
    if offset is None:
        return np.zeros(n)
    problems: list[str] = []
    values = read_numbers(offset, "offset", problems)
    if not problems and len(values) != n:
        problems.append(f"`offset` has {len(values)} entries, but `time` has {n}")
    add_bad_places(problems, "offset", ~np.isfinite(values), "missing or infinite")
    raise_problems(problems)
    return values


def check_not_constant(x: Floats, columns: Positions | None = None) -> None:
    """Raise when one of the columns (without `columns`: any) holds one value only."""
    asked = np.arange(x.shape[1]) if columns is None else columns
    constant = asked[np.ptp(x[:, asked], axis=0) == 0] if len(x) else asked
    raise_gathered(
        InputError,
        "`x` has columns without a hazard ratio",
        [f"column {column} is constant" for column in constant],
        "Columns count from 0. Leave these out.",
    )


def list_suspects(x: Floats, centre: Floats, scale: Floats) -> Positions:
    """Return the columns that vary so little, or not at all, that they may be constant."""
    little = scale <= ROUNDING_OF_MEAN * np.abs(centre)
    # a column without any spread keeps its scale of exactly 1
    unscaled = np.flatnonzero(scale == 1)
    little[unscaled] |= ~x[:, unscaled].any(axis=0)
    return np.flatnonzero(little)


def prepare_cox_data(
    x: Floats,
    follow_up: FollowUp,
    strata: ArrayLike | None,
    weights: Floats | None,
    *,
    offset: Floats | None = None,
    efron: bool = True,
) -> CoxData:
    """Sort and scale checked arguments."""
    n = len(follow_up.time)
    labels, codes = number_strata(strata, n)
    order = sort_rows(-follow_up.time, codes, len(labels))
    case_weights = np.ones(n) if weights is None else weights[order]
    scaled, centre, scale = scale_columns(x, order, case_weights)
    time, event = follow_up.time[order], follow_up.event[order]
    bounds = np.concatenate([[0], np.cumsum(np.bincount(codes))]).astype(np.intp)
    entry_time, entry_order = sort_entries(follow_up.entry_time, codes, order, len(labels))
    first_step, end_step, fraction, step_weight = index_steps(
        time, event.view(np.uint8), case_weights, bounds, entry_time, entry_order, efron
    )
    return CoxData(
        x=scaled,
        centre=centre,
        scale=scale,
        time=time,
        event=event,
        weights=case_weights,
        offset=np.zeros(n) if offset is None else offset[order],
        entry_time=entry_time,
        strata=labels,
        stratum_bounds=bounds,
        entry_order=entry_order,
        order=order,
        first_step=first_step,
        end_step=end_step,
        fraction=fraction,
        step_weight=step_weight,
    )
