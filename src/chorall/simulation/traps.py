"""The traps of the scenario `dirty`: contradictions that pooling must report and may not mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chorall.simulation.course import Course
from chorall.simulation.delivery import Cohort
from chorall.simulation.histories import NEVER
from chorall.simulation.patients import Booleans, Integers

EACH = 2
"""Patients who get each trap, in each trial."""

RELATIVE_STYLES = ("older",)
"""Styles that count a relapse from remission: without one, or before it, it cannot be delivered."""
COPIED_STYLES = ("paediatric", "kids", "mini")
COPIED_FACTS = ("age_years", "born_days_before", "is_t", "is_male", "wbc_10e9_per_l")
COPIED_DAYS = (
    "remission", "induction_failure", "relapse", "second_malignancy", "transplant", "death",
    "last_contact",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trap:
    """What was planted in one trial, and the quality check that must tell of it."""

    trial_id: str
    check_id: str
    n: int
    what: str


def plant_traps(cohorts: Sequence[Cohort]) -> tuple[list[Cohort], list[Trap]]:
    """Return the trials with contradictions planted, and the list of them."""
    spoilt, traps = [], []
    for cohort in cohorts:
        course, planted = _spoil_course(cohort)
        spoilt.append(replace(cohort, course=course))
        traps += planted
    copied = _copy_patients(spoilt)
    return copied[0], [*traps, *copied[1]]


def _spoil_course(cohort: Cohort) -> tuple[Course, list[Trap]]:
    course, trial_id = cohort.course, cohort.design.trial_id
    days = {
        name: getattr(course, name).copy()
        for name in ("remission", "relapse", "transplant", "death", "last_contact")
    }
    free = _Chooser(course)
    traps = []

    def plant(check_id: str, rows: Integers, what: str) -> Integers:
        traps.append(Trap(trial_id, check_id, rows.size, what))
        return rows

    calm = (course.remission != NEVER) & (course.relapse == NEVER) & (course.death == NEVER)
    calm &= (course.second_malignancy == NEVER) & (course.transplant == NEVER)
    rows = plant("event_after_last_contact", free.choose(calm), "relapse after last contact")
    days["relapse"][rows] = days["last_contact"][rows] + 40
    died = (course.death != NEVER) & (course.remission != NEVER) & (course.transplant == NEVER)
    rows = plant("transplant_after_death", free.choose(died), "transplanted after death")
    days["transplant"][rows] = days["death"][rows] + 10
    if cohort.design.style not in RELATIVE_STYLES:
        relapsed = (course.relapse != NEVER) & (course.transplant == NEVER)
        what = "dates of remission and relapse swapped"
        rows = plant("relapse_before_remission", free.choose(relapsed), what)
        days["remission"][rows], days["relapse"][rows] = (
            days["relapse"][rows].copy(),
            days["remission"][rows].copy(),
        )
    return replace(course, **days), traps


class _Chooser:
    """Chooses patients who have no trap yet."""

    def __init__(self, course: Course) -> None:
        self.taken = np.zeros(course.remission.size, dtype=np.bool_)

    def choose(self, among: Booleans) -> Integers:
        rows = np.flatnonzero(among & ~self.taken)[-EACH:]
        self.taken[rows] = True
        return rows


def _copy_patients(cohorts: list[Cohort]) -> tuple[list[Cohort], list[Trap]]:
    """Let the first patients of the first children's trial take part in the next one as well."""
    places = [at for at, cohort in enumerate(cohorts) if cohort.design.style in COPIED_STYLES][:2]
    if len(places) < 2:
        return cohorts, []
    source, target = (cohorts[at] for at in places)
    rows = _choose_copied(source)
    patients = replace(
        target.patients, **_overwrite(target.patients, source.patients, COPIED_FACTS, rows)
    )
    course = replace(target.course, **_overwrite(target.course, source.course, COPIED_DAYS, rows))
    changed = list(cohorts)
    changed[places[1]] = replace(target, patients=patients, course=course)
    what = "patients who took part in another trial as well"
    return changed, [
        Trap(cohort.design.trial_id, "same_person_in_two_trials", rows.size, what)
        for cohort in (source, target)
    ]


def _choose_copied(source: Cohort) -> Integers:
    plain = (source.course.remission != NEVER) & (source.patients.wbc_10e9_per_l > 20)
    return np.flatnonzero(plain)[20 : 20 + EACH]


def _overwrite(
    target: object, source: object, names: Sequence[str], rows: Integers
) -> dict[str, Any]:
    """Return the named arrays of `target` with some rows of `source`."""
    changed = {name: getattr(target, name).copy() for name in names}
    for name, values in changed.items():
        values[rows] = getattr(source, name)[rows]
    return changed
