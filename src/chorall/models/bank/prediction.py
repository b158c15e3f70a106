"""What the bank answers about one patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from chorall.models.bank.restriction import Restriction

Floats = NDArray[np.float64]

QUANTITIES: Final = ("overall_survival", "event_free_survival", "relapse", "death_in_remission")
HIGHER_IS_BETTER: Final = ("overall_survival", "event_free_survival")


@dataclass(frozen=True, slots=True)
class Estimate:
    """One probability or difference and its intervals.

    Attributes
    ----------
    estimate : float
        Mean over the draws: what is not known is averaged over.
    lower, upper : float
        Limits whatever any one of the missing items turns out to be, all sources of uncertainty
        together.
    drawn_lower, drawn_upper : float
        Limits of the draws, in which what is missing is drawn from what goes with the rest; the
        same as the former where nothing is missing.
    """

    estimate: float
    lower: float
    upper: float
    drawn_lower: float
    drawn_upper: float

    @property
    def width(self) -> float:
        """Upper less lower limit."""
        return self.upper - self.lower


@dataclass(frozen=True, slots=True)
class Contrast:
    """The first strategy less the second.

    Attributes
    ----------
    first, second : str
        The strategies.
    quantity : str
        One of `QUANTITIES`.
    years : float
        From today.
    difference : Estimate
        Of probabilities, first less second.
    share_better : float
        Share of the draws in which the first is better.
    evidence : str
        `randomised`, `adjusted` or `extrapolated`.
    words : str
        For a reader.
    """

    first: str
    second: str
    quantity: str
    years: float
    difference: Estimate
    share_better: float
    evidence: str
    words: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BankPrediction:
    """The answer about one patient.

    Attributes
    ----------
    today : dict
        State and day from which everything counts.
    strategies : tuple of str
        Those asked and supported.
    refused : dict of str to str
        Those that the bank does not answer, and why.
    comparable : dict of str to int or None
        Patients of the same age group and lineage in the bank, by strategy; 0 below 5, None where
        it is hidden because a smaller count would follow from it.
    comparable_by_trial : dict of str to dict of str to int or None
        The same by trial, largest first; None is hidden, a trial without anybody is left out.
    outcomes : dict of str to dict of str to dict of float to Estimate
        Strategy, quantity, years from today.
    occupancy : dict of str to dict of str to ndarray of shape (g + 1,)
        Strategy, state (deaths by where they come from): mean probability by month from today.
    contrasts : tuple of Contrast
        The first strategy against each other one.
    interval_split : dict of str to float
        Standard deviation by source: model, missing inputs, between trials; of `split_of`.
    split_of : str
        The contrast of overall survival at the longest time, or overall survival itself.
    next_tests : tuple of dict
        Items not known: first those that decide whether an answer applies, then by how much knowing
        them would narrow `split_of`: `item`, `share_of_variance`, `decides` (strategies).
    factors : tuple of dict
        `item`, `effect_on_overall_survival`: what it adds, against the average patient.
    published : dict
        Published classifiers about the same patient.
    notes : tuple of str
        What the reader must know; first on which test it hangs whether an answer applies.
    restrictions : tuple of Restriction
        Strategies that were hardly ever given with what the patient has, or may have.
    """

    today: dict[str, Any]
    strategies: tuple[str, ...]
    refused: dict[str, str]
    comparable: dict[str, int | None]
    comparable_by_trial: dict[str, dict[str, int | None]]
    outcomes: dict[str, dict[str, dict[float, Estimate]]]
    occupancy: dict[str, dict[str, Floats]]
    contrasts: tuple[Contrast, ...]
    interval_split: dict[str, float]
    split_of: str
    next_tests: tuple[dict[str, Any], ...]
    factors: tuple[dict[str, Any], ...]
    published: dict[str, Any]
    notes: tuple[str, ...]
    restrictions: tuple[Restriction, ...] = ()

    render: ClassVar[Callable[[Any], str] | None] = None
    """How it is shown in a notebook; `chorall.reports` says so, for imports run downwards only."""

    def __repr__(self) -> str:
        asked = " and ".join(self.strategies) or "no strategy"
        return f"<BankPrediction: {asked}, from {self.today['state']} on; see .to_dict()>"

    def _repr_html_(self) -> str | None:
        shown = type(self).render
        return shown(self) if shown else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values that JSON can hold."""
        return {
            "analysis": "predict",
            "today": self.today,
            "strategies": list(self.strategies),
            "refused": self.refused,
            "comparable": self.comparable,
            "comparable_by_trial": self.comparable_by_trial,
            "outcomes": [
                {"strategy": strategy, "quantity": quantity, "years": years, **_write(found)}
                for strategy, quantities in self.outcomes.items()
                for quantity, by_year in quantities.items()
                for years, found in by_year.items()
            ],
            "contrasts": [_write_contrast(contrast) for contrast in self.contrasts],
            "occupancy": {
                strategy: {state: values.tolist() for state, values in states.items()}
                for strategy, states in self.occupancy.items()
            },
            "interval_split": {"of": self.split_of, **self.interval_split},
            "next_tests": list(self.next_tests),
            "factors": list(self.factors),
            "published": self.published,
            "notes": list(self.notes),
            "restrictions": [asdict(one) for one in self.restrictions],
        }


def _write(found: Estimate) -> dict[str, float]:
    return asdict(found)


def _write_contrast(contrast: Contrast) -> dict[str, Any]:
    return {
        "first": contrast.first,
        "second": contrast.second,
        "quantity": contrast.quantity,
        "years": contrast.years,
        **_write(contrast.difference),
        "share_better": contrast.share_better,
        "evidence": contrast.evidence,
        "words": contrast.words,
    }


def tell(first: str, second: str, quantity: str, years: float, difference: Estimate) -> str:
    """Say in words what a difference means."""
    what = f"{quantity.replace('_', ' ')} at {years:g} year{'' if years == 1 else 's'}"
    lower, upper = 100 * difference.lower, 100 * difference.upper
    limits = f"{lower:+.0f} to {upper:+.0f} percentage points"
    if difference.lower <= 0 <= difference.upper:
        return f"The bank cannot tell these apart: {what}, {first} less {second}, {limits}."
    is_better = (difference.estimate > 0) == (quantity in HIGHER_IS_BETTER)
    better, worse = (first, second) if is_better else (second, first)
    size = abs(100 * difference.estimate)
    return f"{better} is better than {worse} by {size:.0f} points of {what} ({limits})."
