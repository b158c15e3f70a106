"""What the JSON interface asks and answers, typed: its description is made of this."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from chorall.web.problems import PROBLEM_TYPE

MOST_DRAWS: Final = 2000
MOST_ITEMS: Final = 400
EXAMPLE_PATIENT: Final[dict[str, Any]] = {"age_years": 34, "lineage": "B", "TP53": "absent"}


class ProblemDocument(BaseModel):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    number: {
        "description": words,
        "content": {PROBLEM_TYPE: {"schema": ProblemDocument.model_json_schema()}},
    }
    for number, words in {
        400: "The body cannot be read.",
        403: "The request comes from another page.",
        404: "What is asked is not served.",
        413: "The body is too large.",
        415: "The body is no JSON.",
        422: "The question cannot be answered; the detail says why.",
        429: "Too many questions; Retry-After says when to come again.",
        503: "Busy, or not worked out yet; Retry-After says when to come again.",
    }.items()
}

Words = Annotated[list[str] | None, Query(max_length=40)]


class PredictQuestion(BaseModel):
    """One patient, as in a patient file, and what is to be compared."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"patient": EXAMPLE_PATIENT, "strategies": ["as_observed"], "years": [5]}]
        },
    )

    patient: dict[str, Any] = Field(
        description="Items by name; left out, null or not_tested: not known. `course` says where "
        "the patient is today.",
        max_length=MOST_ITEMS,
        examples=[EXAMPLE_PATIENT],
    )
    strategies: list[str] = Field(
        ["as_observed"], description="Parts joined by +.", min_length=1, max_length=6
    )
    years: list[float] = Field([1.0, 3.0, 5.0], min_length=1, max_length=10)
    conf_level: float = Field(0.95, gt=0, lt=1)
    draws: int = Field(500, ge=100, le=MOST_DRAWS)


class ClassifyQuestion(BaseModel):
    """One patient, as in a patient file."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"patient": EXAMPLE_PATIENT}]}
    )

    patient: dict[str, Any] = Field(max_length=MOST_ITEMS)


class _OfBank(BaseModel):
    bank: str = Field(description="Hash of the bank.")
    synthetic: bool = Field(description="True where the bank was made of simulated patients.")
    research_use_only: bool = True


class EstimateRow(BaseModel):
    """A probability: `lower`, `upper` whatever any one missing item shows, the others as drawn."""

    strategy: str
    quantity: str
    years: float
    estimate: float
    lower: float
    upper: float
    drawn_lower: float
    drawn_upper: float


class ContrastRow(BaseModel):
    """The first strategy less the second."""

    first: str
    second: str
    quantity: str
    years: float
    estimate: float
    lower: float
    upper: float
    drawn_lower: float
    drawn_upper: float
    share_better: float
    evidence: str
    words: str


class RestrictionRow(BaseModel):
    """A strategy of which a part, `treatment`, was hardly ever given with this `status` of an item.

    `is_met`: the patient has it, and there is no answer; else the item is not known, and the answer
    applies only if it is the other way. `because_of`: a marker that is present and hardly goes with
    the item, which was not tested.
    """

    strategy: str
    treatment: str
    item: str
    status: str
    is_met: bool
    because_of: str


class HardlyGivenRow(BaseModel):
    """A strategy that fewer than 5 patients had with this status, of many who were tested."""

    strategy: str
    item: str
    status: str


class PredictAnswer(_OfBank):
    """What `chorall predict --json` writes, with the bank's hash."""

    model_config = ConfigDict(extra="allow")

    analysis: str
    today: dict[str, Any]
    strategies: list[str]
    refused: dict[str, str] = Field(description="Strategy to the reason why there is no answer.")
    comparable: dict[str, int | None] = Field(description="Null: hidden, the number is small.")
    outcomes: list[EstimateRow]
    contrasts: list[ContrastRow]
    notes: list[str]
    restrictions: list[RestrictionRow]


class MissingItem(BaseModel):
    """An item that is not known; `share_of_variance` is what knowing it would take away.

    `decides` are the strategies of which the answer applies only with one of its results;
    `is_to_come` is true for residual disease as long as the patient is in induction.
    """

    item: str
    label: str
    share_of_variance: float | None
    decides: list[str]
    is_to_come: bool


class MissingAnswer(_OfBank):
    """What is not known of the patient, that which would narrow the answer most first."""

    of: str = Field(description="The number whose range is meant.")
    missing: list[MissingItem]
    interval_split: dict[str, float] = Field(description="Standard deviation by source.")
    notes: list[str]


class ClassifyAnswer(BaseModel):
    """What published classifiers say of the patient, where they apply."""

    classifiers: dict[str, dict[str, Any]]
    research_use_only: bool = True


class BankItem(BaseModel):
    """One item that the bank uses: `low` to `high` can be, `supported` is what it has seen."""

    item: str
    label: str
    kind: str
    words: list[str]
    low: float | None
    high: float | None
    supported_low: float | None
    supported_high: float | None


class BankStrategy(BaseModel):
    """One strategy that can be asked."""

    strategy: str
    label: str


class BankComparison(BaseModel):
    """Strategies that trials have put side by side."""

    strategies: list[str]
    randomised: bool
    n_trials: int


class BankAnswer(_OfBank):
    """What the bank can be asked."""

    trials: list[str]
    n_patients: int | None
    items: list[BankItem]
    states: list[str]
    strategies: list[BankStrategy]
    comparisons: list[BankComparison]
    hardly_given: list[HardlyGivenRow]


class RowsAnswer(BaseModel):
    """Rows of an analysis of the pool; small counts and what would give them away are null."""

    analysis: str
    pool: str
    synthetic: bool
    fewest_shown: int
    rows: list[dict[str, Any]]
    warnings: list[str]
    research_use_only: bool = True


class MarkerAnswer(RowsAnswer):
    """One marker: how it goes with outcome (`rows`), and how frequent it is."""

    marker: str
    incidence: list[dict[str, Any]]
