"""The three definition files of the simulator as typed objects: frequencies, effects, designs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from chorall.knowledge.definition_file import check_definition, read_definition_text

Confidence = Literal["seen", "unverified", "computed"]
Style = Literal["paediatric", "aya", "adult", "older"]


class Part(BaseModel):
    """A part of a definition: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LineagePart(Part):
    """Percent of T-lineage in each age band."""

    t_percent: tuple[float, ...]
    source: str
    confidence: Confidence


class SubtypePart(Part):
    """One subtype of B-ALL; `percent` has one number for each age band.

    Without `alteration_class` no assay can measure it, a trial can only assert it.
    """

    marker: str
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
    markers: dict[str, float]


class Effects(Part):
    """`effects.toml`."""

    relapse: HazardPart
    death_in_remission: HazardPart
    death_after_failure: HazardPart


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


class TrialDesign(Part):
    """One trial of `designs.toml`."""

    style: Style
    trial_id: str
    group: str
    population: str
    share: float
    accrual_years: tuple[int, int]
    cutoff_year: int
    genetics_ascertainment: str
    age_edges: tuple[float, ...]
    age_weights: tuple[float, ...]
    induction_death_percent: float
    induction_failure_percent: float
    relapse_hazard: float
    death_in_remission_hazard: float
    death_after_failure_hazard: float
    second_malignancy_per_year: float
    transplant_percent: float
    mrd_percent: float
    arm_log_hazard_ratio: float
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


def choose_designs(trials: int) -> tuple[TrialDesign, ...]:
    """Return the designs of `trials` trials, the four styles in turn, their ids numbered."""
    listed = _read("designs.toml", Designs).designs
    chosen = []
    for position in range(trials):
        turn, which = divmod(position, len(listed))
        design = listed[which]
        chosen.append(design.model_copy(update={"trial_id": f"{design.trial_id}-{turn + 1}"}))
    return tuple(chosen)
