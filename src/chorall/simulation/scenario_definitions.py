"""Scenarios and published figures as typed objects: `scenarios.toml` and `published.toml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chorall.simulation.definition_parts import Confidence, Part


class InteractionPart(Part):
    """What a marker adds to the effect of the second arm of a question on relapse."""

    marker: str
    question: str
    log_hazard_ratio: float


class Scenario(Part):
    """One scenario of `scenarios.toml`; what is not named there is as in effects.toml.

    `marker_scale` and `arm_scale` multiply all effects of markers and arms; `trial_spread` is the
    standard deviation of a marker's log hazard ratio between trials; `reduction_log_hazard_ratio`
    replaces the effect of reduced treatment; `transplant_percent` and `transplant_days` replace
    who is transplanted and when (days after remission); `donor_percent` replaces who has a donor
    in trials that type tissue; `transplant_relapse` replaces the log hazard ratio of relapse after
    transplantation, whatever MRD.
    """

    meaning: str
    marker_scale: float = 1.0
    arm_scale: float = 1.0
    interactions: tuple[InteractionPart, ...] = ()
    trial_spread: dict[str, float] = Field(default_factory=dict)
    testing: Literal["random", "at_relapse"] = "random"
    transplant_effect: float = 1.0
    transplant_deaths: float = 1.0
    transplant_percent: float | None = None
    transplant_days: tuple[int, int] | None = None
    donor_percent: float | None = None
    transplant_relapse: float | None = None
    late_change_years: float | None = None
    reduction_log_hazard_ratio: float | None = None
    dirty: bool = False


class FigurePart(Part):
    """One published figure of one group of patients: a number, or the ends of a range."""

    group: str
    figure: Literal["event_free", "relapse_alone", "relapse", "alive"]
    years: float
    published: float | tuple[float, float]
    tolerance: float

    def measure_miss(self, value: float) -> float:
        """Return how far a value lies from the published one; 0 within a published range."""
        ends = self.published if isinstance(self.published, tuple) else (self.published,)
        return max(min(ends) - value, value - max(ends), 0.0)


class RatioPart(Part):
    """A published hazard ratio between two groups: what it is of, and its 95 % interval."""

    groups: tuple[str, str]
    figure: Literal["event_free", "alive"]
    years: float
    interval: tuple[float, float]


class StudyPart(Part):
    """One published study: patients of a design with a baseline of its own, under a scenario."""

    study: str
    design: str
    scenario: str = "prognostic"
    relapse_hazard: float
    source: str
    confidence: Confidence
    figures: tuple[FigurePart, ...] = ()
    ratios: tuple[RatioPart, ...] = ()


class Studies(Part):
    """`published.toml`."""

    studies: tuple[StudyPart, ...]


class Scenarios(Part):
    """`scenarios.toml`."""

    scenarios: dict[str, Scenario]
