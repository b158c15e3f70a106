"""Ask a bank about one patient: each strategy, the differences, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered
from chorall.models.bank.advice import find_factors, rank_tests
from chorall.models.bank.bank import INTERVALS_PER_YEAR, LONGEST_YEARS, Bank, name_cell
from chorall.models.bank.evidence import count_comparable, grade, refuse
from chorall.models.bank.features import encode_patient, find_unsupported
from chorall.models.bank.noise import ALL_SOURCES, Noise, Sources, make_noise
from chorall.models.bank.occupancy import Occupancy
from chorall.models.bank.prediction import (
    HIGHER_IS_BETTER,
    QUANTITIES,
    BankPrediction,
    Contrast,
    Estimate,
    join,
    summarise,
    tell,
)
from chorall.models.bank.simulate_course import Now, complete, simulate
from chorall.models.bank.states import LIVING
from chorall.models.bank.strategy import Strategy, read_strategy

Floats = NDArray[np.float64]

DRAWS: Final = 500
MOST_WIDENED: Final = 12
"""So many missing items, those of most weight, are each looked at both ways."""

NORMAL_QUARTERS: Final = (-1.96, -0.674, 0.0, 0.674, 1.96)
SPLIT: Final = {
    "model": Sources(missing=False, between_trials=False),
    "missing_inputs": Sources(model=False, between_trials=False),
    "between_trials": Sources(model=False, missing=False),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, made ready."""

    bank: Bank
    known: Floats
    now: Now
    strategies: tuple[Strategy, ...]
    years: tuple[float, ...]
    level: float
    draws: int

    @property
    def noise(self) -> Noise:
        """The random numbers of the bank."""
        return make_noise(self.bank, self.draws)

    def draw(self, known: Floats, sources: Sources = ALL_SOURCES) -> list[Occupancy]:
        """Follow the patient under every strategy by the same noise."""
        features = complete(self.bank, known, self.noise, sources)
        months = sorted({_month(years) for years in self.years})
        return simulate(self.bank, features, self.strategies, self.now, self.draws, months, sources)

    def read(self, courses: list[Occupancy]) -> dict[tuple[int, int, str, float], Floats]:
        """Return the draws of every number asked: strategy, minus which (-1: none), what, when."""
        found = {}
        for years in self.years:
            for quantity in QUANTITIES:
                own = [course.read(quantity, _month(years)) for course in courses]
                for place, values in enumerate(own):
                    found[place, -1, quantity, years] = values
                    if place:
                        found[0, place, quantity, years] = own[0] - values
        return found


def _month(years: float) -> int:
    return round(years * INTERVALS_PER_YEAR)


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
    _check_mrd(bank, known, now)
    asked = [read_strategy(bank, name) for name in strategies]
    cell = name_cell(items)
    refused = refuse(bank, cell, asked, find_unsupported(bank.design.features, items))
    kept = tuple(one for one in asked if one.name not in refused)
    question = Question(bank, known, now, kept, tuple(float(one) for one in years), level, draws)
    comparable = {one.name: count_comparable(bank, cell, one) for one in asked}
    return _answer(question, today, refused, comparable, is_widened=widen_intervals)


def _answer(
    question: Question,
    today: dict[str, Any],
    refused: dict[str, str],
    comparable: dict[str, int],
    *,
    is_widened: bool,
) -> BankPrediction:
    names = tuple(one.name for one in question.strategies)
    if not names:
        return BankPrediction(
            today, names, refused, comparable, {}, {}, (), {}, "", (), (), {}, _list_notes(question)
        )
    courses = question.draw(question.known)
    numbers = question.read(courses)
    estimates = {key: summarise(one, question.level) for key, one in numbers.items()}
    if is_widened:
        estimates = widen(question, estimates)
    longest = max(question.years)
    target = (
        (0, 1, "overall_survival", longest)
        if len(names) > 1
        else (0, -1, "overall_survival", longest)
    )
    split_of = f"overall survival at {longest:g} years, {names[0]}"
    return BankPrediction(
        today=today,
        strategies=names,
        refused=refused,
        comparable=comparable,
        outcomes=_arrange(names, estimates),
        occupancy={name: _average(course) for name, course in zip(names, courses, strict=True)},
        contrasts=tuple(
            _contrast(question, key, numbers, estimates) for key in estimates if key[1] > 0
        ),
        interval_split=split_interval(question, target),
        split_of=split_of if len(names) < 2 else f"{split_of} less {names[1]}",
        next_tests=rank_tests(question.bank, question.known, question.noise, numbers[target]),
        factors=find_factors(
            question.bank, question.known, question.strategies[0], question.now, longest
        ),
        published={},
        notes=_list_notes(question),
    )


def _arrange(
    names: tuple[str, ...], estimates: dict[tuple[int, int, str, float], Estimate]
) -> dict[str, dict[str, dict[float, Estimate]]]:
    found: dict[str, dict[str, dict[float, Estimate]]] = {name: {} for name in names}
    for (place, minus, quantity, years), estimate in estimates.items():
        if minus < 0:
            found[names[place]].setdefault(quantity, {})[years] = estimate
    return found


def _average(course: Occupancy) -> dict[str, Floats]:
    return course.mean


def _contrast(
    question: Question,
    key: tuple[int, int, str, float],
    numbers: dict[tuple[int, int, str, float], Floats],
    estimates: dict[tuple[int, int, str, float], Estimate],
) -> Contrast:
    _, other, quantity, years = key
    first, second = question.strategies[0], question.strategies[other]
    sign = 1 if quantity in HIGHER_IS_BETTER else -1
    draws = sign * numbers[key]
    better = float((draws > 0).mean() + (draws == 0).mean() / 2)
    words = tell(first.name, second.name, quantity, years, estimates[key])
    evidence = grade(question.bank, first, second)
    return Contrast(
        first.name, second.name, quantity, years, estimates[key], better, evidence, words
    )


def widen(
    question: Question, estimates: dict[tuple[int, int, str, float], Estimate]
) -> dict[tuple[int, int, str, float], Estimate]:
    """Let every interval cover those of the patient with one missing item known, either way."""
    for place in find_weighty(question.bank, question.known):
        for value in list_values(question, int(place)):
            known = question.known.copy()
            known[place] = value
            for key, draws in question.read(question.draw(known)).items():
                estimates[key] = join(estimates[key], summarise(draws, question.level))
    return estimates


def find_weighty(bank: Bank, known: Floats) -> list[int]:
    """Return the missing features that could move a hazard most, at most `MOST_WIDENED`."""
    missing = np.flatnonzero(np.isnan(known))
    spread = np.sqrt(np.diag(bank.law.covariance))
    weights = np.zeros(len(known))
    for model in bank.transitions:
        errors = np.sqrt((model.root**2).sum(axis=1))
        for place, effect, error in zip(model.places, model.effect, errors, strict=True):
            factors = [one for one in bank.design.covariates[place].factors if one < len(known)]
            size = (abs(effect) + error) * np.sqrt(model.n_events)
            for one in factors:
                weights[one] = max(weights[one], size * (spread[one] if len(factors) < 2 else 0))
    ranked = sorted(missing.tolist(), key=lambda place: -weights[place])
    return ranked[:MOST_WIDENED]


def list_values(question: Question, place: int) -> tuple[float, ...]:
    """Return what a missing feature may turn out to be: both of a flag, five of a number."""
    law = question.bank.law
    if law.is_flag[place]:
        return 0.0, 1.0
    missing, mean, covariance = law.condition(question.known)
    own = int(np.flatnonzero(missing == place)[0])
    spread = float(np.sqrt(covariance[own, own]))
    return tuple(float(mean[own]) + spread * step for step in NORMAL_QUARTERS)


def split_interval(question: Question, target: tuple[int, int, str, float]) -> dict[str, float]:
    """Return the standard deviation of one number by source, the others at their means."""
    return {
        source: float(question.read(question.draw(question.known, sources))[target].std())
        for source, sources in SPLIT.items()
    }


def read_course(bank: Bank, patient: Mapping[str, Any]) -> tuple[Now, dict[str, Any]]:
    """Read where the patient is today, and as in which trial the patient is treated.

    Raises
    ------
    InputError
        If state or days cannot be, or the bank does not hold the trial.
    """
    course = patient.get("course") or {"state": "induction", "day": 0, "since_day": 0}
    problems = []
    if not isinstance(course, Mapping) or set(course) - {"state", "day", "since_day"}:
        raise InputError("`course` must hold `state`, `day` and `since_day` (days from diagnosis).")
    state, day = course.get("state", "induction"), course.get("day", 0)
    since = course.get("since_day", 0 if state == "induction" else None)
    if state not in LIVING:
        problems.append(f"`course.state` is none of: {', '.join(LIVING)}")
    days = [
        one for one in (day, since) if isinstance(one, int | float) and not isinstance(one, bool)
    ]
    if len(days) < 2:
        problems.append(
            "`course.day` and `course.since_day` must be numbers of days from diagnosis"
        )
    elif not 0 <= days[1] <= days[0]:
        problems.append("`course.since_day` must lie between 0 and `course.day`")
    trial = patient.get("trial") or ""
    known = sorted({name for model in bank.transitions for name in model.trial_level})
    if trial and trial not in known:
        problems.append(f"`trial` is none of the bank's: {', '.join(known) or 'it names none'}")
    raise_gathered(InputError, "the patient's course cannot be used", problems, "Correct it.")
    today = {"state": state, "day": day, "since_day": since}
    now = Now(str(state), float(days[0] - days[1]), str(trial))
    return now, today | ({"trial": trial} if trial else {})


def _check_mrd(bank: Bank, known: Floats, now: Now) -> None:
    said = find_mrd_problem(bank, known, now)
    if said:
        raise InputError(said)


def find_mrd_problem(bank: Bank, known: Floats, now: Now) -> str:
    """Say that MRD is given too early: it arrives in time, a patient in induction has none."""
    has_mrd = [
        feature.item
        for feature, value in zip(bank.design.features, known, strict=True)
        if feature.kind == "mrd" and not np.isnan(value)
    ]
    if has_mrd and now.state == "induction":
        return (
            f"{', '.join(has_mrd)} is given, but the patient is still in induction on that day.\n"
            '  Say where the patient is: "course": {"state": "remission", "day": 29, '
            '"since_day": 29}.'
        )
    return ""


def check_question(
    strategies: Sequence[str], years: Sequence[float], level: float, draws: int
) -> None:
    """Refuse what a bank cannot be asked, all of it in one message."""
    problems = []
    if not strategies or len(set(strategies)) < len(strategies):
        problems.append("`strategies` must name one or more different strategies")
    if not years or not all(0 < one <= LONGEST_YEARS for one in years):
        problems.append(f"`years` must lie above 0 and up to {LONGEST_YEARS}")
    if not 0 < level < 1:
        problems.append("`level` must lie between 0 and 1")
    if draws < 100:
        problems.append("`draws` must be 100 or more")
    raise_gathered(InputError, "the bank cannot be asked this", problems, "Correct these.")


def _list_notes(question: Question) -> tuple[str, ...]:
    missing = int(np.isnan(question.known).sum())
    notes = []
    if missing:
        notes.append(
            f"{missing} of {len(question.known)} inputs are not known and were integrated over."
        )
    return tuple(notes)
