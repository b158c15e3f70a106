"""Which word may be said of a group: decided by rules, not by the reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from chorall.analyses.deescalation.bounds import GroupBounds
from chorall.analyses.deescalation.difference import HARM, NON_INFERIOR, NOT_COMPARED
from chorall.analyses.deescalation.reductions import ITT, Reduction
from chorall.knowledge.deescalation_rules import deescalation_rules
from chorall.knowledge.strategies import level_labels

NOT_SUPPORTED: Final = "not supported"
INSUFFICIENT: Final = "insufficient evidence"
NOBODY: Final = "nobody is in the group"
HYPOTHESIS: Final = "hypothesis for a randomised trial"


@dataclass(frozen=True, slots=True)
class Gates:
    """What a person asked for; the defaults stand in knowledge/deescalation.toml.

    Attributes
    ----------
    horizon_years, relapse_bound, event_free_bound, margin, conf_level : float
        Where figures are read; bounds of the limits; largest loss accepted; two-sided level.
    """

    horizon_years: float
    relapse_bound: float
    event_free_bound: float
    margin: float
    conf_level: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word and why; `reasons` holds what stands against the group, or what speaks for it."""

    word: str
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """All reasons as one sentence part."""
        return "; ".join(self.reasons)


def judge_group(
    bounds: GroupBounds, median_follow_up: float, reductions: Sequence[Reduction], gates: Gates
) -> Verdict:
    """Return the word for a group.

    Parameters
    ----------
    bounds : GroupBounds
        Of the trials that may be headlined.
    median_follow_up : float
        Years.
    reductions : sequence of Reduction
        Randomised in the pool, among the members of the group.
    gates : Gates
        The bounds.

    Returns
    -------
    Verdict
        `not supported` where the limits exclude a low risk or a reduction did harm;
        `hypothesis for a randomised trial` where every gate is passed; else `insufficient
        evidence`. docs/methods/deescalation.md has the rules in sentences.
    """
    if not bounds.trials:
        return Verdict(INSUFFICIENT, (NOBODY,))
    against = [*_find_high_risk(bounds, gates), *_find_harm(reductions)]
    if against:
        return Verdict(NOT_SUPPORTED, tuple(against))
    lacking = [
        *_find_open_limits(bounds, gates),
        *_find_short_follow_up(median_follow_up),
        *_find_open_reductions(reductions, gates),
    ]
    if lacking:
        return Verdict(INSUFFICIENT, tuple(lacking))
    return Verdict(HYPOTHESIS, tuple(_say_passed(bounds, gates)))


def decides_pooled(bounds: GroupBounds) -> bool:
    """Return True where the pooled limits decide, False where each trial has to alone."""
    return len(bounds.counted) >= deescalation_rules().gates.pooled_from_trials


def _find_high_risk(bounds: GroupBounds, gates: Gates) -> Iterator[str]:
    if decides_pooled(bounds):
        parts = [("all trials", bounds.relapse.lower, bounds.event_free.upper)]
    else:
        parts = [(one.trial, one.relapse.lower, 1 - one.failure.lower) for one in bounds.counted]
    for where, relapse, event_free in parts:
        if relapse > gates.relapse_bound:
            yield f"relapse, {where}: lower limit {_percent(relapse)} above {_bound(gates)}"
        if event_free < gates.event_free_bound:
            yield (
                f"event-free survival, {where}: upper limit {_percent(event_free)} below "
                f"{_percent(gates.event_free_bound)}"
            )


def _find_harm(reductions: Sequence[Reduction]) -> Iterator[str]:
    for one in reductions:
        if one.word == HARM:
            yield (
                f"{name_reduction(one)} ({one.population}): event-free survival worse by "
                f"{-100 * one.at_horizon[2]:.1f} points ({-100 * one.at_horizon[5]:.1f} to "
                f"{-100 * one.at_horizon[4]:.1f})"
            )


def _find_open_limits(bounds: GroupBounds, gates: Gates) -> Iterator[str]:
    rules = deescalation_rules().gates
    counted = bounds.counted
    if len(counted) < rules.fewest_trials:
        yield (
            f"{len(counted)} trial{'s' * (len(counted) != 1)} with {rules.fewest_patients} members "
            f"or more followed to {gates.horizon_years:g} years, {rules.fewest_trials} needed"
        )
    alone = list(_find_open_trials(bounds, gates))
    if not alone:  # stronger than any pooled limit, whose t distribution is wide for few trials
        return
    if not decides_pooled(bounds):
        yield from alone
        return
    yield from _find_open_pooled(bounds, gates)


def _find_open_pooled(bounds: GroupBounds, gates: Gates) -> Iterator[str]:
    """Say which limits of all trials, or of a new one, do not lie within the bounds."""
    yield from _compare("all trials", bounds.relapse.upper, bounds.event_free.lower, gates, True)
    yield from _compare(
        "a new trial",
        bounds.relapse.prediction_upper,
        bounds.event_free.prediction_lower,
        gates,
        needs_both=False,
    )
    for one in bounds.counted:
        if one.relapse.lower > gates.relapse_bound:
            yield f"{one.trial} contradicts: lower limit of relapse {_percent(one.relapse.lower)}"


def _find_open_trials(bounds: GroupBounds, gates: Gates) -> Iterator[str]:
    """Say which trials do not lie within the bounds each alone."""
    for one in bounds.counted:
        yield from _compare(
            one.trial, one.relapse.upper, 1 - one.failure.upper, gates, needs_both=True
        )


def _compare(
    where: str, relapse: float, event_free: float, gates: Gates, needs_both: bool
) -> Iterator[str]:
    """Say which limit lies beyond its bound; NaN does only where it must be known."""
    if relapse > gates.relapse_bound or (needs_both and np.isnan(relapse)):
        yield f"relapse, {where}: upper limit {_percent(relapse)} above {_bound(gates)}"
    if event_free < gates.event_free_bound or (needs_both and np.isnan(event_free)):
        yield (
            f"event-free survival, {where}: lower limit {_percent(event_free)} below "
            f"{_percent(gates.event_free_bound)}"
        )


def _find_short_follow_up(median: float) -> Iterator[str]:
    needed = deescalation_rules().gates.follow_up_years
    if not median >= needed:
        said = "not reached" if np.isnan(median) else f"{median:.1f} years"
        yield f"median follow-up {said}, {needed:g} needed: late relapses are still to come"


def _find_open_reductions(reductions: Sequence[Reduction], gates: Gates) -> Iterator[str]:
    for one in reductions:
        if one.word == NON_INFERIOR:
            continue
        if one.word != NOT_COMPARED:
            yield (
                f"{name_reduction(one)} ({one.population}): lower limit "
                f"{_points(one.at_horizon[4])}, margin {_points(-gates.margin)}"
            )
        elif one.population == ITT:  # that nobody recorded what was received is a warning only
            yield f"{name_reduction(one)}: randomised, but {one.note}"


def _say_passed(bounds: GroupBounds, gates: Gates) -> Iterator[str]:
    if not decides_pooled(bounds) or list(_find_open_pooled(bounds, gates)):
        names = [one.trial for one in bounds.counted]
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        yield f"upper limits of relapse of {listed}, each alone, within {_bound(gates)}"
        return
    yield f"relapse at most {_percent(bounds.relapse.upper)} in all trials"
    if np.isfinite(bounds.relapse.prediction_upper):
        yield f"{_percent(bounds.relapse.prediction_upper)} in a new one"
    else:
        yield "no relapse in any trial, so that a new one cannot be foretold"


def name_reduction(one: Reduction) -> str:
    """Return what was compared, in words."""
    labels = level_labels()
    return f"{labels[one.contrast[2]]} against {labels[one.contrast[1]]}"


def _bound(gates: Gates) -> str:
    return _percent(gates.relapse_bound)


def _percent(value: float) -> str:
    return "not known" if np.isnan(value) else f"{100 * value:.1f} %"


def _points(value: float) -> str:
    return f"{100 * value:+.1f} points"
