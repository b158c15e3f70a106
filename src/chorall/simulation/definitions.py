"""The definition files of the simulator as typed objects."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from chorall.knowledge.definition_file import check_definition, read_definition_text

Confidence = Literal["seen", "unverified", "computed"]


class Part(BaseModel):
    """A part of a definition: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LineagePart(Part):
    """Percent of T-lineage in each age band."""

    t_percent: tuple[float, ...]
    source: str
    confidence: Confidence


class SubtypePart(Part):
    """One subtype of B-ALL or T-ALL; `percent` has one number for each age band.

    Without `alteration_class` no assay can measure it, a trial can only assert it.
    """

    marker: str
    lineage: Literal["B", "T"] = "B"
    percent: tuple[float, ...]
    alteration_class: str | None = None
    source: str
    confidence: Confidence


class LesionPart(Part):
    """One lesion beside the subtype: percent by lineage, and `within` a subtype."""

    marker: str
    alteration_class: str
    b_percent: float
    t_percent: float
    b_percent_adult: float | None = None
    t_percent_adult: float | None = None
    within: dict[str, float] = {}
    source: str
    confidence: Confidence


class FurtherGenesPart(Part):
    """Bounds of the frequencies of the genes that `markers` adds."""

    least_percent: float
    most_percent: float
    source: str
    confidence: Confidence


class Frequencies(Part):
    """`frequencies.toml`."""

    lineage: LineagePart
    subtypes: tuple[SubtypePart, ...]
    lesions: tuple[LesionPart, ...]
    further_genes: FurtherGenesPart


class HazardPart(Part):
    """Planted log hazard ratios of one transition."""

    meaning: str
    age_per_decade: float
    log2_wbc: float
    down_syndrome: float
    mrd: float
    late_mrd: float
    late_mrd_high: float = 0.0
    markers: dict[str, float]
    adult_markers: dict[str, float]


class TransplantPart(Part):
    """What transplantation in first remission does."""

    meaning: str
    relapse_mrd_high: float
    relapse_mrd_low: float
    mrd_high_from: float
    death_share: float
    death_years: float
    source: str
    confidence: Confidence


class MrdPart(Part):
    """The law of MRD, on the scale of log10 of the fraction."""

    meaning: str
    mean: float
    spread: float
    drop: float
    drop_spread: float
    adult: float
    t_lineage: float
    markers: dict[str, float]


class Effects(Part):
    """`effects.toml`."""

    confidence: Confidence
    relapse: HazardPart
    death_in_remission: HazardPart
    death_after_failure: HazardPart
    transplant: TransplantPart
    mrd: MrdPart

    def hazards(self) -> dict[str, HazardPart]:
        """Return the transitions with planted ratios, by name."""
        names = ("relapse", "death_in_remission", "death_after_failure")
        return {name: getattr(self, name) for name in names}


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
    who is transplanted and when (days after remission).
    """

    meaning: str
    marker_scale: float = 1.0
    arm_scale: float = 1.0
    interactions: tuple[InteractionPart, ...] = ()
    trial_spread: dict[str, float] = {}
    testing: Literal["random", "at_relapse"] = "random"
    transplant_effect: float = 1.0
    transplant_deaths: float = 1.0
    transplant_percent: float | None = None
    transplant_days: tuple[int, int] | None = None
    late_change_years: float | None = None
    reduction_log_hazard_ratio: float | None = None
    dirty: bool = False


class FigurePart(Part):
    """One published figure of one group of patients."""

    group: str
    figure: Literal["event_free", "relapse_alone"]
    years: float
    published: float
    tolerance: float


class StudyPart(Part):
    """One published study: patients of a design with a baseline of its own."""

    study: str
    design: str
    relapse_hazard: float
    source: str
    confidence: Confidence
    figures: tuple[FigurePart, ...]


class Studies(Part):
    """`published.toml`."""

    studies: tuple[StudyPart, ...]


class Scenarios(Part):
    """`scenarios.toml`."""

    scenarios: dict[str, Scenario]


class AssayDesign(Part):
    """Who is tested for what: percent tested at random, percent of the runs that failed."""

    id: str
    method: str
    markers: tuple[str, ...]
    partial_markers: tuple[str, ...] = ()
    further_genes: bool = False
    tested_percent: float
    failed_percent: float = 0
    equivocal_percent: float = 0


class ArmDesign(Part):
    """One arm: its name in the trial and the strategy it stands for."""

    id: str
    label: str
    strategy: str


class QuestionDesign(Part):
    """One randomised question; the second arm is compared with the first.

    `eligible`: everybody in remission, only B-lineage, or only those with low MRD at the end of
    induction. A `reduction` gives less treatment.
    """

    id: str
    arms: tuple[ArmDesign, ArmDesign]
    eligible: Literal["remission", "b_lineage", "mrd_low"] = "remission"
    randomised_percent: float = 80
    relapse_log_hazard_ratio: float = 0
    death_log_hazard_ratio: float = 0
    reduction: bool = False


class TrialDesign(Part):
    """One trial of `designs.toml`."""

    style: str
    trial_id: str
    group: str
    population: str
    only: str | None = None
    share: float
    accrual_years: tuple[int, int]
    cutoff_year: int
    genetics_ascertainment: str
    age_precision: Literal["day", "month", "tenth", "year"]
    age_edges: tuple[float, ...]
    age_weights: tuple[float, ...]
    induction_death_percent: float
    induction_failure_percent: float
    relapse_hazard: float
    death_in_remission_hazard: float
    death_after_failure_hazard: float
    second_malignancy_per_year: float
    transplant_percent: float
    transplant_percent_mrd_high: float
    mrd_percent: float
    questions: tuple[QuestionDesign, ...]
    assays: tuple[AssayDesign, ...]


class Designs(Part):
    """`designs.toml`."""

    designs: tuple[TrialDesign, ...]


Definition = TypeVar("Definition", bound=BaseModel)


def _read(name: str, model: type[Definition]) -> Definition:
    return check_definition(read_definition_text(Path(__file__).parent / name), model)


@cache
def frequencies() -> Frequencies:
    """Return how often each lesion is planted."""
    return _read("frequencies.toml", Frequencies)


@cache
def effects() -> Effects:
    """Return the planted log hazard ratios."""
    return _read("effects.toml", Effects)


@cache
def scenarios() -> dict[str, Scenario]:
    """Return the scenarios by name."""
    return _read("scenarios.toml", Scenarios).scenarios


@cache
def published_studies() -> tuple[StudyPart, ...]:
    """Return the studies whose figures the simulator shows again."""
    return _read("published.toml", Studies).studies


@cache
def all_designs() -> tuple[TrialDesign, ...]:
    """Return every design of `designs.toml`."""
    return _read("designs.toml", Designs).designs


def choose_designs(trials: int) -> tuple[TrialDesign, ...]:
    """Return the designs of `trials` trials, the listed ones in turn, their ids numbered."""
    listed = all_designs()
    chosen = []
    for position in range(trials):
        turn, which = divmod(position, len(listed))
        design = listed[which]
        chosen.append(design.model_copy(update={"trial_id": f"{design.trial_id}-{turn + 1}"}))
    return tuple(chosen)
