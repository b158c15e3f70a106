"""The frozen result of a question about one marker: how frequent it is, and how patients fare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.analyses.result import AnalysisResult, plain_rows


@dataclass(frozen=True, kw_only=True)
class MarkerSheet(AnalysisResult):
    """One marker: incidence and prognosis.

    `rows` are the stable lines of prognosis of the marker; q-values and grades hold within all
    markers of the pool.

    Attributes
    ----------
    marker : str
        Its name.
    incidence : IncidenceResult
        Of this marker: all, by trial, age band and lineage.
    prognosis : PrognosisResult
        Of this marker.
    """

    marker: str
    incidence: IncidenceResult
    prognosis: PrognosisResult

    @property
    def printed(self) -> pl.DataFrame:
        """The wide lines of prognosis, one for each endpoint."""
        return self.prognosis.summary

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """The frames of incidence and prognosis, by name."""
        return {"incidence": self.incidence.rows} | self.prognosis.further_frames

    @property
    def further_texts(self) -> dict[str, str]:
        """The methods as a paragraph."""
        return self.prognosis.further_texts

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: `rows` of prognosis, `incidence` and `summary` beside them."""
        return super().to_dict() | {
            "marker": self.marker,
            "incidence": self.incidence.to_dict()["rows"],
            "summary": plain_rows(self.prognosis.summary),
        }
