"""Harmonised components of treatment: what an arm of a trial stands for across protocols."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from chorall.errors import DefinitionError, raise_gathered
from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.fact_source import FactSource

STRATEGIES_FOLDER: Final = Path(__file__).parent / "strategies"
JOINED_BY: Final = "+"
"""Between the levels of an arm that is defined by more than one component."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StrategyLevel(_Frozen):
    """One way in which a component is given.

    Attributes
    ----------
    id : str
        What `strategy_id` of an arm says, unique over all components.
    label : str
        For people.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str


class StrategyComponent(_Frozen):
    """One component of treatment on which protocols can differ.

    Attributes
    ----------
    name, meaning : str
        For people.
    levels : tuple of StrategyLevel
        The customary one first: a later level is always compared with an earlier one.
    source : FactSource
        Where the component is described as a question of a trial.
    """

    name: str
    meaning: str
    levels: tuple[StrategyLevel, ...] = Field(min_length=2)
    source: FactSource


@cache
def strategy_components() -> dict[str, StrategyComponent]:
    """Return the shipped components by name, in the order of the alphabet."""
    return read_strategy_components(STRATEGIES_FOLDER)


def read_strategy_components(folder: Path) -> dict[str, StrategyComponent]:
    """Read and check every component of a folder.

    Parameters
    ----------
    folder : Path
        TOML files in the form of those in knowledge/strategies; the name of a file is that of its
        component.

    Raises
    ------
    DefinitionError
        If a file is not sound, or one level stands in two components.
    """
    found = {
        path.stem: read_definition(path, StrategyComponent)[0]
        for path in sorted(folder.glob("*.toml"))
    }
    owners: dict[str, str] = {}
    problems = [
        f"`{level.id}` is in {owners[level.id]} and in {name}"
        for name, component in found.items()
        for level in component.levels
        if owners.setdefault(level.id, name) != name
    ]
    raise_gathered(
        DefinitionError, "one strategy belongs to one component", problems, "Rename one of them."
    )
    return found


@cache
def level_owners() -> dict[str, str]:
    """Return every strategy (level) with its component."""
    return {
        level.id: name
        for name, component in strategy_components().items()
        for level in component.levels
    }


def level_labels() -> dict[str, str]:
    """Return every strategy (level) with its label."""
    return {
        level.id: level.label
        for component in strategy_components().values()
        for level in component.levels
    }


def rank_level(level: str) -> int:
    """Return the place of a known strategy among the levels of its component, from 0."""
    levels = strategy_components()[level_owners()[level]].levels
    return [one.id for one in levels].index(level)


def read_strategy(strategy_id: str) -> dict[str, str]:
    """Return the components of an arm and the level of each.

    Parameters
    ----------
    strategy_id : str
        One level (`steroid_dexamethasone`), or several of different components joined by `+`.

    Raises
    ------
    DefinitionError
        If a level is not known or two are of one component.
    """
    owners = level_owners()
    found: dict[str, str] = {}
    problems: list[str] = []
    for level in (part.strip() for part in strategy_id.split(JOINED_BY)):
        if level not in owners:
            problems.append(f"`{level}` is not known")
        elif owners[level] in found:
            problems.append(f"`{level}` and `{found[owners[level]]}` are of one component")
        else:
            found[owners[level]] = level
    raise_gathered(
        DefinitionError,
        f"the strategy `{strategy_id}` cannot be read",
        problems,
        f"Known: {', '.join(owners)}. A new one is a file in knowledge/strategies with its source.",
    )
    return found
