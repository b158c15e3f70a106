"""Draw the patients of one trial at diagnosis, and their lesions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.simulation.marker_law import ADULT_FROM_BAND, MarkerLaw, find_bands
from chorall.simulation.trial_designs import TrialDesign

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

# White cell counts in 10^9/L: medians, and the standard deviation of their logarithms.
WBC_OF_B, WBC_OF_T, WBC_SPREAD = 10.0, 55.0, 1.3
WBC_BOUNDS = (0.2, 1500.0)
MALE_OF_B, MALE_OF_T = 0.55, 0.72
DOWN_SYNDROME_OF_CHILDREN = 0.025
CNS_SHARES = (0.84, 0.10, 0.06)
NOT_RECORDED = 0.04

# Chromosomes of the clone, least and most, by subtype; else mostly 46.
MODAL_NUMBERS = {
    "high_hyperdiploidy": (51, 61),
    "low_hypodiploidy": (32, 39),
    "near_haploidy": (25, 29),
}
OTHER_NUMBERS, OTHER_SHARES = (45, 46, 47, 48), (0.09, 0.80, 0.09, 0.02)


@dataclass(frozen=True, slots=True)
class Patients:
    """The patients of one trial, all as delivered; arrays have shape (n_patients,).

    Attributes
    ----------
    number : ndarray of int
        Number within the trial, from 1, in no order.
    age_years : ndarray of float
        Already at the precision of the delivery, so that the age band is the same everywhere.
    born_days_before : ndarray of int
        Whole days from birth to diagnosis.
    is_t : ndarray of bool
        True for T-lineage.
    is_male : ndarray of bool
        True for male.
    wbc_10e9_per_l : ndarray of float
        One decimal.
    cns : ndarray of int
        1, 2, 3; 0 not recorded.
    down_syndrome : ndarray of bool
        True only in B-lineage of paediatric trials.
    diagnosed : ndarray of int
        Proleptic ordinal of the date of diagnosis.
    days_to_cutoff : ndarray of int
        From diagnosis to the end of the year of the data cut-off.
    subtype : ndarray of int
        Position among the subtypes of the law; their number where the patient has none of them.
    modal_number : ndarray of int
        Chromosomes of the leukaemic clone.
    present : ndarray of bool, shape (n_patients, n_markers)
        True where the patient has the lesion, tested or not.
    """

    number: Integers
    age_years: Floats
    born_days_before: Integers
    is_t: Booleans
    is_male: Booleans
    wbc_10e9_per_l: Floats
    cns: Integers
    down_syndrome: Booleans
    diagnosed: Integers
    days_to_cutoff: Integers
    subtype: Integers
    modal_number: Integers
    present: Booleans

    @property
    def is_adult(self) -> Booleans:
        """Tell who has the lesions and effects of adults: from 16 years."""
        return np.asarray(self.age_years >= ADULT_FROM_BAND)

    def __len__(self) -> int:
        return len(self.number)


def draw_patients(
    rng: np.random.Generator, design: TrialDesign, law: MarkerLaw, n_patients: int
) -> Patients:
    """Draw `n_patients` patients of a trial.

    Parameters
    ----------
    rng : Generator
        Advanced.
    design : TrialDesign
        Ages and years of accrual.
    law : MarkerLaw
        Lineage and lesions, by age band.
    n_patients : int
        How many.
    """
    age, born = _draw_ages(rng, design, n_patients)
    band = find_bands(age)
    is_t = rng.random(n_patients) < law.t_share[band]
    subtype = draw_subtypes(rng, law, band, is_t, design.only)
    is_t &= design.only is None
    diagnosed = _draw_diagnoses(rng, design, n_patients)
    cns = rng.choice(3, n_patients, p=CNS_SHARES) + 1
    is_child = design.population == "paediatric"
    return Patients(
        number=rng.permutation(n_patients) + 1,
        age_years=age,
        born_days_before=born,
        is_t=is_t,
        is_male=rng.random(n_patients) < np.where(is_t, MALE_OF_T, MALE_OF_B),
        wbc_10e9_per_l=_draw_cell_counts(rng, is_t),
        cns=np.where(rng.random(n_patients) < NOT_RECORDED, 0, cns),
        down_syndrome=(rng.random(n_patients) < DOWN_SYNDROME_OF_CHILDREN) & ~is_t & is_child,
        diagnosed=diagnosed,
        days_to_cutoff=dt.date(design.cutoff_year, 12, 31).toordinal() - diagnosed,
        subtype=subtype,
        modal_number=draw_modal_numbers(rng, law, subtype),
        present=_draw_lesions(rng, law, subtype, is_t, age >= ADULT_FROM_BAND),
    )


def _draw_diagnoses(rng: np.random.Generator, design: TrialDesign, n_patients: int) -> Integers:
    first, last = design.accrual_years
    begin, end = dt.date(first, 1, 1).toordinal(), dt.date(last + 1, 1, 1).toordinal()
    return rng.integers(begin, end, n_patients)


def _draw_cell_counts(rng: np.random.Generator, is_t: Booleans) -> Floats:
    median = np.where(is_t, WBC_OF_T, WBC_OF_B)
    drawn = median * np.exp(WBC_SPREAD * rng.standard_normal(is_t.size))
    counts: Floats = np.clip(drawn, *WBC_BOUNDS).round(1)
    return counts


def _draw_ages(
    rng: np.random.Generator, design: TrialDesign, n_patients: int
) -> tuple[Floats, Integers]:
    """Return age in years as the style of the trial delivers it, and whole days since birth."""
    weights = np.array(design.age_weights)
    piece = rng.choice(weights.size, n_patients, p=weights / weights.sum())
    edges = np.array(design.age_edges)
    exact = edges[piece] + rng.random(n_patients) * np.diff(edges)[piece]
    born = np.floor(exact * DAYS_PER_YEAR).astype(np.int64)
    return deliver_ages(exact, born, design.age_precision), born


def deliver_ages(exact: Floats, born: Integers, precision: str) -> Floats:
    """Return ages as delivered: from the day of birth, or cut to months, tenths or years."""
    if precision == "day":
        return born / DAYS_PER_YEAR
    parts = {"month": 12, "tenth": 10, "year": 1}[precision]
    return np.asarray(np.floor(exact * parts) / parts)


def draw_subtypes(
    rng: np.random.Generator,
    law: MarkerLaw,
    band: NDArray[np.intp],
    is_t: Booleans,
    only: str | None,
) -> Integers:
    """Return each patient's subtype by position; `only` is the one that a trial takes."""
    if only is not None:
        return np.full(band.size, law.locate(only))
    limits = law.subtype_share.cumsum(axis=2)[is_t.astype(int), band]
    # The last limit is 1 up to rounding: comparing with the others only keeps it safe.
    return np.asarray((rng.random(band.size)[:, None] >= limits[:, :-1]).sum(axis=1))


def draw_modal_numbers(rng: np.random.Generator, law: MarkerLaw, subtype: Integers) -> Integers:
    """Return chromosome numbers that fit the subtype; most others have 46."""
    numbers = rng.choice(OTHER_NUMBERS, subtype.size, p=OTHER_SHARES)
    for marker, (least, most) in MODAL_NUMBERS.items():
        drawn = rng.integers(least, most + 1, subtype.size)
        numbers = np.where(subtype == law.locate(marker), drawn, numbers)
    return numbers


def _draw_lesions(
    rng: np.random.Generator, law: MarkerLaw, subtype: Integers, is_t: Booleans, is_adult: Booleans
) -> Booleans:
    share = law.lesion_share[is_t.astype(int), is_adult.astype(int), subtype]
    lesions = rng.random(share.shape) < share
    of_subtype = subtype[:, None] == np.arange(law.n_subtypes)
    return np.hstack([of_subtype, lesions])
