"""Markers that follow from others: combinations, any partner of a gene, single mutations."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.fact_source import Confidence
from chorall.knowledge.marker_expressions import Atom, Joined, list_markers, parse_expression

DERIVED_MARKERS_TOML = Path(__file__).parent / "derived_markers.toml"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CombinedMarker(_Frozen):
    """A marker that a rule over other markers makes."""

    marker: str
    rule: str
    label: str
    source: str
    confidence: Confidence

    @field_validator("rule")
    @classmethod
    def _check_rule(cls, value: str) -> str:
        rule = parse_expression(value)
        parts = rule.parts if isinstance(rule, Joined) and rule.operator == "OR" else ()
        if not parts or not all(isinstance(part, Atom) for part in parts):
            raise ValueError("expected markers joined by OR")
        return value

    @property
    def inputs(self) -> tuple[str, ...]:
        """The markers of the rule, once each."""
        return tuple(dict.fromkeys(list_markers(parse_expression(self.rule))))


class SpecificMutation(_Frozen):
    """One protein change of a gene; where the gene has no mutation it is absent."""

    marker: str
    gene: str
    hgvs_p: tuple[str, ...]
    label: str
    source: str
    confidence: Confidence


class RearrangedGene(_Frozen):
    """A gene whose fusions with any partner are one marker, `X-r`.

    Attributes
    ----------
    gene : str
        HGNC symbol.
    always : bool
        True where the pool has `X-r` as soon as it has a fusion of the gene.
    excludes : bool
        True where `X-r` being absent excludes each fusion of the gene.
    source, confidence : str
        Keys of the sources; seen, unverified or computed.
    """

    gene: str
    always: bool
    excludes: bool
    source: str
    confidence: Confidence


class DerivedMarkers(_Frozen):
    """All derived markers."""

    combined: tuple[CombinedMarker, ...]
    specific: tuple[SpecificMutation, ...]
    rearranged: tuple[RearrangedGene, ...]


@cache
def derived_markers() -> DerivedMarkers:
    """Return the shipped derived markers."""
    return read_derived_markers(DERIVED_MARKERS_TOML)


def read_derived_markers(path: Path) -> DerivedMarkers:
    """Read and check a list in the form of knowledge/derived_markers.toml.

    Raises
    ------
    DefinitionError
        If the file is not sound; the message lists every problem with its line.
    """
    return read_definition(path, DerivedMarkers)[0]
