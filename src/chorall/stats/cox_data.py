"""Cox data in the order and on the scale in which the compiled sweep reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered
from chorall.stats._cox import sweep_risk_sets
from chorall.stats.arrays import ArrayLike, Booleans, Floats, Integers, Labels
from chorall.stats.checks import FollowUp, add_bad_places, check_labels, raise_problems

NO_STEPS = np.empty((0, 0))


@dataclass(frozen=True, slots=True, eq=False)
class CoxData:
    """Follow-up and covariates, sorted by stratum and, within it, by descending time.

    Attributes
    ----------
    x : ndarray of shape (n, p)
        Covariates less their mean, over their standard deviation.
    scale : ndarray of shape (p,)
        The standard deviations.
    time, weights, entry_time : ndarray of shape (n,)
        As given, sorted; `entry_time` has shape (0,) without delayed entry.
    event : ndarray of bool, shape (n,)
        As given, sorted.
    stratum_bounds : ndarray of shape (n_strata + 1,)
        Where each stratum starts, and n.
    entry_order : ndarray of shape (n,)
        Rows by stratum and descending entry time; shape (0,) without delayed entry.
    order : ndarray of shape (n,)
        Position among the arguments of each row.
    """

    x: Floats
    scale: Floats
    time: Floats
    event: Booleans
    weights: Floats
    entry_time: Floats
    stratum_bounds: NDArray[np.intp]
    entry_order: NDArray[np.intp]
    order: Integers

    @property
    def mean_weight(self) -> float:
        """Mean weight, the unit in which gains of the log-likelihood are judged."""
        return float(self.weights.mean())

    def sweep(
        self, coefficients: Floats, *, efron: bool, steps: Floats = NO_STEPS
    ) -> tuple[float, Floats, Floats]:
        """Return log-likelihood, gradient and information at scaled coefficients."""
        return sweep_risk_sets(
            self.x, self.find_linear_predictor(coefficients), self.time,
            self.event.view(np.uint8), self.weights, self.stratum_bounds,
            self.entry_time, self.entry_order, efron, steps,
        )  # fmt: skip

    def find_linear_predictor(self, coefficients: Floats) -> Floats:
        """Return x b less its largest value in the stratum, so that its exponential is finite."""
        predictor = self.x @ coefficients
        largest = np.maximum.reduceat(predictor, self.stratum_bounds[:-1])
        return np.asarray(predictor - np.repeat(largest, np.diff(self.stratum_bounds)))


def check_covariates(x: ArrayLike, n: int) -> Floats:
    """Return covariates as float64 of shape (n, p), all finite, or raise."""
    values = np.ma.filled(x, np.nan) if isinstance(x, np.ma.MaskedArray) else np.asarray(x)
    if values.ndim != 2:
        raise InputError(
            f"`x` must have one row per patient and one column per covariate, but has shape "
            f"{values.shape}. For a single covariate give x[:, None]."
        )
    if len(values) != n:
        raise InputError(f"`x` has {len(values)} rows, but `time` has {n}. Give one per patient.")
    try:
        numbers = values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"`x` must hold numbers, but holds {values.dtype} ({error}).") from error
    problems: list[str] = []
    for column in np.flatnonzero(~np.isfinite(numbers).all(axis=0)):
        bad = ~np.isfinite(numbers[:, column])
        add_bad_places(problems, f"x[:, {column}]", bad, "missing or infinite")
    raise_problems(problems)
    return numbers


def check_not_constant(x: Floats) -> None:
    """Raise when a column holds one value only."""
    constant = np.flatnonzero(x.max(axis=0) == x.min(axis=0))
    problems = [f"column {column} is constant" for column in constant]
    heading = "`x` has columns without a hazard ratio"
    raise_gathered(InputError, heading, problems, "Columns count from 0. Leave these out.")


def prepare_cox_data(
    x: Floats, follow_up: FollowUp, strata: ArrayLike | None, weights: Floats | None
) -> CoxData:
    """Sort and scale checked arguments."""
    n = len(follow_up.time)
    codes = np.zeros(n, np.int64) if strata is None else check_labels(strata, n, "strata")[1]
    order = np.lexsort((-follow_up.time, codes))
    case_weights = np.ones(n) if weights is None else weights
    centred = x - np.average(x, axis=0, weights=case_weights)
    scale = np.sqrt(np.average(centred**2, axis=0, weights=case_weights))
    # a constant column is refused unless a ridge holds it at 0
    scale = np.where(scale > 0, scale, 1.0)
    entry_time, entry_order = sort_entries(follow_up.entry_time, codes, order)
    return CoxData(
        x=np.ascontiguousarray((centred / scale)[order]),
        scale=scale,
        time=follow_up.time[order],
        event=follow_up.event[order],
        weights=case_weights[order],
        entry_time=entry_time,
        stratum_bounds=np.concatenate([[0], np.cumsum(np.bincount(codes))]).astype(np.intp),
        entry_order=entry_order,
        order=order.astype(np.int64),
    )


def sort_entries(
    entry_time: Floats | None, codes: Integers, order: Labels
) -> tuple[Floats, NDArray[np.intp]]:
    """Return entry times in data order, and the rows by stratum and descending entry time."""
    if entry_time is None:
        return np.empty(0), np.empty(0, dtype=np.intp)
    sorted_entries = entry_time[order]
    return sorted_entries, np.lexsort((-sorted_entries, codes[order])).astype(np.intp)
