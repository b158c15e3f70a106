"""How many patients show that at most x % of a low-risk group relapse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrik, betaincinv, ndtri

from chorall.analyses.planning.checks import find_no_fractions, list_values, refuse_plan
from chorall.analyses.planning.result import PlanRow, StudyPlan
from chorall.errors import InputError

MOST_PATIENTS = 100_000
LEAST_PATIENTS = 20
CURVE_POINTS = 60

Sizes: TypeAlias = NDArray[Any]


def plan_low_risk_study(
    *,
    bound: float = 0.05,
    rate: float | Sequence[float] = (0.0, 0.01, 0.02, 0.03),
    conf_level: float = 0.975,
    power: float = 0.8,
    followed_fraction: float = 1.0,
) -> StudyPlan:
    """Plan a study that should show that relapse is at most `bound` in a low-risk group.

    Parameters
    ----------
    bound : float
        The upper limit of the k-year relapse must not be above it.
    rate : float or sequence of float
        k-year relapse: as observed for `n_patients`, as true for `n_patients_with_power`.
    conf_level : float
        One-sided level of the upper limit; 0.975 is the upper end of a two-sided 95 % interval.
    power : float
        Probability of success if `rate` is the truth.
    followed_fraction : float
        Share of the patients followed to k years or to relapse. The numbers are divided by it: a
        patient lost before counts as if never seen, which is the careful side.

    Returns
    -------
    StudyPlan
        Rows: rate, bound, n_patients (from this size on, `rate` observed keeps the limit at or
        below `bound`), n_relapses (at that size), upper (limit at that size),
        n_patients_with_power (from this size on, the limit stays at or below `bound` with
        probability `power`; the exact binomial distribution).

    Raises
    ------
    InputError
        If a rate is not below `bound`, or more than 100,000 patients would be needed.

    Notes
    -----
    Clopper-Pearson. R: ``binom.test(x, n, conf.level = 0.95)$conf.int[2]``. Since relapses are
    whole numbers, the limit saws up and down as patients are added: "from this size on" means
    that it does not come above `bound` again.

    References
    ----------
    Clopper CJ, Pearson ES (1934). doi:10.1093/biomet/26.4.404
    """
    rates = list_values(rate)
    levels: dict[str, float | Sequence[float]] = {
        "bound": bound, "conf_level": conf_level, "power": power
    }  # fmt: skip
    refuse_plan(
        find_no_fractions(levels),
        find_no_fractions({"rate": rates}, closed="0"),
        find_no_fractions({"followed_fraction": followed_fraction}, closed="1"),
    )
    _check_below(rates, bound)
    rows = [_plan_row(one, bound, conf_level, power, followed_fraction) for one in rates]
    return StudyPlan(
        analysis="plan-study",
        question="low-risk",
        rows=pl.DataFrame(rows),
        curve=_draw_curve(rates, rows, conf_level, followed_fraction),
        x_label="Patients",
        y_label="Upper limit of relapse",
        goal=bound,
        statement=_state(rows[0], conf_level, power),
    )


def find_upper(n_relapses: float, n: float, conf_level: float) -> float:
    """Return the one-sided Clopper-Pearson upper limit."""
    if n_relapses >= n:
        return 1.0
    return float(betaincinv(n_relapses + 1, n - n_relapses, conf_level))


def count_patients(rate: float, bound: float, conf_level: float) -> int:
    """Return the size from which on an observed `rate` keeps the upper limit within `bound`."""
    sizes = np.arange(LEAST_PATIENTS, _most(rate, bound, conf_level) + 1)
    relapses = np.round(rate * sizes)
    upper = betaincinv(relapses + 1, sizes - relapses, conf_level)
    return _first_for_good(sizes, upper <= bound)


def count_patients_with_power(rate: float, bound: float, conf_level: float, power: float) -> int:
    """Return the size from which on the limit stays within `bound` with probability `power`."""
    sizes = np.arange(LEAST_PATIENTS, 2 * _most(rate, bound, conf_level, power) + 1)
    most_allowed = count_allowed(sizes, bound, conf_level)
    reached = np.where(most_allowed >= 0, bdtr(np.maximum(most_allowed, 0), sizes, rate), 0.0)
    return _first_for_good(sizes, reached >= power)


def count_allowed(sizes: Sizes, bound: float, conf_level: float) -> Sizes:
    """Return the most relapses that keep the limit within `bound`, -1 where even none does not.

    The limit of k relapses lies within `bound` where k or fewer have a probability of at most
    1 - `conf_level` if `bound` is the truth.
    """
    tail = 1 - conf_level
    most = np.floor(bdtrik(tail, sizes, bound))  # NaN where even none is likelier than the tail
    most = np.where(np.isnan(most), -1, most)
    # The inverse is exact to rounding only: step back where it landed just above.
    return np.asarray(np.where((most >= 0) & (bdtr(most, sizes, bound) > tail), most - 1, most))


def _most(rate: float, bound: float, conf_level: float, power: float = 0.5) -> int:
    """Return a size that is surely enough: three times the normal approximation, and some."""
    z = float(ndtri(conf_level)) + max(float(ndtri(power)), 0.0)
    likely = z**2 * bound * (1 - bound) / (bound - rate) ** 2
    most = math.ceil(3 * likely + 10 / bound)
    if most > 3 * MOST_PATIENTS:
        raise InputError(
            f"`rate` {rate:g} is so close to `bound` {bound:g} that more than "
            f"{MOST_PATIENTS:,} patients would be needed."
        )
    return most


def _first_for_good(sizes: Sizes, good: NDArray[np.bool_]) -> int:
    bad = np.flatnonzero(~good)
    return int(sizes[bad[-1] + 1 if bad.size else 0])


def _plan_row(
    rate: float, bound: float, conf_level: float, power: float, followed: float
) -> PlanRow:
    evaluable = count_patients(rate, bound, conf_level)
    n_relapses = round(rate * evaluable)
    with_power = count_patients_with_power(rate, bound, conf_level, power)
    return {
        "rate": rate,
        "bound": bound,
        "n_patients": math.ceil(evaluable / followed),
        "n_relapses": n_relapses,
        "upper": find_upper(n_relapses, evaluable, conf_level),
        "n_patients_with_power": math.ceil(with_power / followed),
    }


def _check_below(rates: list[float], bound: float) -> None:
    wrong = [rate for rate in rates if rate >= bound]
    if wrong:
        raise InputError(
            f"`rate` is {wrong[0]:g}, not below `bound` {bound:g}: no number of patients can show "
            "that relapse is rarer than it is."
        )


def _draw_curve(
    rates: list[float], rows: list[PlanRow], conf_level: float, followed: float
) -> pl.DataFrame:
    most = 1.5 * max(row["n_patients"] for row in rows)
    sizes = np.linspace(LEAST_PATIENTS, most, CURVE_POINTS).round()
    return pl.DataFrame(
        [
            {
                "line": f"{rate:.1%} relapse observed",
                "x": float(n),
                "y": find_upper(float(rate * n * followed), float(n * followed), conf_level),
            }
            for rate in rates
            for n in sizes
        ]
    )


def _state(row: PlanRow, conf_level: float, power: float) -> str:
    return (
        f"With {row['rate']:.1%} relapse observed, {row['n_patients']:.0f} patients "
        f"({row['n_relapses']:.0f} relapses) put the {conf_level:.1%} upper limit at "
        f"{row['upper']:.2%}, within {row['bound']:.1%}; {row['n_patients_with_power']:.0f} "
        f"patients do so with probability {power:.0%} if that is the true rate."
    )
