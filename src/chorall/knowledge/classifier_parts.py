"""The parts of a classifier's definition: population, groups, rules, terms, source, examples."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Frozen(BaseModel):
    """Base: values do not change, and no key is taken that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Requirement(Frozen):
    """One condition of the population; `otherwise` is the reason where it does not hold."""

    requires: str
    in_words: str
    otherwise: str


class RiskGroup(Frozen):
    """One group; the first in the file has the best outlook."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    in_words: str
    outcome: str = ""


class Rule(Frozen):
    """The group of every patient for whom `when` holds and no earlier rule did."""

    group: str
    when: str = ""


class ScoreTerm(Frozen):
    """One term of a sum: an item (`coefficient` times its transform) or another classifier."""

    item: str = ""
    classifier: str = ""
    coefficient: float = 0.0
    transform: Literal["identity", "ln_plus_1", "minus_ln"] = "identity"
    floor: float = 0.0
    weights: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> ScoreTerm:
        if bool(self.item) == bool(self.classifier):
            raise ValueError("a term has either `item` or `classifier`")
        if self.transform == "minus_ln" and self.floor <= 0:
            raise ValueError("minus_ln needs a `floor` above 0")
        return self


class Score(Frozen):
    """A sum of terms, and where it is cut into groups (a score at a cut is in the higher group)."""

    terms: tuple[ScoreTerm, ...] = Field(min_length=1)
    cut_points: tuple[float, ...] = ()


class ClassifierSource(Frozen):
    """Where a rule comes from and whether someone has read it there."""

    keys: tuple[str, ...]
    cites: str
    url: str = ""
    confidence: Literal["seen", "unverified", "computed"]


class WorkedExample(Frozen):
    """One patient and what the rule says; runs as a test."""

    items: dict[str, Any]
    result: str = ""
    best: str = ""
    worst: str = ""
    applicable: bool = True
    score: float | None = None
