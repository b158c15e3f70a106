"""The frozen result of the analysis of incidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from chorall.analyses.incidence_groups import OVERALL, WITHIN
from chorall.analyses.result import AnalysisResult, plain_rows

FRAMES: Final = ("age_trend", "age_curve", "adults")


@dataclass(frozen=True, kw_only=True)
class IncidenceResult(AnalysisResult):
    """How frequent each marker is among those actually tested.

    `rows` has one line per marker, stratum and trial, and one pooled over trials (trial null):
    marker, by (overall, age_band, lineage+age_band, ...), group (`all`, `26-39`, `B, 26-39`, ...),
    one column for each grouping of the strata, trial, n_trials (that tested anybody), n_patients,
    n_tested (present + absent), n_present, n_absent, n_inconclusive, n_failed, n_not_tested,
    n_not_reported, n_positive_only (present, but by an assay that could not have shown absence; in
    no frequency), crude_proportion (n_present / n_tested), proportion with lower and upper, i2
    (0 to 1), tau2, prediction_lower, prediction_upper, note. In a trial, and where one trial
    tested, proportion is the crude one with limits by `method` and the columns of the pooling are
    null; pooled, it is that of a typical trial by the binomial-normal model. Markers are ordered by
    overall frequency, groups by their natural order; patients whose age or lineage is missing are
    a group called `unknown`.

    Attributes
    ----------
    phase : str
        `diagnosis`, or the relapse whose samples were looked at.
    conf_level : float
        Two-sided level of the limits.
    method : str
        `wilson` or `clopper-pearson`.
    age_trend : DataFrame
        One line per marker: odds ratio per ten years within trials, and tests.
    age_curve : DataFrame
        marker, age_years, proportion, lower, upper: a spline within trials.
    adults : DataFrame
        Adults against children and against all younger patients, within trials.
    """

    phase: str
    conf_level: float
    method: str
    age_trend: pl.DataFrame
    age_curve: pl.DataFrame
    adults: pl.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; rows have their `stratum` as an object, {} for all patients."""
        found = super().to_dict()
        parts = {part for by in self.rows["by"].unique() for part in by.split(WITHIN)}
        for row in found["rows"]:
            mine = [part for part in row["by"].split(WITHIN) if part != OVERALL]
            row["stratum"] = {part: row[part] for part in mine}
            for part in parts - {OVERALL}:
                del row[part]
        return found | {name: plain_rows(getattr(self, name)) for name in FRAMES}
