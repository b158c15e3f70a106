"""The taxonomy of ALL as data: entities with their evidence, and the schemes that have them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from chorall.errors import DefinitionError, raise_gathered
from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.fact_source import Confidence
from chorall.knowledge.marker_expressions import Expression, list_markers, parse_expression

TAXONOMY_FOLDER = Path(__file__).parent / "taxonomy"
SCHEME_FILES = ("who_haem5.toml", "icc_2022.toml")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _EntityPart(_Frozen):
    label: str
    lesions: str | None = None
    called: tuple[str, ...] = ()
    defined_by: Literal["lesion", "profile"]
    settles: bool
    excluded_by: str
    source: str
    confidence: Confidence

    @field_validator("lesions")
    @classmethod
    def _check_lesions(cls, value: str | None) -> str | None:
        if value is not None:
            parse_expression(value)
        return value


class _EntitiesFile(_Frozen):
    lineage: Literal["B", "T"]
    rest: str
    rest_label: str
    entities: dict[str, _EntityPart]


class _SchemeFile(_Frozen):
    scheme: str
    label: str
    cites: str
    source: str
    confidence: Confidence
    entities: dict[str, str]
    lesions: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Entity:
    """One subtype as a scheme draws it.

    Attributes
    ----------
    name : str
        Its name in the pool, the same in every scheme.
    lineage : {"B", "T"}
        Whose leukaemia it is.
    label : str
        What the scheme calls it.
    lesions : Expression or None
        Over marker names; what shows the entity.
    lesions_text : str
        The same as written.
    called : tuple of str
        Markers by which a delivery or an expression assay names the entity as a whole.
    defined_by : {"lesion", "profile"}
        Lesion: without the lesions it is excluded. Profile: only a call excludes it.
    settles : bool
        True where the others need no test when it is there.
    excluded_by : str
        For readers: how it is ruled out.
    source, confidence : str
        Keys of the sources; seen, unverified or computed.
    """

    name: str
    lineage: str
    label: str
    lesions: Expression | None
    lesions_text: str
    called: tuple[str, ...]
    defined_by: str
    settles: bool
    excluded_by: str
    source: str
    confidence: str

    @property
    def markers(self) -> tuple[str, ...]:
        """Every marker that has a say, once."""
        found = () if self.lesions is None else tuple(list_markers(self.lesions))
        return tuple(dict.fromkeys((*found, *self.called)))


@dataclass(frozen=True, slots=True)
class Scheme:
    """One classification.

    Attributes
    ----------
    name, label, cites, source, confidence : str
        For people, and where it comes from.
    entities : dict of str to tuple of Entity
        Lineage to its entities in order of precedence.
    rest : dict of str to tuple of str
        Lineage to name and label of what is left when every entity is excluded.
    """

    name: str
    label: str
    cites: str
    source: str
    confidence: str
    entities: dict[str, tuple[Entity, ...]]
    rest: dict[str, tuple[str, str]]


@cache
def taxonomy_schemes() -> dict[str, Scheme]:
    """Return the shipped schemes by name."""
    return read_taxonomy(TAXONOMY_FOLDER)


@cache
def settled_subtypes() -> dict[str, dict[str, str]]:
    """Return every marker that settles a subtype: lineage to the name of that subtype."""
    found: dict[str, dict[str, str]] = {}
    for scheme in taxonomy_schemes().values():
        for lineage, entities in scheme.entities.items():
            for entity in entities:
                for marker in entity.markers if entity.settles else ():
                    found.setdefault(marker, {})[lineage] = entity.name
    return found


def exclude_one_another(one: str, other: str) -> bool:
    """Return True where two markers settle different subtypes: one leukaemia hardly has both."""
    first, second = _name_settled(one), _name_settled(other)
    return bool(first and second) and not first & second


@cache
def _name_settled(marker: str) -> frozenset[str]:
    """Return the subtypes that a marker settles; a fusion also settles what its genes do."""
    names = [marker, *(f"{gene}-r" for gene in marker.split("::") if gene != marker)]
    return frozenset(
        subtype for name in names for subtype in settled_subtypes().get(name, {}).values()
    )


def find_scheme(name: str) -> Scheme:
    """Return a scheme.

    Raises
    ------
    DefinitionError
        If there is none of that name; the message lists the known ones.
    """
    if name not in taxonomy_schemes():
        known = ", ".join(taxonomy_schemes())
        raise DefinitionError(f"no taxonomy `{name}`.\n  Known: {known}")
    return taxonomy_schemes()[name]


def read_taxonomy(folder: Path) -> dict[str, Scheme]:
    """Read and check the entities and schemes in a folder.

    Raises
    ------
    DefinitionError
        If a file is not sound or a scheme names an entity that is not there; every problem is told.
    """
    lists = [read_definition(folder / f"{x}_entities.toml", _EntitiesFile)[0] for x in "bt"]
    schemes = {}
    for file in SCHEME_FILES:
        read, _ = read_definition(folder / file, _SchemeFile)
        known = {name for one in lists for name in (*one.entities, one.rest)}
        problems = [f"no entity `{name}`" for name in {**read.entities, **read.lesions}
                    if name not in known]  # fmt: skip
        problems += [f"`{one.rest}` has no label" for one in lists if one.rest not in read.entities]
        raise_gathered(DefinitionError, file, problems, "Name an entity of the same folder.")
        schemes[read.scheme] = Scheme(
            read.scheme,
            read.label,
            read.cites,
            read.source,
            read.confidence,
            {one.lineage: _draw_entities(one, read) for one in lists},
            {one.lineage: (one.rest, read.entities[one.rest]) for one in lists},
        )
    return schemes


def _draw_entities(listed: _EntitiesFile, scheme: _SchemeFile) -> tuple[Entity, ...]:
    drawn = []
    for name, part in listed.entities.items():
        if name not in scheme.entities:
            continue
        text = scheme.lesions.get(name, part.lesions)
        shared = Entity(
            name,
            listed.lineage,
            part.label,
            parse_expression(text) if text else None,
            text or "",
            part.called,
            part.defined_by,
            part.settles,
            part.excluded_by,
            part.source,
            part.confidence,
        )
        drawn.append(replace(shared, label=scheme.entities[name]))
    return tuple(drawn)
