"""The frozen result of the analysis of risk groups."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.analyses.result import AnalysisResult
from chorall.analyses.risk.group_rows import ALL_TRIALS, ANY


@dataclass(frozen=True, kw_only=True)
class RiskResult(AnalysisResult):
    """Risk groups by every classifier, what became of them, and what waiting for MRD adds.

    `rows`: grouping, view (`day 0`; `day 0, from day L`; `day L`, L the end of induction),
    trial_id (`all` or one), group (`not assessable (not tested)` is a line of its own), n_patients,
    share, cause, n_events, risk with lower and upper by the horizon, n_at_risk there.

    Attributes
    ----------
    curves : DataFrame
        Cumulative incidence of every cause in every group, all trials, with numbers at risk.
    performance : DataFrame
        Concordance, Brier score and calibration per trial; risks carried over from other trials.
    calibration : DataFrame
        Risk carried over and observed, per trial and group.
    agreement, disagreement : DataFrame
        Every two groupings crossed; and who is in the worst group of one only.
    stability, migration : DataFrame
        Groups in the best and worst case of what was not tested; who would move.
    waiting, reclassification, decision : DataFrame
        Day 0 against the landmark in the same patients.
    finder : DataFrame
        What is found at fixed shares flagged.
    intensity : DataFrame
        Risk group by treatment given and trial era: relapse and treatment deaths.
    groupings : tuple of str
        As analysed.
    target : str
        `relapse` or `event`.
    landmark_day, horizon_years, conf_level : float
        End of induction; where risks are read; level of all limits.
    """

    curves: pl.DataFrame
    performance: pl.DataFrame
    calibration: pl.DataFrame
    agreement: pl.DataFrame
    disagreement: pl.DataFrame
    stability: pl.DataFrame
    migration: pl.DataFrame
    waiting: pl.DataFrame
    reclassification: pl.DataFrame
    decision: pl.DataFrame
    finder: pl.DataFrame
    intensity: pl.DataFrame
    groupings: tuple[str, ...]
    target: str
    landmark_day: float
    horizon_years: float
    conf_level: float

    @property
    def printed(self) -> pl.DataFrame:
        """All trials, the target, day 0 and the landmark."""
        cause = self.target if self.target != "event" else ANY
        return self.rows.filter(
            pl.col("trial_id") == ALL_TRIALS,
            pl.col("cause") == cause,
            pl.col("view").is_in(["day 0", f"day {self.landmark_day:.0f}"]),
        ).sort(pl.col("grouping").cast(pl.Enum(self.groupings)), maintain_order=True)

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """All frames, by name."""
        names = (
            "curves", "performance", "calibration", "agreement", "disagreement", "stability",
            "migration", "waiting", "reclassification", "decision", "finder", "intensity",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}
