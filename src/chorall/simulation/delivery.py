"""What a simulated trial group delivers: files, a mapping, and the dirt that was put in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.simulation.course import Allocation, Course, Latent
from chorall.simulation.histories import NEVER
from chorall.simulation.patients import Integers, Patients
from chorall.simulation.testing import AssayRuns, Statuses
from chorall.simulation.trial_designs import TrialDesign

YEARS_IN_BAND = 5
ORDINAL_OF_1970 = dt.date(1970, 1, 1).toordinal()
UNDETECTED_BELOW, QUANTIFIABLE_FROM = 1e-5, 1e-4


@dataclass(frozen=True, slots=True)
class Cohort:
    """One simulated trial before it is written down in its own way.

    Attributes
    ----------
    design : TrialDesign
        Of the trial.
    patients : Patients
        At diagnosis.
    course : Course
        As observed.
    latent : Latent
        What no delivery holds.
    assays : tuple of AssayRuns
        With their results.
    """

    design: TrialDesign
    patients: Patients
    course: Course
    latent: Latent
    assays: tuple[AssayRuns, ...]

    def name_patients(self, prefix: str) -> list[str]:
        """Return the trial's own ids of the patients."""
        return [f"{prefix}{number:05d}" for number in self.patients.number]


@dataclass(frozen=True, slots=True)
class Dirt:
    """Some planted mistakes of one kind.

    Attributes
    ----------
    file : str
        File of the delivery, within the trial's folder.
    reason : str
        Word of the quarantine that they must come under.
    n : int
        Lines in the quarantine.
    what : str
        In words.
    """

    file: str
    reason: str
    n: int
    what: str


@dataclass(frozen=True, slots=True)
class TrialDelivery:
    """What one trial group hands over.

    Attributes
    ----------
    files : dict of str to bytes
        Name within the trial's folder to content, the mapping included.
    dirt : tuple of Dirt
        What was put in on purpose.
    statuses : dict of str to ndarray, shape (n_patients,)
        Marker to its status after the dirt, as positions in `MARKER_STATUSES`.
    has_late_mrd : bool
        True where MRD at the end of consolidation is delivered as well.
    """

    files: dict[str, bytes]
    dirt: tuple[Dirt, ...]
    statuses: dict[str, Statuses] = field(default_factory=dict)
    has_late_mrd: bool = False


def collect_statuses(cohort: Cohort) -> dict[str, Statuses]:
    """Return the status of every marker that the trial knows of, one array for each."""
    return {
        marker: column
        for runs in cohort.assays
        for marker, column in zip(runs.markers, runs.derive_statuses().T, strict=True)
    }


def write_days(days: Integers) -> pl.Series:
    """Return days as numbers, null where it did not happen."""
    return pl.Series(days).replace(NEVER, None)


def write_dates(cohort: Cohort, days: Integers) -> pl.Series:
    """Return the calendar dates of days from diagnosis, null where it did not happen."""
    dates = _to_dates(cohort.patients.diagnosed + days)
    return dates.zip_with(pl.Series(days != NEVER), pl.Series([None], dtype=pl.Date))


def name_donors(course: Course) -> pl.Series:
    """Return what tissue typing found, null where nobody was typed."""
    word = pl.Series(np.where(course.has_donor, "found", "none"))
    return word.zip_with(pl.Series(course.typing_day != NEVER), pl.Series([None], dtype=pl.String))


def find_band_years(cohort: Cohort) -> pl.Series:
    """Return the first year of each patient's five-year band of diagnosis."""
    return _to_dates(cohort.patients.diagnosed).dt.year() // YEARS_IN_BAND * YEARS_IN_BAND


def _to_dates(ordinals: Integers) -> pl.Series:
    return pl.Series((ordinals - ORDINAL_OF_1970).astype(np.int32)).cast(pl.Date)


def name_arms(allocation: Allocation) -> NDArray[np.str_]:
    """Return the name of each patient's arm; meaningful where randomised."""
    return np.array([arm.id for arm in allocation.question.arms])[allocation.arm]


def categorise_mrd(cohort: Cohort) -> NDArray[np.str_]:
    """Return the report of each measurement: undetected, below_limit, quantified, or empty."""
    fraction = cohort.course.mrd_fraction
    return np.select(
        [fraction < UNDETECTED_BELOW, fraction < QUANTIFIABLE_FROM, np.isfinite(fraction)],
        ["undetected", "below_limit", "quantified"],
        default="",
    )
