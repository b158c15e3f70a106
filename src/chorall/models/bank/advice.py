"""Which test would narrow the answer most, and what moved it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import INTERVALS_PER_YEAR, Bank
from chorall.models.bank.noise import Noise, Sources
from chorall.models.bank.simulate_course import Now, simulate
from chorall.models.bank.strategy import Strategy

Floats = NDArray[np.float64]

N_BINS: Final = 5
NOTHING: Final = Sources(model=False, missing=False, between_trials=False)


def rank_tests(
    bank: Bank, known: Floats, noise: Noise, draws: Floats
) -> tuple[dict[str, Any], ...]:
    """Rank the items not known by the share of the variance that knowing them takes away.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    known : ndarray of shape (f,)
        NaN where not known.
    noise : Noise
        By which `draws` were made.
    draws : ndarray of shape (d,)
        The number that matters: the difference between strategies, or survival.

    Returns
    -------
    tuple of dict
        `item` and `share_of_variance`: variance between values of the item over all variance, less
        what chance alone gives. Best first; items that tell nothing are left out.
    """
    missing = np.flatnonzero(np.isnan(known))
    if not len(missing) or draws.std() == 0:
        return ()
    values = bank.law.draw(known, noise.features)
    shares: dict[str, float] = {}
    for place in missing:
        item = bank.design.features[place].item
        share = explain_share(values[:, place], draws)
        shares[item] = max(share, shares.get(item, 0.0))
    ranked = sorted(shares.items(), key=lambda pair: -pair[1])
    return tuple({"item": item, "share_of_variance": share} for item, share in ranked if share > 0)


def explain_share(values: Floats, draws: Floats) -> float:
    """Return the adjusted share of the variance of draws between groups of values."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, N_BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, values) if len(np.unique(values)) > 2 else values.astype(int)
    counts = np.bincount(bins)
    counts_used = counts[counts > 0]
    if len(counts_used) < 2:
        return 0.0
    means = np.bincount(bins, draws)[counts > 0] / counts_used
    between = (counts_used * (means - draws.mean()) ** 2).sum()
    within = ((draws - draws.mean()) ** 2).sum() - between
    n, k = len(draws), len(counts_used)
    return float(max(0.0, 1 - (within / (n - k)) / (draws.var() * n / (n - 1))))


def find_factors(
    bank: Bank, known: Floats, strategy: Strategy, now: Now, years: float
) -> tuple[dict[str, Any], ...]:
    """Say what each known item adds to overall survival against the average patient.

    Returns
    -------
    tuple of dict
        `item` and `effect_on_overall_survival`: the prediction at mean effects less the same one
        with this item at its average, largest first.
    """
    places = np.flatnonzero(~np.isnan(known))
    completed = bank.law.expect(known[None, :])[0]
    rows = np.tile(completed, (len(places) + 1, 1))
    rows[np.arange(len(places)) + 1, places] = bank.law.mean[places]
    month = round(years * INTERVALS_PER_YEAR)
    (found,) = simulate(bank, rows, [strategy], now, 1, [month], NOTHING)
    alive = found.read("overall_survival", month)
    effects: dict[str, float] = {}
    for place, value in zip(places, alive[0] - alive[1:], strict=True):
        item = bank.design.features[place].item
        effects[item] = effects.get(item, 0.0) + float(value)
    ranked = sorted(effects.items(), key=lambda pair: -abs(pair[1]))
    return tuple({"item": item, "effect_on_overall_survival": value} for item, value in ranked)
