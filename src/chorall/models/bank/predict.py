"""Ask a bank about one patient: each strategy, the differences, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.advice import find_factors, rank_tests
from chorall.models.bank.asking import check_mrd, check_question, read_course
from chorall.models.bank.bank import Bank, name_cell
from chorall.models.bank.evidence import count_by_trial, count_comparable, grade, refuse
from chorall.models.bank.features import encode_patient, find_unsupported
from chorall.models.bank.noise import ALL_SOURCES, Sources
from chorall.models.bank.prediction import (
    HIGHER_IS_BETTER,
    QUANTITIES,
    BankPrediction,
    Contrast,
    Estimate,
    tell,
)
from chorall.models.bank.question import Question
from chorall.models.bank.restriction import (
    find_restrictions,
    list_open,
    rank_deciding_first,
    say_conditions,
)
from chorall.models.bank.simulate_course import complete
from chorall.models.bank.strategy import Strategy, read_strategy
from chorall.models.bank.widening import widen

Floats = NDArray[np.float64]

DRAWS: Final = 500
SPLIT_DRAWS: Final = 100
SPLIT: Final = {
    "model": Sources(missing=False, between_trials=False),
    "missing_inputs": Sources(model=False, between_trials=False),
    "between_trials": Sources(model=False, missing=False),
}


def predict(
    bank: Bank,
    patient: Mapping[str, Any],
    strategies: Sequence[str],
    *,
    years: Sequence[float] = (1.0, 3.0, 5.0),
    level: float = 0.95,
    draws: int = DRAWS,
    widen_intervals: bool = True,
) -> BankPrediction:
    """Predict a patient's course under each strategy.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    patient : mapping of str to object
        Item to value; `course` with `state`, `day` and `since_day` says where the patient is today
        (without it: in induction on day 0).
    strategies : sequence of str
        As `read_strategy` reads them; the first is compared with each other one.
    years : sequence of float
        From today, above 0 and up to 10.
    level : float
        Of the intervals.
    draws : int
        Draws, 100 or more.
    widen_intervals : bool
        False leaves the intervals as the draws give them, as a table of patients has them.

    Returns
    -------
    BankPrediction
        What is not known is integrated over given what is known. The interval also covers what
        each item not known, one at a time, could still turn out to be, so that knowing less does
        not look like knowing more.

    Raises
    ------
    InputError
        If a value cannot be, a strategy is not known, or the patient's course contradicts itself.
    """
    check_question(strategies, years, level, draws)
    now, today = read_course(bank, patient)
    items = {name: value for name, value in patient.items() if name not in ("course", "trial")}
    known = encode_patient(bank.design.features, items)
    check_mrd(bank, known, now)
    asked = [read_strategy(bank, name) for name in strategies]
    cell = name_cell(items)
    restrictions = find_restrictions(bank, known, asked)
    refused = refuse(bank, cell, asked, find_unsupported(bank.design.features, items), restrictions)
    kept = tuple(one for one in asked if one.name not in refused)
    question = Question(bank, known, now, kept, tuple(float(one) for one in years), level, draws)
    found = _answer(question, today, refused, is_widened=widen_intervals)
    undecided = list_open(restrictions, found.strategies)
    return replace(
        found,
        restrictions=restrictions,
        next_tests=rank_deciding_first(found.next_tests, undecided),
        notes=(*say_conditions(undecided), *found.notes),
        comparable={one.name: count_comparable(bank, cell, one) for one in asked},
        comparable_by_trial={one.name: count_by_trial(bank, cell, one) for one in asked},
    )


def _answer(
    question: Question,
    today: dict[str, Any],
    refused: dict[str, str],
    *,
    is_widened: bool,
) -> BankPrediction:
    names = tuple(one.name for one in question.strategies)
    if not names:
        return BankPrediction(today, names, refused, {}, {}, {}, {}, (), {}, "", (), (), {}, ())
    features = complete(question.bank, question.known, question.noise, ALL_SOURCES)
    ratios = question.weigh(features)
    courses = question.follow(ratios, with_means=True)
    numbers = question.read(courses)
    drawn = question.summarise(numbers)
    estimates = widen(question, ratios, numbers, drawn) if is_widened else drawn
    estimates = np.concatenate([estimates, drawn[..., 1:]], axis=-1)
    longest = max(question.years)
    first, bank = question.strategies[0], question.bank
    # the first difference where there is one, else the only strategy
    target = numbers[len(names) if len(names) > 1 else 0, 0, question.years.index(longest)]
    split_of = f"overall survival at {longest:g} years, {names[0]}"
    return BankPrediction(
        today=today,
        strategies=names,
        refused=refused,
        comparable={},
        comparable_by_trial={},
        outcomes=_arrange(question, estimates),
        occupancy={name: course.mean for name, course in zip(names, courses, strict=True)},
        contrasts=_list_contrasts(question, numbers, estimates),
        interval_split=split_interval(question),
        split_of=split_of if len(names) < 2 else f"{split_of} less {names[1]}",
        next_tests=rank_tests(bank, question.known, features, target),
        factors=find_factors(bank, question.known, first, question.now, longest),
        published={},
        notes=_list_notes(question),
    )


def _arrange(question: Question, estimates: Floats) -> dict[str, dict[str, dict[float, Estimate]]]:
    return {
        strategy.name: {
            quantity: {
                years: Estimate(*estimates[place, which, when].tolist())
                for when, years in enumerate(question.years)
            }
            for which, quantity in enumerate(QUANTITIES)
        }
        for place, strategy in enumerate(question.strategies)
    }


def _list_contrasts(question: Question, numbers: Floats, estimates: Floats) -> tuple[Contrast, ...]:
    """Return the first strategy less each other one: by year, quantity and strategy."""
    s = len(question.strategies)
    apart, found = numbers[s:], estimates[s:].tolist()
    is_more = np.array([quantity in HIGHER_IS_BETTER for quantity in QUANTITIES])[:, None, None]
    better = (np.where(is_more, apart, -apart) > 0).mean(axis=-1) + (apart == 0).mean(axis=-1) / 2
    pairs = list(zip(question.strategies[1:], found, better.tolist(), strict=True))
    return tuple(
        _contrast(
            question, other, quantity, when, Estimate(*own[which][place]), shares[which][place]
        )
        for place, when in enumerate(question.years)
        for which, quantity in enumerate(QUANTITIES)
        for other, own, shares in pairs
    )


def _contrast(
    question: Question,
    second: Strategy,
    quantity: str,
    years: float,
    difference: Estimate,
    better: float,
) -> Contrast:
    first = question.strategies[0]
    words = tell(first.name, second.name, quantity, years, difference)
    evidence = grade(question.bank, first, second)
    return Contrast(first.name, second.name, quantity, years, difference, better, evidence, words)


def split_interval(question: Question) -> dict[str, float]:
    """Return the standard deviation of one number by source, the others at their means.

    The number is overall survival at the longest time, or its difference between the first two
    strategies. `SPLIT_DRAWS` draws are enough: a deviation needs no tails.
    """
    one = replace(
        question,
        strategies=question.strategies[:2],
        years=(max(question.years),),
        draws=min(question.draws, SPLIT_DRAWS),
    )
    ratios = [one.find_ratios(one.known, sources) for sources in SPLIT.values()]
    s, _, k = ratios[0].shape
    rows = np.concatenate([np.broadcast_to(own, (s, one.draws, k)) for own in ratios], axis=1)
    numbers = one.read(one.follow(rows))[-1, 0, 0].reshape(len(SPLIT), one.draws)
    found = dict(zip(SPLIT, numbers.std(axis=1).tolist(), strict=True))
    is_complete = not np.isnan(question.known).any()
    return found | ({"missing_inputs": 0.0} if is_complete else {})


def _list_notes(question: Question) -> tuple[str, ...]:
    missing = int(np.isnan(question.known).sum())
    notes = []
    if missing:
        notes.append(
            f"{missing} of {len(question.known)} inputs are not known and were integrated over."
        )
    return tuple(notes)
