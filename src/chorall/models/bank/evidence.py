"""What stands behind a strategy: comparable patients, and how allocation came about."""

from __future__ import annotations

from collections.abc import Sequence

from chorall.knowledge.naming import name_treatment
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.models.bank.bank import Bank
from chorall.models.bank.restriction import Restriction, say_met
from chorall.models.bank.strategy import Strategy


def refuse(
    bank: Bank,
    cell: str,
    strategies: Sequence[Strategy],
    outside: Sequence[str],
    restrictions: Sequence[Restriction] = (),
) -> dict[str, str]:
    """Return the strategies on which the bank has nothing to say for this patient, and why.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    cell : str
        Age group and lineage.
    strategies : sequence of Strategy
        Those asked.
    outside : sequence of str
        What lies outside of the data, from `find_unsupported`.
    restrictions : sequence of Restriction
        From `find_restrictions`.
    """
    said = {}
    for strategy in strategies:
        counts = bank.support.get(cell, {})
        keys = [*strategy.parts, strategy.transplant]
        few = [key for key in keys if _is_few(counts.get(key, 0))]
        reasons = list(outside)
        if few:
            under = " and under ".join(map(name_treatment, few))
            reasons.append(f"fewer than {FEWEST_SHOWN} comparable patients ({cell}) under {under}")
        reasons += [
            say_met(one) for one in restrictions if one.is_met and one.strategy == strategy.name
        ]
        if reasons:
            said[strategy.name] = "; ".join(reasons)
    return said


def _is_few(count: int | None) -> bool:
    return count is not None and count < FEWEST_SHOWN


def count_comparable(bank: Bank, cell: str, strategy: Strategy) -> int | None:
    """Return how many comparable patients had a strategy, 0 below 5, None where it is hidden."""
    return bank.support.get(cell, {}).get(_name_counted(strategy), 0)


def count_by_trial(bank: Bank, cell: str, strategy: Strategy) -> dict[str, int | None]:
    """Return the same by trial, largest first, without trials that have nobody."""
    counts = bank.support_by_trial.get(cell, {}).get(_name_counted(strategy), {})
    return dict(sorted(counts.items(), key=lambda one: (-(one[1] or 0), one[0])))


def _name_counted(strategy: Strategy) -> str:
    return strategy.parts[0] if strategy.parts else strategy.transplant


def grade(bank: Bank, first: Strategy, second: Strategy) -> str:
    """Return how the contrast of two strategies is backed.

    Returns
    -------
    str
        `randomised`: they differ in one question that trials randomised. `adjusted`: patients were
        seen under both, but choice, not chance, decided. `extrapolated`: no trial saw both.
    """
    if first.transplant != second.transplant:
        return "adjusted"
    different = set(first.parts) ^ set(second.parts)
    if not different:
        return "adjusted"
    for comparison in bank.comparisons:
        if different <= set(comparison.strategies) and len(different) == 2:
            return "randomised" if comparison.randomised else "adjusted"
    return "extrapolated"
