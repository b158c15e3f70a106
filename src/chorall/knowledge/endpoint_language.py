"""The language of endpoint definitions: when the clock starts, what counts, what ends follow-up."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FAILURE: Final = "induction_failure"
MRD_RESPONSE: Final = "mrd_response"
"""A happening that is not in the table event: first complete MRD response, from the table mrd."""


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
        Event types of the pooled table `event`, or `mrd_response`.
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
    origin : {"time_zero", "remission", "transplant", "relapse"}
        Start of the clock: day 0, or the day of the first remission, transplantation or relapse.
    causes : tuple of EndpointCause
        Numbered 1, 2, ... without gaps.
    same_day_order : tuple of str
        Which happening decides when several fall on one day, the first wins. With origin remission
        it begins with remission: an event on the day of remission comes after it.
    censor_at : {"last_contact"}
        Where a patient without an event leaves; earlier at a stated data cut-off.
    censored_by : tuple of str
        Happenings that end follow-up without being counted: the patient leaves as censored.
    induction_failure : {"dated_day", "origin_day", "day_one", "landmark_day"} or None
        Day on which an induction failure counts: its own, the day the clock starts, the day after
        that, or the trial's landmark. None where it does not count.
    failure_is : {"recorded", "no_remission_by_landmark"}
        What an induction failure is: what the trial recorded as one, or to be alive and free of
        events at `trial.remission_landmark_day` without remission by then.
    curve : {"survival", "incidence"} or None
        What is shown; None: incidence where causes compete, else survival.
    source : EndpointSource
        Paper or rule.
    """

    name: str
    short_name: str = Field(pattern=r"^([A-Z][A-Z0-9_]*|[a-z][a-z0-9]*(_[a-z0-9]+)+)$")
    label: str
    origin: Literal["time_zero", "remission", "transplant", "relapse"]
    causes: tuple[EndpointCause, ...] = Field(min_length=1)
    same_day_order: tuple[str, ...]
    censor_at: Literal["last_contact"]
    censored_by: tuple[str, ...] = ()
    induction_failure: Literal["dated_day", "origin_day", "day_one", "landmark_day"] | None = None
    failure_is: Literal["recorded", "no_remission_by_landmark"] = "recorded"
    curve: Literal["survival", "incidence"] | None = None
    source: EndpointSource

    @property
    def cause_of_event(self) -> dict[str, int]:
        """Event type to its cause."""
        return {event: cause.cause for cause in self.causes for event in cause.events}

    @property
    def decisive(self) -> dict[str, int]:
        """Every happening that ends the endpoint to its cause; 0 where it censors."""
        return self.cause_of_event | dict.fromkeys(self.censored_by, 0)

    @property
    def by_landmark(self) -> bool:
        """True where a trial without a stated landmark cannot give the endpoint."""
        return (
            self.failure_is == "no_remission_by_landmark"
            or self.induction_failure == "landmark_day"
        )

    @property
    def shows_incidence(self) -> bool:
        """True where the share with the event is shown, False for the share without."""
        return self.curve == "incidence" or (self.curve is None and len(self.causes) > 1)

    @model_validator(mode="after")
    def _check_causes(self) -> EndpointDefinition:
        numbers = [cause.cause for cause in self.causes]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"causes are numbered {numbers}; number them 1, 2, ... in this order")
        events = [event for cause in self.causes for event in cause.events]
        twice = sorted({event for event in events if events.count(event) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands under two causes; leave it under one")
        both = sorted(set(events) & set(self.censored_by))
        if both:
            raise ValueError(f"{', '.join(both)} is a cause and censors; leave it in one place")
        return self

    @model_validator(mode="after")
    def _check_order(self) -> EndpointDefinition:
        first = ("remission",) if self.origin == "remission" else ()
        tail = self.same_day_order[len(first) :]
        if self.same_day_order[: len(first)] != first:
            raise ValueError("same_day_order must begin with remission where remission is origin")
        if sorted(tail) != sorted(self.decisive):
            raise ValueError(
                f"same_day_order must list each of {', '.join(sorted(self.decisive))} once"
            )
        return self

    @model_validator(mode="after")
    def _check_induction_failure(self) -> EndpointDefinition:
        counts = FAILURE in self.cause_of_event
        if counts != (self.induction_failure is not None):
            raise ValueError(
                "say induction_failure = dated_day, origin_day, day_one or landmark_day exactly "
                "where an induction failure counts"
            )
        if self.by_landmark and not (counts and self.origin == "time_zero"):
            raise ValueError(
                "a landmark needs origin time_zero and an induction failure that counts"
            )
        return self

    @model_validator(mode="after")
    def _check_curve(self) -> EndpointDefinition:
        if self.curve == "survival" and len(self.causes) > 1:
            raise ValueError("causes compete, so an incidence is shown; leave `curve` out")
        return self
