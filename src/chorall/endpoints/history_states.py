"""The states of the course of leukaemia and what leads from one to the next."""

from __future__ import annotations

from typing import Final, NamedTuple

STATES: Final = (
    "induction",
    "induction_failure",
    "remission",
    "transplant_in_first_remission",
    "transplant_other",
    "relapse",
    "transplant_after_relapse",
    "death",
)
"""`transplant_other`: without a recorded remission before it, and with no status that says one."""

TRANSPLANTED: Final = (
    "transplant_in_first_remission",
    "transplant_other",
    "transplant_after_relapse",
)

SAME_DAY_ORDER: Final = ("induction_failure", "remission", "relapse", "transplant", "death")

_BY_STATUS: Final = {
    "first_remission": "transplant_in_first_remission",
    "later_remission": "transplant_after_relapse",
}
"""What the status at transplantation tells where no dated remission or relapse does."""


class Happening(NamedTuple):
    """One dated happening; `status` is that of a transplantation, where it is known."""

    day: int
    what: str
    status: str | None = None


class Stay(NamedTuple):
    """A stay in one state; `to_state` is None where it was censored."""

    from_state: str
    to_state: str | None
    entry_day: int
    exit_day: int


def enter_state(state: str, happening: Happening) -> str:
    """Return the state after a happening; the same where it changes nothing.

    Dated remissions and relapses decide what a transplantation is; its own status only where there
    are none.
    """
    what = happening.what
    if what in ("death", "relapse"):
        return what
    if what == "induction_failure":
        return what if state == "induction" else state
    if what == "remission":
        return what if state in ("induction", "induction_failure") else state
    if what == "transplant":
        return _enter_transplant(state, happening.status)
    return state


def _enter_transplant(state: str, status: str | None) -> str:
    if state in ("relapse", "transplant_after_relapse"):
        return "transplant_after_relapse"
    if state in TRANSPLANTED:
        return state
    if state == "remission":
        return "transplant_in_first_remission"
    return _BY_STATUS.get(str(status), "transplant_other")


def follow_course(happened: list[Happening], last_day: int) -> list[Stay]:
    """Return the stays of one patient from the first state to death or the last day.

    Parameters
    ----------
    happened : list of Happening
        In any order.
    last_day : int
        Last contact, or the data cut-off. A later happening shows that follow-up went on.
    """
    relevant = sorted(
        (each for each in happened if each.what in SAME_DAY_ORDER),
        key=lambda each: (each.day, SAME_DAY_ORDER.index(each.what)),
    )
    state, entry_day = "induction", min([0, last_day, *(each.day for each in relevant)])
    stays: list[Stay] = []
    for each in relevant:
        entered = enter_state(state, each)
        if entered != state:
            stays.append(Stay(state, entered, entry_day, each.day))
            state, entry_day = entered, each.day
        if state == "death":
            return stays
    return [*stays, Stay(state, None, entry_day, max(last_day, entry_day))]


def observe_stays(stays: list[Stay], entry_day: int, *, from_transplant: bool) -> list[Stay]:
    """Return what of the stays was under observation.

    Parameters
    ----------
    stays : list of Stay
        The whole course.
    entry_day : int
        First day under observation, 0 or later. What happens on day 0 is seen; who comes later is
        seen from the day after.
    from_transplant : bool
        True: time zero is the transplantation, so its own state is the first.
    """
    if from_transplant:
        past = [n for n, stay in enumerate(stays, start=1) if _is_time_zero(stay)]
        stays = stays[max(past, default=0) :]
    return [
        stay._replace(entry_day=max(stay.entry_day, entry_day))
        for stay in stays
        if stay.exit_day > entry_day or stay.exit_day == entry_day == 0
    ]


def _is_time_zero(stay: Stay) -> bool:
    return stay.exit_day <= 0 and stay.to_state in TRANSPLANTED
