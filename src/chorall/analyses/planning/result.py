"""What the study planner gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import polars as pl

from chorall.analyses.result import NO_POOL, AnalysisResult, PoolLabel

PlanRow: TypeAlias = dict[str, Any]
"""Column to number."""


@dataclass(frozen=True, kw_only=True)
class StudyPlan(AnalysisResult):
    """How many patients, events or trials answer a question.

    `rows` has one line per assumption asked for; its columns depend on the question and are
    described by `plan_marker_study`, `plan_low_risk_study` and `plan_non_inferiority_study`.

    Attributes
    ----------
    question : str
        `marker`, `low-risk` or `non-inferiority`.
    curve : DataFrame
        What the picture shows: `line` (the assumption in words), `x`, `y`.
    x_label, y_label : str
        Of the picture.
    goal : float
        The level of `y` that is wanted.
    statement : str
        The first row in words, ready for a protocol.
    """

    pool: PoolLabel = NO_POOL
    question: str
    curve: pl.DataFrame
    x_label: str
    y_label: str
    goal: float
    statement: str

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain values that JSON can hold; `pool` is null."""
        plain = AnalysisResult.to_dict(self)
        return plain | {"pool": None, "question": self.question, "statement": self.statement}
