"""The definition files of the simulator as typed objects."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from chorall.knowledge.definition_file import check_definition, read_definition_text
from chorall.simulation.law_definitions import Effects, Frequencies
from chorall.simulation.scenario_definitions import Scenario, Scenarios, Studies, StudyPart
from chorall.simulation.trial_designs import Designs, TrialDesign

Definition = TypeVar("Definition", bound=BaseModel)


def _read(name: str, model: type[Definition]) -> Definition:
    return check_definition(read_definition_text(Path(__file__).parent / name), model)


@cache
def frequencies() -> Frequencies:
    """Return how often each lesion is planted."""
    return _read("frequencies.toml", Frequencies)


@cache
def effects() -> Effects:
    """Return the planted log hazard ratios."""
    return _read("effects.toml", Effects)


@cache
def scenarios() -> dict[str, Scenario]:
    """Return the scenarios by name."""
    return _read("scenarios.toml", Scenarios).scenarios


@cache
def published_studies() -> tuple[StudyPart, ...]:
    """Return the studies whose figures the simulator shows again."""
    return _read("published.toml", Studies).studies


@cache
def all_designs() -> tuple[TrialDesign, ...]:
    """Return every design of `designs.toml`."""
    return _read("designs.toml", Designs).designs


def choose_designs(trials: int) -> tuple[TrialDesign, ...]:
    """Return the designs of `trials` trials, the listed ones in turn, their ids numbered."""
    listed = all_designs()
    chosen = []
    for position in range(trials):
        turn, which = divmod(position, len(listed))
        design = listed[which]
        chosen.append(design.model_copy(update={"trial_id": f"{design.trial_id}-{turn + 1}"}))
    return tuple(chosen)
