"""The states of the bank and the transitions between them."""

from __future__ import annotations

from typing import Final, NamedTuple

FIRST_STATE: Final = "induction"
LIVING: Final = (
    "induction",
    "induction_failure",
    "remission",
    "transplant_in_first_remission",
    "transplant_other",
    "relapse",
    "transplant_after_relapse",
)
"""In an order in which no state is entered from a later one."""

EVENT_FREE: Final = ("induction", "remission", "transplant_in_first_remission")
"""Neither failure, relapse nor death has happened yet."""

AFTER_RELAPSE: Final = ("relapse", "transplant_after_relapse")
AFTER_FAILURE: Final = ("induction_failure", "transplant_other")
FROM_REMISSION: Final = ("remission", "transplant_in_first_remission")


class Transition(NamedTuple):
    """A step from one state to the next."""

    origin: str
    target: str

    @property
    def name(self) -> str:
        """Origin and target."""
        return f"{self.origin} > {self.target}"


TRANSITIONS: Final = tuple(
    Transition(origin, target)
    for origin, targets in {
        "induction": ("induction_failure", "remission", "death"),
        "induction_failure": ("remission", "transplant_other", "death"),
        "remission": ("transplant_in_first_remission", "relapse", "death"),
        "transplant_in_first_remission": ("relapse", "death"),
        "transplant_other": ("relapse", "death"),
        "relapse": ("transplant_after_relapse", "death"),
        "transplant_after_relapse": ("death",),
    }.items()
    for target in targets
)
