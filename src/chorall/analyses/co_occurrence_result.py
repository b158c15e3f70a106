"""The frozen result of the analysis of co-occurrence."""

from __future__ import annotations

from dataclasses import dataclass

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class CoOccurrenceResult(AnalysisResult):
    """Which markers come together and which exclude each other, within subtypes and trials.

    `rows` has one line per pair and subtype (`all`: all subtypes, stratified by them): marker_a,
    marker_b, subtype, n_tested (for both), n_both, n_a_only, n_b_only, n_neither, n_strata (those
    that tell something), odds_ratio (Mantel and Haenszel; above 1 they come together) with lower
    and upper (null where the odds ratio is 0 or infinite), p_value (exact, given all margins),
    q_value, note (why a pair could not be assessed).

    Attributes
    ----------
    phase : str
        `diagnosis`, or the relapse whose samples were looked at.
    conf_level : float
        Two-sided level of the limits.
    markers : tuple of str
        Those compared.
    """

    phase: str
    conf_level: float
    markers: tuple[str, ...]
