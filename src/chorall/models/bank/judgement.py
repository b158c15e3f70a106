"""Failure of induction as a judgement: who is going to fail, and when failure or remission comes.

Failure is declared on a day on which all who remain fail: it is no race by the day. A share of the
patients is going to fail, the others are going to reach remission; death may come before either.
Failure is a transition that those in remission never make but stay at risk of, so that its
cumulative hazard to the end says how many fail (Fine and Gray); remission is a transition of those
alone who do not fail.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.bank import Bank, list_edges
from chorall.models.bank.states import FIRST_STATE, Transition
from chorall.models.bank.transition_fit import TransitionModel
from chorall.stats.semi_markov import Judgement

if TYPE_CHECKING:
    from chorall.models.bank.bank_fit import Stays

Floats = NDArray[np.float64]

FAILURE: Final = Transition(FIRST_STATE, "induction_failure")
REMISSION: Final = Transition(FIRST_STATE, "remission")

AN_INSTANT: Final = 1e-6
"""Days: a row that counts no longer is at risk of nothing."""

SURE: Final = 1e6
"""Cumulative hazard that nobody outlasts."""


def is_judged(transitions: Collection[Transition]) -> bool:
    """Return True where failure and remission are both told; else there is nothing to judge."""
    return FAILURE in transitions and REMISSION in transitions


def list_times(transition: Transition, stays: Stays, own: NDArray[np.bool_]) -> Floats:
    """Return until when the stays in the origin of a transition, `own`, are at risk of it.

    Who reached remission is at risk of failure to the end, and has not failed. Who failed was never
    at risk of remission: all pieces of such a stay end at once.
    """
    time, target = stays.time[own], stays.target[own]
    if transition == FAILURE:
        last = list_edges(FIRST_STATE)[-1]
        return np.where(target == REMISSION.target, np.maximum(time, last), time)
    if transition == REMISSION:
        failed = stays.patient[own][target == FAILURE.target]
        at_once = stays.entry_time[own] + AN_INSTANT
        return np.where(np.isin(stays.patient[own], failed), at_once, time)
    return time


@lru_cache(maxsize=8)
def list_course_models(bank: Bank) -> tuple[TransitionModel, ...]:
    """Return the transitions as a course follows them.

    Who is going to reach remission has done so by the end of the last interval in which anybody
    did: by definition, while a cumulative hazard from few at risk would leave some for ever.
    """
    if not is_judged([model.transition for model in bank.transitions]):
        return bank.transitions
    return tuple(
        _complete(model) if model.transition == REMISSION else model for model in bank.transitions
    )


def _complete(model: TransitionModel) -> TransitionModel:
    hazard = model.cumulative_hazard
    is_over = hazard >= hazard[-1]
    return replace(model, cumulative_hazard=np.where(is_over, hazard[-1] + SURE, hazard))


@lru_cache(maxsize=8)
def find_last_day(bank: Bank) -> float:
    """Return the day of induction from which on nobody of a bank had remission still before them.

    Later the data know nobody of whom to speak: all have left induction, or have failed. Where
    nothing is judged it is the end of the last interval in which anybody left induction.
    """
    leaving = [model for model in bank.transitions if model.transition.origin == FIRST_STATE]
    if is_judged([model.transition for model in leaving]):
        leaving = [model for model in leaving if model.transition == REMISSION]
    rising = [np.flatnonzero(np.diff(model.cumulative_hazard) > 0) for model in leaving]
    last = max((int(places[-1]) for places in rising if len(places)), default=None)
    edges = list_edges(FIRST_STATE)
    return float(edges[-1] if last is None else edges[last + 1])


def find_judgement(
    models: Sequence[TransitionModel], state: str, elapsed_days: float
) -> Judgement | None:
    """Return what of failure and remission lies behind and ahead of a patient in induction.

    `models` are some of `list_course_models`, by whose places both are named. None in another
    state, and where there is nothing to judge.
    """
    transitions = [model.transition for model in models]
    if state != FIRST_STATE or not is_judged(transitions):
        return None
    edges = list_edges(FIRST_STATE)
    failure, remission = (transitions.index(one) for one in (FAILURE, REMISSION))
    failed, remitted = (
        float(np.interp(elapsed_days, edges, models[place].cumulative_hazard))
        for place in (failure, remission)
    )
    to_come = float(models[failure].cumulative_hazard[-1]) - failed
    return Judgement(failure, remission, failed, remitted, to_come)
