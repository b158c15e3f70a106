"""Markers that follow from other markers: combinations, single mutations of a gene."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.fact_source import Confidence
from chorall.knowledge.marker_expressions import Expression, list_markers, parse_expression

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
        parse_expression(value)
        return value

    @property
    def expression(self) -> Expression:
        """The rule as a tree."""
        return parse_expression(self.rule)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The markers of the rule, once each."""
        return tuple(dict.fromkeys(list_markers(self.expression)))


class SpecificMutation(_Frozen):
    """One protein change of a gene; where the gene has no mutation it is absent."""

    marker: str
    gene: str
    hgvs_p: tuple[str, ...]
    label: str
    source: str
    confidence: Confidence


class DerivedMarkers(_Frozen):
    """All derived markers."""

    combined: tuple[CombinedMarker, ...]
    specific: tuple[SpecificMutation, ...]


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
