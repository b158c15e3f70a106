"""Check a planned non-inferiority trial by simulating it."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from chorall.stats import kaplan_meier


def simulate_non_inferiority(
    n_per_arm: int,
    success: float,
    success_less: float,
    margin: float,
    alpha: float,
    simulations: int,
    seed: int,
) -> tuple[float | None, float | None]:
    """Return the share of simulated trials that show non-inferiority by Kaplan-Meier.

    Exponential times to the event, everybody followed for k years; the lower one-sided limit of the
    difference of the two k-year values (Greenwood) must lie above minus `margin`.

    Returns
    -------
    tuple of float or None
        The power and its standard error; (None, None) without simulations.
    """
    if not simulations:
        return None, None
    rng = np.random.default_rng(seed)
    z = float(ndtri(1 - alpha))
    shown = 0
    for _ in range(simulations):
        standard, standard_variance = _run_arm(rng, n_per_arm, success)
        less, less_variance = _run_arm(rng, n_per_arm, success_less)
        lower = less - standard - z * np.sqrt(standard_variance + less_variance)
        shown += lower > -margin
    power = shown / simulations
    return power, float(np.sqrt(max(power * (1 - power), 0.25 / simulations) / simulations))


def _run_arm(rng: np.random.Generator, n: int, success: float) -> tuple[float, float]:
    latent = rng.standard_exponential(n) / -np.log(success)
    curve = kaplan_meier(np.minimum(latent, 1.0), latent <= 1)
    at_end = curve.at(1.0)
    survival, error = float(at_end.survival[0]), float(at_end.standard_error[0])
    return survival, error**2
