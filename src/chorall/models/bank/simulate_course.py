"""Draws of a patient's course under some strategies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import (
    FINE_MONTHS,
    FINE_STEPS,
    INTERVAL_DAYS,
    INTERVALS_PER_YEAR,
    LONGEST_YEARS,
    Bank,
    list_edges,
)
from chorall.models.bank.judgement import find_judgement, list_course_models
from chorall.models.bank.noise import ALL_SOURCES, Noise, Sources
from chorall.models.bank.occupancy import Occupancy
from chorall.models.bank.ratios import find_ratios
from chorall.models.bank.states import AFTER_FAILURE, AFTER_RELAPSE, FIRST_STATE, LIVING
from chorall.models.bank.strategy import Strategy
from chorall.models.bank.transition_fit import TransitionModel
from chorall.stats.semi_markov import Paths, SemiMarkov

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TRANSPLANT: Final = "transplant_in_first_remission"
FAILURE: Final = LIVING.index("induction_failure")
REMISSION: Final = LIVING.index("remission")
LAST_FREE: Final = LIVING.index(TRANSPLANT)


@dataclass(frozen=True, slots=True)
class Now:
    """Where a patient is today.

    Attributes
    ----------
    state : str
        One of the living states.
    elapsed_days : float
        Since the state was entered.
    trial : str
        Treated as in this trial of the bank; empty: as in a trial that it has not seen.
    """

    state: str = "induction"
    elapsed_days: float = 0.0
    trial: str = ""


def complete(bank: Bank, known: Floats, noise: Noise, sources: Sources) -> Floats:
    """Return the features of a patient, one row where nothing is drawn, else one per draw."""
    if not np.isnan(known).any():
        return known[None, :]
    if sources.missing:
        return bank.law.draw(known, noise.features)
    return bank.law.expect(known[None, :])


def simulate(
    bank: Bank,
    features: Floats,
    strategies: Sequence[Strategy],
    now: Now,
    draws: int,
    months: Sequence[int],
    sources: Sources = ALL_SOURCES,
    *,
    with_means: bool = False,
) -> list[Occupancy]:
    """Follow one patient under some strategies.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    features : ndarray of shape (1, f) or (d, f)
        Without missing values, as `complete` returns them.
    strategies : sequence of Strategy
        Flags and what is done about transplantation.
    now : Now
        Where the patient is.
    draws : int
        The number d.
    months : sequence of int
        From today, up to 120, rising; 0 is today.
    sources : Sources
        What is drawn.
    with_means : bool
        True: the means after every month too, which takes half as long again.

    Returns
    -------
    list of Occupancy
        One for each strategy, after these months, d draws (one where all would be alike).
    """
    flags = [strategy.flags for strategy in strategies]
    ratios = find_ratios(bank, features, flags, draws, sources, now.trial)
    return follow_strategies(bank, ratios, strategies, now, months, with_means=with_means)


def follow_strategies(
    bank: Bank,
    ratios: Floats,
    strategies: Sequence[Strategy],
    now: Now,
    months: Sequence[int],
    *,
    with_means: bool = False,
) -> list[Occupancy]:
    """Follow rows of hazard ratios under each strategy, shape (c, d, k), as `simulate` does.

    Strategies that do the same about transplantation are followed together, unless means are asked.
    """
    at, n = np.array(months, np.int64), ratios.shape[1]
    words = [strategy.transplant for strategy in strategies]
    if with_means or len(set(words)) == len(words):
        return [
            follow(bank, ratio, word, now, at, with_means=with_means)
            for ratio, word in zip(ratios, words, strict=True)
        ]
    found: dict[int, Occupancy] = {}
    for word in dict.fromkeys(words):
        own = [place for place, one in enumerate(words) if one == word]
        together = follow(bank, ratios[own].reshape(len(own) * n, -1), word, now, at)
        for part, place in enumerate(own):
            found[place] = together.take(slice(part * n, (part + 1) * n))
    return [found[place] for place in range(len(words))]


def follow(
    bank: Bank,
    ratio: Floats,
    transplant: str,
    now: Now,
    at: Integers,
    *,
    with_means: bool = False,
) -> Occupancy:
    """Follow rows of hazard ratios, shape (d, k), under what is done about transplantation."""
    chain, used = build_chain(bank, transplant, now.state, now.elapsed_days, max(1, int(at[-1])))
    own = np.ones((len(ratio), len(chain.origin)))
    own[:, : len(used)] = ratio[:, used]
    is_first = now.state == FIRST_STATE
    paths = chain.follow(
        own, at, barred=FAILURE if is_first else -1, last_free=LAST_FREE if is_first else -1,
        with_means=with_means,
    )  # fmt: skip
    return _name(paths, now.state, at, with_means=with_means)


def _name(paths: Paths, start: str, at: Integers, *, with_means: bool) -> Occupancy:
    came = np.asarray(paths.entered[:, :, -1].any(axis=0))
    reached = [n for n, name in enumerate(LIVING) if came[n] or name == start]
    free = {} if start in AFTER_FAILURE else {LIVING[n]: paths.free[:, n] for n in reached}
    relapse, failure = (
        np.ones_like(paths.entered[:, 0]) if start in already else paths.entered[:, n]
        for already, n in (
            (AFTER_RELAPSE, LIVING.index("relapse")),
            (AFTER_FAILURE, FAILURE),
        )
    )
    means = {}
    if with_means:
        means = {LIVING[n]: paths.mean[0, n] for n in reached}
        means |= {f"death_from_{LIVING[n]}": paths.mean[1, n] for n in reached}
    return Occupancy(
        tuple(at.tolist()), {LIVING[n]: paths.present[:, n] for n in reached}, free,
        {LIVING[n]: paths.ended[:, n] for n in reached}, relapse, failure, means,
    )  # fmt: skip


@lru_cache(maxsize=64)
def build_chain(
    bank: Bank, transplant: str, state: str, elapsed_days: float, g: int
) -> tuple[SemiMarkov, Integers]:
    """Return the chain of states over g months from today, and the transitions that it uses."""
    start = LIVING.index(state)
    used = [
        number
        for number, model in enumerate(bank.transitions)
        if LIVING.index(model.transition.origin) >= start
        and not (model.transition.target == TRANSPLANT and transplant != "as_observed")
    ]
    models = [list_course_models(bank)[number] for number in used]
    steps = [(LIVING.index(one.transition.origin), _end(one.transition.target)) for one in models]
    hazards = [
        np.zeros(g + 1) if one.transition.origin == FIRST_STATE else one.cumulative_hazard[: g + 1]
        for one in models
    ]
    ends = list_month_ends(state, g)
    ahead = [
        look_ahead(one, elapsed_days)[: ends[-1] + 1]
        if one.transition.origin == state
        else np.zeros(ends[-1] + 1)
        for one in models
    ]
    move = (-1, -1, 1, 1)
    if transplant == "transplant":
        later, first = find_transplant_intervals(bank, elapsed_days if state == "remission" else 0)
        move = (REMISSION, len(steps), later, first)
        steps.append((REMISSION, LIVING.index(TRANSPLANT)))
        hazards.append(np.zeros(g + 1))
        ahead.append(np.zeros(ends[-1] + 1))
    origin, target = np.array(steps, np.int64).reshape(-1, 2).T
    return SemiMarkov(
        np.ascontiguousarray(origin), np.ascontiguousarray(target),
        np.array(hazards).reshape(len(steps), g + 1),
        np.array(ahead).reshape(len(steps), ends[-1] + 1), ends, len(LIVING), start, move,
        find_judgement(models, state, elapsed_days),
    ), np.array(used, np.int64)  # fmt: skip


def _end(target: str) -> int:
    return LIVING.index(target) if target in LIVING else len(LIVING)


def list_month_ends(state: str, g: int) -> Integers:
    """Return where months end among the intervals of a state, from 0 to g months."""
    if state != FIRST_STATE:
        return np.arange(g + 1)
    fine = np.arange(FINE_MONTHS) * FINE_STEPS
    n_months = LONGEST_YEARS * INTERVALS_PER_YEAR
    rest = FINE_MONTHS * FINE_STEPS + np.arange(n_months - FINE_MONTHS + 1)
    return np.concatenate([fine, rest])[: g + 1]


def find_transplant_intervals(bank: Bank, elapsed_days: float) -> tuple[int, int]:
    """Return the month since remission, and from today on, at whose end all are transplanted."""
    day = bank.transplant_day
    later = max(1, round(day / INTERVAL_DAYS))
    return later, max(1, round((day - elapsed_days) / INTERVAL_DAYS))


def look_ahead(model: TransitionModel, elapsed_days: float) -> Floats:
    """Return the cumulative hazard from now on, at the ends of the state's intervals."""
    total = model.cumulative_hazard
    if not elapsed_days:
        return total
    edges = list_edges(model.transition.origin)
    later = np.interp(edges + elapsed_days, edges, total)
    return np.asarray(later - np.interp(elapsed_days, edges, total))
