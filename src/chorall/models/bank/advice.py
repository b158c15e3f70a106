"""Which test would narrow the answer most, and what moved it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import INTERVALS_PER_YEAR, Bank
from chorall.models.bank.noise import NOTHING_DRAWN
from chorall.models.bank.simulate_course import Now, simulate
from chorall.models.bank.strategy import Strategy

Floats = NDArray[np.float64]

N_BINS: Final = 5


def rank_tests(
    bank: Bank, known: Floats, features: Floats, draws: Floats
) -> tuple[dict[str, Any], ...]:
    """Rank the items not known by the share of the variance that knowing them takes away.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    known : ndarray of shape (f,)
        NaN where not known.
    features : ndarray of shape (d, f)
        Completed in every draw, as `draws` were made.
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
    values = features[:, missing]
    found = np.zeros(len(missing))
    is_flag = bank.law.is_flag[missing]
    found[is_flag] = explain_by_flags(values[:, is_flag], draws)
    for place in np.flatnonzero(~is_flag):
        found[place] = explain_by_number(values[:, place], draws)
    shares: dict[str, float] = {}
    for place, share in zip(missing, found.tolist(), strict=True):
        item = bank.design.features[place].item
        shares[item] = max(share, shares.get(item, 0.0))
    ranked = sorted(shares.items(), key=lambda pair: -pair[1])
    return tuple({"item": item, "share_of_variance": share} for item, share in ranked if share > 0)


def explain_by_flags(values: Floats, draws: Floats) -> Floats:
    """Return the adjusted share of the variance of d draws between 0 and 1 of each flag (d, m).

    A flag that is the same in all draws explains nothing.
    """
    centred = draws - draws.mean()
    n, n_present = len(draws), values.sum(axis=0)
    both = np.maximum(n_present * (n - n_present), 1)
    # the deviations of absent and present sum to 0
    between = (values.T @ centred) ** 2 * n / both
    shares = adjust_share(between, centred, 2)
    return np.where((n_present == 0) | (n_present == n), 0.0, shares)


def explain_by_number(values: Floats, draws: Floats) -> float:
    """Return the adjusted share of the variance of draws between fifths of a number."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, N_BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, values)
    counts = np.bincount(bins)
    used = counts > 0
    if used.sum() < 2:
        return 0.0
    centred = draws - draws.mean()
    between = float((np.bincount(bins, centred)[used] ** 2 / counts[used]).sum())
    return float(adjust_share(np.array(between), centred, int(used.sum())))


def adjust_share(between: Floats, centred: Floats, n_groups: int) -> Floats:
    """Return the share of a sum of squares that lies between groups, less what chance gives."""
    n, total = len(centred), float(centred @ centred)
    return np.maximum(0.0, 1 - (total - between) / (n - n_groups) / (total / (n - 1)))


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
    (found,) = simulate(bank, rows, [strategy], now, 1, [month], NOTHING_DRAWN)
    alive = found.read("overall_survival", month)
    effects: dict[str, float] = {}
    for place, value in zip(places, alive[0] - alive[1:], strict=True):
        item = bank.design.features[place].item
        effects[item] = effects.get(item, 0.0) + float(value)
    ranked = sorted(effects.items(), key=lambda pair: -abs(pair[1]))
    return tuple({"item": item, "effect_on_overall_survival": value} for item, value in ranked)
