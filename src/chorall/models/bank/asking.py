"""What may be asked of a bank: years, level, draws, and where the patient is today."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered
from chorall.models.bank.bank import DAYS_PER_YEAR, LONGEST_YEARS, Bank
from chorall.models.bank.judgement import find_last_day
from chorall.models.bank.simulate_course import Now
from chorall.models.bank.states import FIRST_STATE, LIVING

Floats = NDArray[np.float64]


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


def read_course(bank: Bank, patient: Mapping[str, Any]) -> tuple[Now, dict[str, Any]]:
    """Read where the patient is today, and as in which trial the patient is treated.

    Raises
    ------
    InputError
        If state or days cannot be, or the bank does not hold the trial.
    """
    given = patient.get("course")
    course = {"state": "induction", "day": 0, "since_day": 0} if given in (None, {}) else given
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
    elif days[0] - days[1] > LONGEST_YEARS * DAYS_PER_YEAR:
        problems.append(
            f"`course.day` lies more than {LONGEST_YEARS} years after `course.since_day`: no state "
            "is followed that long"
        )
    elif state == FIRST_STATE and days[0] - days[1] >= find_last_day(bank):
        problems.append(say_late_induction(find_last_day(bank)))
    trial = patient.get("trial") or ""
    known = sorted({name for model in bank.transitions for name in model.trial_level})
    if trial and trial not in known:
        problems.append(f"`trial` is none of the bank's: {', '.join(known) or 'it names none'}")
    raise_gathered(InputError, "the patient's course cannot be used", problems, "Correct it.")
    today = {"state": state, "day": day, "since_day": since}
    now = Now(str(state), float(days[0] - days[1]), str(trial))
    return now, today | ({"trial": trial} if trial else {})


def say_late_induction(last_day: float) -> str:
    """Say that nobody is known who is in induction so late (`find_last_day`), and what to ask."""
    return (
        f"from day {math.floor(last_day)} on the bank knows nobody who was still on "
        "the way to remission: say when remission was reached; after failure of induction it "
        "cannot be asked"
    )


def check_mrd(bank: Bank, known: Floats, now: Now) -> None:
    """Refuse MRD of a patient in induction."""
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
