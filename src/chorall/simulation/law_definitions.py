"""Frequencies and effects as typed objects: `frequencies.toml` and `effects.toml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chorall.simulation.definition_parts import Confidence, Part


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
    within: dict[str, float] = Field(default_factory=dict)
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
