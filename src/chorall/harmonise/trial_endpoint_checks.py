"""What a mapping states of its own endpoints: variant of EFS, landmark, cut-off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chorall.harmonise.mapped_fields import mapped_fields
from chorall.harmonise.mapping_problem import MappingProblem
from chorall.knowledge.definition_problems import name_choices
from chorall.knowledge.endpoint_definitions import endpoint_definitions

if TYPE_CHECKING:
    from chorall.harmonise.mapping import Mapping

EVENT_FREE = "EFS"


def own_choices() -> tuple[str, ...]:
    """Return the definitions that a trial may name as its own event-free survival."""
    return tuple(name for name in endpoint_definitions() if name.startswith(EVENT_FREE))


def check_trial_endpoints(mapping: Mapping) -> Iterator[MappingProblem]:
    """Yield what is wrong with the trial's own EFS, its landmark or its data cut-off."""
    trial = mapping.trial
    yield from _check_own(mapping)
    landmark = trial.remission_landmark_day
    if landmark is not None and not 1 <= landmark <= 365:
        message = f"remission_landmark_day = {landmark}: expected a day from 1 to 365."
        yield MappingProblem(("trial", "remission_landmark_day"), message)
    if landmark is not None and "event.remission" not in mapped_fields(mapping):
        # Without recorded remissions everybody would fail.
        message = "a landmark needs dated remissions: no rule writes the event `remission`."
        yield MappingProblem(("trial", "remission_landmark_day"), message)
    if trial.data_cutoff is None:
        return
    if mapping.time_zero is None:
        message = (
            "a date of the cut-off needs `[time_zero]`; where days are delivered set "
            "follow_up.cutoff_day by a rule."
        )
        yield MappingProblem(("trial", "data_cutoff"), message)
    if "follow_up.cutoff_day" in mapped_fields(mapping):
        message = "the cut-off is stated twice: here and by a rule to follow_up.cutoff_day."
        yield MappingProblem(("trial", "data_cutoff"), message)
    if trial.data_cutoff_year not in (None, trial.data_cutoff.year):
        message = f"data_cutoff_year is {trial.data_cutoff_year}, another year."
        yield MappingProblem(("trial", "data_cutoff"), message)


def _check_own(mapping: Mapping) -> Iterator[MappingProblem]:
    own = mapping.trial.event_free_survival
    if own is None:
        return
    where = ("trial", "event_free_survival")
    if own not in own_choices():
        yield MappingProblem(where, f"no definition `{own}`: {name_choices(own, own_choices())}")
    elif endpoint_definitions()[own].by_landmark and mapping.trial.remission_landmark_day is None:
        yield MappingProblem(where, f"{own} needs `remission_landmark_day` under [trial].")
