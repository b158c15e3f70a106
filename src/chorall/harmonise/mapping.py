"""The mapping of one trial as typed objects: what its TOML file may say, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from chorall.tables.words import (
    ALTERATION_CLASSES,
    ASCERTAINMENTS,
    ASSAY_SCOPES,
    DIAGNOSIS,
    MARKER_STATUSES,
    MISSING_REASONS,
    POPULATIONS,
    TIME_ZEROS,
)

QUARANTINE = "quarantine"
NO_ROW = "no_row"
BLANK_MEANINGS = (*MISSING_REASONS, *MARKER_STATUSES, QUARANTINE, NO_ROW)


def _one_of(words: tuple[str, ...]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in words:
            raise ValueError(f"expected one of: {', '.join(dict.fromkeys(words))}")
        return value

    return AfterValidator(check)


Reason = Annotated[str, _one_of(MISSING_REASONS)]
BlankMeaning = Annotated[str, _one_of(BLANK_MEANINGS)]
AlterationClass = Annotated[str, _one_of(ALTERATION_CLASSES)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Strict(BaseModel):
    """A part of a definition: unknown keys are errors, nothing is converted in silence."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TrialPart(Strict):
    """`[trial]`: what is true of the whole trial."""

    trial_id: Identifier
    group: str
    population: Annotated[str, _one_of(POPULATIONS)]
    time_zero: Annotated[str, _one_of(TIME_ZEROS)]
    accrual_from_year: int | None = None
    accrual_to_year: int | None = None
    data_cutoff_year: int | None = None
    data_cutoff: date | None = None
    event_free_survival: str | None = None
    remission_landmark_day: int | None = None
    genetics_ascertainment: Annotated[str, _one_of(ASCERTAINMENTS)] | None = None


class ArmPart(Strict):
    """`[[arms]]`: one treatment arm."""

    arm_id: str
    label: str
    strategy_id: str | None = None


class ConditionPart(Strict):
    """One condition on a source row; exactly one of `is_in`, `not_in` and `blank` is given."""

    column: str
    is_in: tuple[str, ...] | None = Field(default=None, alias="in", strict=False)
    not_in: tuple[str, ...] | None = Field(default=None, strict=False)
    blank: bool | None = None

    @model_validator(mode="after")
    def _check_one_test(self) -> ConditionPart:
        given = [test for test in (self.is_in, self.not_in, self.blank) if test is not None]
        if len(given) != 1:
            raise ValueError("expected exactly one of `in`, `not_in` and `blank`")
        return self


class SourcePart(Strict):
    """`[sources.NAME]`: one file of the delivery and how to read it."""

    file: str
    patient: str
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    header_rows: int = 1
    keep: tuple[ConditionPart, ...] = Field(default=(), strict=False)
    shared: bool = False
    decimal: Literal[".", ","] = "."
    date_format: str | None = None
    missing_codes: dict[str, Reason] = {}
    expect_rows: int | None = None


class TimeZeroPart(Strict):
    """`[time_zero]`: the dated column that becomes day 0, where dates are delivered."""

    source: str
    column: str


class CoverPart(Strict):
    """`[[assays.covers]]`: lesions an assay can see."""

    targets: tuple[str, ...] = Field(strict=False)
    alteration_class: AlterationClass
    scope: Annotated[str, _one_of(ASSAY_SCOPES)]
    negative_capable: bool


class AssayPart(Strict):
    """`[[assays]]`: one kind of test; `assay` names one of knowledge/assays."""

    id: Identifier
    assay: str | None = None
    genes: tuple[str, ...] = Field(default=(), strict=False)
    method: str | None = None
    version: str
    no_run: Literal["not_tested", "not_reported"]
    covers: tuple[CoverPart, ...] = Field(default=(), strict=False)


class ValuePart(Strict):
    """How one pooled column gets its value.

    Exactly one of `from`, `first_of`, `value` and `missing` is given; columns read from a file
    must say what `blank` means.
    """

    from_: str | None = Field(default=None, alias="from")
    first_of: tuple[str, ...] | None = Field(default=None, strict=False)
    value: str | int | float | bool | None = None
    missing: Reason | None = None
    blank: BlankMeaning | None = None
    map: dict[str, str] | None = None
    unit: str | None = None
    date_format: str | None = None
    after: str | None = None
    round: Literal["nearest"] | None = None
    minimum: float | None = None
    maximum: float | None = None
    missing_codes: dict[str, Reason] = {}
    words: dict[str, str] | None = None
    protocol: str | None = None

    @field_validator("map", mode="before")
    @classmethod
    def _write_as_text(cls, value: Any) -> Any:
        """Accept true, false and numbers as what a code is mapped to."""
        if not isinstance(value, dict):
            return value
        return {
            code: str(word).lower() if isinstance(word, bool | int | float) else word
            for code, word in value.items()
        }

    @property
    def columns(self) -> tuple[str, ...]:
        """Source columns the value reads, `after` excluded."""
        return (self.from_,) if self.from_ else (self.first_of or ())

    @property
    def is_constant(self) -> bool:
        """True where no source column is read."""
        return self.value is not None or self.missing is not None


class RulePart(Strict):
    """`[[rules]]`: every source row that meets `when` becomes one row of the table `to`."""

    id: Identifier
    to: str
    source: str
    when: tuple[ConditionPart, ...] = Field(default=(), strict=False)
    set: dict[str, ValuePart] = {}
    markers: dict[str, str] | None = None
    assay: str | None = None
    phase: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = DIAGNOSIS


class ImpossiblePart(Strict):
    """`[[impossible]]`: what the trial did not collect, with the reason."""

    fields: tuple[str, ...] = Field(strict=False)
    reason: str


class TestPart(Strict):
    """`[[tests]]`: made-up source rows and the pooled rows they must give."""

    name: str
    given: dict[str, list[dict[str, str]]]
    expect: dict[str, list[dict[str, str | int | float | bool]]]


class Mapping(Strict):
    """The whole mapping of one trial."""

    format: Literal[1]
    trial: TrialPart
    arms: tuple[ArmPart, ...] = Field(default=(), strict=False)
    sources: dict[str, SourcePart]
    time_zero: TimeZeroPart | None = None
    assays: tuple[AssayPart, ...] = Field(default=(), strict=False)
    rules: tuple[RulePart, ...] = Field(strict=False)
    impossible: tuple[ImpossiblePart, ...] = Field(default=(), strict=False)
    tests: tuple[TestPart, ...] = Field(default=(), strict=False)

    @property
    def trial_id(self) -> str:
        """The trial's id."""
        return self.trial.trial_id

    def assay_id(self, name: str) -> str:
        """Return the id of an assay in the pool."""
        return f"{self.trial_id}/{name}"
