"""How many patients show that less treatment is not worse by more than a margin."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from chorall.analyses.planning.checks import (
    find_no_fractions,
    find_too_small,
    list_values,
    refuse_plan,
)
from chorall.analyses.planning.non_inferiority_simulation import simulate_non_inferiority
from chorall.analyses.planning.result import PlanRow, StudyPlan
from chorall.errors import InputError

CURVE_POINTS = 41


def plan_non_inferiority_study(
    *,
    success: float | Sequence[float] = 0.95,
    margin: float | Sequence[float] = 0.04,
    true_difference: float = 0.0,
    power: float = 0.8,
    alpha: float = 0.05,
    followed_fraction: float = 1.0,
    simulations: int = 1000,
    seed: int = 1,
) -> StudyPlan:
    """Plan a randomised trial of less treatment on the absolute k-year scale.

    Parameters
    ----------
    success : float or sequence of float
        k-year survival without the event under standard treatment.
    margin : float or sequence of float
        Largest loss that is accepted, as a fraction: 0.04 for four percentage points.
    true_difference : float
        True survival with less treatment minus standard; below 0 for a real loss.
    power : float
        Wanted power.
    alpha : float
        One-sided level.
    followed_fraction : float
        Share of the patients followed to k years or to the event; the numbers are divided by it.
    simulations : int
        Simulated trials that check the number by Kaplan-Meier; 0 for none.
    seed : int
        Of the simulation.

    Returns
    -------
    StudyPlan
        Rows: success, margin, n_per_arm (to the nearest patient), n_patients (both arms), power
        (of the formula at `n_per_arm`), simulated_power and simulated_power_error (one standard
        error; null without simulation).

    Raises
    ------
    InputError
        If a number cannot be used, or the true loss is not smaller than the margin.

    Notes
    -----
    ``n = (z[1 - alpha] + z[power])**2 (p1 (1 - p1) + p2 (1 - p2)) / (margin + difference)**2`` per
    arm (Blackwelder 1982). R: ``TrialSize::TwoSampleProportion.NIS``.

    References
    ----------
    Blackwelder WC (1982). doi:10.1016/0197-2456(82)90024-1
    """
    chances, margins = list_values(success), list_values(margin)
    refuse_plan(
        find_no_fractions({"success": chances, "margin": margins, "power": power, "alpha": alpha}),
        find_no_fractions({"followed_fraction": followed_fraction}, closed="1"),
        find_too_small({"simulations": (simulations, 0)}),
    )
    _check_difference(chances, margins, true_difference)
    rows: list[PlanRow] = []
    for chance in chances:
        for allowed in margins:
            evaluable = count_per_arm(chance, allowed, true_difference, power, alpha)
            checked = simulate_non_inferiority(
                evaluable, chance, chance + true_difference, allowed, alpha, simulations, seed
            )
            rows.append(
                {
                    "success": chance,
                    "margin": allowed,
                    "n_per_arm": round(evaluable / followed_fraction),
                    "n_patients": 2 * round(evaluable / followed_fraction),
                    "power": find_power(evaluable, chance, allowed, true_difference, alpha),
                    "simulated_power": checked[0],
                    "simulated_power_error": checked[1],
                }
            )
    return StudyPlan(
        analysis="plan-study",
        question="non-inferiority",
        rows=pl.DataFrame(rows, infer_schema_length=None),
        curve=_draw_curve(rows, true_difference, alpha, followed_fraction),
        x_label="Patients per arm",
        y_label="Power",
        goal=power,
        statement=_state(rows[0], power, alpha),
    )


def count_per_arm(
    success: float, margin: float, difference: float, power: float, alpha: float
) -> int:
    """Return the patients of each arm, to the nearest patient as published plans do."""
    z = float(ndtri(1 - alpha) + ndtri(power))
    return round(z**2 * _spread(success, difference) / (margin + difference) ** 2)


def find_power(n: float, success: float, margin: float, difference: float, alpha: float) -> float:
    """Return the power of the formula with `n` patients in each arm."""
    error = math.sqrt(_spread(success, difference) / n)
    return float(ndtr((margin + difference) / error - ndtri(1 - alpha)))


def _spread(success: float, difference: float) -> float:
    other = success + difference
    return success * (1 - success) + other * (1 - other)


def _check_difference(chances: list[float], margins: list[float], difference: float) -> None:
    if not -min(margins) < difference:
        raise InputError(
            f"`true_difference` is {difference:g}, a loss not smaller than the margin of "
            f"{min(margins):g}: such a treatment is inferior, and no trial should show otherwise."
        )
    if not all(0 < chance + difference < 1 for chance in chances):
        raise InputError("`success` + `true_difference` must lie between 0 and 1.")


def _draw_curve(
    rows: list[PlanRow], difference: float, alpha: float, followed: float
) -> pl.DataFrame:
    most = 2 * max(row["n_per_arm"] for row in rows)
    sizes = np.linspace(most / CURVE_POINTS, most, CURVE_POINTS).round()
    return pl.DataFrame(
        [
            {
                "line": f"{row['success']:.0%} event-free, margin {row['margin']:.1%}",
                "x": float(n),
                "y": find_power(n * followed, row["success"], row["margin"], difference, alpha),
            }
            for row in rows
            for n in sizes
        ]
    )


def _state(row: PlanRow, power: float, alpha: float) -> str:
    return (
        f"{row['n_per_arm']} patients per arm show with a power of {power:.0%} that less treatment "
        f"is not worse by more than {row['margin']:.1%} (one-sided level {alpha:g}), if "
        f"{row['success']:.0%} are event-free under standard treatment."
    )
