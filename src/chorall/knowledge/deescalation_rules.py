"""When a group is a candidate for a trial of less treatment: rules and words as data."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from chorall.knowledge.fact_source import FactSource

DEESCALATION_TOML = Path(__file__).parent / "deescalation.toml"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PopulationRules(_Frozen):
    """Among whom groups are looked for: patients younger than `child_below_years`."""

    child_below_years: float


class GateRules(_Frozen):
    """The gates that the limits of a group must pass.

    Attributes
    ----------
    horizon_years : float
        Where relapse, event-free survival and differences are read.
    relapse_bound, event_free_bound : float
        The upper limit of relapse may not lie above, that of event-free survival not below.
    conf_level : float
        Two-sided level of the limits.
    fewest_patients, fewest_trials : int
        Patients of the group in a trial that counts; trials that count.
    pooled_from_trials : int
        From so many trials on the pooled limits decide, before that each trial alone.
    follow_up_years : float
        Least median follow-up.
    """

    horizon_years: float
    relapse_bound: float
    event_free_bound: float
    conf_level: float
    fewest_patients: int
    fewest_trials: int
    pooled_from_trials: int
    follow_up_years: float


class ReductionRules(_Frozen):
    """When a randomised reduction is non-inferior: margin, and least size of an arm."""

    margin: float
    fewest_per_arm: int


class PlanRules(_Frozen):
    """Power of the trial that would answer."""

    power: float


class CureRules(_Frozen):
    """Risk of later relapse below which patients in remission are called past it."""

    future_relapse: float


class ReductionComponents(_Frozen):
    """Components of treatment of which each later level gives less than the earlier ones."""

    components: tuple[str, ...]


class Word(_Frozen):
    """What may be said of a group, and what it means."""

    name: str
    meaning: str


class DeescalationRules(_Frozen):
    """All rules of the file."""

    source: FactSource
    population: PopulationRules
    gates: GateRules
    reduction: ReductionRules
    plan: PlanRules
    cure: CureRules
    words: tuple[Word, ...] = Field(min_length=3, max_length=3)
    reductions: ReductionComponents

    def meaning_of(self, word: str) -> str:
        """Return what a word means."""
        return next(one.meaning for one in self.words if one.name == word)


@cache
def deescalation_rules() -> DeescalationRules:
    """Return the rules."""
    values = tomllib.loads(DEESCALATION_TOML.read_text(encoding="utf-8"))
    return DeescalationRules.model_validate(values)
