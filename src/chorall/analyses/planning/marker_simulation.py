"""Check a planned study by simulating it."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from chorall.stats import logrank


def simulate_power(
    n: int,
    frequency: float,
    hazard_ratio: float,
    event_fraction: float,
    alpha: float,
    simulations: int,
    seed: int,
) -> tuple[float | None, float | None]:
    """Return the share of simulated studies whose log-rank test finds the marker.

    Exponential times, followed for the same span, so that `event_fraction` of all have the event;
    carriers are drawn at random. A study counts when the test is significant in the right
    direction. A study without carriers or without events finds nothing.

    Parameters
    ----------
    n : int
        Patients tested.
    frequency, hazard_ratio, event_fraction, alpha : float
        As planned.
    simulations : int
        Studies; 0 gives (None, None).
    seed : int
        Of the random numbers.

    Returns
    -------
    tuple of float or None
        The power and its standard error.
    """
    if not simulations:
        return None, None
    rng = np.random.default_rng(seed)
    hazard = find_hazard(frequency, hazard_ratio, event_fraction)
    critical = float(ndtri(1 - alpha / 2)) ** 2
    found = 0
    for _ in range(simulations):
        carrier = rng.random(n) < frequency
        latent = rng.standard_exponential(n) / (hazard * np.where(carrier, hazard_ratio, 1.0))
        event = latent <= 1
        if carrier.all() or not carrier.any() or not event.any():
            continue
        test = logrank(np.minimum(latent, 1.0), event, carrier)
        excess = float(test.observed[1] - test.expected[1])
        found += test.chi_square > critical and (excess > 0) == (hazard_ratio > 1)
    power = found / simulations
    return power, float(np.sqrt(max(power * (1 - power), 0.25 / simulations) / simulations))


def find_hazard(frequency: float, hazard_ratio: float, event_fraction: float) -> float:
    """Return the hazard of the others for which `event_fraction` of all have the event by 1."""
    if event_fraction == 1:
        return 1e3

    def excess(hazard: float) -> float:
        free = (1 - frequency) * np.exp(-hazard) + frequency * np.exp(-hazard * hazard_ratio)
        return float(1 - free - event_fraction)

    return float(brentq(excess, 1e-12, 1e6))
