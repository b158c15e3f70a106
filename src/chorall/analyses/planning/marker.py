"""How many events, patients and trials find a marker of given frequency and hazard ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.special import nctdtr, ndtr, ndtri, stdtrit

from chorall.analyses.planning.checks import (
    find_no_fractions,
    find_too_small,
    list_values,
    refuse_plan,
)
from chorall.analyses.planning.marker_simulation import simulate_power
from chorall.analyses.planning.result import PlanRow, StudyPlan
from chorall.errors import InputError

MOST_TRIALS = 200
CURVE_POINTS = 41


def plan_marker_study(
    *,
    frequency: float | Sequence[float] = 0.1,
    hazard_ratio: float | Sequence[float] = 2.0,
    event_fraction: float = 0.4,
    power: float = 0.8,
    alpha: float = 0.05,
    n_markers: int = 1,
    tested_fraction: float = 1.0,
    r_squared: float = 0.0,
    tau: float = 0.0,
    events_per_trial: int = 60,
    simulations: int = 1000,
    seed: int = 1,
) -> StudyPlan:
    """Plan a study that should find a marker of prognosis.

    Parameters
    ----------
    frequency : float or sequence of float
        Share of carriers among the tested.
    hazard_ratio : float or sequence of float
        Carriers against the others; not 1.
    event_fraction : float
        Share of all patients with an observed event by the end of the study.
    power, alpha : float
        Wanted power; two-sided level for one marker.
    n_markers : int
        Markers scanned; `alpha` is divided by it (Bonferroni), which bounds any other procedure.
    tested_fraction : float
        Share of the patients who are tested for the marker.
    r_squared : float
        Share of the marker's variance that the covariates explain (Hsieh and Lavori).
    tau : float
        Standard deviation of the log hazard ratio between trials; 0 for the same in all.
    events_per_trial : int
        Events among the tested of one trial; only used with `tau`.
    simulations : int
        Simulated studies that check the formula at the planned size; 0 for none.
    seed : int
        Of the simulation.

    Returns
    -------
    StudyPlan
        Rows: frequency, hazard_ratio, n_events, n_carriers, n_patients (all, tested or not),
        n_trials (of `events_per_trial` events each, for a random-effects pooled estimate with
        Hartung-Knapp limits; null without `tau`),
        simulated_power, simulated_power_error (one standard error; null without simulation).

    Raises
    ------
    InputError
        If a number cannot be used.

    Notes
    -----
    Events: ``(z[1 - alpha/2] + z[power])**2 / (p (1 - p) log(HR)**2 (1 - R2))`` (Schoenfeld 1983,
    Hsieh and Lavori 2000), an approximation for hazard ratios near 1 and enough carriers; hence the
    simulation beside it. R: ``powerSurvEpi::ssizeEpi.default``.

    References
    ----------
    Schoenfeld DA (1983). doi:10.2307/2531021
    Hsieh FY, Lavori PW (2000). doi:10.1016/S0197-2456(00)00104-5
    """
    frequencies, ratios = list_values(frequency), list_values(hazard_ratio)
    counts = {"n_markers": (n_markers, 1), "events_per_trial": (events_per_trial, 1)}
    refuse_plan(
        find_no_fractions({"frequency": frequencies, "power": power, "alpha": alpha}),
        find_no_fractions(
            {"event_fraction": event_fraction, "tested_fraction": tested_fraction}, closed="1"
        ),
        find_no_fractions({"r_squared": r_squared}, closed="0"),
        _find_impossible(ratios),
        find_too_small(counts | {"tau": (tau, 0), "simulations": (simulations, 0)}),
    )
    level = alpha / n_markers
    rows: list[PlanRow] = []
    for share in frequencies:
        for ratio in ratios:
            n_events = count_events(share, ratio, power=power, alpha=level, r_squared=r_squared)
            n_tested = math.ceil(n_events / event_fraction)
            row: PlanRow = {
                "frequency": share,
                "hazard_ratio": ratio,
                "n_events": n_events,
                "n_carriers": math.ceil(n_tested * share),
                "n_patients": math.ceil(n_tested / tested_fraction),
                "n_trials": count_trials(
                    events_per_trial, share, ratio, tau, power=power, alpha=level
                ),
            }
            checked = simulate_power(
                n_tested, share, ratio, event_fraction, level, simulations, seed
            )
            rows.append(row | {"simulated_power": checked[0], "simulated_power_error": checked[1]})
    return StudyPlan(
        analysis="plan-study",
        question="marker",
        rows=pl.DataFrame(rows, infer_schema_length=None),
        warnings=_warn(rows, power, r_squared),
        curve=_draw_curve(rows, event_fraction * tested_fraction, level, r_squared),
        x_label="Patients",
        y_label="Power",
        goal=power,
        statement=_state(rows[0], power, level, event_fraction, tested_fraction),
    )


def count_events(
    frequency: float, hazard_ratio: float, *, power: float, alpha: float, r_squared: float = 0.0
) -> int:
    """Return the events that give the wanted power, rounded up."""
    z = float(ndtri(1 - alpha / 2) + ndtri(power))
    spread = frequency * (1 - frequency) * math.log(hazard_ratio) ** 2 * (1 - r_squared)
    return math.ceil(z**2 / spread - 1e-9)


def find_power(
    n_events: float, frequency: float, hazard_ratio: float, alpha: float, r_squared: float = 0.0
) -> float:
    """Return the power of the Wald test with so many events; the wrong tail does not count."""
    spread = n_events * frequency * (1 - frequency) * (1 - r_squared)
    return float(ndtr(math.sqrt(spread) * abs(math.log(hazard_ratio)) - ndtri(1 - alpha / 2)))


def count_trials(
    events_per_trial: int,
    frequency: float,
    hazard_ratio: float,
    tau: float,
    *,
    power: float,
    alpha: float,
) -> int | None:
    """Return the trials needed where effects differ between trials, None where they do not.

    With d events in each of k trials the pooled estimate has the variance
    ``(tau**2 + 1 / (d p (1 - p))) / k`` and is tested with k - 1 degrees of freedom
    (Hartung-Knapp); the power is that of the noncentral t distribution.

    Raises
    ------
    InputError
        If even 200 trials do not suffice.
    """
    if tau == 0:
        return None
    within = 1 / (events_per_trial * frequency * (1 - frequency))
    for k in range(2, MOST_TRIALS + 1):
        shift = abs(math.log(hazard_ratio)) * math.sqrt(k / (tau**2 + within))
        reached = float(1 - nctdtr(k - 1, shift, stdtrit(k - 1, 1 - alpha / 2)))
        if reached >= power:
            return k
    raise InputError(
        f"tau = {tau:g}: even {MOST_TRIALS} trials do not find a hazard ratio of "
        f"{hazard_ratio:g} with power {power:g}.\n  Effects that differ so much between trials "
        "have to be explained first; a larger pool does not help."
    )


def _find_impossible(ratios: list[float]) -> list[str]:
    return [
        f"`hazard_ratio` is {ratio!r}; expected above 0 and not 1: no study is large enough to "
        "find nothing"
        for ratio in ratios
        if not (0 < ratio < math.inf) or ratio == 1
    ]


def _warn(rows: list[PlanRow], power: float, r_squared: float) -> tuple[str, ...]:
    warnings = []
    for row in rows:
        simulated, error = row["simulated_power"], row["simulated_power_error"]
        if simulated is not None and simulated < power - 2 * error:
            warnings.append(
                f"frequency {row['frequency']:g}, hazard ratio {row['hazard_ratio']:g}: simulated "
                f"studies of the planned size reach a power of {simulated:.2f} only; the formula "
                "is too hopeful here. Plan for more patients."
            )
    if r_squared and rows[0]["simulated_power"] is not None:
        warnings.append("The simulation has no covariates: its power is that for `r_squared` = 0.")
    return tuple(warnings)


def _draw_curve(
    rows: list[PlanRow], events_per_patient: float, alpha: float, r_squared: float
) -> pl.DataFrame:
    most = 2 * max(row["n_patients"] for row in rows)
    sizes = np.linspace(most / CURVE_POINTS, most, CURVE_POINTS).round()
    return pl.DataFrame(
        [
            {
                "line": f"{row['frequency']:.3g} carry it, HR {row['hazard_ratio']:g}",
                "x": float(n),
                "y": find_power(
                    n * events_per_patient, row["frequency"], row["hazard_ratio"], alpha, r_squared
                ),
            }
            for row in rows
            for n in sizes
        ]
    )


def _state(row: PlanRow, power: float, alpha: float, event_fraction: float, tested: float) -> str:
    return (
        f"{row['n_events']} events are needed to find a marker carried by {row['frequency']:.1%} "
        f"with a hazard ratio of {row['hazard_ratio']:g} (power {power:.0%}, two-sided level "
        f"{alpha:.3g}): {row['n_patients']} patients if {event_fraction:.0%} have the event and "
        f"{tested:.0%} are tested."
    )
