"""A course in plain NumPy: the second way to the same numbers, by which a bank read is checked.

Time is cut into intervals of equal length. Who enters a state during an interval enters at its
middle on average, so that the clock of the state has run half an interval less: the mean of two
neighbouring points of its curve. The error is of second order in the length of an interval.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from chorall.models.bank.bank import Bank
from chorall.models.bank.judgement import find_judgement, list_course_models
from chorall.models.bank.occupancy import Occupancy
from chorall.models.bank.plain_leaving import Leaving, find_leaving, judge, move_at
from chorall.models.bank.simulate_course import (
    TRANSPLANT,
    Now,
    find_transplant_intervals,
    list_month_ends,
    look_ahead,
)
from chorall.models.bank.states import AFTER_FAILURE, AFTER_RELAPSE, FIRST_STATE, LIVING
from chorall.stats.semi_markov import Judgement

Floats = NDArray[np.float64]


def follow(leaving: Mapping[str, Leaving], start: str, first: Leaving) -> Occupancy:
    """Follow a patient from a state through all later ones.

    Parameters
    ----------
    leaving : mapping of str to Leaving
        How each state is left by who enters it anew.
    start : str
        The state at the beginning.
    first : Leaving
        How that state is left from now on, given how long it has lasted.
    """
    d, g = first.stays.shape[0], first.stays.shape[1] - 1
    entering: dict[str, list[Floats]] = {name: [] for name in LIVING}
    states = {start: first.stays}
    deaths: dict[str, Floats] = {}
    _send(entering, deaths, start, first.goes)
    for name in LIVING[LIVING.index(start) + 1 :]:
        if not entering[name]:
            continue
        flow = np.asarray(sum(entering[name]))
        if name not in leaving:  # nobody was seen to leave it
            states[name] = _accumulate([flow], d, g)
            continue
        stayed, goes = _convolve(flow, leaving[name])
        states[name] = np.hstack([np.zeros((d, 1)), stayed])
        _send(entering, deaths, name, goes)
    relapse = _accumulate(entering["relapse"], d, g, already=start in AFTER_RELAPSE)
    failure = _accumulate(entering["induction_failure"], d, g, already=start in AFTER_FAILURE)
    free = _find_event_free(leaving, start, first, states)
    return Occupancy(tuple(range(g + 1)), states, free, deaths, relapse, failure)


def _find_event_free(
    leaving: Mapping[str, Leaving], start: str, first: Leaving, states: dict[str, Floats]
) -> dict[str, Floats]:
    """Return the states of who has not failed: as if nobody left the state of failure again."""
    if start in AFTER_FAILURE:
        return {}
    failed = leaving.get("induction_failure")
    if failed is None or "remission" not in failed.goes:
        return states
    others = {name: one for name, one in leaving.items() if name != "induction_failure"}
    return follow(others, start, first).states


def _send(
    entering: dict[str, list[Floats]], deaths: dict[str, Floats], name: str, goes: dict[str, Floats]
) -> None:
    for target, flow in goes.items():
        if target == "death":
            deaths[name] = _accumulate([flow], *flow.shape)
        else:
            entering[target].append(flow)


def _accumulate(flows: list[Floats], d: int, g: int, *, already: bool = False) -> Floats:
    total = np.full((d, g + 1), float(already))
    if flows and not already:
        np.cumsum(np.asarray(sum(flows)), axis=1, out=total[:, 1:])
    return total


def _convolve(flow: Floats, leaving: Leaving) -> tuple[Floats, dict[str, Floats]]:
    """Return who is in the state at the end of each interval, and who goes where within it."""
    g = flow.shape[1]
    length = next_fast_len(2 * g, real=True)
    arriving = rfft(flow, length)

    def spread(kernel: Floats) -> Floats:
        found = irfft(arriving * rfft(kernel, length), length)[:, :g]
        return np.asarray(np.maximum(found, 0))

    goes = {}
    for target, kernel in leaving.goes.items():
        halved = kernel / 2
        halved[:, 1:] += kernel[:, :-1] / 2
        goes[target] = spread(halved)
    # who came and has not gone is still there: as exact as a convolution, and quicker
    stayed = np.cumsum(flow - np.asarray(sum(goes.values())), axis=1)
    return np.maximum(stayed, 0), goes


def follow_plainly(bank: Bank, ratio: Floats, transplant: str, now: Now, g: int) -> Occupancy:
    """Follow rows of hazard ratios, shape (d, k), through g months, as the compiled course does."""
    hazards: dict[str, dict[str, Floats]] = {}
    ahead: dict[str, Floats] = {}
    models = list_course_models(bank)
    for number, model in enumerate(models):
        origin, target = model.transition
        if target == TRANSPLANT and transplant != "as_observed":
            continue
        if LIVING.index(origin) < LIVING.index(now.state):
            continue
        own = ratio[:, number, None]
        if origin == now.state:
            ahead[target] = own * look_ahead(model, now.elapsed_days)
        if origin != FIRST_STATE:
            hazards.setdefault(origin, {})[target] = own * model.cumulative_hazard[: g + 1]
    leaving = {name: find_leaving(one) for name, one in hazards.items()}
    judgement = find_judgement(models, now.state, now.elapsed_days)
    first = _by_month(_leave_first(ahead, ratio, judgement, g), now.state, g)
    if transplant == "transplant":
        is_there = now.state == "remission"
        later, soon = find_transplant_intervals(bank, now.elapsed_days if is_there else 0)
        if "remission" in leaving:
            leaving["remission"] = move_at(leaving["remission"], later, TRANSPLANT)
        if is_there:
            first = move_at(first, soon, TRANSPLANT)
    return follow(leaving, now.state, first)


def _leave_first(
    ahead: Mapping[str, Floats], ratio: Floats, judgement: Judgement | None, g: int
) -> Leaving:
    if judgement is not None:
        return judge(ahead, ratio, judgement)
    return find_leaving(ahead) if ahead else Leaving(np.ones((len(ratio), g + 1)), {})


def _by_month(leaving: Leaving, state: str, g: int) -> Leaving:
    """Return the first g months of a state that may be followed by finer intervals."""
    ends = list_month_ends(state, g) if leaving.goes else np.arange(g + 1)
    goes = {
        name: np.add.reduceat(one[:, : ends[-1]], ends[:-1], axis=1)
        for name, one in leaving.goes.items()
    }
    return Leaving(leaving.stays[:, ends], goes)
