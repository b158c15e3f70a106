"""Endpoints as definitions: where the clock starts, what counts, what wins on the same day."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chorall.errors import DefinitionError
from chorall.knowledge.definition_file import read_definition

ENDPOINTS_FOLDER = Path(__file__).parent / "endpoints"
ORDER_OF_ENDPOINTS = ("OS", "EFS", "RFS", "CIR", "RFS_HCT", "CIR_HCT")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EndpointSource(_Frozen):
    """Where a definition comes from and whether someone has read it there."""

    cites: str
    where: str
    confidence: Literal["seen", "unverified", "computed"]


class EndpointCause(_Frozen):
    """One way the endpoint can end.

    Attributes
    ----------
    cause : int
        1 is the event of interest, 2 and above compete with it.
    label : str
        For tables and figures.
    events : tuple of str
        Event types of the pooled table `event`.
    """

    cause: int = Field(ge=1, le=9)
    label: str
    events: tuple[str, ...] = Field(min_length=1)


class EndpointDefinition(_Frozen):
    """One endpoint.

    Attributes
    ----------
    name : str
        In words, e.g. event-free survival.
    short_name : str
        Name in tables and on the command line, e.g. EFS.
    label : str
        One sentence a clinician can check: from when, until what.
    origin : {"time_zero", "remission", "transplant"}
        Start of the clock: day 0, day of the first remission, day of the first transplantation.
    causes : tuple of EndpointCause
        Numbered 1, 2, ... without gaps.
    same_day_order : tuple of str
        Which event decides when several fall on one day, the first wins. With origin remission
        it begins with remission: an event on the day of remission comes after it.
    censor_at : {"last_contact"}
        Where a patient without an event leaves.
    induction_failure : {"dated_day", "origin_day"} or None
        Day on which an induction failure counts; None where it does not count.
    source : EndpointSource
        Paper or rule.
    """

    name: str
    short_name: str = Field(pattern=r"^[A-Z][A-Z_]*$")
    label: str
    origin: Literal["time_zero", "remission", "transplant"]
    causes: tuple[EndpointCause, ...] = Field(min_length=1)
    same_day_order: tuple[str, ...]
    censor_at: Literal["last_contact"]
    induction_failure: Literal["dated_day", "origin_day"] | None = None
    source: EndpointSource

    @property
    def cause_of_event(self) -> dict[str, int]:
        """Event type to its cause."""
        return {event: cause.cause for cause in self.causes for event in cause.events}

    @model_validator(mode="after")
    def _check_causes(self) -> EndpointDefinition:
        numbers = [cause.cause for cause in self.causes]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"causes are numbered {numbers}; number them 1, 2, ... in this order")
        events = [event for cause in self.causes for event in cause.events]
        twice = sorted({event for event in events if events.count(event) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands under two causes; leave it under one")
        return self

    @model_validator(mode="after")
    def _check_order(self) -> EndpointDefinition:
        first = ("remission",) if self.origin == "remission" else ()
        tail = self.same_day_order[len(first) :]
        if self.same_day_order[: len(first)] != first:
            raise ValueError("same_day_order must begin with remission where remission is origin")
        if sorted(tail) != sorted(self.cause_of_event):
            raise ValueError(
                f"same_day_order must list each of {', '.join(sorted(self.cause_of_event))} once"
            )
        return self

    @model_validator(mode="after")
    def _check_induction_failure(self) -> EndpointDefinition:
        counts = "induction_failure" in self.cause_of_event
        if counts != (self.induction_failure is not None):
            raise ValueError(
                "say induction_failure = dated_day or origin_day exactly where "
                "an induction failure counts"
            )
        return self


def read_endpoint_definition(path: Path) -> EndpointDefinition:
    """Read and check one definition.

    Parameters
    ----------
    path : Path
        TOML file in the form of those in knowledge/endpoints.

    Raises
    ------
    InputError
        If there is no such file.
    DefinitionError
        If it is not TOML or not a sound definition; the message lists every problem.
    """
    definition, _ = read_definition(path, EndpointDefinition)
    return definition


@cache
def endpoint_definitions() -> dict[str, EndpointDefinition]:
    """Return the shipped endpoints by short name, in the order in which tables show them.

    Raises
    ------
    DefinitionError
        If two files define the same short name, or a file is not sound.
    """
    found: dict[str, EndpointDefinition] = {}
    for path in sorted(ENDPOINTS_FOLDER.glob("*.toml")):
        definition = read_endpoint_definition(path)
        if definition.short_name in found:
            raise DefinitionError(f"{path}: `{definition.short_name}` is defined twice.")
        found[definition.short_name] = definition
    ranks = {name: rank for rank, name in enumerate(ORDER_OF_ENDPOINTS)}
    return dict(sorted(found.items(), key=lambda item: ranks.get(item[0], len(ranks))))
