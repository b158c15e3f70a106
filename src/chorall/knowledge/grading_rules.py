"""When a marker's effect may be shown, and what the trials together say of it: rules as data."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chorall.knowledge.fact_source import FactSource

GRADING_TOML = Path(__file__).parent / "grading.toml"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RarityRules(_Frozen):
    """Below which numbers a hazard ratio is penalised, or not given.

    Attributes
    ----------
    smallest_group : int
        Patients on either side; with fewer no hazard ratio is given.
    firth_below_patients : int
        With fewer on the smaller side Firth's penalised likelihood is used.
    firth_below_events_per_variable : float
        Events per coefficient of the model, below which Firth's likelihood is used.
    fewest_events_per_variable : float
        Below which an adjusted hazard ratio is not given.
    """

    smallest_group: int
    firth_below_patients: int
    firth_below_events_per_variable: float
    fewest_events_per_variable: float


class GradeRules(_Frozen):
    """The numbers in the rules of the grades."""

    shown_q: float
    heterogeneous_p: float
    replicating_trials: int
    pooled_limits_from_trials: int
    same_side_share: float


class ProportionalityRules(_Frozen):
    """When a hazard ratio is said to change over time, and where early ends."""

    flagged_p: float
    cut_years: float


class Grade(_Frozen):
    """One word for what the trials together say, and what it means."""

    name: str
    meaning: str


class Grading(_Frozen):
    """All rules of the file."""

    source: FactSource
    rarity: RarityRules
    rules: GradeRules
    proportionality: ProportionalityRules
    grades: tuple[Grade, ...]


@cache
def grading() -> Grading:
    """Return the rules."""
    return Grading.model_validate(tomllib.loads(GRADING_TOML.read_text(encoding="utf-8")))
