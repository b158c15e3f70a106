"""The frozen result of a comparison at a cut-off."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class CutOffResult(AnalysisResult):
    """What changes at a cut-off of eligibility.

    `rows`: endpoint, trial (null: all together), evidence (`natural`), variable, cut, bandwidth
    (half, as asked for, double), n_below, n_above (within it), transplanted_below and _above
    (share transplanted in first remission, at the cut), transplanted_jump with lower_ and upper_,
    risk_below and risk_above (of the event by the horizon, at the cut), risk_difference (above
    less below) with lower_ and upper_, p_value, n_trials, note.

    Attributes
    ----------
    points : DataFrame
        side, middle, n, risk, transplanted: means in eight slices, for the eye.
    variable : str
        What the rule looks at, on the scale of `bandwidth`.
    cut, bandwidth : float
        In the unit of the variable (residual disease: fraction, and powers of ten).
    horizon_years, conf_level : float
        Where risks are read, and the level of all limits.
    """

    points: pl.DataFrame
    variable: str
    cut: float
    bandwidth: float
    horizon_years: float
    conf_level: float

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """Means in slices, written beside the rows."""
        return {"points": self.points}
