"""The bank: everything that predicts, and no patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.conditional import FeatureLaw
from chorall.models.bank.design import Design
from chorall.models.bank.states import FIRST_STATE
from chorall.models.bank.transition_fit import TransitionModel

if TYPE_CHECKING:
    from chorall.models.bank.prediction import BankPrediction

Floats = NDArray[np.float64]

DAYS_PER_YEAR: Final = 365.25
INTERVALS_PER_YEAR: Final = 12
INTERVAL_DAYS: Final = DAYS_PER_YEAR / INTERVALS_PER_YEAR
LONGEST_YEARS: Final = 10
FINE_MONTHS: Final = 4
FINE_STEPS: Final = 30
"""Induction is followed by the day: remission and failure follow each other within a month."""

FORMAT_VERSION: Final = 6

AGE_EDGES: Final = (0, 1, 10, 16, 25, 40, 55, 65, 111)
"""Age groups in which comparable patients are counted."""
ANY_AGE: Final = "age not known"
ANY_LINEAGE: Final = "not known"
LINEAGES: Final = ("B", "T", "MPAL")
BETWEEN: Final = ", lineage "

PRESENT: Final = "present"
ABSENT: Final = "absent"

Counts = dict[str, dict[str, int | None]]
"""By cell of age and lineage, by strategy."""
TrialCounts = dict[str, dict[str, dict[str, int | None]]]
"""By cell, by strategy, by trial."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Strategies that trials have put side by side.

    Attributes
    ----------
    reference : str
        The strategy without a flag: the most frequent one.
    strategies : tuple of str
        All of them, the reference first.
    randomised : bool
        True where everybody counted was allocated at random.
    n_trials : int
        Trials that asked.
    """

    reference: str
    strategies: tuple[str, ...]
    randomised: bool
    n_trials: int


@dataclass(frozen=True, slots=True)
class HardlyGiven:
    """A strategy of which fewer than 5 patients had a marker with this status, of many tested.

    Attributes
    ----------
    strategy : str
        One of the bank, or `transplant`, `no_transplant`.
    item : str
        A marker of the design.
    status : str
        `present` or `absent`; who was not tested counts as neither.
    """

    strategy: str
    item: str
    status: str


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """A fitted bank.

    Attributes
    ----------
    design : Design
        Features, strategies, covariates.
    law : FeatureLaw
        How features go together; completes what is not known.
    transitions : tuple of TransitionModel
        Those with enough events.
    comparisons : tuple of Comparison
        What was randomised against what.
    support : dict of str to dict of str to int or None
        By cell of age and lineage, by strategy: patients, 0 below 5; None is 5 or more, hidden
        because a count below 5 would follow from it.
    support_by_trial : dict of str to dict of str to dict of str to int or None
        The same by trial, without trials that have nobody; None is hidden. A whole below 5 is not
        told by trial.
    transplant_day : float
        Median day of transplantation in first remission, counted from remission; NaN without any.
    hardly_given : tuple of HardlyGiven
        Strategies on which there is no answer for patients with a status of a marker.
    about : dict
        Pool, trials, patients, version: what the model card prints.
    warnings : tuple of str
        What the reader must know.
    """

    design: Design
    law: FeatureLaw
    transitions: tuple[TransitionModel, ...]
    comparisons: tuple[Comparison, ...]
    support: Counts
    support_by_trial: TrialCounts
    transplant_day: float
    hardly_given: tuple[HardlyGiven, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def strategies(self) -> tuple[str, ...]:
        """All strategies by name, references included."""
        return tuple(name for one in self.comparisons for name in one.strategies)

    def predict(
        self, patient: Mapping[str, Any], strategies: Sequence[str], **options: Any
    ) -> BankPrediction:
        """Ask about one patient; see `chorall.models.bank.predict.predict` for the options."""
        from chorall.models.bank.predict import predict

        return predict(self, patient, strategies, **options)


def list_edges(state: str) -> Floats:
    """Return the ends of the intervals in days by which a state is followed, from 0."""
    n_months = LONGEST_YEARS * INTERVALS_PER_YEAR
    months = np.array([month * INTERVAL_DAYS for month in range(n_months + 1)], np.float64)
    if state != FIRST_STATE:
        return months
    fine = np.arange(FINE_MONTHS * FINE_STEPS) * INTERVAL_DAYS / FINE_STEPS
    return np.array([*fine, *months[FINE_MONTHS:]], np.float64)


def name_cell(patient: Mapping[str, Any]) -> str:
    """Return the cell in which comparable patients of a patient file are counted."""
    return write_cell(name_age(patient.get("age_years")), name_lineage(patient.get("lineage")))


def write_cell(age: str, lineage: str) -> str:
    """Return the name of the cell of an age group and a lineage."""
    return f"{age}{BETWEEN}{lineage}"


def split_cell(cell: str) -> tuple[str, str]:
    """Return age group and lineage of a cell."""
    age, _, lineage = cell.partition(BETWEEN)
    return age, lineage


def name_lineage(lineage: Any) -> str:
    """Return the lineage, or that it is not known."""
    return lineage if isinstance(lineage, str) and lineage in LINEAGES else ANY_LINEAGE


def name_age(age: Any) -> str:
    """Return the age group, upper end left out."""
    if isinstance(age, bool) or not isinstance(age, int | float) or age != age:
        return ANY_AGE
    for low, high in pairwise(AGE_EDGES):
        if low <= age < high:
            if high == AGE_EDGES[-1]:
                return f"age {low} or more"
            return f"age {low}-{high - 1}" if high - low > 1 else f"age {low}"
    return ANY_AGE
