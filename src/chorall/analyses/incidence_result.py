"""The frozen result of the analysis of incidence."""

from __future__ import annotations

from dataclasses import dataclass

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class IncidenceResult(AnalysisResult):
    """How frequent each marker is among those actually tested.

    `rows` has one line per marker and group: marker, by (overall, age_band, lineage or trial),
    group, n_patients, n_tested (present + absent), n_present, n_absent, n_inconclusive, n_failed,
    n_not_tested, n_not_reported, n_positive_only (present, but by an assay that could not have
    shown absence; in no frequency), frequency (n_present / n_tested; null where nobody was tested),
    lower, upper. Markers are ordered by overall frequency, groups by their natural order; patients
    whose age or lineage is missing are a group called `unknown`.

    Attributes
    ----------
    phase : str
        `diagnosis`, or the relapse whose samples were looked at.
    conf_level : float
        Two-sided level of the limits.
    method : str
        `wilson` or `clopper-pearson`.
    """

    phase: str
    conf_level: float
    method: str
