"""Treatments asked for a patient that were hardly ever given with what the patient has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.knowledge.naming import name_item, name_treatment
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.knowledge.taxonomy_schemes import exclude_one_another
from chorall.models.bank.bank import ABSENT, PRESENT, Bank, HardlyGiven
from chorall.models.bank.strategy import TRANSPLANT_WORDS, Strategy

Floats = NDArray[np.float64]

OTHER: Final = {PRESENT: ABSENT, ABSENT: PRESENT}
STATUSES: Final = {1.0: PRESENT, 0.0: ABSENT}


@dataclass(frozen=True, slots=True)
class Restriction:
    """One strategy asked that was hardly ever given with a status of a marker.

    Attributes
    ----------
    strategy : str
        As asked.
    treatment : str
        The part of it that is meant.
    item : str
        The marker.
    status : str
        `present` or `absent`: with it the treatment was hardly ever given.
    is_met : bool
        True where the patient has that status, and there is no answer; False where the marker is
        not known, and the answer applies only if it is the other way.
    because_of : str
        A marker that is present and hardly goes with this one, which was not tested; else empty.
    """

    strategy: str
    treatment: str
    item: str
    status: str
    is_met: bool
    because_of: str = ""


def find_restrictions(
    bank: Bank, known: Floats, strategies: Sequence[Strategy]
) -> tuple[Restriction, ...]:
    """Return what restricts the strategies asked for a patient, in their order.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    known : ndarray of shape (f,)
        Numbers of the features, NaN where not known.
    strategies : sequence of Strategy
        Those asked.

    Returns
    -------
    tuple of Restriction
        A marker that was not tested counts as absent only where one is present that settles another
        subtype (`exclude_one_another`), and then that one is named; else it is open.
    """
    asked = [
        (strategy.name, one)
        for strategy in strategies
        for one in bank.hardly_given
        if one.strategy in (*strategy.parts, strategy.transplant)
    ]
    if not asked:
        return ()
    statuses = {
        feature.item: STATUSES[number]
        for feature, number in zip(bank.design.features, known.tolist(), strict=True)
        if feature.kind == "marker" and number in STATUSES
    }
    found = (_restrict(name, one, statuses) for name, one in asked)
    return tuple(one for one in found if one is not None)


def find_deciding(bank: Bank, strategies: Sequence[Strategy]) -> NDArray[np.int64]:
    """Return the places of the features on which `find_restrictions` depends."""
    parts = {part for one in strategies for part in (*one.parts, one.transplant)}
    items = {one.item for one in bank.hardly_given if one.strategy in parts}
    places = [
        place
        for place, feature in enumerate(bank.design.features)
        if feature.item in items or any(exclude_one_another(feature.item, one) for one in items)
    ]
    return np.array(places, np.int64)


def _restrict(strategy: str, rule: HardlyGiven, statuses: Mapping[str, str]) -> Restriction | None:
    """Return the restriction, or None where the patient has the status that was treated."""
    status = statuses.get(rule.item)
    others = [] if status else [name for name, one in statuses.items() if one == PRESENT]
    because_of = next((name for name in others if exclude_one_another(name, rule.item)), "")
    if because_of:
        status = ABSENT
    if status == OTHER[rule.status]:
        return None
    return Restriction(
        strategy, rule.strategy, rule.item, rule.status, status is not None, because_of
    )


def say_met(one: Restriction) -> str:
    """Say why there is no answer, of a restriction that is met."""
    marker, treatment = name_item(one.item), name_treatment(one.treatment)
    had = "had" if one.treatment in TRANSPLANT_WORDS else "were given"
    said = f"{_say_few(marker, one.status)} {had} {treatment}"
    hardly = f"hardly goes with {name_item(one.because_of)}, which is present"
    return f"{marker} was not tested, but {hardly}; {said}" if one.because_of else said


def say_conditions(undecided: Sequence[Restriction]) -> tuple[str, ...]:
    """Say on which tests it hangs whether answers apply: a sentence for each, from `list_open`."""
    treatments: dict[tuple[str, str], list[str]] = {}
    for one in undecided:
        named = treatments.setdefault((one.item, one.status), [])
        named += [one.treatment] if one.treatment not in named else []
    return tuple(_say_open(*key, named) for key, named in treatments.items())


def _say_open(item: str, status: str, treatments: Sequence[str]) -> str:
    named = " and ".join(map(name_treatment, treatments))
    were, each, these = (
        ("were", "each ", "these treatments")
        if len(treatments) > 1
        else ("was", "", "this treatment")
    )
    return (
        f"{name_item(item)} is not known and should be tested first: {named} {were} seen almost "
        f"only in patients in whom it was {OTHER[status]}, and {each}in {_say_few('it', status)}. "
        f"If it is {status}, the answer on {these} does not apply."
    )


def _say_few(marker: str, status: str) -> str:
    return f"fewer than {FEWEST_SHOWN} patients in whom {marker} was tested and {status}"


def say_hardly_given(bank: Bank) -> list[str]:
    """Say for a model card which treatments were hardly ever given with what."""
    return [
        f"{name_treatment(one.strategy)}: {name_item(one.item)} {one.status}"
        for one in bank.hardly_given
    ]


def list_open(restrictions: Sequence[Restriction], answered: Sequence[str]) -> list[Restriction]:
    """Return those that hang on a test, of strategies that have an answer."""
    return [one for one in restrictions if not one.is_met and one.strategy in answered]


def rank_deciding_first(
    tests: Sequence[dict[str, Any]], undecided: Sequence[Restriction]
) -> tuple[dict[str, Any], ...]:
    """Return the tests to come with those first that decide whether an answer applies.

    Each has `decides`, the strategies that hang on it; a deciding test that would not narrow the
    answer has a `share_of_variance` of 0.
    """
    shares = {one["item"]: one["share_of_variance"] for one in tests}
    decided: dict[str, list[str]] = {}
    for one in undecided:
        decided.setdefault(one.item, []).append(one.strategy)
    ordered = [*decided, *(item for item in shares if item not in decided)]
    return tuple(
        {
            "item": item,
            "share_of_variance": shares.get(item, 0.0),
            "decides": decided.get(item, []),
        }
        for item in ordered
    )
