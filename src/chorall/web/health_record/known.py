"""What was read from a health record, and the reasons for which something stays open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from chorall.web.health_record.parts import Resource, name_resource

AGE: Final = "age_years"
SEX: Final = "sex"
LINEAGE: Final = "lineage"
COURSE: Final = "course"
DIAGNOSIS: Final = "day of diagnosis"
NEEDED: Final = (DIAGNOSIS, AGE, LINEAGE, COURSE)
"""Without one of these no number is given."""

NOT_THERE: Final = "not in the record"
NO_DIAGNOSIS_DAY: Final = "the diagnosis has no onset to the day"
DAY_OF_LATER_STATE: Final = (
    "the diagnosis has no onset to the day; the day of a later state, such as a relapse, is none"
)
NO_BIRTH_DATE: Final = "the birth date is not given to the day"
NO_DAY: Final = "the result has no day"
NOT_IN_TIME: Final = "the result is of another time"
TO_COME: Final = "to come: the patient is in induction"
CONTRADICTION: Final = "two results contradict each other"
NO_REMISSION_DAY: Final = "the record does not say on which day remission was reached"
IN_RELAPSE: Final = "the record says relapse; the bank counts from first treatment"
DAYS_CONTRADICT: Final = "the days of diagnosis, remission and today contradict each other"
TOO_LONG_AGO: Final = "remission was reached longer ago than the bank follows"
IMPOSSIBLE: Final = "the value cannot be"
NO_SEX: Final = "neither female nor male"


@dataclass(slots=True)
class FhirRecord:
    """What was read.

    Attributes
    ----------
    patient : dict of str to object
        As in a patient file; what is not known is left out.
    open_items : dict of str to str
        Item to the reason why it is not known; of `NEEDED` as well.
    used : list of str
        References of the resources that were used.
    subject, condition : str
        References, or empty.
    has_leukaemia : bool
        True where a diagnosis of ALL was read.
    """

    patient: dict[str, Any] = field(default_factory=dict)
    open_items: dict[str, str] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    subject: str = ""
    condition: str = ""
    has_leukaemia: bool = False
    has_died: bool = False

    @property
    def lacking(self) -> list[str]:
        """What no number can be given without."""
        return [name for name in NEEDED if name in self.open_items]

    def use(self, resource: Resource) -> None:
        """Remember that a resource was used."""
        name = name_resource(resource)
        if name and name not in self.used:
            self.used.append(name)
